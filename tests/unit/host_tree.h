// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Machines for the search for what a host needs: trees in the form of /, /proc and /sys. */

#include "host/needs.h"
#include "scratch.h"
#include "settings/settings.h"
#include "unit.h"

struct host_tree {
	struct scratch scratch;
	struct arena *arena;
	struct host_roots roots;
	char proc[160], sysfs[160];
	struct host_needs needs; /* of the last search */
};

/*
 * An empty machine on which the test is at home. host_tree_mount() takes lines of
 * mountinfo, each "MAJOR:MINOR POINT TYPE SOURCE OPTIONS".
 */
void host_tree_create(struct host_tree *tree);
void host_tree_remove(struct host_tree *tree);
void host_tree_mount(struct host_tree *tree, const char *mounts);

/*
 * A PCI function at a path below /sys/devices; its attributes follow from
 * class, vendor and device, its subsystem is 1af4:1100.
 */
void host_tree_pci(const struct host_tree *tree, const char *path, unsigned int class,
		   unsigned int vendor, unsigned int device);

/* Adds a block device "major:minor" at a path below /sys/devices, with its name in /dev. */
void host_tree_block(const struct host_tree *tree, const char *number, const char *path);

/* Like host_tree_block() for a partition, at DISK's path/NAME. */
void host_tree_partition(const struct host_tree *tree, const char *number, const char *path);

/* Puts the block device at a path on another one. */
void host_tree_slave(const struct host_tree *tree, const char *path, const char *slave);

/* Adds a network interface at a path below /sys/devices. */
void host_tree_interface(const struct host_tree *tree, const char *path);

/*
 * Adds the NVMe disks that most tests use: nvme0n1 (259:0) with partitions 1 to 3 (259:1
 * and so on) at 00:06.0/00.0, nvme1n1 (259:4) at 00:07.0/00.0, and a SATA controller at
 * 00:17.0 with sda (8:0, partition 8:1) and sdb (8:16).
 */
void host_tree_disks(const struct host_tree *tree);

/* Selectors of these disks. */
#define HOST_NVME0 "00:06.0/00.0@144d:a80a:1af4:1100"
#define HOST_NVME1 "00:07.0/00.0@144d:a808:1af4:1100"
#define HOST_SATA  "00:17.0@8086:a352:1af4:1100"

/*
 * Searches and compares the result: lines are the protect lines and comments on gaps,
 * without the heading ("" for none, or if the host is not visible); gaps are the gaps,
 * with a newline after each. The program's own parser then reads the text and must find
 * nothing wrong.
 */
void host_tree_check(struct host_tree *tree, const char *lines, const char *gaps);
