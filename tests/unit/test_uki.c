// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/golden/check has objcopy(1)'s programs; here are those that nobody would make. */
#include "image/uki.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define PE	 0x80
#define SECTIONS (PE + 24 + 16)
#define DATA	 0x180
#define SIZE	 0x190

static void put(unsigned char *at, size_t size, size_t number)
{
	for (; size--; number >>= 8)
		*at++ = (unsigned char)number;
}

static void put_section(unsigned char *at, const char *name, size_t virtual_size, size_t raw_size,
			size_t offset)
{
	for (size_t i = 0; i < 8 && name[i]; i++)
		at[i] = (unsigned char)name[i];
	put(at + 8, 4, virtual_size);
	put(at + 16, 4, raw_size);
	put(at + 20, 4, offset);
}

/* Returns a program of two sections, in memory that ends where it does. */
static unsigned char *make(size_t virtual_size, size_t raw_size, size_t offset)
{
	unsigned char *file = calloc(1, SIZE);

	put(file, 2, 0x5a4d); /* "MZ" */
	put(file + 0x3c, 4, PE);
	memcpy(file + PE, "PE\0", 4);
	put(file + PE + 6, 2, 2);
	put(file + PE + 20, 2, 16);
	put_section(file + SECTIONS, ".text", 4, 4, 0x40);
	put_section(file + SECTIONS + 40, ".cmdline", virtual_size, raw_size, offset);
	strcpy((char *)file + DATA, "root=/dev/sda1");
	return file;
}

static void check_section(const char *row, unsigned char *file, size_t size, const char *wanted)
{
	unsigned char *exact = malloc(size);
	const char *found;
	size_t length = 0;

	memcpy(exact, file, size);
	found = uki_section(exact, size, ".cmdline", &length);
	check_true(row, !found == !wanted);
	if (found && wanted)
		check_true(row, length == strlen(wanted) && memcmp(found, wanted, length) == 0);
	free(exact);
	free(file);
}

