// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "machine/module.h"

/* A module that is loaded with another. */
struct closure_module {
	const char *name;
	const char *path; /* its file on this system; NULL for what is built in */
	struct closure_module *next;
};

/*
 * Lists a module and all that is loaded with it (module.h), that of the name
 * first. Returns 0, -ENOENT when the kernel has no such module, or -errno.
 */
int module_closure_list(struct module_context *modules, struct arena *arena, const char *name,
			struct closure_module **list);
