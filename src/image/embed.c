// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/embed.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/file.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/pci.h"
#include "settings/config.h"

#define MODPROBE_BLANKS " \t\r\n"

/* In the order in which a file overrides those of its name that follow (modprobe.d(5)). */
static const char *const modprobe_directories[] = {
	"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

/* One that was seen in modprobe.d, whether or not it goes in. */
struct seen_file {
	struct embed_file file;
	const char *name;
	bool embedded;
	struct seen_file *next;
};

struct collection {
	struct embed *embed;
	struct arena *arena;
	const char *root;
	struct seen_file *seen;
	struct embed_file **last_modprobe;
	struct embed_name **last_module;
};

/* Module names are the same whether written with '-' or '_'. */
static bool same_module(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (b[i] != a[i] && !((b[i] == '-' || b[i] == '_') && (a[i] == '-' || a[i] == '_')))
			return false;
	return true;
}

static bool is_wanted_module(const struct embed *embed, const char *name, size_t length)
{
	for (const struct embed_name *module = embed->modules; module; module = module->next)
		if (strlen(module->name) == length && same_module(module->name, name, length))
			return true;
	return false;
}

/* Whether a module can have that name; it goes to a hook as a word of its own. */
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

	if (!is_module_name(name, length) || is_wanted_module(collection->embed, name, length))
		return 0;
	module = arena_allocate(collection->arena, 1, sizeof(*module));
	if (!module)
		return -ENOMEM;
	module->name = arena_copy(collection->arena, name, length);
	if (!module->name)
		return -ENOMEM;
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

	/* Without the file no module of this kernel is found by an alias at boot either. */
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

/* Every module that drives some devices better than vfio-pci does has such an alias. */
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

static const char *modules_directory(struct arena *arena, const struct embed_request *request)
{
	struct utsname kernel = { 0 };

	if (request->modules)
		return request->modules;
	uname(&kernel);
	return arena_print(arena, "/lib/modules/%s",
			   request->kernel ? request->kernel : kernel.release);
}

/* The driver that a setting asks for is a module of the same name, for all we know. */
static int add_driver(struct collection *collection, const struct settings *settings,
		      const char *modules)
{
	if (settings->driver)
		return add_module(collection, settings->driver, strlen(settings->driver));
	return add_variants(collection, modules);
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
		error = add_iommu(collection, request, directory);
	/* The next boot's command line is likely the one of this boot. */
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

/*
 * Returns the next word of a modprobe.d line and moves *text after it; NULL at
 * the line's end. A backslash joins a line to the next.
 */
static const char *next_word(const char **text, size_t *length)
{
	const char *word = *text;

	while (*word == ' ' || *word == '\t' || *word == '\r' || (*word == '\\' && word[1] == '\n'))
		word += *word == '\\' ? 2 : 1;
	*length = strcspn(word, MODPROBE_BLANKS);
	if (*length && word[*length - 1] == '\\' && word[*length] == '\n')
		(*length)--;
	*text = word + *length;
	return *length ? word : NULL;
}

static bool is_keyword(const char *word, size_t length)
{
	static const char *const keywords[] = { "options", "softdep", "weakdep", "blacklist",
						"alias",   "install", "remove" };

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strlen(keywords[i]) == length && memcmp(keywords[i], word, length) == 0)
			return true;
	return false;
}

/* Whether a line says something of the modules. Moves *text to the end of the line. */
static bool line_concerns(const struct embed *embed, const char **text)
{
	size_t length;
	const char *word = next_word(text, &length);
	bool options = word && length == strlen("options") && strncmp(word, "options", length) == 0;
	bool concerns = false, known = word && is_keyword(word, length);

	while ((word = next_word(text, &length))) {
		if (known &&
		    (strncmp(word, "vfio", 4) == 0 || is_wanted_module(embed, word, length)))
			concerns = true;
		/* Parameters follow, not modules. */
		known &= !options;
	}
	return concerns;
}

static bool text_concerns(const struct embed *embed, const char *text)
{
	while (*text) {
		if (line_concerns(embed, &text))
			return true;
		text += *text == '\n';
	}
	return false;
}

static struct seen_file *find_seen(const struct collection *collection, const char *name)
{
	struct seen_file *file = collection->seen;

	while (file && !streq(file->name, name))
		file = file->next;
	return file;
}

static struct seen_file *see_file(struct collection *collection, const char *directory,
				  const char *name, const char *text)
{
	struct seen_file *file = arena_allocate(collection->arena, 1, sizeof(*file));

	if (!file)
		return NULL;
	/* Files below /run in an image are hidden by the mount on /run at boot. */
	if (strncmp(directory, "/run/", 5) == 0)
		directory = modprobe_directories[0];
	file->file.path = arena_print(collection->arena, "%s/%s", directory, name);
	if (!file->file.path)
		return NULL;
	file->file.text = text;
	file->file.length = strlen(text);
	file->name = strrchr(file->file.path, '/') + 1;
	file->next = collection->seen;
	collection->seen = file;
	return file;
}

/*
 * Takes in one file. One that is overridden by another of its name takes that
 * one in, even if it is empty: without it, the image would have what it hides.
 */
static int collect_modprobe_file(struct collection *collection, const char *directory,
				 const char *name)
{
	size_t length = strlen(name);
	struct seen_file *seen = find_seen(collection, name);
	const char *path;
	char *text;
	int error;

	if (name[0] == '.' || length < 5 || !streq(name + length - 5, ".conf"))
		return 0;
	path = arena_print(collection->arena, "%s%s/%s", collection->root, directory, name);
	if (!path)
		return -ENOMEM;
	error = textfile_read(collection->arena, path, &text);
	if (error)
		return error == -ENOMEM ? error : 0;
	if (!seen)
		seen = see_file(collection, directory, name, text);
	if (!seen)
		return -ENOMEM;
	if (!seen->embedded && text_concerns(collection->embed, text)) {
		seen->embedded = true;
		*collection->last_modprobe = &seen->file;
		collection->last_modprobe = &seen->file.next;
	}
	return 0;
}

static int collect_modprobe(struct collection *collection)
{
	int error = 0;

	for (size_t i = 0; !error && i < ARRAY_SIZE(modprobe_directories); i++) {
		const char *path = arena_print(collection->arena, "%s%s", collection->root,
					       modprobe_directories[i]);
		struct dirent **names;
		int count = path ? scandir(path, &names, NULL, alphasort) : -1;

		if (!path)
			return -ENOMEM;
		for (int j = 0; j < count; j++) {
			if (!error)
				error = collect_modprobe_file(collection, modprobe_directories[i],
							      names[j]->d_name);
			free(names[j]);
		}
		if (count >= 0)
			free(names);
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

/* Adds what stands in for a config that is not taken. */
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
	/* One that protects nothing goes in too: boot must know that somebody looked. */
	if (!error && embed->needs.text)
		error = add_file(&embed->host, collection->arena, HOST_CONFIG_PATH,
				 embed->needs.text);
	return error;
}

int embed_collect(struct embed *embed, struct arena *arena, const struct embed_request *request)
{
	struct collection collection = {
		.embed = embed,
		.arena = arena,
		.root = request->root ? request->root : "",
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
