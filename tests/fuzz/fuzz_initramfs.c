// SPDX-License-Identifier: GPL-2.0-or-later
/* Images as in /boot: cpio archives, and EFI programs around them. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "image/decompress.h"
#include "image/image_content.h"
#include "image/uki.h"
#include "lib/util.h"

#define ARENA_SIZE (64 << 20)

/* Feeds an input in pieces of a size. Returns the bytes taken, or -errno. */
static ssize_t feed(struct cpio_reader *reader, const char *data, size_t size, size_t piece)
{
	size_t taken = 0;

	while (taken < size) {
		size_t length = size - taken < piece ? size - taken : piece;
		ssize_t result = cpio_reader_feed(reader, data + taken, length);

		if (result < 0)
			return result;
		FUZZ_CHECK((size_t)result <= length);
		taken += (size_t)result;
		if ((size_t)result < length)
			break;
	}
	return (ssize_t)taken;
}

static void check_member(const struct cpio_member *member)
{
	FUZZ_CHECK(strlen(member->path) < CPIO_READER_NAME_MAX);
	FUZZ_CHECK(member->path[0] != '/' && strncmp(member->path, "./", 2) != 0);
	FUZZ_CHECK(!member->data || member->size <= CPIO_READER_KEEP_MAX);
	FUZZ_CHECK(!member->data || member->data[member->size] == '\0');
	FUZZ_CHECK(!member->linked || member->size == 0);
}

/* The size of the pieces makes no difference. */
static void check_same(const struct cpio_reader *one, const struct cpio_reader *other)
{
	const struct cpio_member *a = one->members, *b = other->members;
	bool last = cpio_reader_is_inside(one);

	FUZZ_CHECK(one->archives == other->archives);
	FUZZ_CHECK(cpio_reader_is_inside(one) == cpio_reader_is_inside(other));
	for (; a && b; a = a->next, b = b->next) {
		check_member(a);
		FUZZ_CHECK(streq(a->path, b->path) && a->mode == b->mode && a->size == b->size);
		FUZZ_CHECK(!a->data == !b->data);
		/* The last member may be incomplete. */
		FUZZ_CHECK(!a->data || last || memcmp(a->data, b->data, a->size) == 0);
		last = false;
	}
	FUZZ_CHECK(!a && !b);
}

/* Any image can be judged, whatever is in it. */
static void check_content(const struct initramfs *initramfs)
{
	struct image_content content;
	bool works;

	for (int front = 0; front < 2; front++) {
		bool found = image_content_find(&content, initramfs, "6.1.0-1-amd64", front);

		FUZZ_CHECK(found == (content.program != NULL));
		FUZZ_CHECK(image_content_order(&content, &works) || works);
		image_content_has_module(&content, "/kernel/vfio-pci.ko.xz");
		image_content_modprobe(&content, "vfio.conf");
		generator_name(content.generator);
	}
}

static void check_archives(const char *data, size_t size)
{
	struct arena *arena = arena_create(ARENA_SIZE);
	struct cpio_reader *whole = &(struct cpio_reader){ 0 },
			   *pieces = &(struct cpio_reader){ 0 };
	struct initramfs initramfs;
	ssize_t taken, in_pieces;

	cpio_reader_start(whole, arena, image_content_keep);
	cpio_reader_start(pieces, arena, image_content_keep);
	taken = feed(whole, data, size, size);
	in_pieces = feed(pieces, data, size, 1 + fuzz_hash(data, size) % 130);
	FUZZ_CHECK(taken == in_pieces);
	check_same(whole, pieces);
	/* No program is started to decompress. */
	if (taken >= 0 && !decompress_program(data + taken, size - (size_t)taken)) {
		int error;

		initramfs_start(&initramfs, arena, image_content_keep);
		error = initramfs_read_bytes(&initramfs, data, size);
		FUZZ_CHECK(error == 0 || error == -EBADMSG || error == -ENOMEM);
		if (!error)
			check_content(&initramfs);
	}
	arena_destroy(arena);
}

/* Running out of memory is reported, and what was read stays consistent. */
static void check_shortage(const char *data, size_t size)
{
	struct arena *arena = arena_create(ARENA_SIZE);
	struct cpio_reader *reader = &(struct cpio_reader){ 0 };
	ssize_t taken;

	cpio_reader_start(reader, arena, image_content_keep);
	arena_fail_at(arena, 1 + fuzz_hash(data, size) % 16);
	taken = feed(reader, data, size, size);
	if (arena_fail_at(arena, 0))
		FUZZ_CHECK(taken == -ENOMEM);
	for (const struct cpio_member *member = reader->members; member; member = member->next)
		check_member(member);
	arena_destroy(arena);
}

static const char *check_section(const char *data, size_t size, const char *name, size_t *length)
{
	const char *section = uki_section(data, size, name, length);

	FUZZ_CHECK(!section || uki_is_program(data, size));
	FUZZ_CHECK(!section ||
		   (section >= data && *length <= size && section + *length <= data + size));
	return section;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *section;
	size_t length;

	if (size == 0)
		return 0;
	check_section(bytes, size, ".cmdline", &length);
	check_section(bytes, size, ".uname", &length);
	section = check_section(bytes, size, ".initrd", &length);
	if (section && length) {
		check_archives(section, length);
	} else if (!uki_is_program(bytes, size)) {
		check_archives(bytes, size);
		check_shortage(bytes, size);
	}
	return 0;
}
