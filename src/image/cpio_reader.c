// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/cpio_reader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/util.h"

#define ALIGNMENT 4

/* The header's fields used here, each eight hexadecimal digits after the magic. */
enum field {
	FIELD_MODE = 1,
	FIELD_LINKS = 4,
	FIELD_SIZE = 6,
	FIELD_NAME_SIZE = 11,
};

void cpio_reader_start(struct cpio_reader *reader, struct arena *arena,
		       bool (*keep)(const char *path))
{
	memset(reader, 0, sizeof(*reader));
	reader->arena = arena;
	reader->keep = keep;
}

static bool read_field(const struct cpio_reader *reader, enum field field, size_t *value)
{
	const char *digits = reader->header + 6 + 8 * (size_t)field;

	*value = 0;
	for (size_t i = 0; i < 8; i++) {
		static const char known[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = memchr(known, digits[i], sizeof(known) - 1);

		if (!digit)
			return false;
		*value = *value << 4 | ((size_t)(digit - known) & 15);
	}
	return true;
}

static size_t pad(size_t size)
{
	return (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
}

/* Parses a whole header for the length of the name. Returns 0 or -EBADMSG. */
static int take_header(struct cpio_reader *reader)
{
	size_t size;

	if (memcmp(reader->header, "070701", 6) != 0 && memcmp(reader->header, "070702", 6) != 0)
		return -EBADMSG;
	if (!read_field(reader, FIELD_NAME_SIZE, &size) || size == 0 || size > CPIO_READER_NAME_MAX)
		return -EBADMSG;
	reader->padding = pad(CPIO_READER_HEADER_SIZE + size);
	reader->wanted = size + reader->padding;
	reader->filled = 0;
	reader->state = CPIO_READER_NAME;
	return 0;
}

static const char *plain_path(const char *name)
{
	while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
		name++;
	return name;
}

static int add_member(struct cpio_reader *reader, size_t mode, size_t links, size_t size)
{
	const char *path = plain_path(reader->name);
	struct cpio_member *member = arena_allocate(reader->arena, 1, sizeof(*member));

	if (!member)
		return -ENOMEM;
	*member = (struct cpio_member){ .mode = (unsigned int)mode, .size = size };
	member->path = arena_copy(reader->arena, path, strlen(path));
	if (!member->path)
		return -ENOMEM;
	member->linked = S_ISREG(mode) && links > 1 && size == 0;
	reader->next_byte = NULL;
	if (size <= CPIO_READER_KEEP_MAX && reader->keep(member->path)) {
		/* The arena's memory may have been used before. */
		reader->next_byte = arena_allocate(reader->arena, size + 1, 1);
		if (!reader->next_byte)
			return -ENOMEM;
		reader->next_byte[size] = '\0';
		member->data = reader->next_byte;
	}
	member->next = reader->members;
	reader->members = member;
	return 0;
}

/*
 * Handles a whole name: the archive ends, or the contents follow. Returns 0, -EBADMSG or
 * -ENOMEM.
 */
static int take_name(struct cpio_reader *reader)
{
	size_t room = reader->wanted - reader->padding, mode, links, size;
	int error;

	if (strnlen(reader->name, room) == room || !read_field(reader, FIELD_MODE, &mode) ||
	    !read_field(reader, FIELD_LINKS, &links) || !read_field(reader, FIELD_SIZE, &size))
		return -EBADMSG;
	reader->filled = 0;
	reader->padding = pad(size);
	reader->wanted = size + reader->padding;
	reader->state = reader->wanted ? CPIO_READER_DATA : CPIO_READER_BETWEEN;
	if (streq(reader->name, "TRAILER!!!")) {
		reader->archives++;
		reader->state = CPIO_READER_BETWEEN;
		return 0;
	}
	error = add_member(reader, mode, links, size);
	/* Nothing but a header may follow within an archive. */
	if (!error && reader->state == CPIO_READER_BETWEEN)
		reader->state = CPIO_READER_HEADER;
	return error;
}

/* Copies the bytes still missing from a header or name. Returns whether it is complete. */
static bool fill(struct cpio_reader *reader, char *buffer, size_t wanted, const char **data,
		 size_t *size)
{
	size_t length = wanted - reader->filled;

	if (length > *size)
		length = *size;
	memcpy(buffer + reader->filled, *data, length);
	reader->filled += length;
	*data += length;
	*size -= length;
	return reader->filled == wanted;
}

static void take_data(struct cpio_reader *reader, const char **data, size_t *size)
{
	size_t length = reader->wanted < *size ? reader->wanted : *size;
	size_t bytes = reader->wanted > reader->padding ? reader->wanted - reader->padding : 0;

	if (bytes > length)
		bytes = length;
	if (reader->next_byte && bytes) {
		memcpy(reader->next_byte, *data, bytes);
		reader->next_byte += bytes;
	}
	reader->wanted -= length;
	*data += length;
	*size -= length;
	if (!reader->wanted) {
		reader->filled = 0;
		reader->state = CPIO_READER_HEADER;
	}
}

ssize_t cpio_reader_feed(struct cpio_reader *reader, const char *data, size_t size)
{
	size_t all = size;
	int error = 0;

	while (size && !error) {
		switch (reader->state) {
		case CPIO_READER_BETWEEN:
			if (*data && *data != '0')
				return (ssize_t)(all - size);
			if (*data == '0') {
				reader->filled = 0;
				reader->state = CPIO_READER_HEADER;
			} else {
				data++;
				size--;
			}
			break;
		case CPIO_READER_HEADER:
			if (!reader->filled && !*data) {
				data++;
				size--;
			} else if (fill(reader, reader->header, CPIO_READER_HEADER_SIZE, &data,
					&size)) {
				error = take_header(reader);
			}
			break;
		case CPIO_READER_NAME:
			if (fill(reader, reader->name, reader->wanted, &data, &size))
				error = take_name(reader);
			break;
		case CPIO_READER_DATA:
			take_data(reader, &data, &size);
			break;
		}
	}
	return error ? error : (ssize_t)all;
}

bool cpio_reader_is_inside(const struct cpio_reader *reader)
{
	return reader->state != CPIO_READER_BETWEEN;
}
