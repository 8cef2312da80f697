// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "unit.h"

int __wrap_openat(int directory, const char *path, int flags, ...);
int __wrap_close(int fd);
ssize_t __wrap_write(int fd, const void *buffer, size_t length);
int __wrap_mknod(const char *path, mode_t mode, dev_t device);
int __wrap_unlink(const char *path);

/* Stands for /dev/kmsg, where every open starts a new count of lines. */
#define KMSG 1000

static bool kmsg_missing, node_refused, kmsg_full;
static unsigned int opened, lines_of_open, most_lines;
static bool is_open;
static struct text kernel_log, errors;

int __wrap_openat(int directory, const char *path, int flags, ...)
{
	assert_int_equal(directory, AT_FDCWD);
	assert_string_equal(path, "/dev/kmsg");
	assert_int_equal(flags & O_ACCMODE, O_WRONLY);
	assert_true(flags & O_CLOEXEC);
	if (kmsg_missing) {
		errno = ENOENT;
		return -1;
	}
	assert_false(is_open);
	is_open = true;
	opened++;
	lines_of_open = 0;
	return KMSG;
}

int __wrap_close(int fd)
{
	assert_int_equal(fd, KMSG);
	is_open = false;
	errno = EIO;
	return 0;
}

int __wrap_mknod(const char *path, mode_t mode, dev_t device)
{
	assert_string_equal(path, "/dev/kmsg");
	assert_int_equal(mode, S_IFCHR | 0600);
	assert_int_equal(device, makedev(1, 11));
	if (node_refused) {
		errno = EROFS;
		return -1;
	}
	assert_true(kmsg_missing);
	kmsg_missing = false;
	return 0;
}

int __wrap_unlink(const char *path)
{
	assert_string_equal(path, "/dev/kmsg");
	assert_false(kmsg_missing);
	kmsg_missing = true;
	return 0;
}

ssize_t __wrap_write(int fd, const void *buffer, size_t length)
{
	assert_true(fd == KMSG || fd == STDERR_FILENO);
	if (fd == KMSG && kmsg_full) {
		errno = EAGAIN;
		return -1;
	}
	text_add(fd == KMSG ? &kernel_log : &errors, "%.*s", (int)length, (const char *)buffer);
	if (fd == KMSG && ++lines_of_open > most_lines)
		most_lines = lines_of_open;
	errno = EIO;
	return (ssize_t)length;
}

static int start(void **state)
{
	(void)state;
	log_set_target(LOG_TO_KERNEL);
	log_set_debug(false);
	kmsg_missing = node_refused = kmsg_full = false;
	kernel_log.used = errors.used = 0;
	kernel_log.bytes[0] = errors.bytes[0] = '\0';
	return 0;
}

static void test_kernel(void **state)
{
	(void)state;
	log_line(LOG_LEVEL_INFO, "%s -> %s", "nouveau", "vfio-pci");
	log_line(LOG_LEVEL_ERROR, "bad");
	log_line(LOG_LEVEL_WARNING, "odd");
	assert_string_equal(kernel_log.bytes, "<6>vfio-early: nouveau -> vfio-pci\n"
					      "<3>vfio-early: bad\n"
					      "<4>vfio-early: odd\n");
	assert_string_equal(errors.bytes, "");
}

/* Text that is no format looks as if log_line() had formatted it. */
static void test_text(void **state)
{
	char text[1100];

	(void)state;
	log_text(LOG_LEVEL_WARNING, "%s stays\n");
	assert_string_equal(kernel_log.bytes, "<4>vfio-early: %s stays?\n");
	start(state);
	log_text(LOG_LEVEL_DEBUG, "unasked");
	assert_string_equal(kernel_log.bytes, "");
	memset(text, '0', sizeof(text));
	for (size_t length = 900; length < sizeof(text); length++) {
		struct text wanted;

		start(state);
		log_line(LOG_LEVEL_ERROR, "%0*d", (int)length, 0);
		wanted = kernel_log;
		start(state);
		text[length] = '\0';
		log_text(LOG_LEVEL_ERROR, text);
		text[length] = '0';
		assert_string_equal(kernel_log.bytes, wanted.bytes);
	}
}

