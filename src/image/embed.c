// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/embed.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "host/confirms.h"
#include "lib/file.h"
#include "lib/modprobe_conf.h"
#include "lib/mountinfo.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/pci.h"
#include "settings/config.h"
#include "settings/profile.h"

struct collection {
	struct embed *embed;
	struct arena *arena;
	const char *root;
	bool confirms; /* the system confirms trials */
	struct embed_file **last_modprobe;
	struct embed_name **last_module;
};

static bool is_wanted_module(const struct embed *embed, const char *name)
{
	for (const struct embed_name *module = embed->modules; module; module = module->next)
		if (text_same_name(module->name, name))
			return true;
	return false;
}

/* Returns whether a module can have this name, which hooks get as a word. */
static bool is_module_name(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
			return false;
	return length > 0;
}

static int add_module(struct collection *collection, const char *name, size_t length)
{
	struct embed_name *module;
	const char *copy;

	if (!is_module_name(name, length))
		return 0;
	copy = arena_copy(collection->arena, name, length);
	module = arena_allocate(collection->arena, 1, sizeof(*module));
	if (!copy || !module)
		return -ENOMEM;
	if (is_wanted_module(collection->embed, copy))
		return 0;
	module->name = copy;
	*collection->last_module = module;
	collection->last_module = &module->next;
	return 0;
}

/* Adds the modules that have an alias which begins so, "alias " before it. */
static int add_aliased(struct collection *collection, const char *directory, const char *alias)
{
	const char *path = arena_print(collection->arena, "%s/modules.alias", directory);
	int fd = path ? file_open(AT_FDCWD, path) : -ENOMEM;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	int error = path ? 0 : -ENOMEM;

	/* Without this file, no module of this kernel is found by alias at boot either. */
	while (file && !error && getline(&line, &size, file) > 0) {
		const char *name = strrchr(line, ' ');

		if (name && strstarts(line, alias))
			error = add_module(collection, name + 1, strcspn(name + 1, "\n"));
	}
	free(line);
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	return error;
}

/* Adds the kernel's variant drivers, whose modules have such an alias. */
static int add_variants(struct collection *collection, const char *directory)
{
	return add_aliased(collection, directory, "alias vfio_pci:");
}

/*
 * Adds the driver of a virtio-iommu, without which nothing has a group, and that of its
 * transport. What is built in has no alias, and a kernel that knows no such IOMMU neither.
 */
static int add_iommu(struct collection *collection, const struct embed_request *request,
		     const char *directory)
{
	const char *root = arena_print(collection->arena, "%s/sys", collection->root);
	struct embed_name *const *end = collection->last_module;
	bool wanted = request->generic;
	struct sysfs sysfs;
	int error;

	if (!root)
		return -ENOMEM;
	if (!wanted && sysfs_open(&sysfs, root) == 0) {
		wanted = pci_has_virtio_iommu(&sysfs);
		sysfs_close(&sysfs);
	}
	if (!wanted)
		return 0;
	/* VIRTIO_ID_IOMMU of include/uapi/linux/virtio_ids.h. */
	error = add_aliased(collection, directory, "alias virtio:d00000017v");
	return error || !*end ? error : add_module(collection, "virtio_pci", strlen("virtio_pci"));
}

/*
 * Adds the file system of EFI variables, where trials are recorded. What is built in has no
 * alias.
 */
static int add_variables(struct collection *collection, const char *directory)
{
	return collection->confirms ? add_aliased(collection, directory, "alias fs-efivarfs ") : 0;
}

static const char *modules_directory(struct arena *arena, const struct embed_request *request)
{
	struct utsname kernel = { 0 };

	if (request->modules)
		return request->modules;
	uname(&kernel);
	return arena_print(arena, "/lib/modules/%s",
			   request->kernel ? request->kernel : kernel.release);
}

/* Adds the driver that settings name; its module is assumed to have that name. */
static int add_driver(struct collection *collection, const struct settings *settings,
		      const char *modules)
{
	if (settings->driver)
		return add_module(collection, settings->driver, strlen(settings->driver));
	return add_variants(collection, modules);
}

