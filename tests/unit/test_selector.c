// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/selector.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static void add_pattern(struct text *text, const char *name, const struct id_pattern *id)
{
	const int32_t parts[] = { id->vendor, id->device, id->subsystem_vendor,
				  id->subsystem_device };

	text_add(text, " %s=", name);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i] < 0)
			text_add(text, "%s*", i ? ":" : "");
		else
			text_add(text, "%s%04x", i ? ":" : "", (unsigned int)parts[i]);
	}
}

/* Writes everything that was parsed. */
static void render(const struct selector *selector, struct text *text)
{
	static const char *const kinds[] = {
		"function", "slot", "path", "id", "class", "boot_vga"
	};
	char address[PCI_ADDRESS_SIZE];

	text_add(text, "%s%s", selector->exclude ? "!" : "", kinds[selector->kind]);
	if (selector->kind <= SELECTOR_PATH)
		text_add(text, " %s", pci_address_format(&selector->address, address));
	for (unsigned int i = 0; i < selector->hop_count; i++)
		text_add(text, "/%02x.%x", selector->hops[i].device, selector->hops[i].function);
	if (selector->kind == SELECTOR_ID)
		add_pattern(text, "id", &selector->id);
	if (selector->kind == SELECTOR_CLASS)
		text_add(text, " %06x&%06x", selector->class, selector->class_mask);
	if (selector->has_identity)
		add_pattern(text, "identity", &selector->identity);
}

static const struct {
	const char *text;
	const char *parsed;
} good[] = {
	{ "01:00.0", "function 0000:01:00.0" },
	{ "ff:1f.7", "function 0000:ff:1f.7" },
	{ "AB:1F.7", "function 0000:ab:1f.7" },
	{ "0000:01:00.0", "function 0000:01:00.0" },
	{ "0001:01:00.0", "function 0001:01:00.0" },
	{ "10000:e1:00.0", "function 10000:e1:00.0" },
	{ "7fffffff:e1:00.0", "function 7fffffff:e1:00.0" },
	{ "01:00", "slot 0000:01:00.0" },
	{ "e1:1f", "slot 0000:e1:1f.0" },
	{ "01:00.*", "slot 0000:01:00.0" },
	{ "0000:01:00", "slot 0000:01:00.0" },
	{ "10000:e1:00.*", "slot 10000:e1:00.0" },
	{ "00:01.0/00.0", "path 0000:00:01.0/00.0" },
	{ "10000:00:01.1/00.0/1f.7", "path 10000:00:01.1/00.0/1f.7" },
	{ "00:1c.4/00.0/01.0/00.1", "path 0000:00:1c.4/00.0/01.0/00.1" },
	{ "00:01.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0",
	  "path 0000:00:01.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/"
	  "00.0/00.0/00.0" },
	{ "10de:1f91", "id id=10de:1f91:*:*" },
	{ "10DE:1F91", "id id=10de:1f91:*:*" },
	{ "10de:*", "id id=10de:*:*:*" },
	{ "0000:0000", "id id=0000:0000:*:*" },
	{ "ffff:ffff", "id id=ffff:ffff:*:*" },
	{ "pci:10de:1f91", "id id=10de:1f91:*:*" },
	{ "pci:10de:1f91:1458:3ffc", "id id=10de:1f91:1458:3ffc" },
	{ "10de:1f91:1458:3ffc", "id id=10de:1f91:1458:3ffc" },
	{ "pci:10de:*:1458:*", "id id=10de:*:1458:*" },
	{ "class:03", "class 030000&ff0000" },
	{ "class:0300", "class 030000&ffff00" },
	{ "class:0c0330", "class 0c0330&ffffff" },
	{ "class:00", "class 000000&ff0000" },
	{ "class:FF", "class ff0000&ff0000" },
	{ "boot_vga", "boot_vga" },
	{ "01:00.0@10de:1f91", "function 0000:01:00.0 identity=10de:1f91:*:*" },
	{ "01:00.0@10de:*", "function 0000:01:00.0 identity=10de:*:*:*" },
	{ "01:00.0@10de:1f91:1458:3ffc", "function 0000:01:00.0 identity=10de:1f91:1458:3ffc" },
	{ "10000:e1:00.0@144d:a808", "function 10000:e1:00.0 identity=144d:a808:*:*" },
	{ "00:01.0/00.0@10de:1f91", "path 0000:00:01.0/00.0 identity=10de:1f91:*:*" },
	{ "boot_vga@10de:1f91", "boot_vga identity=10de:1f91:*:*" },
	{ "!01:00.0", "!function 0000:01:00.0" },
	{ "!boot_vga", "!boot_vga" },
	{ "!class:03", "!class 030000&ff0000" },
	{ "!10de:*", "!id id=10de:*:*:*" },
	{ "!01:00.0@10de:1f91", "!function 0000:01:00.0 identity=10de:1f91:*:*" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct selector_error error = { 0 };
		struct selector selector;
		struct text text = { .used = 0 };

		if (selector_parse(good[i].text, strlen(good[i].text), &selector, &error))
			fail_msg("'%s' does not parse: %s", good[i].text, error.reason);
		render(&selector, &text);
		check_text(good[i].text, text.bytes, good[i].parsed);
	}
}

