// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host needs, and whether this is a host. Storage is in test_host_storage.c. */
#include "host/needs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host_tree.h"

#define NEEDS_NVME0(uses) "protect = " HOST_NVME0 "  # " uses " (nvme0n1)\n"

static const char root_on_nvme[] = "259:2 / ext4 /dev/nvme0n1p2 rw\n";

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_mount(&tree, root_on_nvme);
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

/* The uppermost mount counts; an automount does not. */
static void test_mounted_over(void **state)
{
	host_tree_mount(*state, "8:1 / ext4 /dev/sda1 rw\n"
				"259:2 / ext4 /dev/nvme0n1p2 rw\n"
				"259:1 /boot vfat /dev/nvme0n1p1 rw\n"
				"0:40 /boot autofs systemd-1 rw,fd=42\n");
	host_tree_check(*state, NEEDS_NVME0("/, /boot"), "");
}

static void test_fstab(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "dev/disk/by-uuid/ABCD-1234", "../../sda1");
	scratch_link(&tree->scratch, "dev/disk/by-label/my\\x20boot\\x2f1", "../../nvme1n1");
	scratch_write(&tree->scratch, "etc/fstab",
		      "# /etc/fstab\n\n"
		      "UUID=none / ext4 defaults 0 1\n"
		      "UUID=ABCD-1234\t/boot/efi/  vfat\tumask=0077,noauto 0 2\n"
		      "LABEL=\"my\\040boot/1\" /boot ext4 noauto 0 2\n"
		      "/dev/sdb /home ext4 defaults 0 2\n"
		      "# /dev/sdb /usr ext4 defaults 0 2\n"
		      "broken\n");
	host_tree_mount(*state, "259:2 / ext4 /dev/nvme0n1p2 rw\n"
				"0:40 /boot/efi autofs systemd-1 rw,fd=42\n");
	host_tree_check(*state,
			NEEDS_NVME0("/") "protect = " HOST_NVME1 "  # /boot (nvme1n1)\n"
					 "protect = " HOST_SATA "  # /boot/efi, /home (sda, sdb)\n",
			"");
}

static void test_fstab_tags(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "dev/disk/by-partuuid/0a-1b", "../../nvme1n1");
	scratch_link(&tree->scratch, "dev/disk/by-partlabel/EFI", "../../sdb");
	scratch_link(&tree->scratch, "dev/mapper/usr", "../sda");
	scratch_write(&tree->scratch, "etc/fstab",
		      "PARTUUID=0A-1B /efi vfat x 0 0\nPARTLABEL=EFI /boot vfat x 0 0\n"
		      "/dev/mapper/usr /usr ext4 x 0 0\n");
	host_tree_check(tree,
			NEEDS_NVME0("/") "protect = " HOST_SATA "  # /usr, /boot (sda, sdb)\n"
					 "protect = " HOST_NVME1 "  # /efi (nvme1n1)\n",
			"");
}

static void test_fstab_nowhere(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "dev/disk/by-label/away", "../../../../../etc/passwd");
	scratch_link(&tree->scratch, "dev/disk/by-label/circle", "circle");
	scratch_write(&tree->scratch, "etc/fstab",
		      "UUID=1234 /usr ext4 x 0 0\nLABEL=away /boot ext4 x 0 0\n"
		      "LABEL=circle /efi vfat x 0 0\ntmpfs /boot/efi tmpfs x 0 0\n");
	host_tree_check(tree,
			NEEDS_NVME0("/") "# could not be resolved: /usr: there is no block device "
					 "'UUID=1234'\n"
					 "# could not be resolved: /boot: there is no block device "
					 "'LABEL=away'\n"
					 "# could not be resolved: /efi: there is no block device "
					 "'LABEL=circle'\n",
			"/usr: there is no block device 'UUID=1234'\n"
			"/boot: there is no block device 'LABEL=away'\n"
			"/efi: there is no block device 'LABEL=circle'\n");
}

