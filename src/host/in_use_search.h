// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files behind in_use.h. The context of each search is its struct in_use. */

#include "host/in_use.h"
#include "host/search.h"
#include "lib/node.h"

/*
 * in_use_block.c: adds block devices that md, dm or bcache hold (class/block/NAME/holders),
 * and those that a loop device stands on.
 */
void in_use_search_holders(struct host_search *search);

/*
 * Adds those block devices of in_use->devices that somebody has for itself, seen or unseen:
 * opening them with O_EXCL ends in EBUSY then (bd_prepare_to_claim(), block/bdev.c). One that
 * does not answer, or whose node is not in /dev, is added as well. Devices that something is
 * known to use already are not opened.
 */
void in_use_search_exclusive(struct host_search *search);

/*
 * in_use_node.c: adds what processes have open by block and character nodes. Where their files
 * cannot be read, in_use->error and in_use->unread say so.
 */
void in_use_search_nodes(struct host_search *search);