#define UNKNOWN	 "not a selector; "
#define GROUP	 "looks like an IOMMU group number, "
#define BUS	 "a bus number is two hexadecimal digits"
#define DOMAIN	 "a domain is four to eight hexadecimal digits"
#define DEVICE	 "a device number is two hexadecimal digits"
#define FUNCTION "a function is a dot and one digit from 0 to 7"
#define ID	 "an id is four hexadecimal digits or *"
#define ID_FORM	 "an id is vendor:device or "
#define VENDOR	 "an id must name its vendor"
#define CLASS	 "a class is two hexadecimal digits (03), "
#define PIN	 "@ pins the id of one function"

static const struct {
	const char *text;
	size_t offset;
	const char *reason; /* its beginning */
} bad[] = {
	{ "", 0, UNKNOWN },
	{ "!", 1, UNKNOWN },
	{ "@", 1, ID_FORM },
	{ "@10de:1f91", 0, UNKNOWN },
	{ "gpu", 0, UNKNOWN },
	{ "nvidia", 0, UNKNOWN },
	{ "boot_vga ", 0, UNKNOWN },
	{ "boot_vgaX", 0, UNKNOWN },
	{ "boot_vg", 0, UNKNOWN },
	{ "Boot_vga", 0, UNKNOWN },
	{ "01", 0, GROUP },
	{ "13", 0, GROUP },
	{ "0", 0, GROUP },
	{ "!13", 1, GROUP },
	{ "group13", 0, GROUP },
	{ "group:13", 0, GROUP },
	{ "group=13", 0, GROUP },
	{ "iommu_group13", 0, GROUP },
	{ "iommu_group:13", 0, GROUP },
	{ "group", 0, UNKNOWN },
	{ "groupx", 0, UNKNOWN },
	{ "01.0", 0, UNKNOWN },
	{ "1:00.0", 0, BUS },
	{ "001:00.0", 0, BUS },
	{ "g1:00.0", 0, BUS },
	{ ":00.0", 0, BUS },
	{ "!!01:00.0", 1, BUS },
	{ "0000:1:00.0", 5, BUS },
	{ "0000:001:00.0", 5, BUS },
	{ "!0000:1:00.0", 6, BUS },
	{ "000:01:00.0", 0, DOMAIN },
	{ "123456789:01:00.0", 0, DOMAIN },
	{ "80000000:01:00.0", 0, DOMAIN },
	{ "00g0:01:00.0", 0, DOMAIN },
	{ ":01:00.0", 0, DOMAIN },
	{ "01:", 3, DEVICE },
	{ "01:0", 3, DEVICE },
	{ "01:20", 3, DEVICE },
	{ "01:2g", 3, DEVICE },
	{ "01:20.*", 3, DEVICE },
	{ "01:0.0", 3, DEVICE },
	{ "01:g0.0", 3, DEVICE },
	{ "01:20.0", 3, "device numbers end at 1f" },
	{ "0000:01:20.0", 8, "device numbers end at 1f" },
	{ "01:00.", 5, FUNCTION },
	{ "01:00.8", 5, FUNCTION },
	{ "01:00.00", 5, FUNCTION },
	{ "01:00.a", 5, FUNCTION },
	{ "01:00-0", 5, FUNCTION },
	{ "01:00.0 ", 5, FUNCTION },
	{ "01:00.**", 5, FUNCTION },
	{ "01:000", 5, FUNCTION },
	{ "00:01.0/", 8, DEVICE },
	{ "00:01.0/0.0", 8, DEVICE },
	{ "00:01.0/20.0", 8, "device numbers end at 1f" },
	{ "00:01.0/00.8", 10, FUNCTION },
	{ "00:01.0/00.*", 10, FUNCTION },
	{ "00:01.0/00", 10, FUNCTION },
	{ "00:01.0//00.0", 8, DEVICE },
	{ "00:01/00.0", 5, FUNCTION },
	{ "00:01.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0"
	  "/00.0",
	  88, "a path has at most 16 steps" },
	{ "1:00", 0, ID },
	{ "10de:1f9", 5, ID },
	{ "10de:1f911", 5, ID },
	{ "10de:", 5, ID },
	{ "10de:**", 5, ID },
	{ "10dg:1f91", 0, ID },
	{ "0x10de:0x1f91", 0, ID },
	{ "pci:10de:1f9x", 9, ID },
	{ "pci:01:00.0", 4, ID },
	{ "pci:10de:1f91:1458:", 19, ID },
	{ "pci:10de", 4, ID_FORM },
	{ "pci:", 4, ID_FORM },
	{ "pci:10de:1f91:1458", 4, ID_FORM },
	{ "pci:10de:1f91:1458:3ffc:0000", 4, ID_FORM },
	{ "*:1f91", 0, VENDOR },
	{ "*:*", 0, VENDOR },
	{ "pci:*:1f91", 4, VENDOR },
	{ "class:", 6, CLASS },
	{ "class:3", 6, CLASS },
	{ "class:030", 6, CLASS },
	{ "class:03000", 6, CLASS },
	{ "class:0300000", 6, CLASS },
	{ "class:0x03", 6, CLASS },
	{ "class:vg", 6, CLASS },
	{ "!class:3", 7, CLASS },
	{ "01:00.0@", 8, ID_FORM },
	{ "01:00.0@10de", 8, ID_FORM },
	{ "01:00.0@10de:1f9", 13, ID },
	{ "01:00.0@10de:1f91@10de:1f91", 8, ID_FORM },
	{ "01:00.0@*:1f91", 8, VENDOR },
	{ "01:00.0@pci:10de:1f91", 8, ID_FORM },
	{ "01:00.8@10de:1f91", 5, FUNCTION },
	{ "01:00@10de:1f91", 5, PIN },
	{ "!01:00@10de:1f91", 6, PIN },
	{ "class:03@10de:1f91", 8, PIN },
	{ "10de:1f91@10de:1f91", 9, PIN },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct selector_error error = { 0 };
		struct selector selector;

		check_number(bad[i].text,
			     selector_parse(bad[i].text, strlen(bad[i].text), &selector, &error),
			     -EINVAL);
		assert_non_null(error.reason);
		if (strncmp(error.reason, bad[i].reason, strlen(bad[i].reason)) != 0)
			fail_msg("'%s': %s", bad[i].text, error.reason);
		check_number(bad[i].text, (long long)error.offset, (long long)bad[i].offset);
		/* The place is within the text or just after it. */
		check_true(bad[i].text, error.offset <= strlen(bad[i].text));
	}
}

