// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/other_setup.h"
#include "lib/text.h"
#include "machine/address.h"

/* What separates the words of a shell, the parts of a path, and the items of a list. */
#define BETWEEN " \t\r\"'()/;,={}<>|&"

const char *other_addresses(const struct root *root, const char *line)
{
	const char *list = "";

	while (list && *line) {
		size_t length = strcspn(line, BETWEEN);
		struct pci_address address;

		if (length && !pci_address_parse(line, length, &address))
			list = arena_print(root->arena, "%s%s%.*s", list, *list ? " " : "",
					   (int)length, line);
		line += length + (line[length] != '\0');
	}
	return list ? list : "";
}

/* Returns whether a line sets a variable to nothing but addresses: DEVS="0000:01:00.0". */
static bool is_assignment(const char *line)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";
	char quote;

	line += strspn(line, " \t");
	line += strspn(line, letters);
	if (*line != '=' || !line[1])
		return false;
	quote = line[1];
	if (quote != '"' && quote != '\'' && quote != '(')
		return false;
	line += 2;
	while (*line && *line != (quote == '(' ? ')' : quote)) {
		size_t length = strcspn(line, " \t\"'()");
		struct pci_address address;

		if (length && pci_address_parse(line, length, &address))
			return false;
		line += length;
		line += strspn(line, quote == '(' ? " \t\"'" : " \t");
	}
	if (!*line)
		return false;
	line++;
	line += strspn(line, " \t\r");
	return !*line || *line == '#';
}

static void read_script(struct other_lines *lines, const char *file)
{
	const struct root *root = lines->root;
	char *text = root_read(root, file), *line;
	bool any = false;

	if (!text || !strstr(text, "driver_override") || !strstr(text, "vfio"))
		return;
	for (unsigned int number = 1; (line = strsep(&text, "\n")); number++) {
		const char *list, *start = line + strspn(line, " \t");

		if (*start == '#')
			continue;
		list = other_addresses(root, start);
		if (!*list)
			continue;
		any = true;
		line[strcspn(line, "\r")] = '\0';
		other_add(lines, &(struct other_line){
					 .kind = OTHER_SCRIPT,
					 .file = file,
					 .first = number,
					 .text = start,
					 .list = list,
					 .alone = is_assignment(start),
				 });
	}
	if (!any)
		other_add_unclear(lines, file, 0,
				  "it finds by itself which devices get vfio-pci; if these are "
				  "all displays but the boot display: vfio-early add "
				  "'class:03,!boot_vga'");
}

static void read_directory(struct other_lines *lines, const char *directory, const char *part)
{
	for (const char *const *name = root_list(lines->root, directory); *name; name++)
		if (strstr(*name, part) && !strstr(*name, "vfio-early"))
			read_script(lines, root_print(lines->root, "%s/%s", directory, *name));
}

void other_find_scripts(struct other_lines *lines)
{
	static const char *const programs[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
						"/usr/bin", "/usr/lib/initcpio/hooks" };
	const struct root *root = lines->root;

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		read_directory(lines, programs[i], "vfio");
	read_directory(lines, "/etc/initcpio/hooks", "");
	for (const char *const *name = root_list(root, "/etc/initramfs-tools/scripts"); *name;
	     name++)
		read_directory(lines, root_print(root, "/etc/initramfs-tools/scripts/%s", *name),
			       "");
	for (const char *const *name = root_list(root, "/usr/lib/dracut/modules.d"); *name; name++)
		if (strstr(*name, "vfio") && !strstr(*name, "vfio-early"))
			read_directory(lines,
				       root_print(root, "/usr/lib/dracut/modules.d/%s", *name),
				       ".sh");
}
