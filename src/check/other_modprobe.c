// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/other_setup.h"
#include "lib/modprobe_conf.h"
#include "lib/mountinfo.h"
#include "lib/text.h"
#include "settings/claim.h"

const char *other_selectors(const struct root *root, const char *value)
{
	const char *list = "";
	char text[CLAIM_SIZE];

	while (list && claim_next(&value, text))
		list = arena_print(root->arena, "%s%s%s", list, *list ? " " : "", text);
	return list;
}

/* Reads a line such as "options vfio-pci ids=10de:1f91 disable_vga=1". */
static void read_options(struct other_lines *lines, struct other_line *line, char *rest)
{
	static const char *const takers[][2] = { { "vfio-pci", "ids=" },
						 { "pci-stub", "ids=" },
						 { "xen-pciback", "hide=" } };
	const char *word;
	size_t words = 0;

	while ((word = mountinfo_word(&rest))) {
		words++;
		for (size_t i = 0; i < ARRAY_SIZE(takers); i++) {
			size_t length = strlen(takers[i][1]);

			if (!text_same_name(line->module, takers[i][0]) ||
			    strncmp(word, takers[i][1], length) != 0 || !word[length])
				continue;
			line->key = takers[i][1];
			line->value = word + length;
		}
	}
	if (!line->value)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		if (text_same_name(line->module, takers[i][0]))
			line->module = takers[i][0];
	line->kind = OTHER_IDS;
	line->alone = words == 1;
	line->list = other_selectors(lines->root, line->value);
	other_add(lines, line);
}

/* Reads a line such as "softdep nouveau pre: vfio-pci". */
static void read_softdep(struct other_lines *lines, struct other_line *line, char *rest)
{
	const char *word;

	if (other_is_vfio(line->module))
		return;
	line->alone = true;
	while ((word = mountinfo_word(&rest))) {
		if (!other_is_vfio(word)) {
			line->alone = line->alone && root_ends_with(word, ":");
			continue;
		}
		if (!line->value)
			line->value = word;
	}
	line->kind = OTHER_SOFTDEP;
	if (line->value)
		other_add(lines, line);
}

/* Returns whether a module is kept from loading by running this command in its place. */
static bool is_nothing(const char *command)
{
	return strstr(command, "/false") || strstr(command, "/true");
}

static void read_line(struct other_lines *lines, struct other_line *line, char *text)
{
	const char *keyword = mountinfo_word(&text);

	line->module = mountinfo_word(&text);
	if (!keyword || !line->module)
		return;
	if (streq(keyword, "options")) {
		read_options(lines, line, text);
	} else if (streq(keyword, "softdep")) {
		read_softdep(lines, line, text);
	} else if (streq(keyword, "blacklist")) {
		line->kind = OTHER_BLACKLIST;
		if (other_is_vfio(line->module) || other_is_native(line->module))
			other_add(lines, line);
	} else if (streq(keyword, "install")) {
		line->value = text ? text + strspn(text, " \t") : "";
		line->kind = other_is_vfio(line->module) ? OTHER_INSTALL : OTHER_BLACKLIST;
		line->list = other_addresses(lines->root, line->value);
		if (line->kind == OTHER_INSTALL ||
		    (other_is_native(line->module) && is_nothing(line->value)))
			other_add(lines, line);
	}
}

/* Where a path of the root is. */
static const char *locate(void *context, const char *path)
{
	return root_path(context, path);
}

/* Whether a package brings the file, so that it says nothing of what the user wants. */
static bool is_packaged(const char *file)
{
	return strncmp(file, "/usr/lib/", 9) == 0 || strncmp(file, "/lib/", 5) == 0;
}

void other_find_modprobe(struct other_lines *lines)
{
	const struct root *root = lines->root;
	struct modprobe_file *file;

	/* Who asked sees that memory ran out by the arena. */
	modprobe_conf_read(root->arena, locate, (void *)root, &file);
	for (; file; file = file->next) {
		char *text = file->text;
		struct modprobe_line line = { 0 };

		while (modprobe_conf_next_line(&text, &line)) {
			struct other_line other = {
				.file = file->path,
				.name = file->name,
				.first = line.number,
				.last = line.last,
				.text = root_print(root, "%s", line.text),
				.packaged = is_packaged(file->path),
			};

			read_line(lines, &other, line.text);
		}
	}
}
