// SPDX-License-Identifier: GPL-2.0-or-later
#include "unified.h"

#include <stdint.h>
#include <string.h>

/* Offsets of the PE format. */
#define DOS_HEADER_SIZE	    0x40
#define DOS_PE_OFFSET	    0x3c
#define PE_SECTION_COUNT    6
#define PE_OPTIONAL_SIZE    20
#define PE_HEADER_SIZE	    24
#define SECTION_NAME_SIZE   8
#define SECTION_VIRTUAL	    8
#define SECTION_RAW_SIZE    16
#define SECTION_RAW_OFFSET  20
#define SECTION_HEADER_SIZE 40

static uint32_t read_number(const unsigned char *bytes, size_t size)
{
	uint32_t number = 0;

	while (size--)
		number = number << 8 | bytes[size];
	return number;
}

/* Gives where the PE header starts; 0 where there is none, or not all of it. */
static size_t find_header(const unsigned char *bytes, size_t size)
{
	size_t offset;

	if (size < DOS_HEADER_SIZE || memcmp(bytes, "MZ", 2) != 0)
		return 0;
	offset = read_number(bytes + DOS_PE_OFFSET, 4);
	if (offset > size || size - offset < PE_HEADER_SIZE ||
	    memcmp(bytes + offset, "PE\0", 4) != 0)
		return 0;
	return offset;
}

bool unified_is_program(const void *file, size_t size)
{
	return find_header(file, size) != 0;
}

static bool has_name(const unsigned char *section, const char *name)
{
	char padded[SECTION_NAME_SIZE] = { 0 };

	memcpy(padded, name, strnlen(name, sizeof(padded)));
	return memcmp(section, padded, sizeof(padded)) == 0;
}

const char *unified_section(const void *file, size_t size, const char *name, size_t *length)
{
	const unsigned char *bytes = file;
	size_t header = find_header(bytes, size), first, count;

	if (!header)
		return NULL;
	count = read_number(bytes + header + PE_SECTION_COUNT, 2);
	first = header + PE_HEADER_SIZE + read_number(bytes + header + PE_OPTIONAL_SIZE, 2);
	for (size_t i = 0; i < count; i++) {
		size_t at = first + i * SECTION_HEADER_SIZE, offset, raw;

		if (at > size || size - at < SECTION_HEADER_SIZE)
			return NULL;
		if (!has_name(bytes + at, name))
			continue;
		*length = read_number(bytes + at + SECTION_VIRTUAL, 4);
		raw = read_number(bytes + at + SECTION_RAW_SIZE, 4);
		offset = read_number(bytes + at + SECTION_RAW_OFFSET, 4);
		if (*length > raw)
			*length = raw;
		if (offset > size || *length > size - offset)
			return NULL;
		return (const char *)bytes + offset;
	}
	return NULL;
}
