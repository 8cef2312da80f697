// SPDX-License-Identifier: GPL-2.0-or-later
/* Which devices processes have open, by their nodes, and how far that can be seen. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "in_use_tree.h"

static void test_compositor(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, CARD "/drm/renderD129", "dri/renderD129");
	in_use_tree_process(tree, "812", "Xorg\n", NODE_A);
	in_use_tree_process(tree, "813", "bash\n", NODE_B);
	in_use_tree_process(tree, "814", "odd\n", "/dev/dri/renderD7");
	in_use_tree_check(tree, USES_CARD("Xorg (pid 812) at /dev/dri/renderD129 (renderD129)"));
}

/* Only the number counts: neither a file with a node's name nor a node's own name. */
static void test_names(void **state)
{
	struct host_tree *tree = *state;
	char plain[192], odd[192];

	in_use_tree_character(tree, NODE_A_NUMBER, CARD "/sound/card0/controlC0", "snd/controlC0");
	scratch_write(&tree->scratch, "jail/dev/snd/controlC0", "");
	scratch_link(&tree->scratch, "jail/odd", NODE_A);
	snprintf(plain, sizeof(plain), "%s/jail/dev/snd/controlC0", tree->scratch.path);
	in_use_tree_process(tree, "812", "plain\n", plain);
	in_use_tree_check(tree, "");
	snprintf(odd, sizeof(odd), "%s/jail/odd", tree->scratch.path);
	in_use_tree_process(tree, "813", "mixer\n", odd);
	in_use_tree_check(tree, USES_CARD("mixer (pid 813) at /dev/snd/controlC0 (controlC0)"));
}

/* A process with a node open twice, and nodes without a device. */
static void test_once(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, NIC0 "/uio/uio0", "uio0");
	in_use_tree_character(tree, NODE_B_NUMBER, "virtual/mem/full", "full");
	in_use_tree_process(tree, "812", "dpdk\n", NODE_A);
	scratch_link(&tree->scratch, "proc/812/fd/8", NODE_A);
	scratch_link(&tree->scratch, "proc/812/fd/9", NODE_B);
	in_use_tree_check(tree, USES_NIC0("dpdk (pid 812) at /dev/uio0 (uio0)"));
}

/* The first thread has ended, or a thread has files of its own. */
static void test_threads(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, CARD "/drm/card1", "dri/card1");
	scratch_write(&tree->scratch, "proc/5000001/comm", "game\n");
	scratch_write(&tree->scratch, "proc/5000001/task/5000001/comm", "game\n");
	scratch_link(&tree->scratch, "proc/5000001/task/5000002/fd/3", NODE_A);
	in_use_tree_check(tree, USES_CARD("game (pid 5000001) at /dev/dri/card1 (card1)"));
}

/* A node that is mapped and closed. */
static void test_mapping(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, CARD "/drm/card1", "dri/card1");
	in_use_tree_process(tree, "812", "draws\n", "socket:[1234]");
	scratch_write(&tree->scratch, "proc/812/maps",
		      "00400000-00401000 r-xp 00000000 08:01 77    /usr/bin/draws\n"
		      "7f00000000-7f00001000 rw-s 00000000 00:05 10    /jail/dev/dri/card1\n");
	scratch_link(&tree->scratch, "proc/812/map_files/7f00000000-7f00001000", NODE_A);
	in_use_tree_check(tree, USES_CARD("draws (pid 812) at /dev/dri/card1 (card1)"));
}

