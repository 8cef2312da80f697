// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

ssize_t __wrap_write(int fd, const void *buffer, size_t length);
ssize_t __real_write(int fd, const void *buffer, size_t length);

/* What write(2) is to give, or to cut its value to, once; 0 for what it does by itself. */
static int write_error;
static size_t write_length, writes;

ssize_t __wrap_write(int fd, const void *buffer, size_t length)
{
	size_t most = write_length ? write_length : length;
	int error = write_error;

	writes++;
	write_error = 0;
	write_length = 0;
	if (error) {
		errno = error;
		return -1;
	}
	return __real_write(fd, buffer, most);
}

struct tree {
	struct scratch scratch;
	struct sysfs sysfs;
};

static int create(void **state)
{
	static struct tree tree;

	scratch_create(&tree.scratch);
	assert_int_equal(sysfs_open(&tree.sysfs, tree.scratch.path), 0);
	*state = &tree;
	writes = write_length = 0;
	write_error = 0;
	return 0;
}

static int destroy(void **state)
{
	struct tree *tree = *state;

	sysfs_close(&tree->sysfs);
	assert_int_equal(tree->sysfs.fd, -1);
	/* Once more is no harm. */
	sysfs_close(&tree->sysfs);
	scratch_remove(&tree->scratch);
	return 0;
}

static void test_open(void **state)
{
	struct sysfs sysfs;

	(void)state;
	assert_int_equal(sysfs_open(&sysfs, "/nowhere/at/all"), -ENOENT);
	assert_int_equal(sysfs_open(&sysfs, "/dev/null"), -ENOTDIR);
}

static const struct {
	const char *text;
	size_t size;
	int result;
	const char *read;
} reads[] = {
	{ "0x10de\n", 16, 6, "0x10de" },
	{ "0x10de", 16, 6, "0x10de" },
	{ "(null)\n", 16, 6, "(null)" },
	{ "", 16, 0, "" },
	{ "\n", 16, 0, "" },
	/* Only the newline that the kernel adds goes. */
	{ "a \n\n", 16, 3, "a \n" },
	{ " a\nb\n", 16, 4, " a\nb" },
	{ "1234567\n", 9, 7, "1234567" },
	{ "12345678\n", 9, -EFBIG, NULL },
	{ "1234567", 8, 7, "1234567" },
	{ "12345678", 8, -EFBIG, NULL },
};

static void test_read(void **state)
{
	struct tree *tree = *state;
	char buffer[17];

	for (size_t i = 0; i < ARRAY_SIZE(reads); i++) {
		scratch_write(&tree->scratch, "attribute", reads[i].text);
		memset(buffer, '#', sizeof(buffer));
		check_number(reads[i].text,
			     sysfs_read(&tree->sysfs, "attribute", buffer, reads[i].size),
			     reads[i].result);
		if (reads[i].read)
			check_text(reads[i].text, buffer, reads[i].read);
		check_number(reads[i].text, buffer[reads[i].size], '#');
	}
	assert_int_equal(sysfs_read(&tree->sysfs, "missing", buffer, 8), -ENOENT);
	assert_int_equal(sysfs_read(&tree->sysfs, "attribute/x", buffer, 8), -ENOTDIR);
	assert_int_equal(sysfs_read(&tree->sysfs, ".", buffer, 8), -EISDIR);
}

