// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts with thousands of file systems: the search needs memory and calls in
 * proportion to them, and the text that it makes stays short. With the arena
 * of the program, and as much of it as the program has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host_tree.h"
#include "in_use.h"

#define ARENA_SIZE (64 << 20)

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	arena_destroy(tree.arena);
	tree.arena = arena_create(ARENA_SIZE);
	assert_non_null(tree.arena);
	host_tree_disks(&tree);
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

/* Writes count lines of printf's format, each with its number, after a first one. */
static void write_lines(struct host_tree *tree, const char *path, const char *first, size_t count,
			const char *format)
{
	size_t room = strlen(first) + count * (strlen(format) + 32) + 1, used;
	char *text = malloc(room);

	assert_non_null(text);
	used = (size_t)snprintf(text, room, "%s", first);
	for (size_t i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		used += (size_t)snprintf(text + used, room - used, format, i);
#pragma GCC diagnostic pop
		assert_true(used < room);
	}
	scratch_write(&tree->scratch, path, text);
	free(text);
}

#define ROOT "20 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n"

/* Finds what is in use, and returns how much memory that took. */
static size_t find(struct host_tree *tree)
{
	struct in_use in_use = { .driver = "vfio-pci" };
	size_t before;

	arena_rewind(tree->arena, sizeof(*tree->arena));
	before = arena_mark(tree->arena);
	assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
	assert_true(in_use.at_home);
	assert_non_null(tree->needs.text);
	return arena_mark(tree->arena) - before;
}

/* Ten times as many need no more than ten times the memory, with some for the start. */
static void check_linear(struct host_tree *tree, const char *path, const char *first,
			 const char *format)
{
	size_t few, many;

	write_lines(tree, path, first, 1000, format);
	few = find(tree);
	write_lines(tree, path, first, 10000, format);
	many = find(tree);
	if (many > 11 * few)
		fail_msg("%s: %zu bytes for 1,000, %zu for 10,000", path, few, many);
	assert_true(strlen(tree->needs.text) < 2000);
}

static void test_mounts_of_one_disk(void **state)
{
	struct host_tree *tree = *state;

	check_linear(tree, "proc/self/mountinfo", ROOT,
		     "30 20 8:1 / /srv/container/%zu rw,relatime shared:7 - xfs /dev/sda1 rw\n");
	assert_non_null(strstr(tree->needs.text,
			       "protect = " HOST_SATA
			       "  # /srv/container/0, /srv/container/1, /srv/container/2, "
			       "/srv/container/3, /srv/container/4, /srv/container/5 and "
			       "9,994 more (sda)\n"));
	assert_null(tree->needs.gaps);
}

/* What a container's root is: layers in the file system of a disk. */
static void test_overlays(void **state)
{
	struct host_tree *tree = *state;

	check_linear(tree, "proc/self/mountinfo",
		     ROOT "21 20 8:1 / /var/lib/docker rw - xfs /dev/sda1 rw\n",
		     "30 20 0:77 / /var/lib/docker/overlay2/%1$zu/merged rw - overlay overlay "
		     "rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,"
		     "upperdir=/var/lib/docker/overlay2/%1$zu/diff\n");
	assert_null(tree->needs.gaps);
}

/* Each is of a type that nothing is known about: one gap, not ten thousand. */
static void test_unknown_types(void **state)
{
	struct host_tree *tree = *state;

	check_linear(tree, "proc/self/mountinfo", ROOT,
		     "30 20 0:88 / /srv/%zu rw - fuse.odd /dev/fuse rw\n");
	assert_non_null(tree->needs.gaps);
	assert_string_equal(tree->needs.gaps->text,
			    "/srv/0, /srv/1, /srv/2, /srv/3, /srv/4, /srv/5 and 9,994 more: there "
			    "is no block device '/dev/fuse'");
	assert_null(tree->needs.gaps->next);
}

/* zpool(8) is run once for a pool, however many of its datasets are mounted. */
static void test_datasets(void **state)
{
	struct host_tree *tree = *state;
	char path[256], script[512], *calls = NULL;

	snprintf(path, sizeof(path), "%s/zpool", tree->scratch.path);
	snprintf(script, sizeof(script),
		 "#!/bin/sh\necho x >>%s/calls\n"
		 "printf '\\t/dev/sda1\\t1\\n\\t/dev/nvme1n1\\t1\\n'\n",
		 tree->scratch.path);
	scratch_write(&tree->scratch, "zpool", script);
	assert_int_equal(chmod(path, 0755), 0);
	tree->roots.zpool = path;
	check_linear(tree, "proc/self/mountinfo", ROOT,
		     "30 20 0:41 / /tank/%1$zu rw - zfs tank/data/%1$zu rw,xattr\n");
	calls = (char *)scratch_read(&tree->scratch, "calls");
	/* Of two searches. */
	assert_string_equal(calls ? calls : "", "x\nx\n");
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_SATA "  # /tank/0, "));
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_NVME1 "  # /tank/0, "));
}

/* One that fails is not run again either. */
static void test_datasets_of_a_failed_pool(void **state)
{
	struct host_tree *tree = *state;

	check_linear(tree, "proc/self/mountinfo", ROOT,
		     "30 20 0:41 / /tank/%1$zu rw - zfs tank/data/%1$zu rw,xattr\n");
	assert_non_null(tree->needs.gaps);
	assert_null(tree->needs.gaps->next);
}

static void test_swap_files(void **state)
{
	struct host_tree *tree = *state;

	write_lines(tree, "proc/self/mountinfo", ROOT, 10000,
		    "30 20 8:1 / /srv/%zu rw - xfs /dev/sda1 rw\n");
	check_linear(tree, "proc/swaps", "Filename Type Size Used Priority\n",
		     "/srv/%zu/swap file 1 0 -2\n");
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_SATA "  # swap, /srv/0, "));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mounts_of_one_disk),
		TEST(test_overlays),
		TEST(test_unknown_types),
		TEST(test_datasets),
		TEST(test_datasets_of_a_failed_pool),
		TEST(test_swap_files),
	};

	return cmocka_run_group_tests_name("host_many", tests, NULL, NULL);
}
