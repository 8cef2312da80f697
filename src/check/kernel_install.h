// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "check/root.h"

/* The file that kernel-install(8) takes the command line of its entries from, if it is there. */
#define KERNEL_CMDLINE "/etc/kernel/cmdline"

/*
 * Returns whether kernel-install(8) made an entry in this directory, as its
 * 90-loaderentry.install does: TOKEN-RELEASE.conf with the kernel /TOKEN/RELEASE/linux. It
 * makes each anew whenever an image is built, so a change in one does not last.
 */
bool kernel_install_made_entries(const struct root *root, const char *directory);

/*
 * Returns the command line that kernel-install(8) gives its entries while there is no
 * KERNEL_CMDLINE: that of /usr/lib/kernel/cmdline, or that of the running system without what the
 * boot loader added. It is one line, otherwise as written. Returns NULL if there is none, if a
 * shell's echo would change it, or if memory runs out. The root's arena owns the text.
 */
const char *kernel_install_options(const struct root *root);

/*
 * Returns a copy of a command line without a parameter ("quiet", "a=b"), owned by the arena; the
 * rest is as written. Returns NULL when memory runs out.
 */
const char *kernel_install_without(struct arena *arena, const char *options, const char *parameter);

/* Returns the command that makes the entries of all kernels. The root's arena owns it. */
const char *kernel_install_command(const struct root *root);
