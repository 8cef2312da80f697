// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/boot_loader.h"

#include <string.h>

#include "check/kernel_install.h"
#include "check/kernels.h"
#include "lib/text.h"
#include "lib/textfile.h"

#define GRUB_DEFAULTS	"/etc/default/grub"
#define LIMINE_DEFAULTS "/etc/default/limine"
#define RESTART		"   # then: reboot"

/* What an EFI boot loader says about itself (systemd's Boot Loader Interface). */
#define LOADER_INFO "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

struct request {
	const struct root *root;
	enum boot_loader_change change;
	const char *parameter;
	const char *pattern;	 /* the parameter escaped for sed's pattern */
	const char *replacement; /* the parameter escaped for sed's replacement */
};

struct boot_loader {
	const char *name;
	bool (*is_used)(const struct root *root);
	void (*edit)(const struct request *request, struct boot_loader_edit *edit);
};

/* Puts a backslash before each of these letters. */
static const char *escape(const struct root *root, const char *text, const char *letters)
{
	char *copy = arena_allocate(root->arena, 2 * strlen(text) + 1, 1), *next = copy;

	if (!copy)
		return "";
	for (; *text; *next++ = *text++)
		if (strchr(letters, *text))
			*next++ = '\\';
	*next = '\0';
	return copy;
}

/* Returns whether a place in a text is in a comment. */
static bool is_comment(const char *text, const char *place)
{
	const char *line = place;

	while (line > text && line[-1] != '\n')
		line--;
	return line[strspn(line, " \t")] == '#';
}

/* Returns whether a text has the parameter as a word, or as the whole value of a shell variable. */
static bool says(const char *text, const char *parameter)
{
	static const char before[] = "= \t\n\r\"'", after[] = " \t\n\r\"'";
	size_t length = strlen(parameter);

	for (const char *at = text; text && (at = strstr(at, parameter)); at += length)
		if ((at == text || strchr(before, at[-1])) &&
		    (!at[length] || strchr(after, at[length])) && !is_comment(text, at))
			return true;
	return false;
}

/* Returns whether a file already has the change. */
static bool is_done(const struct request *request, const char *path)
{
	const char *text = root_read(request->root, path);

	return text && says(text, request->parameter) == (request->change == BOOT_LOADER_ADD);
}

/* Returns whether the boot loader that started this system gives this name. */
static bool is_running(const struct root *root, const char *name)
{
	char *text = root_read(root, LOADER_INFO);
	size_t length = 0;

	/* Four bytes of attributes, then UTF-16. */
	for (const char *from = text; from && *from; from++)
		if (*from >= ' ')
			text[length++] = *from;
	if (text)
		text[length] = '\0';
	return text && strstr(text, name);
}

/* Edits every line matched by address, in files with options at line ends. */
static void edit_lines(const struct request *request, const char *address, const char *files,
		       struct boot_loader_edit *edit)
{
	edit->files = files;
	if (request->change == BOOT_LOADER_ADD)
		edit->script =
			root_print(request->root, "%s s/$/ %s/", address, request->replacement);
	else
		edit->script = root_print(request->root, "%s s/(^|[ \\t])%s([ \\t]|$)/\\1\\2/g",
					  address, request->pattern);
}

/* Like edit_lines() for options in quotes. */
static void edit_quoted(const struct request *request, const char *path,
			struct boot_loader_edit *edit)
{
	edit->files = path;
	if (request->change == BOOT_LOADER_ADD)
		edit->script = root_print(request->root, "s/^([^#]*\"[^\"]*)\"/\\1 %s\"/",
					  request->replacement);
	else
		edit->script =
			root_print(request->root, "s/([ \"])%s([ \"])/\\1\\2/g", request->pattern);
}