static void test_read_link(void **state)
{
	struct tree *tree = *state;
	char buffer[64];

	scratch_link(&tree->scratch, "driver", "../../../bus/pci/drivers/vfio-pci");
	scratch_link(&tree->scratch, "bare", "vfio-pci");
	scratch_link(&tree->scratch, "slash", "drivers/");
	scratch_write(&tree->scratch, "file", "");
	assert_int_equal(sysfs_read_link(&tree->sysfs, "bare", buffer, sizeof(buffer)), 8);
	assert_string_equal(buffer, "vfio-pci");
	assert_int_equal(sysfs_read_link(&tree->sysfs, "bare", buffer, 9), 8);
	assert_string_equal(buffer, "vfio-pci");
	assert_int_equal(sysfs_read_link(&tree->sysfs, "bare", buffer, 8), -EFBIG);
	assert_int_equal(sysfs_read_link(&tree->sysfs, "file", buffer, 8), -EINVAL);
	assert_int_equal(sysfs_read_link(&tree->sysfs, "missing", buffer, 8), -ENOENT);

	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "driver", buffer, sizeof(buffer)), 8);
	assert_string_equal(buffer, "vfio-pci");
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "bare", buffer, sizeof(buffer)), 8);
	assert_string_equal(buffer, "vfio-pci");
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "driver", buffer, 9), 8);
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "driver", buffer, 8), -EFBIG);
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "slash", buffer, 8), 0);
	assert_string_equal(buffer, "");
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "missing", buffer, 8), -ENOENT);
}

/* A target longer than any that sysfs makes is an error rather than another name. */
static void test_long_link(void **state)
{
	struct tree *tree = *state;
	char target[SYSFS_PATH_SIZE + 8], buffer[SYSFS_PATH_SIZE];

	memset(target, 'd', sizeof(target));
	target[SYSFS_PATH_SIZE - 1] = '\0';
	scratch_link(&tree->scratch, "fits", target);
	target[SYSFS_PATH_SIZE - 1] = 'd';
	target[SYSFS_PATH_SIZE] = '\0';
	scratch_link(&tree->scratch, "long", target);
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "fits", buffer, sizeof(buffer)),
			 SYSFS_PATH_SIZE - 1);
	assert_int_equal(sysfs_read_link_name(&tree->sysfs, "long", buffer, sizeof(buffer)),
			 -EFBIG);
}

static void test_write(void **state)
{
	struct tree *tree = *state;

	scratch_write(&tree->scratch, "driver_override", "");
	writes = 0;
	assert_int_equal(sysfs_write(&tree->sysfs, "driver_override", "vfio-pci"), 0);
	assert_string_equal(scratch_read(&tree->scratch, "driver_override"), "vfio-pci");
	/* One write is one value: no newline is added, and nothing is written twice. */
	assert_int_equal(writes, 1);
	assert_int_equal(sysfs_write(&tree->sysfs, "driver_override", "\n"), 0);
	assert_int_equal(writes, 2);
	/* What is not there is not made. */
	assert_int_equal(sysfs_write(&tree->sysfs, "missing", "x"), -ENOENT);
	assert_null(scratch_read(&tree->scratch, "missing"));
	assert_int_equal(sysfs_write(&tree->sysfs, ".", "x"), -EISDIR);
	assert_int_equal(writes, 2);
}

static void test_write_errors(void **state)
{
	static const int errors[] = { EIO, ENODEV, EBUSY, EINVAL, EAGAIN, EINTR };
	struct tree *tree = *state;

	scratch_write(&tree->scratch, "bind", "");
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		write_error = errors[i];
		writes = 0;
		assert_int_equal(sysfs_write(&tree->sysfs, "bind", "0000:01:00.0"), -errors[i]);
		assert_int_equal(writes, 1);
	}
	/* The rest of a value that was cut short would be another value. */
	write_length = 4;
	writes = 0;
	assert_int_equal(sysfs_write(&tree->sysfs, "bind", "0000:01:00.0"), -EIO);
	assert_int_equal(writes, 1);
}

static void test_read_byte(void **state)
{
	struct tree *tree = *state;

	scratch_write(&tree->scratch, "config", "\x86\x80\x01\xff");
	assert_int_equal(sysfs_read_byte(&tree->sysfs, "config", 0), 0x86);
	assert_int_equal(sysfs_read_byte(&tree->sysfs, "config", 3), 0xff);
	assert_int_equal(sysfs_read_byte(&tree->sysfs, "config", 4), -ENODATA);
	assert_int_equal(sysfs_read_byte(&tree->sysfs, "missing", 0), -ENOENT);
	assert_int_equal(sysfs_read_byte(&tree->sysfs, ".", 0), -EISDIR);
}

