// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files behind in_use.h. search->context is the struct in_use. */

#include "host/in_use.h"
#include "host/search.h"
#include "lib/node.h"

/*
 * in_use_block.c: adds block devices held by md, dm or bcache (class/block/NAME/holders),
 * and those below a loop device.
 */
void in_use_add_holders(struct host_search *search);

/*
 * in_use_block.c: adds the block devices of in_use->devices that somebody uses
 * exclusively, seen or unseen: opening them with O_EXCL returns EBUSY (block/bdev.c,
 * bd_prepare_to_claim()). Also adds a device that does not answer or has no node in /dev.
 * Does not open devices with a known user.
 */
void in_use_add_exclusive(struct host_search *search);

/*
 * in_use_node.c: adds devices that processes have open by block and character nodes. Sets
 * in_use->error and in_use->unread if a process's files cannot be read.
 */
void in_use_add_nodes(struct host_search *search);
