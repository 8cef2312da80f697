// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/util.h"

static const struct {
	unsigned char magic[DECOMPRESS_MAGIC_SIZE];
	const char *program;
} formats[] = {
	{ { 0x1f, 0x8b }, "gzip" }, { { 0x1f, 0x9e }, "gzip" }, { { 0x42, 0x5a }, "bzip2" },
	{ { 0x5d, 0x00 }, "xz" },   { { 0xfd, 0x37 }, "xz" },	{ { 0x89, 0x4c }, "lzop" },
	{ { 0x02, 0x21 }, "lz4" },  { { 0x28, 0xb5 }, "zstd" },
};

const char *decompress_program(const void *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (size >= DECOMPRESS_MAGIC_SIZE &&
		    memcmp(data, formats[i].magic, DECOMPRESS_MAGIC_SIZE) == 0)
			return formats[i].program;
	return NULL;
}

static int read_output(int fd, int (*use)(void *context, const char *data, size_t size),
		       void *context)
{
	char buffer[65536];

	for (;;) {
		ssize_t length = read(fd, buffer, sizeof(buffer));
		int result;

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : 0;
		result = use(context, buffer, (size_t)length);
		if (result)
			return result;
	}
}

int decompress_file(int fd, const char *program,
		    int (*use)(void *context, const char *data, size_t size), void *context)
{
	char *const arguments[] = { (char *)program, (char *)"-dc", NULL };
	struct process_program started = {
		.path = program, .fd = -1, .arguments = arguments, .input = fd, .error = -1
	};
	struct process process;
	int ends[2], result, failure, status = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	started.output = ends[1];
	result = process_start(&process, &started);
	close(ends[1]);
	if (result) {
		close(ends[0]);
		return result;
	}
	result = read_output(ends[0], use, context);
	/* A program with more to write ends at that. */
	close(ends[0]);
	failure = process_wait(&process, NULL, &status);
	if (result)
		return result;
	if (failure)
		return -ENOENT;
	return status ? -EBADMSG : 0;
}
