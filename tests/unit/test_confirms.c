// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests which systems confirm trials. */
#include "host/confirms.h"

#include "scratch.h"
#include "unit.h"

#define UNIT "/systemd/system/vfio-early-confirm.service"
#define WANT "/systemd/system/sysinit.target.wants/vfio-early-confirm.service"

static const struct {
	const char *name;
	const char *init; /* where /sbin/init leads; NULL for none */
	const char *want; /* the link by which it is enabled; NULL for none */
	bool masked;
	bool confirms;
} rows[] = {
	{ "by the package", "/lib/systemd/systemd", "usr/lib" WANT, false, true },
	{ "on Fedora", "../lib/systemd/systemd", "usr/lib" WANT, false, true },
	{ "by hand", "/lib/systemd/systemd", "etc" WANT, false, true },
	{ "by make install", "/lib/systemd/systemd", "usr/local/lib" WANT, false, true },
	{ "masked", "/lib/systemd/systemd", "usr/lib" WANT, true, false },
	{ "not wanted", "/lib/systemd/systemd", NULL, false, false },
	{ "another init", "busybox", "usr/lib" WANT, false, false },
	{ "no init", NULL, "usr/lib" WANT, false, false },
};

static void test_systems(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scratch scratch;

		scratch_create(&scratch);
		if (rows[i].init)
			scratch_link(&scratch, "sbin/init", rows[i].init);
		if (rows[i].want)
			scratch_link(&scratch, rows[i].want, "../vfio-early-confirm.service");
		if (rows[i].masked)
			scratch_link(&scratch, "etc" UNIT, "/dev/null");
		check_true(rows[i].name, host_confirms_trials(scratch.path) == rows[i].confirms);
		scratch_remove(&scratch);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_systems) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
