// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the script that rebuilds images to its end. */
#include "command/regenerate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

static int run(const struct scratch *scratch, const char *text)
{
	char path[160];

	scratch_write(scratch, "script", text);
	snprintf(path, sizeof(path), "%s/script", scratch->path);
	assert_int_equal(chmod(path, 0755), 0);
	return regenerate_run(path);
}

static void test_results(void **state)
{
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	assert_int_equal(run(&scratch, "#!/bin/sh\nexit 0\n"), 0);
	assert_int_equal(run(&scratch, "#!/bin/sh\nexit 3\n"), 3);
	assert_int_equal(run(&scratch, "#!/bin/sh\nkill -KILL $$\n"), 128 + SIGKILL);
	assert_int_equal(run(&scratch, "#!/nonexistent/sh\n"), -ENOENT);
	assert_int_equal(regenerate_run("/nonexistent"), -ENOENT);
	scratch_remove(&scratch);
}

/* The script's programs come from the system, whatever the caller's PATH. */
static void test_path(void **state)
{
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	setenv("PATH", "/nonexistent:/usr/bin:/bin", 1);
	assert_int_equal(
		run(&scratch, "#!/bin/sh\n[ \"$PATH\" = /usr/sbin:/usr/bin:/sbin:/bin ]\n"), 0);
	scratch_remove(&scratch);
}

static int caught;

static void note(int number)
{
	caught = number;
}

/* A terminal's signals end the script, which cleans up; we restore the config. */
static void test_signals(void **state)
{
	struct sigaction action = { .sa_handler = note }, after;
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	sigaction(SIGTERM, &action, NULL);
	assert_int_equal(run(&scratch, "#!/bin/sh\ntrap 'exit 5' TERM\nkill -TERM $PPID $$\n"), 5);
	assert_int_equal(caught, 0);
	sigaction(SIGTERM, NULL, &after);
	assert_true(after.sa_handler == note);
	scratch_remove(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
