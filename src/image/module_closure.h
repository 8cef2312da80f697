// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "machine/module.h"

/* A module that is loaded with another. */
struct closure_module {
	const char *name;
	const char *path; /* its file on this system; NULL if built in */
	struct closure_module *next;
};

/*
 * Lists a module, first, and all modules loaded with it (machine/module.h). The arena
 * owns the list. Returns 0, -ENOENT if the kernel has no such module, or -errno.
 */
int module_closure_list(struct module_context *modules, struct arena *arena, const char *name,
			struct closure_module **list);
