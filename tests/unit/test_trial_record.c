// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests what the machine remembers of trials, on files in place of EFI variables. */
#include "machine/trial_record.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

#define VARIABLE "VfioEarlyTrial-9ee8e9ff-6c8c-46a6-9e34-95b381060607"

/* The bytes of a variable's file: four of attributes, then ours. */
#define ATTRIBUTES 4
#define SIZE	   (ATTRIBUTES + 2 + 8 + 8 * TRIAL_RECORD_CONFIGURATIONS)

static void write_bytes(const struct scratch *scratch, const unsigned char *bytes, size_t size)
{
	int fd = openat(scratch->fd, VARIABLE, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static int read_again(const struct scratch *scratch, struct trial_record *record)
{
	return trial_record_read(scratch->fd, record);
}

static void test_none(void **state)
{
	struct trial_record record;
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	assert_int_equal(read_again(&scratch, &record), 0);
	assert_false(record.pending);
	assert_false(trial_record_has(&record, 1));
	/* What an old kernel leaves of a variable that the firmware refused. */
	scratch_write(&scratch, VARIABLE, "");
	assert_int_equal(read_again(&scratch, &record), 0);
	scratch_remove(&scratch);
}

static void test_trial(void **state)
{
	struct trial_record record = { 0 };
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	trial_record_begin(&record, 7, trial_record_boot());
	assert_int_equal(trial_record_write(scratch.fd, &record), 0);
	assert_int_equal(read_again(&scratch, &record), 0);
	assert_true(record.pending);
	assert_true(record.boot != 0);
	assert_int_equal(record.boot, trial_record_boot());
	assert_int_equal(record.configurations[0], 7);
	/* It has not come up. */
	assert_false(trial_record_has(&record, 7));

	record.pending = false;
	assert_int_equal(trial_record_write(scratch.fd, &record), 0);
	assert_int_equal(read_again(&scratch, &record), 0);
	assert_true(trial_record_has(&record, 7));
	scratch_remove(&scratch);
}

static void test_replaces(void **state)
{
	struct trial_record record = { .configurations = { 1, 2, 3, 4 } };

	(void)state;
	/* The oldest goes, and an unconfirmed trial before any that came up. */
	trial_record_begin(&record, 5, 1);
	trial_record_begin(&record, 6, 2);
	assert_int_equal(record.configurations[0], 6);
	assert_false(trial_record_has(&record, 6));
	for (uint64_t i = 1; i <= 3; i++)
		assert_true(trial_record_has(&record, i));
	assert_false(trial_record_has(&record, 4));

	trial_record_forget(&record);
	assert_false(record.pending);
	assert_int_equal(record.configurations[0], 1);
	assert_int_equal(record.configurations[3], 0);
	for (uint64_t i = 1; i <= 3; i++)
		assert_true(trial_record_has(&record, i));
}

static void test_damaged(void **state)
{
	unsigned char good[SIZE + 1] = { 7, 0, 0, 0, 1, 1 }, bad[SIZE + 1];
	struct trial_record record;
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	write_bytes(&scratch, good, SIZE);
	assert_int_equal(read_again(&scratch, &record), 0);
	assert_true(record.pending);
	for (size_t size = ATTRIBUTES; size < sizeof(good) + 1; size++) {
		if (size == SIZE)
			continue;
		write_bytes(&scratch, good, size);
		assert_int_equal(read_again(&scratch, &record), -EBADMSG);
	}
	for (size_t i = 0; i < 2; i++) {
		memcpy(bad, good, sizeof(good));
		bad[ATTRIBUTES + i] = 2;
		write_bytes(&scratch, bad, SIZE);
		assert_int_equal(read_again(&scratch, &record), -EBADMSG);
	}
	scratch_remove(&scratch);
}

static void test_refused(void **state)
{
	struct trial_record record = { 0 };
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	/* No room. */
	scratch_link(&scratch, VARIABLE, "/dev/full");
	assert_int_equal(trial_record_write(scratch.fd, &record), -ENOSPC);
	/* A firmware that forgets. */
	unlinkat(scratch.fd, VARIABLE, 0);
	scratch_link(&scratch, VARIABLE, "/dev/null");
	assert_int_equal(trial_record_write(scratch.fd, &record), -EIO);
	unlinkat(scratch.fd, VARIABLE, 0);
	scratch_remove(&scratch);
	assert_int_equal(trial_record_write(scratch.fd, &record), -EBADF);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),	 cmocka_unit_test(test_trial),
		cmocka_unit_test(test_replaces), cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