/* Adds the drivers that the config's profiles name. */
static int add_profile_drivers(struct collection *collection, const char *modules)
{
	static const struct origin origin = { .source = "profile" };
	const struct settings *config = &collection->embed->settings;
	struct settings settings;
	const char **names;
	size_t count;
	int error;

	if (!config->config_text)
		return 0;
	error = profile_list(collection->arena, config->config_text, &names, &count);
	for (size_t i = 0; !error && i < count; i++) {
		settings_init(&settings, collection->arena);
		error = settings_read_config(&settings, config->config_path, config->config_text);
		if (!error)
			error = settings_read_profile(&settings, names[i], &origin);
		if (!error)
			error = add_driver(collection, &settings, modules);
	}
	return error;
}

static int collect_modules(struct collection *collection, const struct embed_request *request)
{
	static const char *const always[] = { "vfio-pci", "vfio_iommu_type1" };
	const char *directory = modules_directory(collection->arena, request);
	const char *cmdline = arena_print(collection->arena, "%s" CMDLINE_PATH, collection->root);
	struct settings running;
	char *text;
	int error = directory && cmdline ? 0 : -ENOMEM, cmdline_error = -ENOENT;

	for (size_t i = 0; !error && i < ARRAY_SIZE(always); i++)
		error = add_module(collection, always[i], strlen(always[i]));
	if (!error)
		error = add_driver(collection, &collection->embed->settings, directory);
	if (!error)
		error = add_profile_drivers(collection, directory);
	if (!error)
		error = add_iommu(collection, request, directory);
	if (!error)
		error = add_variables(collection, directory);
	/* The next boot's command line is probably this boot's. */
	settings_init(&running, collection->arena);
	if (!error && !request->generic)
		cmdline_error = textfile_read(collection->arena, cmdline, &text);
	if (!cmdline_error)
		error = settings_read_cmdline(&running, text);
	else if (cmdline_error == -ENOMEM)
		error = cmdline_error;
	if (!error && running.origins[SETTING_DRIVER].source)
		error = add_driver(collection, &running, directory);
	return error;
}

static bool is_keyword(const char *word)
{
	static const char *const keywords[] = { "options", "softdep", "weakdep", "blacklist",
						"alias",   "install", "remove" };

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (streq(keywords[i], word))
			return true;
	return false;
}

/* Whether a line says something of the modules. */
static bool line_concerns(const struct embed *embed, char *line)
{
	const char *word = mountinfo_word(&line);
	bool options = word && streq(word, "options");
	bool known = word && is_keyword(word);

	while (known && (word = mountinfo_word(&line))) {
		if (strstarts(word, "vfio") || is_wanted_module(embed, word))
			return true;
		/* Parameters follow, not modules. */
		known = !options;
	}
	return false;
}

/* Returns 1 when a line of the text says something of the modules, 0, or -ENOMEM. */
static int text_concerns(const struct collection *collection, const char *text)
{
	char *copy = arena_copy(collection->arena, text, strlen(text));
	struct modprobe_line line = { 0 };

	if (!copy)
		return -ENOMEM;
	while (modprobe_conf_next_line(&copy, &line))
		if (line_concerns(collection->embed, line.text))
			return 1;
	return 0;
}

/* Where a path of the host is. */
static const char *locate(void *context, const char *path)
{
	const struct collection *collection = context;

	return arena_print(collection->arena, "%s%s", collection->root, path);
}

/* Takes a file in that kmod reads. */
static int add_modprobe_file(struct collection *collection, const struct modprobe_file *from)
{
	struct embed_file *file = arena_allocate(collection->arena, 1, sizeof(*file));

	if (!file)
		return -ENOMEM;
	*file = (struct embed_file){ .path = from->path,
				     .text = from->text,
				     .length = strlen(from->text) };
	/* The mount on /run hides an image's files below /run at boot. */
	if (strstarts(from->path, "/run/"))
		file->path =
			arena_print(collection->arena, MODPROBE_CONF_DIRECTORY "/%s", from->name);
	*collection->last_modprobe = file;
	collection->last_modprobe = &file->next;
	return file->path ? 0 : -ENOMEM;
}

