// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the output of programs that succeed, fail, are late or never end. */
#include "lib/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "unit.h"

#define LONG 3600000

/* Runs a line of shell within this time. */
static int run(const char *line, int milliseconds, char *buffer, size_t size)
{
	char *const arguments[] = { (char *)"sh", (char *)"-c", (char *)line, NULL };
	const struct process_program program = { .path = "/bin/sh",
						 .fd = -1,
						 .arguments = arguments };

	return process_read_output(&program, milliseconds, buffer, size);
}

static void test_output(void **state)
{
	char buffer[9];

	(void)state;
	assert_int_equal(run("printf 12345678", LONG, buffer, 8), 0);
	assert_string_equal(buffer, "12345678");
	assert_int_equal(run("cat; echo no >&2; printf a; sleep 0.05; printf b", LONG, buffer, 8),
			 0);
	assert_string_equal(buffer, "ab");
	assert_int_equal(run(":", LONG, buffer, 8), 0);
	assert_string_equal(buffer, "");
	assert_int_equal(run("printf 123456789", LONG, buffer, 8), -EFBIG);
	assert_int_equal(run("yes", LONG, buffer, 8), -EFBIG);
}

static void test_bad_ends(void **state)
{
	char buffer[9];

	(void)state;
	assert_int_equal(run("echo x; exit 1", LONG, buffer, 8), -EIO);
	assert_int_equal(run("exit 127", LONG, buffer, 8), -EIO);
	assert_int_equal(run("kill -SEGV $$", LONG, buffer, 8), -EIO);
}

static void test_late(void **state)
{
	int64_t start = deadline_now();
	char buffer[9];

	(void)state;
	assert_int_equal(run("exec sleep 3600", 50, buffer, 8), -ETIMEDOUT);
	assert_int_equal(run("exec >&-; exec sleep 3600", 50, buffer, 8), -ETIMEDOUT);
	assert_true(deadline_now() - start < (int64_t)LONG * 1000000);
	/* No child remains. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_start(void **state)
{
	char *const arguments[] = { (char *)"x", (char *)"-c", (char *)"printf $0", NULL };
	struct process_program program = { .path = "/nonexistent",
					   .fd = -1,
					   .arguments = arguments };
	char buffer[9];

	(void)state;
	assert_int_equal(process_read_output(&program, LONG, buffer, 8), -ENOENT);
	program.path = "/etc/passwd";
	assert_int_equal(process_read_output(&program, LONG, buffer, 8), -EACCES);
	program.fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);
	assert_true(program.fd >= 0);
	assert_int_equal(process_read_output(&program, LONG, buffer, 8), 0);
	assert_string_equal(buffer, "x");
	close(program.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_bad_ends),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_start),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
