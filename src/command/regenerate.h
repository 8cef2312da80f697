// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The script that rebuilds all images (hook/regenerate). */
#define REGENERATE_SCRIPT VFIO_EARLY_LIBDIR "/regenerate"

/*
 * Runs a script to its end; what it prints goes where our own output goes.
 * It finds programs in TRUSTED_PATH (util.h). Signals of a terminal are its to act upon while it
 * runs. Returns 0, its exit status or 128 and the signal that ended it, or -errno when it could not
 * be started.
 */
int regenerate_run(const char *script);
