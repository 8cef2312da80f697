// SPDX-License-Identifier: GPL-2.0-or-later
/* Which function's memory holds the firmware's framebuffer, from /proc/iomem. */
#include "machine/firmware_display.h"

#include <string.h>

#include "unit.h"

#define BEFORE                                  \
	"00000000-00000fff : Reserved\n"        \
	"80000000-febfffff : PCI Bus 0000:00\n" \
	"  c0000000-d1ffffff : PCI Bus 0000:01\n"
#define CARD  "    c0000000-cfffffff : 0000:01:00.0\n"
#define AFTER "    d0000000-d1ffffff : 0000:01:00.1\n  fe000000-fe003fff : 0000:02:00.0\n"

static const struct {
	const char *iomem;
	uint64_t base;
	bool found;
	const char *holder; /* NULL for none */
} cases[] = {
	/* By address, whoever draws there now. */
	{ BEFORE CARD AFTER, 0xc0000000, true, "0000:01:00.0" },
	{ BEFORE CARD AFTER, 0xcfffffff, true, "0000:01:00.0" },
	{ BEFORE CARD AFTER, 0xd0000000, true, "0000:01:00.1" },
	{ BEFORE CARD AFTER, 0xfe000000, true, "0000:02:00.0" },
	{ BEFORE CARD "      c0000000-cfffffff : nouveau\n" AFTER, 0xc0000000, true,
	  "0000:01:00.0" },
	/* In no function's memory, and only in a bridge's window. */
	{ BEFORE CARD AFTER, 0xfe004000, true, NULL },
	{ BEFORE CARD AFTER, 0x1c0000000, true, NULL },
	/* By name. */
	{ BEFORE CARD "      c0000000-c02fffff : efifb\n" AFTER, 0, true, "0000:01:00.0" },
	{ BEFORE CARD AFTER "    fe000000-fe001fff : BOOTFB\n", 0, true, "0000:02:00.0" },
	{ BEFORE CARD AFTER "90000000-9000ffff : efifb\n", 0, true, NULL },
	/* Readers other than root see no addresses. */
	{ "00000000-00000000 : PCI Bus 0000:00\n  00000000-00000000 : 0000:01:00.0\n", 0xc0000000,
	  true, NULL },
	{ BEFORE CARD AFTER, 0, false, NULL },
	{ "", 0, false, NULL },
	{ "\n\n : \n:\n   \n-\n", 0, false, NULL },
};

static void test_search(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct firmware_display display = { .found = false };
		char text[PCI_ADDRESS_SIZE];

		firmware_display_search(&display, cases[i].iomem, cases[i].base);
		if (display.found != cases[i].found || display.held != (cases[i].holder != NULL))
			fail_msg("case %zu", i);
		if (cases[i].holder)
			assert_string_equal(pci_address_format(&display.holder, text),
					    cases[i].holder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search),
	};

	return cmocka_run_group_tests_name("firmware_display", tests, NULL, NULL);
}