static void test_swap(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "252:0", "virtual/block/zram0");
	scratch_write(&tree->scratch, "sys/devices/virtual/block/zram0/backing_dev", "none\n");
	scratch_write(&tree->scratch, "etc/fstab", "/dev/sdb none swap sw,noauto 0 0\n");
	scratch_write(&tree->scratch, "proc/swaps",
		      "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		      "/dev/zram0                              partition\t8388604\t0\t100\n"
		      "/swap\\040file                           file\t\t8388604\t0\t-2\n"
		      "/dev/nvme1n1                            partition\t8388604\t0\t-3\n");
	host_tree_check(tree,
			NEEDS_NVME0("/, swap") "protect = " HOST_NVME1 "  # swap (nvme1n1)\n"
					       "protect = " HOST_SATA "  # swap (sdb)\n",
			"");
}

static void test_zram_with_disk(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "252:0", "virtual/block/zram0");
	scratch_write(&tree->scratch, "sys/devices/virtual/block/zram0/backing_dev", "/dev/sda1\n");
	scratch_write(&tree->scratch, "proc/swaps",
		      "Filename Type Size\n/dev/zram0 partition 1 0 1\n");
	host_tree_check(tree, NEEDS_NVME0("/") "protect = " HOST_SATA "  # swap (sda)\n", "");
}

static void test_resume(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "sys/power/resume", "8:1\n");
	scratch_write(&tree->scratch, "proc/cmdline",
		      "quiet noresume.x=1 resume=/dev/nvme1n1 \"resume=259:3\" resume\n");
	host_tree_check(tree,
			NEEDS_NVME0("/, resume") "protect = " HOST_SATA "  # resume (sda)\n"
						 "protect = " HOST_NVME1 "  # resume (nvme1n1)\n",
			"");
}

static void test_fstab_network(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:1f.6", 0x020000, 0x8086, 0x15b8);
	host_tree_interface(tree, "pci0000:00/0000:00:1f.6/net/eno1");
	scratch_write(&tree->scratch, "proc/net/route", "Iface\nlo\t1\neno1\t00000000\n");
	scratch_write(&tree->scratch, "etc/fstab", "server:/usr /usr nfs ro,noauto 0 0\n");
	host_tree_check(tree,
			NEEDS_NVME0("/") "protect = 00:1f.6@8086:15b8:1af4:1100  # /usr (eno1)\n",
			"");
}

static void test_chroot(void **state)
{
	struct host_tree *tree = *state;

	assert_int_equal(unlinkat(tree->scratch.fd, "proc/1/root", 0), 0);
	scratch_link(&tree->scratch, "proc/1/root", "/");
	host_tree_check(tree, "", "");
	/* A chroot without /proc. */
	assert_int_equal(unlinkat(tree->scratch.fd, "proc/1/root", 0), 0);
	host_tree_check(tree, "", "");
	assert_null(tree->needs.text);
	scratch_link(&tree->scratch, "proc/1/root", "../..");
	host_tree_check(tree, NEEDS_NVME0("/"), "");
}

static void test_container(void **state)
{
	static const char *const marks[] = { "run/systemd/container", "run/host/container-manager",
					     "run/.containerenv" };
	struct host_tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		scratch_write(&tree->scratch, marks[i], "");
		host_tree_check(tree, "", "");
		assert_null(tree->needs.text);
		assert_int_equal(unlinkat(tree->scratch.fd, marks[i], 0), 0);
	}
	scratch_write(&tree->scratch, "proc/self/uid_map", "0 100000 65536\n");
	host_tree_check(tree, "", "");
	assert_null(tree->needs.text);
	assert_int_equal(unlinkat(tree->scratch.fd, "proc/self/uid_map", 0), 0);
	/* Docker leaves no mark, but its processes have a namespace. */
	scratch_link(&tree->scratch, "proc/self/ns/pid", "pid:[4026532198]");
	host_tree_check(tree, "", "");
	assert_null(tree->needs.text);
	assert_int_equal(unlinkat(tree->scratch.fd, "proc/self/ns/pid", 0), 0);
	scratch_link(&tree->scratch, "proc/self/ns/pid", "pid:[4026531836]");
	host_tree_check(tree, NEEDS_NVME0("/"), "");
}

