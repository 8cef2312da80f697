// SPDX-License-Identifier: GPL-2.0-or-later
/* Which decompression program of a given name is run. */
#include "image/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

static int keep(void *context, const char *data, size_t size)
{
	struct text *text = context;

	text_add(text, "%.*s", (int)size, data);
	return 0;
}

/* Puts a program of this name, which leaves a file, into the first directory of PATH. */
static void plant(const struct scratch *scratch, const char *name)
{
	char path[512], script[256];

	snprintf(script, sizeof(script), "#!/bin/sh\n: >%s/pwned\n", scratch->path);
	scratch_write(scratch, name, script);
	snprintf(path, sizeof(path), "%s/%s", scratch->path, name);
	assert_int_equal(chmod(path, 0755), 0);
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", scratch->path);
	assert_int_equal(setenv("PATH", path, 1), 0);
}

/* A program in the caller's PATH is not run; the system's is. */
static void test_path(void **state)
{
	struct text text = { .used = 0 };
	struct scratch scratch;
	char path[512];
	int fd;

	(void)state;
	scratch_create(&scratch);
	scratch_write(&scratch, "plain", "all well");
	snprintf(path, sizeof(path), "gzip -c %s/plain >%s/packed", scratch.path, scratch.path);
	assert_int_equal(system(path), 0);
	plant(&scratch, "gzip");
	snprintf(path, sizeof(path), "%s/packed", scratch.path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(decompress_file(fd, "gzip", keep, &text), 0);
	assert_string_equal(text.bytes, "all well");
	assert_null(scratch_read(&scratch, "pwned"));
	close(fd);
	scratch_remove(&scratch);
}

/* A program only in the caller's PATH does not exist. */
static void test_absent(void **state)
{
	struct text text = { .used = 0 };
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	plant(&scratch, "vfio-early-test-unpack");
	assert_int_equal(decompress_file(STDIN_FILENO, "vfio-early-test-unpack", keep, &text),
			 -ENOENT);
	assert_null(scratch_read(&scratch, "pwned"));
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
