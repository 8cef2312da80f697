// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/module_closure.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"

struct collection {
	struct arena *arena;
	struct closure_module **list;
};

static int use_module(void *argument, const char *name, const char *path)
{
	struct collection *collection = argument;
	struct closure_module **last = collection->list, *module;

	for (; *last; last = &(*last)->next)
		if (streq((*last)->name, name))
			return 0;
	module = arena_allocate(collection->arena, 1, sizeof(*module));
	if (!module)
		return -ENOMEM;
	*module = (struct closure_module){ .path = NULL };
	module->name = arena_copy(collection->arena, name, strlen(name));
	if (path)
		module->path = arena_copy(collection->arena, path, strlen(path));
	if (!module->name || (path && !module->path))
		return -ENOMEM;
	*last = module;
	return 1;
}

int module_closure_list(struct module_context *modules, struct arena *arena, const char *name,
			struct closure_module **list)
{
	struct collection collection = { arena, list };

	*list = NULL;
	return module_list_needed(modules, name, use_module, &collection);
}