/* The text has no NUL: what follows it belongs to somebody else. */
static void check_length(const char *text, size_t length, char behind)
{
	struct selector_error error = { 0 }, error_again = { 0 };
	struct selector selector, again;
	char *exact = test_malloc(length + 1);
	int result;

	memcpy(exact, text, length);
	exact[length] = behind;
	result = selector_parse(exact, length, &selector, &error);
	exact[length] = '\0';
	check_number(text, selector_parse(exact, length, &again, &error_again), result);
	if (result == 0) {
		assert_memory_equal(&selector, &again, sizeof(selector));
	} else {
		assert_ptr_equal(error.reason, error_again.reason);
		assert_int_equal(error.offset, error_again.offset);
	}
	test_free(exact);
}

static void test_length_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		for (size_t length = 0; length <= strlen(good[i].text); length++)
			for (const char *behind = "7:./@*a,"; *behind; behind++)
				check_length(good[i].text, length, *behind);
}

/*
 * A root port with a switch behind it, a card with two functions below that, and a card
 * behind the root port of a VMD domain.
 */
static const struct device root_port = { .address = { 0, 0, 0x1c, 4 },
					 .header_type = 1,
					 .class = 0x060400,
					 .id = { 0x8086, 0xa33c, 0x17aa, 0x2292 } };
static const struct device upstream = {
	.address = { 0, 2, 0, 0 }, .parent = &root_port, .header_type = 1, .class = 0x060400
};
static const struct device downstream = {
	.address = { 0, 3, 1, 0 }, .parent = &upstream, .header_type = 1, .class = 0x060400
};
static const struct device card = { .address = { 0, 5, 0, 0 },
				    .parent = &downstream,
				    .class = 0x030000,
				    .boot_display = true,
				    .id = { 0x10de, 0x1f91, 0x1458, 0x3ffc } };
static const struct device audio = { .address = { 0, 5, 0, 1 },
				     .parent = &downstream,
				     .class = 0x040300,
				     .id = { 0x10de, 0x10fa, 0x1458, 0x3ffc } };
