// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/address.h"

#include "lib/hex.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static const struct {
	const char *text;
	const char *formatted; /* NULL where it does not parse */
} rows[] = {
	{ "0000:01:00.0", "0000:01:00.0" },
	{ "ffff:ff:1f.7", "ffff:ff:1f.7" },
	{ "FFFF:AB:1F.7", "ffff:ab:1f.7" },
	{ "10000:e1:00.0", "10000:e1:00.0" },
	{ "7fffffff:00:00.0", "7fffffff:00:00.0" },
	{ "7fffffff:ff:1f.7", "7fffffff:ff:1f.7" },
	{ "80000000:00:00.0", NULL },
	{ "ffffffff:ff:1f.7", NULL },
	{ "", NULL },
	{ "01:00.0", NULL },
	{ "000:01:00.0", NULL },
	{ "123456789:01:00.0", NULL },
	{ "0000:01:00", NULL },
	{ "0000:01:00.", NULL },
	{ "0000:01:00.00", NULL },
	{ "0000:01:20.0", NULL },
	{ "0000:01:1f.8", NULL },
	{ "0000:01:00.f", NULL },
	{ "0000:g1:00.0", NULL },
	{ "0000-01:00.0", NULL },
	{ "0000:01-00.0", NULL },
	{ "0000:01:00-0", NULL },
	{ "0000:01:00.0 ", NULL },
	{ " 0000:01:00.0", NULL },
	{ "pci0000:00", NULL },
	{ "0x00:01:00.0", NULL },
	{ "+000:01:00.0", NULL },
};

static void test_parse_and_format(void **state)
{
	char buffer[PCI_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pci_address address = { .domain = 0xdead };
		int result = pci_address_parse(rows[i].text, strlen(rows[i].text), &address);

		check_number(rows[i].text, result, rows[i].formatted ? 0 : -EINVAL);
		if (rows[i].formatted)
			check_text(rows[i].text, pci_address_format(&address, buffer),
				   rows[i].formatted);
		else
			check_number(rows[i].text, address.domain, 0xdead);
	}
}

static void test_parse_stops_at_length(void **state)
{
	struct pci_address address;

	(void)state;
	assert_int_equal(pci_address_parse("0000:01:00.0/x", 12, &address), 0);
	assert_int_equal(pci_address_parse("0000:01:00.0", 11, &address), -EINVAL);
	assert_int_equal(pci_address_parse("0000:01:00.0", 0, &address), -EINVAL);
}

/* Each is less than the next. */
static const struct pci_address ordered[] = {
	{ 0, 0, 0, 0 },		 { 0, 0, 0, 7 },	  { 0, 0, 1, 0 }, { 0, 0, 31, 7 },
	{ 0, 1, 0, 0 },		 { 0, 255, 31, 7 },	  { 1, 0, 0, 0 }, { 0x10000, 0, 0, 0 },
	{ 0x7fffffff, 0, 0, 0 }, { 0xffffffff, 0, 0, 0 },
};

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void test_order(void **state)
{
	(void)state;
	for (int i = 0; i < (int)ARRAY_SIZE(ordered); i++)
		for (int j = 0; j < (int)ARRAY_SIZE(ordered); j++)
			assert_int_equal(sign(pci_address_compare(&ordered[i], &ordered[j])),
					 sign(i - j));
}

static void test_same_slot(void **state)
{
	struct pci_address base = { 1, 2, 3, 4 };

	(void)state;
	assert_true(pci_address_same_slot(&base, &(struct pci_address){ 1, 2, 3, 0 }));
	assert_false(pci_address_same_slot(&base, &(struct pci_address){ 1, 2, 4, 4 }));
	assert_false(pci_address_same_slot(&base, &(struct pci_address){ 1, 3, 3, 4 }));
	assert_false(pci_address_same_slot(&base, &(struct pci_address){ 2, 2, 3, 4 }));
}

static void test_hexadecimal(void **state)
{
	uint32_t value = 7;

	(void)state;
	assert_true(hex_parse("0123456789", 8, &value));
	assert_int_equal(value, 0x01234567);
	assert_true(hex_parse("aBcDeF", 6, &value));
	assert_int_equal(value, 0xabcdef);
	assert_true(hex_parse("ffffffff", 8, &value));
	assert_int_equal(value, 0xffffffff);
	assert_true(hex_parse("", 0, &value));
	assert_int_equal(value, 0);
	/* The neighbours of the digits. */
	value = 7;
	for (const char *bad = "/:@G`g x+-"; *bad; bad++)
		assert_false(hex_parse(bad, 1, &value));
	assert_false(hex_parse("1g", 2, &value));
	assert_int_equal(value, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_format),
		cmocka_unit_test(test_parse_stops_at_length),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_same_slot),
		cmocka_unit_test(test_hexadecimal),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
