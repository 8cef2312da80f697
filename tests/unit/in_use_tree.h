// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "host/in_use.h"
#include "host_tree.h"

/* A host with disks, a graphics card and a NIC of two functions, one of them up. */

#define NIC0 "pci0000:00/0000:00:1c.0/0000:03:00.0"
#define NIC1 "pci0000:00/0000:00:1c.0/0000:03:00.1"
#define CARD "pci0000:00/0000:00:01.0/0000:04:00.0"

#define USES_NIC0(use) "protect = 00:1c.0/00.0@8086:1521:1af4:1100  # " use "\n"
#define USES_NIC1(use) "protect = 00:1c.0/00.1@8086:1521:1af4:1100  # " use "\n"
#define USES_CARD(use) "protect = 00:01.0/00.0@10de:1f91:1af4:1100  # " use "\n"

/*
 * The open nodes are real ones that every machine has; the tree's sysfs makes them
 * something else.
 */
#define NODE_A	      "/dev/null"
#define NODE_A_NUMBER "1:3"
#define NODE_B	      "/dev/full"
#define NODE_B_NUMBER "1:7"
#define NODE_C	      "/dev/tty" /* 5:0 */

/* Set up a test with that host in *state, and take it down. */
int in_use_tree_create(void **state);
int in_use_tree_destroy(void **state);

/* Looks with vfio-pci as the driver to bind to these devices; lines are the protect lines. */
void in_use_tree_check_devices(struct host_tree *tree, const struct pci_address *devices,
			       size_t count, const char *lines);

/* The same without devices to bind. */
void in_use_tree_check(struct host_tree *tree, const char *lines);

/* Makes a process that has a file open. */
void in_use_tree_process(struct host_tree *tree, const char *pid, const char *name,
			 const char *file);

/* Makes a character device of this number; name is its node's in /dev. */
void in_use_tree_character(struct host_tree *tree, const char *number, const char *path,
			   const char *name);

/*
 * Makes a block node below the test's directory and returns its path, valid until the
 * next call. Skips the test if that is not allowed.
 */
const char *in_use_tree_block_node(struct host_tree *tree, const char *name, unsigned int major,
				   unsigned int minor);
