// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/other_setup.h"
#include "lib/util.h"

#define MODULES_LOAD "/etc/modules-load.d"

/* Reads a list of modules to load, one on each line. */
static void read_list(struct other_lines *lines, const char *file)
{
	char *text = root_read(lines->root, file), *line;

	for (unsigned int number = 1; (line = strsep(&text, "\n")); number++) {
		line += strspn(line, " \t");
		if (!other_is_vfio(line))
			continue;
		line[strcspn(line, "\r")] = '\0';
		other_add(lines, &(struct other_line){
					 .kind = OTHER_PRELOAD,
					 .file = file,
					 .first = number,
					 .text = line,
					 .module = root_print(lines->root, "%.*s",
							      (int)strcspn(line, " \t"), line),
					 .alone = true,
				 });
	}
}

void other_find_modules(struct other_lines *lines)
{
	const struct root *root = lines->root;

	/* On Debian the directory has a link to this file. */
	read_list(lines, "/etc/modules");
	read_list(lines, "/etc/initramfs-tools/modules");
	for (const char *const *name = root_list(root, MODULES_LOAD); *name; name++)
		if (root_ends_with(*name, ".conf") && !streq(*name, "modules.conf"))
			read_list(lines, root_print(root, MODULES_LOAD "/%s", *name));
}

/* Appends a line if modules of VFIO are among its words, from start up to a closing character or
 * the end. */
static void add_words(struct other_lines *lines, const char *file, unsigned int number,
		      const char *line, const char *start, char end)
{
	static const char between[] = " \t\r\"'(),";
	char stop[] = { '#', end, '\0' };
	size_t length = strcspn(start, stop);
	const char *module = NULL;
	bool alone = true;

	for (const char *word = start, *next; word < start + length; word = next) {
		size_t letters = strcspn(word, between);

		next = word + letters + (word[letters] != '\0');
		if (!letters || next > start + length + 1)
			continue;
		if (other_is_vfio(word) && !module)
			module = root_print(lines->root, "%.*s", (int)letters, word);
		else if (!other_is_vfio(word))
			alone = false;
	}
	if (module)
		other_add(lines, &(struct other_line){
					 .kind = OTHER_PRELOAD,
					 .file = file,
					 .first = number,
					 .text = line + strspn(line, " \t"),
					 .module = module,
					 .key = "words",
					 .alone = alone,
				 });
}

/* Returns where the value of one of these variables begins in a line; NULL for none. */
static const char *value_of(const char *line, const char *const *names)
{
	line += strspn(line, " \t");
	for (; *names; names++) {
		size_t length = strlen(*names);
		const char *value = line + length;

		if (strncmp(line, *names, length) != 0)
			continue;
		value += *value == '+';
		if (*value == '=')
			return value + 1;
	}
	return NULL;
}

/* Reads a file that a shell reads: lists of modules may go over several lines. */
static void read_shell(struct other_lines *lines, const char *file, const char *const *names)
{
	char *text = root_read(lines->root, file), *line, end = '\0';

	for (unsigned int number = 1; (line = strsep(&text, "\n")); number++) {
		const char *value = end ? line : value_of(line, names);

		if (!value)
			continue;
		line[strcspn(line, "\r")] = '\0';
		if (!end && *value && strchr("(\"'", *value))
			end = *value++;
		if (end == '(')
			end = ')';
		add_words(lines, file, number, line, value, end);
		if (end && strchr(value, end))
			end = '\0';
	}
}

static void read_directory(struct other_lines *lines, const char *directory,
			   const char *const *names)
{
	for (const char *const *name = root_list(lines->root, directory); *name; name++)
		if (root_ends_with(*name, ".conf"))
			read_shell(lines, root_print(lines->root, "%s/%s", directory, *name),
				   names);
}

void other_find_generators(struct other_lines *lines)
{
	static const char *const modules[] = { "MODULES", NULL };
	static const char *const drivers[] = { "force_drivers", "add_drivers", NULL };

	read_shell(lines, "/etc/mkinitcpio.conf", modules);
	read_directory(lines, "/etc/mkinitcpio.conf.d", modules);
	read_shell(lines, "/etc/dracut.conf", drivers);
	read_directory(lines, "/etc/dracut.conf.d", drivers);
}
