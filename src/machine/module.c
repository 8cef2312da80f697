// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/module.h"

#include <errno.h>
#include <fnmatch.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/util.h"
#include "machine/module_context.h"
#include "machine/module_options.h"

/* The directories of modprobe.d(5), and /lib/modprobe.d for systems without merged /usr. */
static const char *const config_paths[] = {
	"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d", NULL,
};

static void log_libkmod(void *data, int priority, const char *file, int line, const char *function,
			const char *format, va_list arguments)
{
	char text[256];
	size_t length;

	(void)data, (void)priority, (void)file, (void)line;
	vsnprintf(text, sizeof(text), format, arguments);
	length = strlen(text);
	if (length && text[length - 1] == '\n')
		text[length - 1] = '\0';
	log_line(LOG_LEVEL_DEBUG, "libkmod: %s: %s", function, text);
}

struct need {
	int (*use)(void *argument, const char *name, const char *path);
	void *argument;
};

static int list_needed(const struct need *need, struct kmod_list *list);

/* Visits one module, its dependencies and the soft dependencies of each. */
static int module_needed(const struct need *need, struct kmod_module *module)
{
	struct kmod_list *lists[3] = { 0 }; /* dependencies, soft dependencies before and after */
	int result = need->use(need->argument, kmod_module_get_name(module),
			       kmod_module_get_path(module));

	if (result <= 0)
		return result;
	lists[0] = kmod_module_get_dependencies(module);
	result = kmod_module_get_softdeps(module, &lists[1], &lists[2]);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!result)
			result = list_needed(need, lists[i]);
		kmod_module_unref_list(lists[i]);
	}
	return result;
}

static int list_needed(const struct need *need, struct kmod_list *list)
{
	const struct kmod_list *item;
	int result = 0;

	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		result = module_needed(need, module);
		kmod_module_unref(module);
		if (result)
			break;
	}
	return result;
}

int module_list_needed(struct module_context *context, const char *name,
		       int (*use)(void *argument, const char *name, const char *path),
		       void *argument)
{
	const struct need need = { .use = use, .argument = argument };
	struct kmod_list *list = NULL;
	int result = kmod_module_new_from_lookup(context->kmod, name, &list);

	if (!result)
		result = list ? list_needed(&need, list) : -ENOENT;
	kmod_module_unref_list(list);
	return result;
}

int module_find_values(struct module_context *context, const char *module, const char *parameter,
		       char **values)
{
	struct kmod_module *found;
	const char *options;
	int error = kmod_module_new_from_name(context->kmod, module, &found);

	if (error < 0)
		return error;
	options = kmod_module_get_options(found);
	*values = module_options_values(options ? options : "", parameter);
	kmod_module_unref(found);
	return *values ? 0 : -ENOMEM;
}

int module_dump_index(struct module_context *context, enum module_index index, int fd)
{
	static const enum kmod_index indexes[] = {
		[MODULE_INDEX_DEPENDENCIES] = KMOD_INDEX_MODULES_DEP,
		[MODULE_INDEX_ALIASES] = KMOD_INDEX_MODULES_ALIAS,
	};

	return kmod_dump_index(context->kmod, indexes[index], fd);
}

static unsigned int count_wildcards(const char *pattern)
{
	unsigned int count = 0;

	for (; *pattern; pattern++)
		count += *pattern == '*';
	return count;
}

/* Returns the fewest wildcards in a matching alias of the module; UINT_MAX if none matches. */
static unsigned int least_wildcards(const struct kmod_module *module, const char *alias)
{
	struct kmod_list *information = NULL;
	const struct kmod_list *item;
	unsigned int least = ~0U;

	if (kmod_module_get_info(module, &information) < 0)
		return least;
	kmod_list_foreach(item, information)
	{
		const char *value = kmod_module_info_get_value(item);

		if (streq(kmod_module_info_get_key(item), "alias") &&
		    fnmatch(value, alias, 0) == 0 && count_wildcards(value) < least)
			least = count_wildcards(value);
	}
	kmod_module_info_free_list(information);
	return least;
}

int module_find_variant(struct module_context *context, const char *modalias, char *driver,
			size_t size)
{
	char alias[512];
	struct kmod_list *list = NULL;
	const struct kmod_list *item;
	unsigned int best = ~0U;
	int result;

	snprintf(alias, sizeof(alias), "vfio_%s", modalias);
	result = kmod_module_new_from_lookup(context->kmod, alias, &list);
	if (result < 0)
		return result;
	result = -ENOENT;
	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);
		const char *name = kmod_module_get_name(module);
		unsigned int wildcards =
			streq(name, "vfio_pci") ? ~0U : least_wildcards(module, alias);

		/* A variant's driver has the name of its module (KBUILD_MODNAME). */
		if (wildcards < best) {
			best = wildcards;
			snprintf(driver, size, "%s", name);
			result = 0;
		}
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	return result;
}

void module_directory(const char *release, char path[MODULE_PATH_SIZE])
{
	static const char *const roots[] = { "/lib/modules", "/usr/lib/modules" };
	struct utsname kernel;

	uname(&kernel);
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		snprintf(path, MODULE_PATH_SIZE, "%s/%s", roots[i],
			 release ? release : kernel.release);
		if (access(path, F_OK) == 0)
			return;
	}
}

int module_open(const struct module_places *places, struct module_context **result)
{
	struct module_context *context = calloc(1, sizeof(*context));
	const char *const own_path[] = { places ? places->configuration : NULL, NULL };
	const char *const *paths = own_path[0] ? own_path : config_paths;
	char usual[MODULE_PATH_SIZE];

	if (!context)
		return -ENOMEM;
	module_directory(NULL, usual);
	context->kmod = kmod_new(places && places->directory ? places->directory : usual, paths);
	if (!context->kmod) {
		free(context);
		return -ENOMEM;
	}
	kmod_set_log_fn(context->kmod, log_libkmod, NULL);
	/* Keeps the indexes open for all look-ups; otherwise each look-up opens its own. */
	kmod_load_resources(context->kmod);
	*result = context;
	return 0;
}

void module_close(struct module_context *context)
{
	kmod_unref(context->kmod);
	free(context);
}
