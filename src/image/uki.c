// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/uki.h"

#include <stdint.h>
#include <string.h>

/* Offsets in a PE file. */
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

#define PROFILE ".profile"

/* Offsets in an x86 kernel (Documentation/arch/x86/boot.rst). */
#define LINUX_SETUP   0x200
#define LINUX_MAGIC   0x202
#define LINUX_VERSION 0x20e

static uint32_t read_number(const unsigned char *bytes, size_t size)
{
	uint32_t number = 0;

	while (size--)
		number = number << 8 | bytes[size];
	return number;
}

/* Returns the offset of the PE header; 0 if it is missing or incomplete. */
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

bool uki_is_program(const void *file, size_t size)
{
	return find_header(file, size) != 0;
}

static bool has_name(const unsigned char *section, const char *name)
{
	char padded[SECTION_NAME_SIZE] = { 0 };

	memcpy(padded, name, strnlen(name, sizeof(padded)));
	return memcmp(section, padded, sizeof(padded)) == 0;
}

/* Returns the header of section i; NULL if the file ends before it. */
static const unsigned char *section_at(const unsigned char *bytes, size_t size, size_t i)
{
	size_t header = find_header(bytes, size), at;

	if (!header || i >= read_number(bytes + header + PE_SECTION_COUNT, 2))
		return NULL;
	at = header + PE_HEADER_SIZE + read_number(bytes + header + PE_OPTIONAL_SIZE, 2) +
	     i * SECTION_HEADER_SIZE;
	if (at > size || size - at < SECTION_HEADER_SIZE)
		return NULL;
	return bytes + at;
}

/* Returns a section's bytes within file; NULL if it reaches beyond it. */
static const char *section_bytes(const unsigned char *bytes, size_t size,
				 const unsigned char *section, size_t *length)
{
	size_t raw = read_number(section + SECTION_RAW_SIZE, 4);
	size_t offset = read_number(section + SECTION_RAW_OFFSET, 4);

	*length = read_number(section + SECTION_VIRTUAL, 4);
	if (*length > raw)
		*length = raw;
	if (offset > size || *length > size - offset)
		return NULL;
	return (const char *)bytes + offset;
}

const char *uki_section(const void *file, size_t size, const char *name, size_t *length)
{
	const unsigned char *section;

	for (size_t i = 0; (section = section_at(file, size, i)); i++)
		if (has_name(section, name))
			return section_bytes(file, size, section, length);
	return NULL;
}

size_t uki_profiles(const void *file, size_t size)
{
	const unsigned char *section;
	size_t count = 0;

	for (size_t i = 0; (section = section_at(file, size, i)); i++)
		count += has_name(section, PROFILE);
	return count;
}

const char *uki_profile_section(const void *file, size_t size, size_t profile, const char *name,
				size_t *length)
{
	const unsigned char *section, *base = NULL, *own = NULL;
	size_t begun = 0;

	for (size_t i = 0; (section = section_at(file, size, i)); i++) {
		begun += has_name(section, PROFILE);
		if (!has_name(section, name))
			continue;
		if (begun == 0 && !base)
			base = section;
		else if (begun == profile + 1 && !own)
			own = section;
	}
	if (!own)
		own = base;
	return own ? section_bytes(file, size, own, length) : NULL;
}

const char *uki_linux_version(const void *kernel, size_t size, size_t *length)
{
	const unsigned char *bytes = kernel;
	const char *version;
	size_t at;

	if (size < LINUX_VERSION + 2 || memcmp(bytes + LINUX_MAGIC, "HdrS", 4) != 0)
		return NULL;
	at = read_number(bytes + LINUX_VERSION, 2);
	if (at == 0 || size - LINUX_SETUP <= at)
		return NULL;
	version = (const char *)bytes + LINUX_SETUP + at;
	size -= LINUX_SETUP + at;
	for (*length = 0; *length < size && version[*length]; ++*length)
		if (version[*length] == ' ')
			return version;
	return *length && *length < size ? version : NULL;
}
