// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/boot_loader.h"
#include "check/other_setup.h"
#include "lib/cmdline.h"
#include "lib/text.h"
#include "lib/util.h"

/* What separates parameters in the files of boot loaders. */
#define BETWEEN " \t\r\"'"

struct parameter {
	const char *name;
	enum other_kind kind;
	const char *taker; /* the driver that gets the devices */
};

static const struct parameter parameters[] = {
	{ "vfio-pci.ids", OTHER_IDS, "vfio-pci" },
	{ "pci-stub.ids", OTHER_IDS, "pci-stub" },
	{ "xen-pciback.hide", OTHER_IDS, "xen-pciback" },
	{ "modprobe.blacklist", OTHER_BLACKLIST, NULL },
	{ "module_blacklist", OTHER_BLACKLIST, NULL },
	{ "rd.driver.blacklist", OTHER_BLACKLIST, NULL },
	{ "rd.driver.pre", OTHER_PRELOAD, NULL },
	{ "rd.modules-load", OTHER_PRELOAD, NULL },
	{ "modules-load", OTHER_PRELOAD, NULL },
};

/* Reads a list of modules. Returns whether it has one of VFIO, or one to keep away. */
static bool read_modules(const struct root *root, const char *value, struct other_line *line)
{
	const char *vfio = NULL, *native = NULL;

	line->alone = true;
	while (*value) {
		size_t length = strcspn(value, ",");
		const char *module = root_print(root, "%.*s", (int)length, value);

		if (other_is_vfio(module))
			vfio = vfio ? vfio : module;
		else
			line->alone = false;
		if (other_is_native(module))
			native = native ? native : module;
		value += length + (value[length] == ',');
	}
	line->module = vfio ? vfio : native;
	return vfio || (native && line->kind == OTHER_BLACKLIST);
}

bool other_read_parameter(const struct root *root, const char *key, const char *value,
			  struct other_line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
		if (!text_same_name(key, parameters[i].name))
			continue;
		line->kind = parameters[i].kind;
		line->value = value ? value : "";
		line->text = value ? root_print(root, "%s=%s", key, value) : key;
		if (line->kind != OTHER_IDS)
			return read_modules(root, line->value, line);
		line->module = parameters[i].taker;
		line->list = other_selectors(root, line->value);
		return *line->value != '\0';
	}
	return false;
}

/* Appends a parameter of a file or of the running command line, unless it says nothing. */
static void add(struct other_lines *lines, const char *file, unsigned int number, char *word)
{
	struct other_line line = { .file = file, .first = number };
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	if (other_read_parameter(lines->root, word, value, &line))
		other_add(lines, &line);
}

static void read_file(struct other_lines *lines, const char *file)
{
	const struct root *root = lines->root;
	char *text = root_read(root, file), *line;

	for (unsigned int number = 1; (line = strsep(&text, "\n")); number++) {
		if (line[strspn(line, " \t")] == '#')
			continue;
		for (char *word; (word = strsep(&line, BETWEEN));) {
			/* A shell's variable without quotes: GRUB_CMDLINE_LINUX=vfio-pci.ids=... */
			char *inner = strchr(word, '=');

			if (inner && strchr(inner + 1, '='))
				word = inner + 1;
			if (*word)
				add(lines, file, number, word);
		}
	}
}

void other_find_parameters(struct other_lines *lines, const char *cmdline)
{
	const struct root *root = lines->root;
	char *text = arena_copy(root->arena, cmdline, strlen(cmdline));
	const char *const *files;
	struct boot_loader_edit edit;
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token)) {
		struct other_line line = { 0 };

		if (other_read_parameter(root, token.key, token.value, &line))
			other_add(lines, &line);
	}
	if (!boot_loader_edit(root, BOOT_LOADER_REMOVE, "vfio-pci.ids", &edit))
		return;
	files = boot_loader_files(root, &edit);
	for (; files && *files; files++)
		read_file(lines, *files);
}