static const struct device vmd_disk = { .address = { 0x10000, 0xe1, 0, 0 },
					.class = 0x010802,
					.id = { 0x144d, 0xa808, 0x144d, 0xa801 } };
static const struct device *const all[] = { &root_port, &upstream, &downstream,
					    &card,	&audio,	   &vmd_disk };
static const char letters[] = "pudcav";

static const struct {
	const char *text;
	const char *matches; /* letters of the devices above */
} matching[] = {
	{ "05:00.0", "c" },
	{ "05:00.1", "a" },
	{ "05:00.2", "" },
	{ "0000:05:00.0", "c" },
	{ "0001:05:00.0", "" },
	{ "e1:00.0", "" },
	{ "10000:e1:00.0", "v" },
	{ "10000:e1:00", "v" },
	{ "05:00", "ca" },
	{ "05:00.*", "ca" },
	{ "05:01", "" },
	{ "e1:00", "" },
	{ "00:1c.4", "p" },
	{ "00:1c.4/00.0", "u" },
	{ "00:1c.4/00.0/01.0", "d" },
	{ "00:1c.4/00.0/01.0/00.0", "c" },
	{ "00:1c.4/00.0/01.0/00.1", "a" },
	{ "00:1c.4/00.0/01.0/00.2", "" },
	{ "00:1c.4/00.0/02.0/00.0", "" },
	{ "00:1c.5/00.0/01.0/00.0", "" },
	{ "01:1c.4/00.0/01.0/00.0", "" },
	{ "0001:00:1c.4/00.0/01.0/00.0", "" },
	/* A path starts at the given place, not only on a root bus. */
	{ "03:01.0/00.1", "a" },
	{ "00:1c.4/00.0/00.0/01.0/00.0", "" },
	{ "00:1c.4/01.0/00.0", "" },
	{ "10de:1f91", "c" },
	{ "10de:*", "ca" },
	{ "8086:*", "p" },
	{ "0000:0000", "ud" },
	{ "pci:10de:1f91:1458:3ffc", "c" },
	{ "pci:10de:1f91:1458:3ffd", "" },
	{ "pci:10de:1f91:1459:3ffc", "" },
	{ "pci:10de:*:1458:3ffc", "ca" },
	{ "pci:10de:*:*:3ffc", "ca" },
	{ "class:06", "pud" },
	{ "class:0604", "pud" },
	{ "class:0600", "" },
	{ "class:03", "c" },
	{ "class:0300", "c" },
	{ "class:030000", "c" },
	{ "class:030001", "" },
	{ "class:0302", "" },
	{ "class:04", "a" },
	{ "class:0108", "v" },
	{ "class:010802", "v" },
	{ "class:010801", "" },
	{ "boot_vga", "c" },
	/* '!' and '@' are ignored here. */
	{ "!05:00", "ca" },
	{ "05:00.0@8086:1234", "c" },
};

static void test_matching(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(matching); i++) {
		struct selector_error error = { 0 };
		struct text text = { .used = 0 };
		struct selector selector;

		check_number(matching[i].text,
			     selector_parse(matching[i].text, strlen(matching[i].text), &selector,
					    &error),
			     0);
		for (size_t j = 0; j < ARRAY_SIZE(all); j++)
			if (selector_matches(&selector, all[j]))
				text_add(&text, "%c", letters[j]);
		check_text(matching[i].text, text.bytes, matching[i].matches);
	}
}

static const struct {
	const char *text;
	const struct device *device;
	bool holds;
} identities[] = {
	{ "05:00.0", &card, true },
	{ "05:00.0@10de:1f91", &card, true },
	{ "05:00.0@10de:*", &card, true },
	{ "05:00.0@10de:1f91:1458:3ffc", &card, true },
	{ "05:00.0@10de:1f91:1458:*", &card, true },
	{ "05:00.0@10de:1f92", &card, false },
	{ "05:00.0@10df:1f91", &card, false },
	{ "05:00.0@10de:1f91:1459:3ffc", &card, false },
	{ "05:00.0@10de:1f91:1458:3ffd", &card, false },
	{ "05:00.0@10de:1f91", &audio, false },
};

static void test_identities(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		struct selector_error error = { 0 };
		struct selector selector;

		check_number(identities[i].text,
			     selector_parse(identities[i].text, strlen(identities[i].text),
					    &selector, &error),
			     0);
		check_number(identities[i].text,
			     selector_identity_holds(&selector, identities[i].device),
			     identities[i].holds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	       cmocka_unit_test(test_bad),
		cmocka_unit_test(test_length_is_kept), cmocka_unit_test(test_matching),
		cmocka_unit_test(test_identities),
	};

	return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
