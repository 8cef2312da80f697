// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/kernel_install.h"

#include <string.h>

#include "lib/text.h"

/* Returns whether an entry is what kernel-install(8) makes for a kernel. */
static bool is_entry_of(const struct root *root, const char *directory, const char *name,
			const char *release)
{
	char *text;

	if (!strstr(name, root_print(root, "-%s", release)))
		return false;
	text = root_read(root, root_print(root, "%s/%s", directory, name));
	return text && strstr(text, root_print(root, "/%s/linux\n", release));
}

bool kernel_install_made_entries(const struct root *root, const char *directory)
{
	for (const char *const *name = root_list(root, directory); *name; name++)
		for (const char *const *release = root_list(root, "/lib/modules"); *release;
		     release++)
			if (is_entry_of(root, directory, *name, *release))
				return true;
	return false;
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

#define BLANKS " \t\n"

/* Returns the length of the first word of text, in which double quotes keep blanks together. */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t length = 0;

	for (; text[length] && (quoted || !strchr(BLANKS, text[length])); length++)
		if (text[length] == '"')
			quoted = !quoted;
	return length;
}

/* Returns whether a word of the running command line is the boot loader's. */
static bool is_boot_loaders(const char *word, size_t length, const char *unused)
{
	(void)length;
	(void)unused;
	return starts_with(word, "BOOT_IMAGE=") || starts_with(word, "initrd=");
}

static bool is_parameter(const char *word, size_t length, const char *parameter)
{
	return strlen(parameter) == length && starts_with(word, parameter);
}

/*
 * Returns a copy of a command line without the words that leave_out() selects and the blanks after
 * each; none are left out where it is NULL. Line feeds become blanks. Returns NULL when memory
 * runs out.
 */
static char *copy_words(struct arena *arena, const char *text,
			bool (*leave_out)(const char *, size_t, const char *),
			const char *parameter)
{
	char *copy = arena_allocate(arena, strlen(text) + 1, 1), *end = copy, *last = copy;

	for (text += strspn(text, BLANKS); copy && *text;) {
		size_t length = word_length(text);
		size_t whole = length + strspn(text + length, BLANKS);

		if (!leave_out || !leave_out(text, length, parameter)) {
			memcpy(end, text, whole);
			last = end + length;
			end += whole;
		}
		text += whole;
	}
	if (copy)
		*last = '\0';
	for (char *line = copy; line && (line = strchr(line, '\n'));)
		*line = ' ';
	return copy;
}

const char *kernel_install_options(const struct root *root)
{
	const char *text = root_read(root, "/usr/lib/kernel/cmdline");
	bool running = !text;
	char *options;

	if (running)
		text = root_read(root, "/proc/cmdline");
	options =
		text ? copy_words(root->arena, text, running ? is_boot_loaders : NULL, NULL) : NULL;
	return options && *options && !strpbrk(options, "'\\") ? options : NULL;
}

const char *kernel_install_without(struct arena *arena, const char *options, const char *parameter)
{
	return copy_words(arena, options, is_parameter, parameter);
}

/* Returns a kernel's file where its package left it, below /lib/modules or /boot. */
static const char *find_kernel(const struct root *root, const char *release)
{
	const char *kernel = root_print(root, "/lib/modules/%s/vmlinuz", release);

	if (!root_has(root, kernel))
		kernel = root_print(root, "/boot/vmlinuz-%s", release);
	return root_has(root, kernel) ? kernel : NULL;
}

/* add-all came with systemd 255, and sees the kernels below /lib/modules only. */
static bool can_add_all(const struct root *root)
{
	const char *text = root_read(root, "/usr/bin/kernel-install");

	if (!text || !strstr(text, "add-all"))
		return false;
	for (const char *const *name = root_list(root, "/lib/modules"); *name; name++) {
		const char *kernel = find_kernel(root, *name);

		if (kernel && starts_with(kernel, "/boot/"))
			return false;
	}
	return true;
}

const char *kernel_install_command(const struct root *root)
{
	const char *command = "";

	if (can_add_all(root))
		return "kernel-install add-all";
	for (const char *const *name = root_list(root, "/lib/modules"); *name; name++) {
		const char *kernel = find_kernel(root, *name);

		if (kernel)
			command = root_print(root, "%s%skernel-install add %s %s", command,
					     *command ? " && " : "", text_quote(root->arena, *name),
					     text_quote(root->arena, kernel));
	}
	return *command ? command : "kernel-install add-all";
}
