// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts with thousands of file systems: the search needs memory and calls in proportion,
 * and its text stays short. Uses the program's arena with its real size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/in_use.h"
#include "host_tree.h"

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

/* Writes a first line, then count lines of printf's format, each with its number. */
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

/* Finds what is in use. Returns how much memory that took. */
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

/* Ten times as many file systems need at most ten times the memory, and some for the start. */
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

/* A container's root: layers in the file system of a disk. */
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

/* Each has an unknown type: one gap, not ten thousand. */
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

/* zpool(8) runs once for a pool, however many of its datasets are mounted. */
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
	/* For two searches. */
	assert_string_equal(calls ? calls : "", "x\nx\n");
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_SATA "  # /tank/0, "));
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_NVME1 "  # /tank/0, "));
}

/* A failed call is not repeated either. */
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

/* None of them is mounted. */
static void test_fstab(void **state)
{
	struct host_tree *tree = *state;

	write_lines(tree, "proc/self/mountinfo", ROOT, 0, "");
	check_linear(tree, "etc/fstab", "", "/dev/sda1 /srv/%zu xfs rw 0 0\n");
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_SATA "  # /srv/0, "));
	assert_non_null(strstr(tree->needs.text, " and 9,994 more (sda)\n"));
	assert_null(tree->needs.gaps);
}

static void test_fstab_of_network(void **state)
{
	struct host_tree *tree = *state;

	write_lines(tree, "proc/self/mountinfo", ROOT, 0, "");
	host_tree_pci(tree, "pci0000:00/0000:00:1f.6", 0x020000, 0x8086, 0x15b8);
	host_tree_interface(tree, "pci0000:00/0000:00:1f.6/net/eno1");
	write_lines(tree, "proc/net/route", "Iface\n", 100,
		    "eno1\t%zu\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	check_linear(tree, "etc/fstab", "", "server:/srv /srv/%zu nfs rw,x=\\040 0 0\n");
	assert_null(tree->needs.gaps);
}

static void add_volumes(struct host_tree *tree, unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < count; i++) {
		char number[16], path[64], file[128];

		snprintf(number, sizeof(number), "253:%u", i);
		snprintf(path, sizeof(path), "virtual/block/dm-%u", i);
		host_tree_block(tree, number, path);
		host_tree_slave(tree, path,
				"pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda");
		snprintf(file, sizeof(file), "sys/devices/%s/dm/uuid", path);
		scratch_write(
			&tree->scratch, file,
			"LVM-QUrhYv7oe4jrNN5NdOGTlzBZCjxJOX0d5b6jwgbVMRgOKrNbpcXQIzRu9PZzgIR3");
		snprintf(file, sizeof(file), "sys/devices/%s/dm/name", path);
		scratch_write(&tree->scratch, file, "vg-x");
	}
}

/* Each volume is a file system; the group is looked at once. */
static void test_volumes_of_one_group(void **state)
{
	struct host_tree *tree = *state;
	size_t few, many;

	scratch_write(&tree->scratch, "run/lvm/pvs_online/a", "8:0\nvg:vg\n");
	add_volumes(tree, 0, 150);
	write_lines(tree, "proc/self/mountinfo", ROOT, 150,
		    "30 20 253:%1$zu / /srv/%1$zu rw - xfs /dev/dm-%1$zu rw\n");
	few = find(tree);
	add_volumes(tree, 150, 1500);
	write_lines(tree, "proc/self/mountinfo", ROOT, 1500,
		    "30 20 253:%1$zu / /srv/%1$zu rw - xfs /dev/dm-%1$zu rw\n");
	many = find(tree);
	if (many > 11 * few)
		fail_msg("%zu bytes for 150, %zu for 1,500", few, many);
	assert_null(tree->needs.gaps);
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
		TEST(test_volumes_of_one_group),
		TEST(test_fstab),
		TEST(test_fstab_of_network),
	};

	return cmocka_run_group_tests_name("host_many", tests, NULL, NULL);
}
