// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The script that rebuilds all images (hook/regenerate). */
#define REGENERATE_SCRIPT VFIO_EARLY_LIBDIR "/regenerate"

/*
 * Runs a script and waits for its end. Its output goes where ours goes, its PATH is
 * TRUSTED_PATH (lib/util.h). Meanwhile signals from the terminal are the script's to
 * handle. Returns 0, its exit status, 128 plus the signal that ended it, or -errno if it
 * could not be started.
 */
int regenerate_run(const char *script);

/* Like regenerate_run() for a program with arguments, NULL after the last (lib/process.h). */
int regenerate_run_program(char *const *arguments);
