// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Makes the root file system of another system, mounted at this directory as from a live medium,
 * the root of this process: with /proc, /sys, /dev and /run of this system, in a mount namespace
 * that ends with the process. Refuses a root without vfio-early, and one whose /etc/fstab has a
 * file system for the boot loader that is not mounted there: its images would miss what is built.
 * Returns 0, or -errno after it said on standard error what is wrong, which is command's.
 */
int other_root_enter(const char *directory, const char *command);

/*
 * Returns whether programs of the entered root run on this machine: 0, or the -errno of executing
 * its shell (-ENOEXEC for those of another architecture).
 */
int other_root_try(void);
