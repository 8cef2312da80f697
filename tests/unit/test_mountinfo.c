// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/mountinfo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

/* Reads a text and writes the mounts. */
static void render(struct arena *arena, const char *text, struct text *out)
{
	struct mount *mounts;

	*out = (struct text){ .used = 0 };
	assert_int_equal(mountinfo_read(arena, arena_copy(arena, text, strlen(text)), &mounts), 0);
	for (const struct mount *mount = mounts; mount; mount = mount->next)
		text_add(out, "[%s|%s|%s|%s|%s]", mount->device, mount->point, mount->type,
			 mount->source, mount->options);
}

static const struct {
	const char *text, *mounts;
} rows[] = {
	{ "", "" },
	{ "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n",
	  "[98:0|/mnt2|ext3|/dev/root|rw,errors=continue]" },
	{ "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / /dev rw a:1 b:2 c:3 - devtmpfs udev rw\n",
	  "[8:1|/|ext4|/dev/sda1|rw][0:5|/dev|devtmpfs|udev|rw]" },
	{ "1 0 8:1 / /a\\040b\\011c\\012d\\134e rw - ext4 /dev/x\\040y rw,a=\\054",
	  "[8:1|/a b\tc\nd\\e|ext4|/dev/x y|rw,a=\\054]" },
	/* For an empty source the kernel writes nothing. */
	{ "1 0 0:9 / /x rw - tmpfs  rw,size=1\n", "[0:9|/x|tmpfs||rw,size=1]" },
	{ "1 0 0:9 / /x rw - tmpfs none\n", "[0:9|/x|tmpfs|none|]" },
	{ "1 0 0:9 / /x rw - tmpfs\n1 0 0:9 / /x rw\n1 0 0:9\n\n \n- - - - - - -\n", "" },
	{ "1 0 0:9 / /\\ rw - t \\1 a\n", "[0:9|/\\|t|\\1|a]" },
	/* No escape ends a path early. */
	{ "1 0 0:9 / \\000/x rw - t a b\n", "[0:9|\\000/x|t|a|b]" },
};

static void test_read(void **state)
{
	struct text text;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		render(*state, rows[i].text, &text);
		check_text(rows[i].text, text.bytes, rows[i].mounts);
	}
}

static const char tree[] = "1 0 1:0 / / rw - ext4 a rw\n"
			   "2 1 2:0 / /usr rw - ext4 b rw\n"
			   "3 1 3:0 / /usr/share rw - ext4 c rw\n"
			   "4 1 0:4 / /boot rw - autofs d rw\n"
			   "5 1 5:0 / /boot rw - vfat e rw\n"
			   "6 1 6:0 / /usr rw - ext4 f rw\n"
			   "7 1 0:7 / /efi rw - autofs g rw\n";

static const struct {
	const char *path, *device;
} places[] = {
	{ "/", "1:0" },		  { "/etc/fstab", "1:0" }, { "/usr", "6:0" },
	{ "/usr/bin", "6:0" },	  { "/usrx", "1:0" },	   { "/usr/share/x", "3:0" },
	{ "/usr/sharex", "6:0" }, { "/boot", "5:0" },	   { "/boot/efi", "5:0" },
	{ "/efi", "1:0" },
};

static void test_find(void **state)
{
	struct mount *mounts;

	assert_int_equal(mountinfo_read(*state, arena_copy(*state, tree, strlen(tree)), &mounts),
			 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		check_text(places[i].path, mountinfo_find(mounts, places[i].path)->device,
			   places[i].device);
	assert_null(mountinfo_find(NULL, "/"));
}

static void test_has_device(void **state)
{
	static const struct mount mounts[] = { { .device = "8:1" },
					       { .device = "0:31" },
					       { .device = "10:0" } };

	(void)state;
	assert_true(mount_has_device(&mounts[0]));
	assert_false(mount_has_device(&mounts[1]));
	assert_true(mount_has_device(&mounts[2]));
}

static void test_no_memory(void **state)
{
	char *text = arena_copy(*state, tree, strlen(tree));
	struct mount *mounts;

	arena_fail_at(*state, 3);
	assert_int_equal(mountinfo_read(*state, text, &mounts), -ENOMEM);
}

static int create(void **state)
{
	*state = arena_create(0);
	return 0;
}

static int destroy(void **state)
{
	arena_destroy(*state);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read),
		TEST(test_find),
		TEST(test_has_device),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("mountinfo", tests, NULL, NULL);
}