static void test_sections(void **state)
{
	static const struct {
		const char *name;
		size_t virtual_size, raw_size, offset;
		const char *wanted;
	} rows[] = {
		{ "both sizes", 14, 14, DATA, "root=/dev/sda1" },
		{ "filled up", 4, 16, DATA, "root" },
		{ "not all stored", 14, 4, DATA, "root" },
		{ "nothing", 0, 0, DATA, "" },
		{ "behind the end", 14, 14, SIZE + 1, NULL },
		{ "over the end", 14, 32, SIZE - 13, NULL },
		{ "up to the end", 16, 16, SIZE - 14, NULL },
		{ "very long", 0xffffffff, 0xffffffff, DATA, NULL },
		{ "very far", 1, 1, 0xffffffff, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_section(rows[i].name,
			      make(rows[i].virtual_size, rows[i].raw_size, rows[i].offset), SIZE,
			      rows[i].wanted);
}

/* Wherever it is cut off, nothing behind that is read. */
static void test_cut_off(void **state)
{
	(void)state;
	for (size_t size = 1; size < DATA + 14; size++)
		check_section("cut off", make(14, 14, DATA), size, NULL);
	check_section("whole", make(14, 14, DATA), DATA + 14, "root=/dev/sda1");
}

static void test_headers(void **state)
{
	unsigned char *file = make(14, 14, DATA);

	(void)state;
	assert_true(uki_is_program(file, SIZE));
	put(file + 0x3c, 4, SIZE - 23);
	assert_false(uki_is_program(file, SIZE));
	put(file + 0x3c, 4, 0xfffffff0);
	assert_false(uki_is_program(file, SIZE));
	put(file + 0x3c, 4, PE);
	put(file + PE + 6, 2, 0xffff);
	put(file + PE + 20, 2, 0xffff);
	check_section("sections far away", file, SIZE, NULL);
	file = make(14, 14, DATA);
	file[0] = 'E';
	check_section("no program", file, SIZE, NULL);
}

/* Makes a program with sections of these names, each of which holds its number. */
static unsigned char *make_named(const char *const *names, size_t count, size_t *size)
{
	unsigned char *file;

	*size = SECTIONS + count * 40 + count;
	file = calloc(1, *size);
	put(file, 2, 0x5a4d);
	put(file + 0x3c, 4, PE);
	memcpy(file + PE, "PE\0", 4);
	put(file + PE + 6, 2, count);
	put(file + PE + 20, 2, 16);
	for (size_t i = 0; i < count; i++) {
		size_t at = *size - count + i;

		put_section(file + SECTIONS + i * 40, names[i], 1, 1, at);
		file[at] = (unsigned char)('0' + i);
	}
	return file;
}

static void test_profiles(void **state)
{
	static const char *const names[] = { ".linux",	 ".cmdline", ".initrd",	 ".profile",
					     ".profile", ".cmdline", ".cmdline", ".profile",
					     ".initrd",	 ".uname" };
	static const struct {
		size_t profile;
		const char *name;
		char wanted;
	} rows[] = {
		{ 0, ".linux", '0' },	{ 0, ".cmdline", '1' }, { 0, ".initrd", '2' },
		{ 1, ".linux", '0' },	{ 1, ".cmdline", '5' }, { 1, ".initrd", '2' },
		{ 2, ".cmdline", '1' }, { 2, ".initrd", '8' },	{ 2, ".uname", '9' },
		{ 0, ".uname", 0 },	{ 1, ".uname", 0 },	{ 0, ".profile", '3' },
		{ 1, ".profile", '4' }, { 2, ".profile", '7' }, { 3, ".initrd", '2' },
	};
	size_t size, length;
	unsigned char *file = make_named(names, ARRAY_SIZE(names), &size);

	(void)state;
	assert_int_equal(uki_profiles(file, size), 3);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *found =
			uki_profile_section(file, size, rows[i].profile, rows[i].name, &length);

		check_true(rows[i].name, !found == !rows[i].wanted);
		if (found)
			check_true(rows[i].name, length == 1 && *found == rows[i].wanted);
	}
	put(file + PE + 6, 2, 3);
	assert_int_equal(uki_profiles(file, size), 0);
	free(file);
}

static void test_linux_version(void **state)
{
	static const char magic[] = { 'H', 'd', 'r', 'S' };
	static const struct {
		const char *name;
		const char *text;
		size_t offset, size;
		const char *wanted;
	} rows[] = {
		{ "whole", "6.1.0-18-amd64 (debian) #1", 0x100, 0x400, "6.1.0-18-amd64" },
		{ "one word", "6.1.0", 0x100, 0x400, "6.1.0" },
		{ "at the end", "6.1.0", 0x100, 0x306, "6.1.0" },
		{ "over the end", "6.1.0", 0x100, 0x305, NULL },
		{ "no text", "", 0x100, 0x400, NULL },
		{ "no offset", "6.1.0", 0, 0x400, NULL },
		{ "behind the end", "", 0x200, 0x400, NULL },
		{ "far away", "", 0xffff, 0x400, NULL },
		{ "short", "", 0x100, 0x20f, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned char whole[0x800] = { 0 }, *file = malloc(rows[i].size);
		const char *found;
		size_t length = 0;

		memcpy(whole + 0x202, magic, sizeof(magic));
		put(whole + 0x20e, 2, rows[i].offset);
		memcpy(whole + 0x300, rows[i].text, strlen(rows[i].text));
		memcpy(file, whole, rows[i].size);
		found = uki_linux_version(file, rows[i].size, &length);
		check_true(rows[i].name, !found == !rows[i].wanted);
		if (found && rows[i].wanted)
			check_true(rows[i].name,
				   length == strlen(rows[i].wanted) &&
					   memcmp(found, rows[i].wanted, length) == 0);
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),      cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_headers),	      cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_linux_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