/* Endless maps leave a process unknown. */
static void test_unread(void **state)
{
	struct host_tree *tree = *state;
	struct in_use in_use = { .driver = "vfio-pci" };
	char path[192];

	in_use_tree_process(tree, "812", "stuck\n", NODE_A);
	snprintf(path, sizeof(path), "%s/proc/812/maps", tree->scratch.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
	assert_true(in_use.at_home);
	assert_int_equal(in_use.error, -ETIMEDOUT);
	assert_int_equal(in_use.unread, 812);
}

/*
 * Anything but its end keeps a process's files unknown. A link to itself cannot be
 * followed even by root, and the first page of a process cannot be read.
 */
static void test_unlisted(void **state)
{
	struct host_tree *tree = *state;
	static const struct {
		const char *file, *target;
		int error;
	} rows[] = {
		{ "proc/813/fd", "fd", -ELOOP },
		{ "proc/813/task", "task", -ELOOP },
		{ "proc/813/task/814/fd", "fd", -ELOOP },
		{ "proc/813/maps", "maps", -ELOOP },
		{ "proc/813/maps", "/proc/self/mem", -EIO },
		/* It has ended. */
		{ "proc/813/fd", "gone", 0 },
		{ "proc/813/task", "gone", 0 },
		{ "proc/813/maps", "gone", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct in_use in_use = { .driver = "vfio-pci" };

		scratch_write(&tree->scratch, "proc/813/comm", "odd\n");
		scratch_link(&tree->scratch, rows[i].file, rows[i].target);
		assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
		if (in_use.error != rows[i].error)
			fail_msg("%s -> %s: %d", rows[i].file, rows[i].target, in_use.error);
		assert_int_equal(in_use.unread, rows[i].error ? 813 : 0);
		assert_int_equal(unlinkat(tree->scratch.fd, rows[i].file, 0), 0);
		unlinkat(tree->scratch.fd, "proc/813/task/814", AT_REMOVEDIR);
		unlinkat(tree->scratch.fd, "proc/813/task", AT_REMOVEDIR);
	}
}

static void driver(struct host_tree *tree, const char *name)
{
	char link[128];

	snprintf(link, sizeof(link), "sys/bus/pci/drivers/%s/0000:04:00.0", name);
	scratch_link(&tree->scratch, link, "../../../../devices/" CARD);
}

static void test_compute(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, "virtual/kfd/kfd", "kfd");
	in_use_tree_process(tree, "812", "trains\n", NODE_A);
	in_use_tree_check(tree, "");
	driver(tree, "amdgpu");
	in_use_tree_check(tree, USES_CARD("trains (pid 812) at /dev/kfd (kfd)"));
}

/* Nodes of a driver unknown to sysfs: 1:3 and 1:7, and 5:0, which all GPUs share. */
static void nvidia(struct host_tree *tree)
{
	scratch_write(&tree->scratch, "proc/devices",
		      "Character devices:\n  1 nvidia\n  1 nvidiactl\n  5 nvidia-uvm\n\n"
		      "Block devices:\n  1 ramdisk\n");
	driver(tree, "nvidia");
}

static void gpu(struct host_tree *tree, const char *address, unsigned int minor)
{
	char path[128], text[128];

	snprintf(path, sizeof(path), "proc/driver/nvidia/gpus/%s/information", address);
	snprintf(text, sizeof(text),
		 "Model: \t\t NVIDIA\nBus Location: \t %s\nDevice Minor: \t %u\n", address, minor);
	scratch_write(&tree->scratch, path, text);
}

static void test_nvidia(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_process(tree, "812", "cuda\n", NODE_A);
	in_use_tree_check(tree, "");
	nvidia(tree);
	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.0", "../../../devices/" NIC0);
	gpu(tree, "0000:03:00.0", 7);
	gpu(tree, "0000:04:00.0", 3);
	in_use_tree_check(tree, USES_CARD("cuda (pid 812) at /dev/nvidia3 (nvidia3)"));
}

/* It is unknown which GPU that is, so it may be any. */
static void test_nvidia_unknown(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_process(tree, "812", "cuda\n", NODE_B);
	nvidia(tree);
	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.0", "../../../devices/" NIC0);
	gpu(tree, "0000:03:00.0", 3);
	in_use_tree_check(tree, USES_CARD("cuda (pid 812) at /dev/nvidia7 (nvidia7)"));
}

/* Using a shared node counts for all GPUs, unless the process has one of them open. */
static void test_nvidia_shared(void **state)
{
	struct host_tree *tree = *state;

	nvidia(tree);
	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.0", "../../../devices/" NIC0);
	gpu(tree, "0000:03:00.0", 3);
	in_use_tree_process(tree, "812", "cuda\n", NODE_C);
	in_use_tree_check(tree, USES_CARD("cuda (pid 812) at /dev/nvidia-uvm (nvidia-uvm)"));
	scratch_link(&tree->scratch, "proc/812/fd/8", NODE_A);
	in_use_tree_check(tree, USES_NIC0("cuda (pid 812) at /dev/nvidia3 (nvidia3)"));
}

/* A name that would end the comment, look like several, or control a terminal. */
static void test_odd_name(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, CARD "/graphics/fb1", "fb1");
	in_use_tree_process(tree, "812", "a#b,c\x1b[2J\x9b\nprotect = x\n", NODE_A);
	in_use_tree_check(tree, USES_CARD("a?b?c?[2J? (pid 812) at /dev/fb1 (fb1)"));
}