static bool has_program(const struct root *root, const char *name)
{
	static const char *const places[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (root_has(root, root_print(root, "%s/%s", places[i], name)))
			return true;
	return false;
}

static bool uses_ostree(const struct root *root)
{
	return root_has(root, "/run/ostree-booted");
}

static void edit_ostree(const struct request *request, struct boot_loader_edit *edit)
{
	bool add = request->change == BOOT_LOADER_ADD;

	edit->then = root_print(request->root, "rpm-ostree kargs --%s-if-%s='%s'",
				add ? "append" : "delete", add ? "missing" : "present",
				request->parameter);
}

static bool uses_grubby(const struct root *root)
{
	return has_program(root, "grubby");
}

static void edit_grubby(const struct request *request, struct boot_loader_edit *edit)
{
	edit->then = root_print(request->root, "grubby --update-kernel=ALL --%s='%s'",
				request->change == BOOT_LOADER_ADD ? "args" : "remove-args",
				request->parameter);
}

/*
 * Proxmox's tool copies kernels to partitions of their own, for systemd-boot or, since
 * 8.1, GRUB.
 */
static bool uses_proxmox(const struct root *root)
{
	return root_has(root, "/etc/kernel/proxmox-boot-uuids") && root_has(root, KERNEL_CMDLINE) &&
	       root_has(root, "/sys/firmware/efi") && !is_running(root, "GRUB") &&
	       (is_running(root, "systemd-boot") || !root_has(root, GRUB_DEFAULTS));
}

static void edit_proxmox(const struct request *request, struct boot_loader_edit *edit)
{
	edit_lines(request, "1", KERNEL_CMDLINE, edit);
	edit->then = "proxmox-boot-tool refresh";
}

/* Returns the first existing path; NULL for none. */
static const char *first_of(const struct root *root, const char *const *paths)
{
	for (; *paths; paths++)
		if (root_has(root, *paths))
			return *paths;
	return NULL;
}

static const char *grub_config(const struct root *root)
{
	static const char *const paths[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", NULL };

	return first_of(root, paths);
}

static bool uses_grub(const struct root *root)
{
	return root_has(root, GRUB_DEFAULTS) && !is_running(root, "systemd-boot") &&
	       !is_running(root, "rEFInd") && !is_running(root, "Limine") &&
	       (grub_config(root) || has_program(root, "update-grub"));
}

static void edit_grub_defaults(const struct request *request, struct boot_loader_edit *edit)
{
	const char *text = root_read(request->root, GRUB_DEFAULTS);

	edit->files = GRUB_DEFAULTS;
	if (request->change == BOOT_LOADER_REMOVE)
		edit->script = root_print(request->root,
					  "/^[ \\t]*(export )?GRUB_CMDLINE_LINUX/ "
					  "s/([\"\\x27 \\t=])%s([\"\\x27 \\t]|$)/\\1\\2/g",
					  request->pattern);
	else if (text && (strstr(text, "\nGRUB_CMDLINE_LINUX_DEFAULT=\"") ||
			  strncmp(text, "GRUB_CMDLINE_LINUX_DEFAULT=\"", 28) == 0))
		edit->script = root_print(request->root, "s/^GRUB_CMDLINE_LINUX_DEFAULT=\"/&%s /",
					  request->replacement);
	else
		/* A shell reads the file, so this works whatever else is in it. */
		edit->line =
			root_print(request->root, "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX %s\"",
				   request->parameter);
}

static void edit_grub(const struct request *request, struct boot_loader_edit *edit)
{
	const char *config = grub_config(request->root);

	edit_grub_defaults(request, edit);
	edit->then = "update-grub";
	if (!has_program(request->root, "update-grub"))
		edit->then = config && strstr(config, "grub2")
				     ? "grub2-mkconfig -o /boot/grub2/grub.cfg"
				     : "grub-mkconfig -o /boot/grub/grub.cfg";
}

static const char *find_limine(const struct root *root)
{
	static const char *const directories[] = { "/limine", "", "/EFI/limine", "/EFI/BOOT" };

	for (const char *const *place = kernels_boot_places; *place; place++) {
		for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
			const char *path =
				root_print(root, "%s%s/limine.conf", *place, directories[i]);

			if (root_has(root, path))
				return path;
		}
	}
	return NULL;
}

static bool uses_limine(const struct root *root)
{
	return find_limine(root) && !is_running(root, "systemd-boot") &&
	       !is_running(root, "rEFInd");
}

static void edit_limine(const struct request *request, struct boot_loader_edit *edit)
{
	const char *then = NULL;

	/* Some systems generate limine.conf from this file. */
	if (has_program(request->root, "limine-update"))
		then = "limine-update";
	else if (has_program(request->root, "limine-mkinitcpio"))
		then = "limine-mkinitcpio";
	if (!then || !root_has(request->root, LIMINE_DEFAULTS)) {
		edit_lines(request, "/^ *(kernel_)?cmdline:/", find_limine(request->root), edit);
		return;
	}
	edit->then = then;
	edit_quoted(request, LIMINE_DEFAULTS, edit);
	if (request->change == BOOT_LOADER_REMOVE)
		return;
	edit->script = NULL;
	edit->line =
		root_print(request->root, "KERNEL_CMDLINE[default]+=\" %s\"", request->parameter);
}

static const char *find_refind(const struct root *root)
{
	static const char *const paths[] = { "/boot/refind_linux.conf", "/efi/refind_linux.conf",
					     NULL };

	return first_of(root, paths);
}

static bool uses_refind(const struct root *root)
{
	return find_refind(root) && !is_running(root, "systemd-boot");
}

static void edit_refind(const struct request *request, struct boot_loader_edit *edit)
{
	edit_quoted(request, find_refind(request->root), edit);
	/* Lines of the form "Title" "options". */
	if (request->change == BOOT_LOADER_ADD)
		edit->script =
			root_print(request->root, "s/^(\"[^\"]*\"[ \\t]+\"[^\"]*)\"/\\1 %s\"/",
				   request->replacement);
}

/* Returns whether there is a unified image to boot. */
static bool has_unified(const struct root *root)
{
	for (const char *const *place = kernels_boot_places; *place; place++)
		for (const char *const *name =
			     root_list(root, root_print(root, "%s/EFI/Linux", *place));
		     *name; name++)
			if (root_ends_with(*name, ".efi"))
				return true;
	return false;
}

/* Returns the directory of entries in use; NULL for none. */
static const char *find_entries(const struct root *root)
{
	for (const char *const *place = kernels_boot_places; *place; place++) {
		const char *path = root_print(root, "%s/loader/entries", *place);

		if (*root_list(root, path))
			return path;
	}
	return NULL;
}

static bool uses_unified(const struct root *root)
{
	return has_unified(root) && root_has(root, KERNEL_CMDLINE) && !find_entries(root);
}

static void edit_unified(const struct request *request, struct boot_loader_edit *edit)
{
	edit_lines(request, "1", KERNEL_CMDLINE, edit);
	edit->then = "vfio-early regenerate";
}

static bool uses_kernel_install(const struct root *root)
{
	const char *entries = find_entries(root);

	if (!entries || !has_program(root, "kernel-install") || !root_has(root, "/etc/kernel"))
		return false;
	return root_has(root, KERNEL_CMDLINE) ||
	       (kernel_install_made_entries(root, entries) && kernel_install_options(root));
}

/*
 * Without the file, every image that is built gives the entries the running command line: the
 * file has to be there as soon as that is not to be the next one.
 */
static void edit_kernel_install(const struct request *request, struct boot_loader_edit *edit)
{
	const struct root *root = request->root;
	const char *options, *command = kernel_install_command(root);

	edit->then = command;
	if (root_has(root, KERNEL_CMDLINE)) {
		edit_lines(request, "1", KERNEL_CMDLINE, edit);
		return;
	}
	/* There are some, or kernel-install would not be used. */
	options = kernel_install_options(root);
	edit->files = KERNEL_CMDLINE;
	edit->back = arena_print(root->arena,
				 "echo '%s' >" KERNEL_CMDLINE " && %s && rm " KERNEL_CMDLINE,
				 options, command);
	if (request->change == BOOT_LOADER_ADD)
		edit->line = arena_print(root->arena, "%s %s", options, request->parameter);
	else
		edit->line = kernel_install_without(root->arena, options, request->parameter);
}

static bool uses_entries(const struct root *root)
{
	return find_entries(root) != NULL;
}

static void edit_entries(const struct request *request, struct boot_loader_edit *edit)
{
	edit_lines(request, "/^options/",
		   root_print(request->root, "%s/*.conf", find_entries(request->root)), edit);
}

/* The first one found counts. */
static const struct boot_loader boot_loaders[] = {
	{ "rpm-ostree", uses_ostree, edit_ostree },
	{ "Proxmox VE's boot tool", uses_proxmox, edit_proxmox },
	{ "grubby", uses_grubby, edit_grubby },
	{ "GRUB", uses_grub, edit_grub },
	{ "limine", uses_limine, edit_limine },
	{ "rEFInd", uses_refind, edit_refind },
	{ "a unified image", uses_unified, edit_unified },
	{ "kernel-install", uses_kernel_install, edit_kernel_install },
	{ "systemd-boot", uses_entries, edit_entries },
};

static const struct boot_loader *find_loader(const struct root *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_loaders); i++)
		if (boot_loaders[i].is_used(root))
			return &boot_loaders[i];
	return NULL;
}

