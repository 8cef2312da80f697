// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/util.h"
#include "machine/module.h"
#include "machine/module_context.h"
#include "machine/module_options.h"

/*
 * Returns whether the module's parameter ids names devices that it binds once loaded, as
 * in drivers/vfio/pci/vfio_pci.c and drivers/pci/pci-stub.c.
 */
static bool takes_ids(const char *module)
{
	return module_is_vfio(module) || streq(module, "pci_stub");
}

/*
 * Inserts one module with its options except ids: only the plan decides what is taken.
 * Does not run an install command of modprobe.d: it needs a shell, which an image may
 * lack, and is often the script that this program replaces.
 */
static int insert(struct kmod_module *module)
{
	const char *name = kmod_module_get_name(module);
	const char *options = kmod_module_get_options(module);
	const char *command = kmod_module_get_install_commands(module);
	char *kept = NULL;
	size_t dropped = 0;
	int result;

	if (options && takes_ids(name)) {
		kept = module_options_without(options, "ids", &dropped);
		if (!kept)
			return -ENOMEM;
	}
	if (dropped)
		log_line(LOG_LEVEL_DEBUG, "module %s: loaded without ids=", name);
	if (command)
		log_line(LOG_LEVEL_DEBUG,
			 "module %s: loaded directly, not by its install command '%s'", name,
			 command);
	result = kmod_module_insert_module(module, 0, kept ? kept : options);
	free(kept);
	/* Another process may have loaded it meanwhile. */
	return result == -EEXIST ? 0 : result;
}

static bool is_loaded(struct kmod_module *module)
{
	int state = kmod_module_get_initstate(module);

	return state == KMOD_MODULE_BUILTIN || state == KMOD_MODULE_LIVE;
}

static bool list_holds(const struct kmod_list *list, const char *name)
{
	const struct kmod_list *item;
	bool found = false;

	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		found = found || streq(kmod_module_get_name(module), name);
		kmod_module_unref(module);
	}
	return found;
}

/* A module being loaded, with its dependencies. */
struct loading {
	struct kmod_module *wanted;
	struct kmod_list *dependencies; /* of the wanted module */
	struct kmod_module **seen;	/* modules already visited */
	size_t count, room;
};

/* Records a visit to a module. Returns 1, 0 for one visited before, or -ENOMEM. */
static int note_seen(struct loading *loading, struct kmod_module *module)
{
	const char *name = kmod_module_get_name(module);

	for (size_t i = 0; i < loading->count; i++)
		if (streq(kmod_module_get_name(loading->seen[i]), name))
			return 0;
	if (loading->count == loading->room) {
		size_t room = loading->room ? 2 * loading->room : 8;
		struct kmod_module **seen = realloc(loading->seen, room * sizeof(*loading->seen));

		if (!seen)
			return -ENOMEM;
		loading->seen = seen;
		loading->room = room;
	}
	loading->seen[loading->count++] = kmod_module_ref(module);
	return 1;
}

static int load_tree(struct loading *loading, struct kmod_module *module);

static int load_trees(struct loading *loading, const struct kmod_list *list)
{
	const struct kmod_list *item;
	int result = 0;

	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		if (!result)
			result = load_tree(loading, module);
		kmod_module_unref(module);
	}
	return result;
}

/*
 * Loads a module between its soft dependencies. A module that is only a soft dependency
 * may fail.
 */
static int load_between(struct loading *loading, struct kmod_module *module)
{
	const char *name = kmod_module_get_name(module);
	bool wanted = streq(name, kmod_module_get_name(loading->wanted));
	struct kmod_list *before = NULL, *after = NULL;
	int result = kmod_module_get_softdeps(module, &before, &after);

	if (!result)
		result = load_trees(loading, before);
	/* load_module() has looked for the wanted module. */
	if (!result && (wanted || !is_loaded(module))) {
		result = insert(module);
		if (!wanted && !list_holds(loading->dependencies, name))
			result = 0;
	}
	if (!result)
		result = load_trees(loading, after);
	kmod_module_unref_list(before);
	kmod_module_unref_list(after);
	return result;
}

static int load_tree(struct loading *loading, struct kmod_module *module)
{
	struct kmod_list *dependencies;
	const struct kmod_list *item;
	int result = note_seen(loading, module);

	if (result <= 0)
		return result;
	result = 0;
	dependencies = kmod_module_get_dependencies(module);
	kmod_list_foreach(item, dependencies)
	{
		struct kmod_module *dependency = kmod_module_get_module(item);

		if (!result)
			result = load_between(loading, dependency);
		kmod_module_unref(dependency);
	}
	kmod_module_unref_list(dependencies);
	return result ? result : load_between(loading, module);
}

