// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/kexec.h"

#include "scratch.h"
#include "unit.h"

static const struct {
	const char *name, *file, *text;
	bool started;
} cases[] = {
	{ "kexec", "proc/sys/kernel/bootloader_type", "208\n", true },
	{ "kexec of another version", "proc/sys/kernel/bootloader_type", "211\n", true },
	{ "GRUB", "proc/sys/kernel/bootloader_type", "114\n", false },
	{ "an extended number", "proc/sys/kernel/bootloader_type", "3328\n", false },
	{ "none known", "proc/sys/kernel/bootloader_type", "0\n", false },
	{ "an empty file", "proc/sys/kernel/bootloader_type", "", false },
	{ "kexec, by the device tree", "proc/device-tree/chosen/linux,booted-from-kexec", "",
	  true },
	{ "another device tree", "proc/device-tree/chosen/bootargs", "", false },
	{ "neither", "proc/cmdline", "", false },
};

static void test_signs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena *arena = arena_create(1 << 16);
		struct scratch scratch;

		scratch_create(&scratch);
		scratch_write(&scratch, cases[i].file, cases[i].text);
		check_true(cases[i].name,
			   kexec_has_started(arena, scratch.path) == cases[i].started);
		scratch_remove(&scratch);
		arena_destroy(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signs),
	};

	return cmocka_run_group_tests_name("kexec", tests, NULL, NULL);
}