const char *boot_loader_name(const struct root *root)
{
	const struct boot_loader *loader = find_loader(root);

	return loader ? loader->name : "unknown";
}

/* Returns the directory of "DIRECTORY/" "*.conf"; NULL for a single file. */
static const char *files_directory(const struct root *root, const char *files)
{
	const char *star = strchr(files, '*');

	return star ? root_print(root, "%.*s", (int)(star - files - 1), files) : NULL;
}

const char *const *boot_loader_files(const struct root *root, const struct boot_loader_edit *edit)
{
	const char *directory = edit->files ? files_directory(root, edit->files) : NULL;
	const char *const *names = directory ? root_list(root, directory) : NULL;
	size_t count = 0, kept = 0;
	const char **files;

	while (names && names[count])
		count++;
	files = arena_allocate(root->arena, count + 2, sizeof(*files));
	if (!files)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (root_ends_with(names[i], ".conf"))
			files[kept++] = root_print(root, "%s/%s", directory, names[i]);
	if (edit->files && !directory)
		files[kept++] = edit->files;
	files[kept] = NULL;
	return files;
}

/* Returns whether each file that is to be edited has the change; there is at least one. */
static bool all_done(const struct request *request, const struct boot_loader_edit *edit)
{
	const char *const *files = boot_loader_files(request->root, edit);
	bool done = files && *files;

	for (; files && *files; files++)
		done = done && is_done(request, *files);
	return done;
}

