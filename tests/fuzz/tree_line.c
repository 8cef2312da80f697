// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/hex.h"
#include "lib/util.h"
#include "tree.h"

/* Longer paths are cut, and then mostly useless. */
#define PATH_SIZE 600

/* A function's place below sys/devices, and the way from there to sys. */
struct place {
	char path[PATH_SIZE];
	char up[PATH_SIZE];
};

static char *next_word(char **line)
{
	char *word;

	do
		word = strsep(line, " \t");
	while (word && !*word);
	return word;
}

size_t tree_unescape(char *text)
{
	char *start = text, *to = text;
	uint32_t value;

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x' && text[2] &&
		    hex_parse(text + 2, 2, &value)) {
			*to++ = (char)value;
			text += 4;
		} else if (text[0] == '\\' && text[1]) {
			*to++ = (char)(text[1] == 'n' ? '\n' : text[1] == 't' ? '\t' : text[1]);
			text += 2;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
	return (size_t)(to - start);
}

static void add_text(const char *directory, const char *name, const char *text)
{
	char path[2 * PATH_SIZE], line[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(line, sizeof(line), "%s\n", text);
	tree_add_file(path, line, strlen(line));
}

static void add_link(const char *directory, const char *name, const char *target)
{
	char path[2 * PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	tree_add_link(path, target);
}

static void add_driver(const struct place *place, const char *address, const char *driver)
{
	char directory[PATH_SIZE], target[3 * PATH_SIZE];

	snprintf(directory, sizeof(directory), "sys/bus/pci/drivers/%s", driver);
	add_text(directory, "bind", "");
	add_text(directory, "unbind", "");
	snprintf(target, sizeof(target), "../../../../%s", place->path + strlen("sys/"));
	add_link(directory, address, target);
	snprintf(target, sizeof(target), "%sbus/pci/drivers/%s", place->up, driver);
	add_link(place->path, "driver", target);
}

static void add_group(const struct place *place, const char *address, const char *group)
{
	char directory[PATH_SIZE], target[3 * PATH_SIZE];

	snprintf(target, sizeof(target), "%skernel/iommu_groups/%s", place->up, group);
	add_link(place->path, "iommu_group", target);
	snprintf(directory, sizeof(directory), "sys/kernel/iommu_groups/%s/devices", group);
	snprintf(target, sizeof(target), "../../../../%s", place->path + strlen("sys/"));
	add_link(directory, address, target);
}

static void add_option(const struct place *place, const char *address, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return;
	*value++ = '\0';
	if (streq(word, "group"))
		add_group(place, address, value);
	else if (streq(word, "driver"))
		add_driver(place, address, value);
	else if (streq(word, "override"))
		add_text(place->path, "driver_override", value);
	else if (streq(word, "boot_vga") || streq(word, "sriov_numvfs"))
		add_text(place->path, word, value);
	else if (streq(word, "modalias"))
		add_text(place->path, word, streq(value, "none") ? "" : value);
}

static void add_modalias(const struct place *place, char *const ids[4], const char *class)
{
	char text[PATH_SIZE];

	snprintf(text, sizeof(text), "pci:v0000%.8sd0000%.8ssv0000%.8ssd0000%.8sbc%.2ssc%.2si%s",
		 ids[0], ids[1], ids[2], ids[3], class, strlen(class) > 2 ? class + 2 : "",
		 strlen(class) > 4 ? class + 4 : "");
	for (char *c = text + strlen("pci:"); *c; c++)
		if (c[-1] != 's' || (*c != 'v' && *c != 'd'))
			*c = (char)(strchr("abcdef", *c) && isxdigit((unsigned char)c[1])
					    ? toupper(*c)
					    : *c);
	add_text(place->path, "modalias", text);
}

/* Writes the start of configuration space; header "ff" is a sleeping device. */
static void add_config(const struct place *place, const char *header)
{
	unsigned char bytes[64] = { 0 };
	char path[2 * PATH_SIZE];
	uint32_t type;

	if (!header[0] || !header[1] || !hex_parse(header, 2, &type))
		return;
	if (type == 0xff)
		memset(bytes, 0xff, sizeof(bytes));
	bytes[14] = (unsigned char)type;
	snprintf(path, sizeof(path), "%s/config", place->path);
	tree_add_file(path, bytes, sizeof(bytes));
}

static void add_ids(const struct place *place, char *text, const char *class)
{
	static const char *const names[] = { "vendor", "device", "subsystem_vendor",
					     "subsystem_device" };
	char line[PATH_SIZE], *ids[4];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		ids[i] = strsep(&text, ":");
		if (!ids[i])
			ids[i] = (char *)"";
		snprintf(line, sizeof(line), "0x%s", ids[i]);
		add_text(place->path, names[i], line);
	}
	snprintf(line, sizeof(line), "0x%s", class);
	add_text(place->path, "class", line);
	add_modalias(place, ids, class);
}

/* Below the device's place, with as many steps up as lead to sys. */
static void set_place(struct place *place, const char *parent, const char *address)
{
	size_t depth = 1;

	snprintf(place->path, sizeof(place->path), "sys/devices/%s/%s", parent, address);
	for (const char *c = place->path + strlen("sys/"); *c; c++)
		depth += *c == '/';
	place->up[0] = '\0';
	for (size_t i = 0; i < depth && i < 64; i++)
		strcat(place->up, "../");
}

/*
 * Returns whether the bus may list this. The kernel names functions by address; libpci
 * ends its scan at any other name and then leaks memory, because it expects to exit.
 */
static bool is_allowed(const char *path)
{
	static const char directory[] = "sys/bus/pci/devices/";
	unsigned int domain, part;

	if (strncmp(path, directory, sizeof(directory) - 1) != 0)
		return true;
	return sscanf(path + sizeof(directory) - 1, "%x:%x:%x.%d", &domain, &part, &part,
		      (int *)&part) == 4 &&
	       domain <= INT32_MAX;
}

static bool add_function(const char *address, char *line)
{
	char *parent = next_word(&line), *ids = next_word(&line), *class, *header, *option;
	char target[3 * PATH_SIZE], path[PATH_SIZE];
	struct place place;

	if (!ids)
		return false;
	set_place(&place, parent, address);
	snprintf(target, sizeof(target), "../../../%s", place.path + strlen("sys/"));
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", address);
	if (is_allowed(path))
		tree_add_link(path, target);
	if (streq(ids, "gone"))
		return true;
	class = next_word(&line);
	header = next_word(&line);
	if (!header)
		return false;
	add_text(place.path, "driver_override", "(null)");
	add_ids(&place, ids, class);
	add_config(&place, header);
	while ((option = next_word(&line)))
		add_option(&place, address, option);
	return true;
}

static bool add_machine(const char *word, char *line)
{
	const char *directory = streq(word, "iommu")	 ? "sys/class/iommu"
				: streq(word, "tables")	 ? "sys/firmware/acpi/tables"
				: streq(word, "drivers") ? "sys/bus/pci/drivers"
							 : NULL;
	char path[PATH_SIZE];

	if (!directory)
		return false;
	while ((word = next_word(&line))) {
		snprintf(path, sizeof(path), "%s/%s", directory, word);
		tree_add_directory(path);
	}
	return true;
}

bool tree_add_line(char *line)
{
	char *word = next_word(&line), *path;

	if (!word)
		return false;
	if (isxdigit((unsigned char)word[0]) && strchr(word, ':'))
		return add_function(word, line);
	if (add_machine(word, line))
		return true;
	if (strlen(word) != 1 || !strchr("fld", word[0]))
		return false;
	path = next_word(&line);
	if (!path || !is_allowed(path))
		return false;
	line = line ? line : path + strlen(path);
	if (word[0] == 'f')
		tree_add_file(path, line, tree_unescape(line));
	else if (word[0] == 'l')
		tree_add_link(path, line);
	else
		tree_add_directory(path);
	return true;
}
