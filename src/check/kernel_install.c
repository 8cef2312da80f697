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

/* Returns whether a word of the running command line is the boot loader's. */
static bool is_boot_loaders(const char *word)
{
	return starts_with(word, "BOOT_IMAGE=") || starts_with(word, "initrd=");
}

const char *kernel_install_options(const struct root *root)
{
	char *text = root_read(root, "/usr/lib/kernel/cmdline"), *rest, *word;
	bool running = !text;
	const char *options = NULL;

	if (running)
		text = root_read(root, "/proc/cmdline");
	for (word = text ? strtok_r(text, " \t\n", &rest) : NULL; word;
	     word = strtok_r(NULL, " \t\n", &rest))
		if (!running || !is_boot_loaders(word))
			options = root_print(root, "%s%s%s", options ? options : "",
					     options ? " " : "", word);
	return options && !strpbrk(options, "'\\") ? options : NULL;
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