static bool is_blacklisted(struct module_context *context, const struct kmod_module *module)
{
	struct kmod_config_iter *names = kmod_config_get_blacklists(context->kmod);
	bool found = false;

	if (!names)
		return false;
	while (!found && kmod_config_iter_next(names))
		found = streq(kmod_config_iter_get_key(names), kmod_module_get_name(module));
	kmod_config_iter_free_iter(names);
	return found;
}

/*
 * Loads a module in the order of libkmod's kmod_module_probe_insert_module(), which
 * cannot be used because it passes every module all of its options.
 */
static int load_module(struct module_context *context, struct kmod_module *module)
{
	struct loading loading = { .wanted = module };
	int result;

	if (is_loaded(module))
		return 0;
	if (is_blacklisted(context, module))
		return MODULE_BLACKLISTED;
	loading.dependencies = kmod_module_get_dependencies(module);
	result = load_tree(&loading, module);
	for (size_t i = 0; i < loading.count; i++)
		kmod_module_unref(loading.seen[i]);
	free(loading.seen);
	kmod_module_unref_list(loading.dependencies);
	return result;
}

/* Loads all modules that a name or alias resolves to. */
static int load_list(struct module_context *context, const struct kmod_list *list)
{
	const struct kmod_list *item;
	int result = -ENOENT;

	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		result = load_module(context, module);
		kmod_module_unref(module);
		if (result)
			break;
	}
	return result;
}

/* libkmod treats '-' in a driver's name and '_' in its module's name alike. */
int module_load(struct module_context *context, const char *name)
{
	struct kmod_list *list = NULL;
	int result = kmod_module_new_from_lookup(context->kmod, name, &list);

	if (!result)
		result = load_list(context, list);
	kmod_module_unref_list(list);
	log_line(LOG_LEVEL_DEBUG, "module %s: %s", name,
		 result == 0			? "loaded"
		 : result == MODULE_BLACKLISTED ? "blacklisted"
						: strerror(-result));
	return result;
}

/*
 * Returns the dependencies of the first module of a name or alias; the caller
 * unreferences the list.
 */
static struct kmod_list *find_dependencies(struct module_context *context, const char *name)
{
	struct kmod_list *list = NULL, *dependencies = NULL;

	if (kmod_module_new_from_lookup(context->kmod, name, &list) == 0 && list) {
		struct kmod_module *module = kmod_module_get_module(list);

		dependencies = kmod_module_get_dependencies(module);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	return dependencies;
}

static bool dependencies_are_loaded(const struct kmod_module *module)
{
	struct kmod_list *dependencies = kmod_module_get_dependencies(module);
	const struct kmod_list *item;
	bool loaded = true;

	kmod_list_foreach(item, dependencies)
	{
		struct kmod_module *dependency = kmod_module_get_module(item);

		loaded = loaded && is_loaded(dependency);
		kmod_module_unref(dependency);
	}
	kmod_module_unref_list(dependencies);
	return loaded;
}

/* Returns whether the configuration has an install command or a soft dependency before it. */
static bool has_preparation(const struct kmod_module *module)
{
	struct kmod_list *before = NULL, *after = NULL;
	bool has = kmod_module_get_install_commands(module) ||
		   kmod_module_get_softdeps(module, &before, &after) < 0 || before;

	kmod_module_unref_list(before);
	kmod_module_unref_list(after);
	return has;
}

/*
 * Inserts a module directly if it needs nothing else; load_module() would visit all of
 * its dependencies again.
 */
static void load_dependency(struct module_context *context, struct kmod_module *module)
{
	if (is_loaded(module))
		return;
	if (has_preparation(module) || !dependencies_are_loaded(module))
		load_module(context, module);
	else
		insert(module);
}

void module_load_dependencies(struct module_context *context, const char *name, const char *other,
			      const struct module_call *wait)
{
	struct kmod_list *dependencies = find_dependencies(context, name);
	struct kmod_list *others = other ? find_dependencies(context, other) : NULL;
	const struct kmod_list *item;

	/* libkmod lists dependencies before the modules that need them. */
	kmod_list_foreach(item, dependencies)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		if (!list_holds(others, kmod_module_get_name(module))) {
			if (wait && !dependencies_are_loaded(module)) {
				wait->function(wait->argument);
				wait = NULL;
			}
			load_dependency(context, module);
		}
		kmod_module_unref(module);
	}
	kmod_module_unref_list(others);
	kmod_module_unref_list(dependencies);
}
