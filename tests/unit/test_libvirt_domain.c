// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCI devices of a domain of libvirt. */
#include "check/libvirt_domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* A host device as libvirt writes it. */
#define HOSTDEV(ADDRESS)                                                   \
	"<hostdev mode='subsystem' type='pci' managed='yes'>\n <source>\n" \
	"  <address " ADDRESS "/>\n </source>\n"                           \
	" <address type='pci' domain='0x0000' bus='0x06' slot='0x00' "     \
	"function='0x0'/>\n</hostdev>\n"
#define CARD "domain='0x0000' bus='0x01' slot='0x00' function='0x1'"

/* Reads a domain: "LINE ADDRESS ..." and what ended it, with its line. */
static void check_domain(const char *row, const char *xml, const char *wanted)
{
	char *text = strdup(xml), slot[PCI_ADDRESS_SIZE];
	struct pci_address address;
	struct libvirt_domain domain;
	struct text got = { 0 };
	int found;

	libvirt_domain_open(&domain, text);
	while ((found = libvirt_domain_next(&domain, &address)) > 0)
		text_add(&got, "%u %s ", domain.line, pci_address_format(&address, slot));
	if (found)
		text_add(&got, "%u %s", domain.line, found == -EINVAL ? "EINVAL" : "?");
	check_text(row, got.bytes, wanted);
	assert_int_equal(libvirt_domain_next(&domain, &address), 0);
	free(text);
}

static void test_devices(void **state)
{
	static const struct {
		const char *row, *xml, *wanted;
	} rows[] = {
		{ "nothing", "", "" },
		{ "no tag", "just text", "" },
		{ "one", HOSTDEV(CARD), "3 0000:01:00.1 " },
		{ "two", "<domain>\n" HOSTDEV(CARD) HOSTDEV("bus=\"0x0a\" slot=\"31\"") "</domain>",
		  "4 0000:01:00.1 10 0000:0a:1f.0 " },
		{ "a long domain",
		  HOSTDEV("domain='0x10000' bus='0xe1' slot='0x00' function='0x0'"),
		  "3 10000:e1:00.0 " },
		{ "attributes in another order, with blanks",
		  "<hostdev  type = 'pci'\n mode='subsystem'><source ><address\tslot='0x00' bus = "
		  "'1'/></source></hostdev>",
		  "2 0000:01:00.0 " },
		{ "an element that is not empty",
		  "<hostdev type='pci'><source><address " CARD "></address></source></hostdev>",
		  "1 0000:01:00.1 " },
		{ "a > in a value", "<hostdev alias='a>b' type='pci'><source><address " CARD "/>",
		  "1 0000:01:00.1 " },
		{ "carriage returns",
		  "<hostdev type='pci'>\r\n<source>\r\n<address\r\n" CARD "/></source></hostdev>",
		  "3 0000:01:00.1 " },
		{ "a comment", "<!-- <hostdev>\n -->" HOSTDEV(CARD), "4 0000:01:00.1 " },
		{ "in a comment", "<!-- " HOSTDEV(CARD) " -->", "" },
		{ "in CDATA", "<description><![CDATA[" HOSTDEV(CARD) "]]></description>", "" },
		{ "a declaration", "<?xml version='1.0'?>\n<!DOCTYPE domain>" HOSTDEV(CARD),
		  "4 0000:01:00.1 " },
		{ "the guest's address", "<address type='pci' " CARD "/>", "" },
		{ "of USB", "<hostdev type='usb'><source><address bus='1' device='2'/></source>",
		  "" },
		{ "mediated", "<hostdev type='mdev'><source><address uuid='x'/></source>", "" },
		{ "type in another attribute",
		  "<hostdev atype='pci' mode='type=pci'><source><address " CARD "/></source>", "" },
		{ "the source of a disk", "<disk><source><address " CARD "/></source></disk>", "" },
		{ "after its end",
		  "<hostdev type='pci'></hostdev><source><address " CARD "/></source>", "" },
		{ "a tag that begins alike",
		  "<hostdevices type='pci'><source><address " CARD "/></source>", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_domain(rows[i].row, rows[i].xml, rows[i].wanted);
}

static void test_faults(void **state)
{
	static const struct {
		const char *row, *xml, *wanted;
	} rows[] = {
		{ "cut off in a tag", HOSTDEV(CARD) "<hostdev type='pci'",
		  "3 0000:01:00.1 7 EINVAL" },
		{ "cut off in a value", "\n<hostdev type='pci", "2 EINVAL" },
		{ "a comment without end", "<!-- ", "1 EINVAL" },
		{ "CDATA without end", "<![CDATA[ >", "1 EINVAL" },
		{ "a declaration without end", "<?xml ", "1 EINVAL" },
		{ "a tag in a tag", "<hostdev <a>", "1 EINVAL" },
		{ "a lone <", "<", "1 EINVAL" },
		{ "an empty tag", "<>" HOSTDEV(CARD), "3 0000:01:00.1 " },
		{ "no bus", HOSTDEV("domain='0x0000' slot='0x00'"), "3 EINVAL" },
		{ "no slot", HOSTDEV("bus='0x01'"), "3 EINVAL" },
		{ "a bus too high", HOSTDEV("bus='0x100' slot='0'"), "3 EINVAL" },
		{ "a slot too high", HOSTDEV("bus='1' slot='32'"), "3 EINVAL" },
		{ "a function too high", HOSTDEV("bus='1' slot='0' function='8'"), "3 EINVAL" },
		{ "a domain too high",
		  HOSTDEV("domain='0x100000000' bus='1' slot='0' function='0'"), "3 EINVAL" },
		{ "a number too high", HOSTDEV("domain='99999999999999999999999' bus='1' slot='0'"),
		  "3 EINVAL" },
		{ "no number", HOSTDEV("bus='0xzz' slot='0'"), "3 EINVAL" },
		{ "a domain that is none", HOSTDEV("domain='x' bus='1' slot='0'"), "3 EINVAL" },
		{ "a negative number", HOSTDEV("bus='-1' slot='0'"), "3 EINVAL" },
		{ "an empty number", HOSTDEV("bus='' slot='0'"), "3 EINVAL" },
		{ "no quotes", HOSTDEV("bus=1 slot=0"), "3 EINVAL" },
		{ "a NUL", "<hostdev type='pci'><source><address \032 bus='1' slot='0'/>",
		  "1 EINVAL" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_domain(rows[i].row, rows[i].xml, rows[i].wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
