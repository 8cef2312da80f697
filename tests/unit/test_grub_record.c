// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests GRUB's record of trials, with GRUB's own grub-editenv. */
#include "host/grub_record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/arena.h"
#include "scratch.h"
#include "unit.h"

#define MENU \
	"if true; then\n\texport vfio_early_loader\nfi\n\tlinux /vmlinuz ro $vfio_early_loader\n"

/* An environment block has 1024 bytes. */
static const char *block(struct arena *arena, const char *variables)
{
	const char *text = arena_print(arena, "# GRUB Environment Block\n%s", variables);
	char *rest = arena_allocate(arena, 1025, 1);

	memset(rest, '#', 1024 - strlen(text));
	return arena_print(arena, "%s%s", text, rest);
}

static const struct {
	const char *directory;
	const char *menu;
	const char *variables; /* NULL: there is no environment block */
	bool efi;
	int error;
	const char *state, *known;
} rows[] = {
	{ "grub", NULL, "", false, -ENODEV, NULL, NULL },
	{ "grub", "linux /vmlinuz ro\n", "", false, -ENODEV, NULL, NULL },
	/* Nobody passes on what is recorded, and the other way round. */
	{ "grub", "export vfio_early_loader\nlinux /vmlinuz ro\n", "", false, -ENODEV, NULL, NULL },
	{ "grub", "linux /vmlinuz ro $vfio_early_loader\n", "", false, -ENODEV, NULL, NULL },
	{ "grub", MENU, "", true, -ENODEV, NULL, NULL },
	{ "grub", MENU, NULL, false, 0, "", "" },
	{ "grub", MENU, "", false, 0, "", "" },
	{ "grub", MENU, "saved_entry=1\nvfio_early_trial=armed\n", false, 0, "armed", "" },
	{ "grub2", MENU, "vfio_early_known=1,2\nvfio_early_trial=idle\nx=y\n", false, 0, "idle",
	  "1,2" },
	{ "grub", MENU, "my_vfio_early_trial=armed\nvfio_early_trials=armed\n", false, 0, "", "" },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena *arena = arena_create(1 << 20);
		struct grub_record record;
		struct scratch scratch;
		char row[16];
		int error;

		snprintf(row, sizeof(row), "row %zu", i);
		scratch_create(&scratch);
		if (rows[i].efi)
			scratch_write(&scratch, "sys/firmware/efi/fw_platform_size", "64\n");
		if (rows[i].menu)
			scratch_write(&scratch,
				      arena_print(arena, "boot/%s/grub.cfg", rows[i].directory),
				      rows[i].menu);
		if (rows[i].variables)
			scratch_write(&scratch,
				      arena_print(arena, "boot/%s/grubenv", rows[i].directory),
				      block(arena, rows[i].variables));
		error = grub_record_read(&record, arena, scratch.path);
		check_number(row, error, rows[i].error);
		if (!error) {
			check_text(row, record.state, rows[i].state);
			check_text(row, record.known, rows[i].known);
		}
		scratch_remove(&scratch);
		arena_destroy(arena);
	}
}

static void test_damaged(void **state)
{
	struct arena *arena = arena_create(1 << 20);
	struct grub_record record;
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	scratch_write(&scratch, "boot/grub/grub.cfg", MENU);
	scratch_write(&scratch, "boot/grub/grubenv", "vfio_early_trial=armed\n");
	assert_int_equal(grub_record_read(&record, arena, scratch.path), -EBADMSG);
	assert_int_equal(grub_record_arm(arena, scratch.path, true), -EBADMSG);
	scratch_remove(&scratch);
	arena_destroy(arena);
}

static void test_add(void **state)
{
	static const struct {
		const char *known, *added, *then;
	} lists[] = {
		{ "", "a", "a" },
		{ "a", "b", "b,a" },
		{ "a,b,c", "b", "b,a,c" },
		{ "a,b,c,d", "e", "e,a,b,c" },
		{ "a,b,c,d", "d", "d,a,b,c" },
		{ "ab,a", "a", "a,ab" },
		{ "a,,b", "c", "c,a,,b" },
	};
	struct arena *arena = arena_create(1 << 20);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct grub_record record = { .known = lists[i].known };

		assert_int_equal(grub_record_add(&record, arena, lists[i].added), 0);
		check_text(lists[i].known, record.known, lists[i].then);
	}
	arena_destroy(arena);
}

/* Arms the record, as one that GRUB left in a state, and says what came of it. */
static void check_arm(const char *before, bool again, int result, const char *after)
{
	struct arena *arena = arena_create(1 << 20);
	struct grub_record record;
	struct scratch scratch;

	scratch_create(&scratch);
	scratch_write(&scratch, "boot/grub/grub.cfg", MENU);
	if (before)
		scratch_write(&scratch, "boot/grub/grubenv",
			      block(arena, arena_print(arena,
						       "saved_entry=2\nvfio_early_known=1,2\n"
						       "vfio_early_trial=%s\n",
						       before)));
	check_number(before, grub_record_arm(arena, scratch.path, again), result);
	assert_int_equal(grub_record_read(&record, arena, scratch.path), 0);
	check_text(before, record.state, after);
	check_text(before, record.known, before ? "1,2" : "");
	if (before) {
		const char *text = scratch_read(&scratch, "boot/grub/grubenv");

		assert_int_equal(strlen(text), 1024);
		assert_non_null(strstr(text, "saved_entry=2\n"));
	}
	scratch_remove(&scratch);
	arena_destroy(arena);
}

static void test_arm(void **state)
{
	(void)state;
	check_arm(NULL, false, 1, "armed");
	check_arm("", false, 1, "armed");
	check_arm("idle", false, 1, "armed");
	check_arm("armed", true, 0, "armed");
	/* What is being tried, or was tried and did not come up, is not tried again by itself. */
	check_arm("running", false, 0, "running");
	check_arm("running", true, 1, "armed");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_arm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