/* A machine that shows nothing: nothing to protect, and no complaint. */
static void test_nothing(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/self/mountinfo", "");
	host_tree_check(tree, "", "");
	/* Somebody looked, which differs from no list at all. */
	assert_string_equal(tree->needs.text, HOST_HEADING);
	scratch_write(&tree->scratch, "proc/self/mountinfo",
		      "\n1 2\n1 2 8:1 / /\n- - -\n1 1 8:1 / / -\n");
	host_tree_check(tree, "", "");
	tree->roots.sysfs = "/nonexistent";
	host_tree_check(tree, "", "");
	tree->roots.root = "/nonexistent";
	host_tree_check(tree, "", "");
}

/* No name can write lines of its own or overrun a buffer. */
static void test_hostile(void **state)
{
	struct host_tree *tree = *state;
	static char name[2000], file[3000];

	memset(name, 'x', sizeof(name) - 1);
	snprintf(file, sizeof(file),
		 "LABEL=\\012devs\\040=\\040class:03\\012 /usr ext4 x 0 0\n"
		 "UUID=%s /boot ext4 x 0 0\n"
		 "/dev/../../../../etc/passwd /efi vfat x 0 0\n"
		 "\\400\\09 /boot/efi vfat x 0 0\n",
		 name);
	scratch_write(&tree->scratch, "etc/fstab", file);
	host_tree_block(tree, "7:0", "virtual/block/loop0");
	scratch_write(&tree->scratch, "sys/devices/virtual/block/loop0/loop/backing_file",
		      "no\ndevs = 01:00.0\n");
	scratch_write(&tree->scratch, "proc/swaps",
		      "x\n/dev/loop0 partition 1\n/dev/a\\012b partition 1\n");
	snprintf(file, sizeof(file), "259:2 / ext4 /dev/nvme0n1p2 rw\n0:50 /boot/firmware %s a b\n",
		 name);
	host_tree_mount(tree, file);
	name[100] = '\0';
	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	for (const char *line = tree->needs.text; *line; line = strchr(line, '\n') + 1)
		assert_true(strncmp(line, "protect = ", 10) == 0 || line[0] == '#');
	for (const struct host_gap *gap = tree->needs.gaps; gap; gap = gap->next) {
		assert_true(strlen(gap->text) < 300);
		assert_null(strchr(gap->text, '\n'));
	}
	assert_non_null(strstr(tree->needs.text,
			       "# could not be resolved: /usr: there is no block device "
			       "'LABEL=?devs = class:03?'\n"));
	assert_non_null(strstr(tree->needs.text, "'no?devs = 01:00.0' is unknown\n"));
	assert_non_null(strstr(tree->needs.text, "'UUID=xxx"));
}

/* Running out of memory is reported, and nothing missing is read. */
static void test_no_memory(void **state)
{
	struct host_tree *tree = *state;
	size_t at = 0;
	bool failed;

	scratch_write(&tree->scratch, "etc/fstab", "UUID=1 /boot ext4 x 0 0\n/f none swap x 0 0\n");
	scratch_write(&tree->scratch, "proc/cmdline", "resume=/dev/sda1\n");
	scratch_write(&tree->scratch, "proc/swaps", "x\n/dev/nvme1n1 partition 1\n");
	host_tree_mount(tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n"
			      "0:31 /usr overlay overlay lowerdir=/\n"
			      "0:32 /efi btrfs /dev/sda1 rw\n0:33 /nix nfs a:/b rw\n");
	do {
		int result;

		arena_fail_at(tree->arena, ++at);
		result = host_find_needs(&tree->needs, tree->arena, &tree->roots);
		failed = arena_fail_at(tree->arena, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
		arena_rewind(tree->arena, 0);
	} while (failed);
	assert_true(at > 100);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mounted_over),  TEST(test_fstab),	    TEST(test_fstab_tags),
		TEST(test_fstab_nowhere), TEST(test_swap),	    TEST(test_zram_with_disk),
		TEST(test_resume),	  TEST(test_fstab_network), TEST(test_chroot),
		TEST(test_container),	  TEST(test_nothing),	    TEST(test_hostile),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
