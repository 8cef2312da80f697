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