/*
 * Takes in each file that says something of the modules. One that hides such a file is taken in
 * too, even if it is empty: without it, the image would have what it hides.
 */
static int collect_modprobe(struct collection *collection)
{
	struct modprobe_file *file;
	int error = modprobe_conf_read(collection->arena, locate, collection, &file);

	for (; !error && file; file = file->next) {
		int concerns = 0;

		for (const struct modprobe_file *same = file; same && !concerns;
		     same = same->hidden)
			concerns = text_concerns(collection, same->text);
		error = concerns > 0 ? add_modprobe_file(collection, file) : concerns;
	}
	return error;
}

static int add_file(struct embed_file **file, struct arena *arena, const char *path,
		    const char *text)
{
	*file = arena_allocate(arena, 1, sizeof(**file));
	if (!*file)
		return -ENOMEM;
	**file = (struct embed_file){ .path = path, .text = text, .length = strlen(text) };
	return 0;
}

/* Adds a config that stands in for the refused one. */
static int add_mark(struct collection *collection, const char *reason)
{
	const char *text = arena_print(
		collection->arena,
		"# " CONFIG_PATH " was not read when this image was made.\n" SETTINGS_UNREAD_KEY
		" = %s\n",
		reason);

	collection->embed->config_unread = true;
	return text ? add_file(&collection->embed->config, collection->arena, CONFIG_PATH, text)
		    : -ENOMEM;
}

static int collect_config(struct collection *collection, const struct embed_request *request)
{
	struct embed *embed = collection->embed;
	const char *path = arena_print(collection->arena, "%s" CONFIG_PATH, collection->root);
	struct config config;
	int error;

	if (request->config)
		path = request->config;
	if (!path)
		return -ENOMEM;
	error = config_read(&config, &embed->settings, path);
	if (error == -ENOENT && !request->config)
		return 0;
	if (error == -ENOMEM)
		return error;
	if (error)
		return add_mark(collection, strerror(-error)) ? -ENOMEM : error;
	if (!config.text)
		return add_mark(collection, config.fault);
	return add_file(&embed->config, collection->arena, CONFIG_PATH, config.text);
}

static int collect_host(struct collection *collection)
{
	struct host_roots roots = { 0 };
	struct embed *embed = collection->embed;
	const char *text;
	int error;

	if (*collection->root)
		roots = (struct host_roots){
			.root = collection->root,
			.proc = arena_print(collection->arena, "%s/proc", collection->root),
			.sysfs = arena_print(collection->arena, "%s/sys", collection->root),
		};
	if (*collection->root && (!roots.proc || !roots.sysfs))
		return -ENOMEM;
	error = host_list_read(&embed->needs, collection->arena, &roots);
	/* Adds even a list without needs: boot must know that somebody looked. */
	if (error || !embed->needs.text)
		return error;
	text = collection->confirms
		       ? arena_print(collection->arena, "%sconfirms = on\n", embed->needs.text)
		       : embed->needs.text;
	return text ? add_file(&embed->host, collection->arena, HOST_CONFIG_PATH, text) : -ENOMEM;
}

int embed_collect(struct embed *embed, struct arena *arena, const struct embed_request *request)
{
	struct collection collection = {
		.embed = embed,
		.arena = arena,
		.root = request->root ? request->root : "",
		.confirms = !request->generic &&
			    host_confirms_trials(request->root ? request->root : ""),
		.last_modprobe = &embed->modprobe,
		.last_module = &embed->modules,
	};
	int config_error, error;

	*embed = (struct embed){ 0 };
	settings_init(&embed->settings, arena);
	config_error = collect_config(&collection, request);
	if (config_error == -ENOMEM)
		return config_error;
	error = collect_modules(&collection, request);
	if (!error)
		error = collect_modprobe(&collection);
	if (!error && !request->generic)
		error = collect_host(&collection);
	return error ? error : config_error;
}