/* Several controllers share ng0n1. */
static void test_shared_nvme(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_character(tree, NODE_A_NUMBER, "virtual/nvme-subsystem/nvme-subsys0/ng0n1",
			      "ng0n1");
	scratch_link(&tree->scratch, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1",
		     "../../../pci0000:00/0000:00:07.0/0000:02:00.0/nvme/nvme1");
	scratch_link(&tree->scratch, "sys/class/nvme/nvme1",
		     "../../devices/pci0000:00/0000:00:07.0/0000:02:00.0/nvme/nvme1");
	in_use_tree_process(tree, "812", "nvme\n", NODE_A);
	in_use_tree_check(tree,
			  "protect = " HOST_NVME1 "  # nvme (pid 812) at /dev/ng0n1 (ng0n1)\n");
}

/* A virtual machine has the NIC open, by the group's node or its own. */
static void machine(struct host_tree *tree, const char *bound, const char *node)
{
	char target[64];

	snprintf(target, sizeof(target), "../../bus/pci/drivers/%s", bound);
	scratch_link(&tree->scratch, "sys/devices/" NIC1 "/driver", target);
	scratch_link(&tree->scratch, "sys/kernel/iommu_groups/12/devices/0000:03:00.1",
		     "../../../../devices/" NIC1);
	scratch_link(&tree->scratch, "sys/class/vfio/12", "../../devices/virtual/vfio/12");
	scratch_write(&tree->scratch, "sys/devices/virtual/vfio/12/dev", NODE_A_NUMBER "\n");
	in_use_tree_character(tree, NODE_A_NUMBER, "virtual/vfio/12", "vfio/12");
	scratch_write(&tree->scratch, "sys/devices/" NIC1 "/vfio-dev/vfio3/dev",
		      NODE_B_NUMBER "\n");
	in_use_tree_character(tree, NODE_B_NUMBER, NIC1 "/vfio-dev/vfio3", "vfio/devices/vfio3");
	in_use_tree_process(tree, "900", "qemu-system-x86\n", node);
}

static void test_machine(void **state)
{
	machine(*state, "mlx5_vfio_pci", NODE_A);
	in_use_tree_check(*state,
			  USES_NIC1("qemu-system-x86 (pid 900) at /dev/vfio/12 (VFIO group 12)"));
}

static void test_machine_by_device(void **state)
{
	machine(*state, "mlx5_vfio_pci", NODE_B);
	in_use_tree_check(
		*state, USES_NIC1("qemu-system-x86 (pid 900) at /dev/vfio/devices/vfio3 (vfio3)"));
}

/* A device on the wanted driver is not unbound. */
static void test_machine_as_wanted(void **state)
{
	machine(*state, "vfio-pci", NODE_A);
	in_use_tree_check(*state, "");
}

static const char *user_of(struct host_tree *tree, int group)
{
	const char *user = "unset";
	struct sysfs sysfs;
	char dev[160];

	snprintf(dev, sizeof(dev), "%s/dev", tree->scratch.path);
	assert_int_equal(sysfs_open(&sysfs, tree->sysfs), 0);
	in_use_find_machine(tree->arena, &sysfs, tree->proc, dev, group, &user);
	sysfs_close(&sysfs);
	return user;
}

