// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests which systems confirm trials. */
#include "host/confirms.h"

#include <stdio.h>

#include "scratch.h"
#include "settings/settings.h"
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

#define NO_RECORD "this machine has no EFI variables"

/* The reasons, and what the user wrote; NULL for a trial. */
static const struct {
	const char *reason;
	bool efi, systemd;
	const char *written; /* trial = on or off */
	bool grub;	     /* GRUB's menu records trials */
	bool damaged;	     /* in a file that is damaged */
} reasons[] = {
	{ NULL, true, true, NULL, false, false },
	{ NULL, true, true, "on", false, false },
	{ NULL, true, false, "on", false, false }, /* whoever writes it confirms by hand */
	{ "trial = off", true, true, "off", false, false },
	{ NULL, false, true, NULL, true, false },
	{ NULL, false, true, NULL, true, true },
	{ "trial = off", false, true, "off", true, false },
	{ NO_RECORD, false, true, NULL, false, false },
	{ NO_RECORD, false, true, "on", false, false },
	{ "no vfio-early-confirm.service of systemd confirms trials here", true, false, NULL, false,
	  false },
};

static void test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		struct arena *arena = arena_create(1 << 20);
		struct settings settings = { .trial = true, .arena = arena };
		struct scratch scratch;
		char row[16];

		scratch_create(&scratch);
		snprintf(row, sizeof(row), "row %zu", i);
		if (reasons[i].efi)
			scratch_write(&scratch, "sys/firmware/efi/fw_platform_size", "64\n");
		if (reasons[i].grub)
			scratch_write(
				&scratch, "boot/grub/grub.cfg",
				"export vfio_early_loader\nlinux /vmlinuz $vfio_early_loader\n");
		/* A boot takes nothing then, so it is a trial all the same. */
		if (reasons[i].damaged)
			scratch_write(&scratch, "boot/grub/grubenv", "");
		if (reasons[i].systemd) {
			scratch_link(&scratch, "sbin/init", "/lib/systemd/systemd");
			scratch_link(&scratch, "usr/lib" WANT, "../vfio-early-confirm.service");
		}
		if (reasons[i].written) {
			settings.origins[SETTING_TRIAL].source = "/etc/vfio-early.conf";
			settings.trial = streq(reasons[i].written, "on");
		}
		check_text(row, host_explain_no_trial(&settings, scratch.path), reasons[i].reason);
		arena_destroy(arena);
		scratch_remove(&scratch);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_systems),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
