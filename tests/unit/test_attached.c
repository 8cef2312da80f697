// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests which function a console or an armed watchdog is on. */
#include "machine/attached.h"

#include "scratch.h"
#include "unit.h"

#define ROOT "../../devices/pci0000:00/"

enum { PORT, SERIAL, SMBUS, COUNT };

static const char *const watchdogs[] = { "active", "inactive" };

static void test_attached(void **state)
{
	(void)state;
	{
		struct device devices[COUNT] = {
			[PORT] = { .address = { 0, 0, 1, 0 } },
			[SERIAL] = { .address = { 0, 1, 0, 0 } },
			[SMBUS] = { .address = { 0, 2, 0, 4 } },
		};
		struct arena *arena = arena_create(0);
		struct scratch scratch;
		struct sysfs sysfs;

		scratch_create(&scratch);
		assert_int_equal(sysfs_open(&sysfs, scratch.path), 0);
		/* Nothing exists, so nothing is found. */
		assert_int_equal(attached_find(&sysfs, arena, devices, COUNT), 0);
		assert_null(devices[SERIAL].console);
		scratch_write(&scratch, "class/tty/console/active", "tty0 ttyS0 ttyS4\n");
		scratch_link(&scratch, "class/tty/tty0", "../../devices/virtual/tty/tty0");
		scratch_link(&scratch, "class/tty/ttyS0", "../../devices/pnp0/00:04/tty/ttyS0");
		/* As in kernels since 6.5, with the port's own devices between. */
		scratch_link(&scratch, "class/tty/ttyS4",
			     ROOT "0000:00:01.0/0000:01:00.0/0000:01:00.0:0/0000:01:00.0:0.0/tty/"
				  "ttyS4");
		/* A tty that is no console. */
		scratch_link(&scratch, "class/tty/ttyS5", ROOT "0000:02:00.4/tty/ttyS5");
		assert_int_equal(attached_find(&sysfs, arena, devices, COUNT), 0);
		assert_string_equal(devices[SERIAL].console, "ttyS4");
		assert_null(devices[PORT].console);
		assert_null(devices[SMBUS].console);
		sysfs_close(&sysfs);
		arena_destroy(arena);
		scratch_remove(&scratch);
	}
}

static void test_watchdog(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(watchdogs); i++) {
		struct device devices[] = { { .address = { 0, 2, 0, 4 } } };
		struct arena *arena = arena_create(0);
		struct scratch scratch;
		struct sysfs sysfs;

		scratch_create(&scratch);
		assert_int_equal(sysfs_open(&sysfs, scratch.path), 0);
		scratch_write(&scratch,
			      "devices/pci0000:00/0000:02:00.4/iTCO_wdt/watchdog/watchdog0/state",
			      watchdogs[i]);
		scratch_link(&scratch, "class/watchdog/watchdog0",
			     ROOT "0000:02:00.4/iTCO_wdt/watchdog/watchdog0");
		assert_int_equal(attached_find(&sysfs, arena, devices, 1), 0);
		if (i == 0)
			assert_string_equal(devices[0].watchdog, "watchdog0");
		else
			assert_null(devices[0].watchdog);
		sysfs_close(&sysfs);
		arena_destroy(arena);
		scratch_remove(&scratch);
	}
}

/* A watchdog whose driver does not set its parent: its identity is the driver's name. */
static void test_watchdog_of_nobody(void **state)
{
	static const struct {
		const char *identity;
		bool found;
	} rows[] = {
		{ "i6300ESB timer\n", true },
		{ "Software Watchdog\n", false },
		{ "../drivers/i6300ESB timer\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device devices[] = { { .address = { 0, 0, 16, 0 } },
					    { .address = { 0, 2, 0, 4 } } };
		struct arena *arena = arena_create(0);
		struct scratch scratch;
		struct sysfs sysfs;

		scratch_create(&scratch);
		assert_int_equal(sysfs_open(&sysfs, scratch.path), 0);
		scratch_write(&scratch, "devices/virtual/watchdog/watchdog0/state", "active\n");
		scratch_write(&scratch, "devices/virtual/watchdog/watchdog0/identity",
			      rows[i].identity);
		scratch_link(&scratch, "class/watchdog/watchdog0",
			     "../../devices/virtual/watchdog/watchdog0");
		scratch_write(&scratch, "bus/pci/drivers/i6300ESB timer/bind", "");
		scratch_link(&scratch, "bus/pci/drivers/i6300ESB timer/0000:00:10.0",
			     "../../../../devices/pci0000:00/0000:00:10.0");
		scratch_link(&scratch, "bus/pci/drivers/e1000e/0000:02:00.4",
			     "../../../../devices/pci0000:00/0000:02:00.4");
		assert_int_equal(attached_find(&sysfs, arena, devices, ARRAY_SIZE(devices)), 0);
		if (rows[i].found)
			assert_string_equal(devices[0].watchdog, "watchdog0");
		else
			assert_null(devices[0].watchdog);
		assert_null(devices[1].watchdog);
		sysfs_close(&sysfs);
		arena_destroy(arena);
		scratch_remove(&scratch);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attached),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_watchdog_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