/* The file of an attribute that is read stays open for the write. */
static void test_keep(void **state)
{
	struct tree *tree = *state;
	char text[16];
	int kept;

	scratch_write(&tree->scratch, "driver_override", "(null)\n");
	assert_int_equal(
		sysfs_read_and_keep(&tree->sysfs, "driver_override", text, sizeof(text), &kept),
		strlen("(null)"));
	assert_string_equal(text, "(null)");
	assert_true(kept > 0);
	/* An attribute has no place in its file: here the value comes after what was read. */
	writes = 0;
	assert_int_equal(sysfs_write_file(kept, "vfio-pci"), 0);
	assert_string_equal(scratch_read(&tree->scratch, "driver_override"), "(null)\nvfio-pci");
	assert_int_equal(writes, 1);
	write_error = ENODEV;
	assert_int_equal(sysfs_write_file(kept, "x"), -ENODEV);
	write_length = 4;
	assert_int_equal(sysfs_write_file(kept, "vfio-pci"), -EIO);
	assert_int_equal(close(kept), 0);
	assert_int_equal(sysfs_read_and_keep(&tree->sysfs, "missing", text, sizeof(text), &kept),
			 -ENOENT);
	assert_int_equal(kept, 0);
	assert_int_equal(sysfs_read_and_keep(&tree->sysfs, ".", text, sizeof(text), &kept),
			 -EISDIR);
	assert_int_equal(kept, 0);
}

static void test_exists(void **state)
{
	struct tree *tree = *state;

	scratch_write(&tree->scratch, "bus/pci/drivers/vfio-pci/bind", "");
	scratch_link(&tree->scratch, "dangling", "nowhere");
	assert_true(sysfs_exists(&tree->sysfs, "bus/pci/drivers/vfio-pci"));
	assert_true(sysfs_exists(&tree->sysfs, "bus/pci/drivers/vfio-pci/"));
	assert_true(sysfs_exists(&tree->sysfs, "bus/pci/drivers/vfio-pci/bind"));
	assert_false(sysfs_exists(&tree->sysfs, "bus/pci/drivers/vfio"));
	assert_false(sysfs_exists(&tree->sysfs, "dangling"));
}

static int note(void *context, const char *name)
{
	text_add(context, "%s ", name);
	return streq(name, "stop") ? 7 : 0;
}

static void test_list(void **state)
{
	struct tree *tree = *state;
	struct text text = { .used = 0 };

	scratch_write(&tree->scratch, "one/entry", "");
	scratch_write(&tree->scratch, "stop/stop", "");
	assert_int_equal(mkdirat(tree->scratch.fd, "empty", 0755), 0);
	assert_int_equal(sysfs_list(&tree->sysfs, "empty", note, &text), 0);
	assert_int_equal(text.used, 0);
	assert_int_equal(sysfs_list(&tree->sysfs, "one", note, &text), 0);
	assert_string_equal(text.bytes, "entry ");
	assert_int_equal(sysfs_list(&tree->sysfs, "stop", note, &text), 7);
	assert_int_equal(sysfs_list(&tree->sysfs, "missing", note, &text), -ENOENT);
	assert_int_equal(sysfs_list(&tree->sysfs, "one/entry", note, &text), -ENOTDIR);
}

static size_t open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* Nothing stays open, however it ends. */
static void test_files_are_closed(void **state)
{
	size_t before = open_files();

	test_read(state);
	test_read_link(state);
	test_write(state);
	test_write_errors(state);
	test_read_byte(state);
	test_keep(state);
	test_exists(state);
	test_open(state);
	test_list(state);
	assert_int_equal(open_files(), before);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open),
		TEST(test_read),
		TEST(test_read_link),
		TEST(test_long_link),
		TEST(test_write),
		TEST(test_write_errors),
		TEST(test_read_byte),
		TEST(test_keep),
		TEST(test_exists),
		TEST(test_list),
		TEST(test_files_are_closed),
	};

	return cmocka_run_group_tests_name("sysfs", tests, NULL, NULL);
}