static void test_find_machine(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.1", "../../../devices/" NIC1);
	machine(tree, "vfio-pci", NODE_B);
	check_text("by its device", user_of(tree, 12), "qemu-system-x86 (pid 900)");
	check_text("another group", user_of(tree, 13), NULL);
	scratch_write(&tree->scratch, "sys/class/vfio/noiommu-13/dev", NODE_A_NUMBER "\n");
	in_use_tree_process(tree, "901", "other\n", NODE_A);
	check_text("by its group", user_of(tree, 13), "other (pid 901)");
	check_text("a group with a longer number", user_of(tree, 1), NULL);
}

/* Returns who is found without opening anything. Words are those of the process's command line. */
static const char *named_user_of(struct host_tree *tree, int group, const char *words,
				 size_t length)
{
	struct in_use_machines machines;
	const char *user = "unset";
	struct sysfs sysfs;
	char path[192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/900/cmdline", tree->proc);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(words, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(sysfs_open(&sysfs, tree->sysfs), 0);
	in_use_open_machines(&machines, tree->proc);
	assert_int_equal(machines.error, 0);
	in_use_find_user(&machines, tree->arena, &sysfs, group, &user);
	in_use_close_machines(&machines);
	sysfs_close(&sysfs);
	return user;
}

#define NAMED_USER(tree, group, words) named_user_of(tree, group, words, sizeof(words))

static void test_machine_name(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.1", "../../../devices/" NIC1);
	machine(tree, "vfio-pci", NODE_B);
	check_text("libvirt", NAMED_USER(tree, 12, "qemu\0-name\0guest=win11,debug-threads=on\0-S"),
		   "win11, qemu-system-x86 (pid 900)");
	check_text("Proxmox",
		   NAMED_USER(tree, 12, "kvm\0-id\000100\0-name\0games,debug-threads=on"),
		   "games, qemu-system-x86 (pid 900)");
	check_text("by hand", NAMED_USER(tree, 12, "qemu\0--name\0a b\033"),
		   "a b?, qemu-system-x86 (pid 900)");
	check_text("an empty name", NAMED_USER(tree, 12, "qemu\0-name\0\0x"),
		   "qemu-system-x86 (pid 900)");
	check_text("without a name", NAMED_USER(tree, 12, "qemu\0-m\0001024\0-name"),
		   "qemu-system-x86 (pid 900)");
	check_text("another group", NAMED_USER(tree, 13, "qemu"), NULL);
}

/* Anybody can open a file of this name, in a namespace or chroot; it tells nothing. */
static void test_false_name(void **state)
{
	struct host_tree *tree = *state;
	char path[192];

	machine(tree, "vfio-pci", "/dev/zero");
	scratch_write(&tree->scratch, "dev/vfio/12", "");
	snprintf(path, sizeof(path), "%s/dev/vfio/12", tree->scratch.path);
	in_use_tree_process(tree, "901", "liar\n", path);
	check_text("a plain file", user_of(tree, 12), NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	check_text("a FIFO", user_of(tree, 12), NULL);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, in_use_tree_create, in_use_tree_destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_compositor),
		TEST(test_names),
		TEST(test_once),
		TEST(test_threads),
		TEST(test_mapping),
		TEST(test_unread),
		TEST(test_unlisted),
		TEST(test_compute),
		TEST(test_nvidia),
		TEST(test_nvidia_unknown),
		TEST(test_nvidia_shared),
		TEST(test_odd_name),
		TEST(test_shared_nvme),
		TEST(test_machine),
		TEST(test_machine_by_device),
		TEST(test_machine_as_wanted),
		TEST(test_find_machine),
		TEST(test_machine_name),
		TEST(test_false_name),
	};

	return cmocka_run_group_tests_name("in_use_node", tests, NULL, NULL);
}
