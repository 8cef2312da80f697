// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"

/* Exit code of a shell whose command does not exist. */
#define NOT_FOUND 127

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

/* Becomes the program, from in to out. */
static void run_program(const char *program, int in, int out)
{
	char *arguments[] = { (char *)program, (char *)"-dc", NULL };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0)
		dup2(null, STDERR_FILENO);
	/* Who calls a command as root must not thereby run what lies in a directory of a user's. */
	if (setenv("PATH", TRUSTED_PATH, 1) == 0 && dup2(in, STDIN_FILENO) >= 0 &&
	    dup2(out, STDOUT_FILENO) >= 0)
		execvp(program, arguments);
	_exit(NOT_FOUND);
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
	int ends[2], result, status = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		run_program(program, fd, ends[1]);
	result = child < 0 ? -errno : 0;
	close(ends[1]);
	if (!result)
		result = read_output(ends[0], use, context);
	/* One that has more to say ends at that. */
	close(ends[0]);
	if (child < 0)
		return result;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (result)
		return result;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return -ENOENT;
	return status ? -EBADMSG : 0;
}