static void test_errors(void **state)
{
	(void)state;
	log_set_target(LOG_TO_STDERR);
	log_line(LOG_LEVEL_ERROR, "bad");
	assert_string_equal(errors.bytes, "vfio-early: bad\n");
	assert_string_equal(kernel_log.bytes, "");
}

/* Lines that the kernel log refuses are not lost. */
static void test_no_kernel_log(void **state)
{
	(void)state;
	kmsg_full = true;
	log_line(LOG_LEVEL_INFO, "full");
	assert_string_equal(errors.bytes, "vfio-early: full\n");
}

static void test_debug(void **state)
{
	(void)state;
	log_line(LOG_LEVEL_DEBUG, "unasked");
	assert_string_equal(kernel_log.bytes, "");
	log_set_debug(true);
	log_line(LOG_LEVEL_DEBUG, "asked");
	assert_string_equal(kernel_log.bytes, "<7>vfio-early: asked\n");
}

static void test_long_lines(void **state)
{
	(void)state;
	for (int length = 900; length < 1100; length++) {
		start(state);
		log_line(LOG_LEVEL_INFO, "%0*d", length, 0);
		assert_true(kernel_log.used < 976);
		assert_int_equal(kernel_log.bytes[kernel_log.used - 1], '\n');
		assert_int_equal(kernel_log.bytes[kernel_log.used - 2], '0');
		assert_ptr_equal(strchr(kernel_log.bytes, '\n'),
				 kernel_log.bytes + kernel_log.used - 1);
	}
}

/* The kernel drops lines after ten of one open file. */
static void test_many_lines(void **state)
{
	opened = most_lines = 0;
	for (int i = 0; i < 300; i++) {
		start(state);
		log_line(LOG_LEVEL_INFO, "line %d", i);
		assert_true(kernel_log.used > 0);
	}
	assert_true(opened >= 29);
	assert_int_equal(most_lines, 10);
}

/* A child's lines count in a file of its own. */
static void test_start_anew(void **state)
{
	unsigned int before;

	(void)state;
	log_line(LOG_LEVEL_INFO, "of the parent");
	before = opened;
	log_start_anew();
	log_line(LOG_LEVEL_INFO, "of the child");
	assert_int_equal(opened, before + 1);
	log_line(LOG_LEVEL_INFO, "of the child");
	assert_int_equal(opened, before + 1);
}

static void test_errno_is_kept(void **state)
{
	(void)state;
	log_set_debug(true);
	for (int i = 0; i < 12; i++) {
		errno = ENOSPC;
		log_line(LOG_LEVEL_DEBUG, "line");
		assert_int_equal(errno, ENOSPC);
	}
	log_set_debug(false);
	errno = ENOSPC;
	log_line(LOG_LEVEL_DEBUG, "line");
	assert_int_equal(errno, ENOSPC);
}

/* As the first line of all, before anything is open. */
static void test_missing(void **state)
{
	(void)state;
	kmsg_missing = node_refused = true;
	log_line(LOG_LEVEL_INFO, "nowhere else");
	assert_string_equal(errors.bytes, "vfio-early: nowhere else\n");
}

/* Before /dev is mounted; the node does not stay. */
static void test_node(void **state)
{
	(void)state;
	kmsg_missing = true;
	log_line(LOG_LEVEL_INFO, "early");
	assert_string_equal(kernel_log.bytes, "<6>vfio-early: early\n");
	assert_string_equal(errors.bytes, "");
	assert_true(kmsg_missing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_missing, start),
		cmocka_unit_test_setup(test_node, start),
		cmocka_unit_test_setup(test_kernel, start),
		cmocka_unit_test_setup(test_text, start),
		cmocka_unit_test_setup(test_errors, start),
		cmocka_unit_test_setup(test_no_kernel_log, start),
		cmocka_unit_test_setup(test_debug, start),
		cmocka_unit_test_setup(test_long_lines, start),
		cmocka_unit_test_setup(test_many_lines, start),
		cmocka_unit_test_setup(test_start_anew, start),
		cmocka_unit_test_setup(test_errno_is_kept, start),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