bool boot_loader_edit(const struct root *root, enum boot_loader_change change,
		      const char *parameter, struct boot_loader_edit *edit)
{
	const struct boot_loader *loader = find_loader(root);
	const struct request request = {
		.root = root,
		.change = change,
		.parameter = parameter,
		.pattern = escape(root, parameter, "\\/.*+?()[]{}|^$"),
		.replacement = escape(root, parameter, "\\/&"),
	};

	*edit = (struct boot_loader_edit){ 0 };
	/* No part of a command line may become a command. */
	if (!loader || strpbrk(parameter, "'\"`$\n"))
		return false;
	loader->edit(&request, edit);
	edit->done = all_done(&request, edit);
	/* Nothing that is cut short is written. */
	return !root->arena->refused;
}

const char *boot_loader_command(const struct root *root, enum boot_loader_change change,
				const char *parameter)
{
	const char *then, *command;
	struct boot_loader_edit edit;

	if (!boot_loader_edit(root, change, parameter, &edit))
		return root_print(
			root, "%s '%s' %s the kernel command line, in your boot loader's settings",
			change == BOOT_LOADER_ADD ? "# add" : "# remove", parameter,
			change == BOOT_LOADER_ADD ? "to" : "from");
	then = edit.then ? edit.then : "";
	if (edit.done && !edit.then)
		return "reboot";
	if (edit.done || !edit.files)
		return root_print(root, "%s" RESTART, then);
	command = edit.script ? root_print(root, "sed -Ei '%s' %s", edit.script, edit.files)
			      : root_print(root, "echo '%s' >>%s", edit.line, edit.files);
	return root_print(root, "%s%s%s" RESTART, command, *then ? " && " : "", then);
}
