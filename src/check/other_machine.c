// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "check/libvirt_domain.h"
#include "check/other_setup.h"
#include "lib/util.h"
#include "settings/selector.h"

#define LIBVIRT "/etc/libvirt/qemu"
#define PROXMOX "/etc/pve/qemu-server"
#define MAPPING "/etc/pve/mapping/pci.cfg"

/* Returns the name of a file without what it ends with. */
static const char *stem(const struct root *root, const char *name)
{
	return root_print(root, "%.*s", (int)(strrchr(name, '.') - name), name);
}

static void read_domain(struct other_lines *lines, const char *file, const char *name)
{
	const struct root *root = lines->root;
	char *text = root_read(root, file);
	struct libvirt_domain domain;
	struct pci_address address;
	char slot[PCI_ADDRESS_SIZE];
	int found;

	if (!text) {
		other_add_unclear(lines, file, 0, "it cannot be read");
		return;
	}
	libvirt_domain_open(&domain, text);
	while ((found = libvirt_domain_next(&domain, &address)) > 0)
		other_add(lines, &(struct other_line){
					 .kind = OTHER_MACHINE,
					 .file = file,
					 .first = domain.line,
					 .text = root_print(root, "<hostdev> of %s", name),
					 .module = name,
					 .list = root_print(root, "%s",
							    pci_address_format(&address, slot)),
				 });
	if (found < 0)
		other_add_unclear(lines, file, domain.line,
				  "this is not XML, so it was read up to there only");
}

/* Returns whether a word names a function or a slot. */
static bool is_place(const char *word)
{
	struct selector_error error;
	struct selector selector;

	return selector_parse(word, strlen(word), &selector, &error) == 0 && !selector.exclude &&
	       !selector.has_identity &&
	       (selector.kind == SELECTOR_FUNCTION || selector.kind == SELECTOR_SLOT);
}

/* Returns the places of a list such as "0000:01:00.0;0000:01:00.1"; NULL if one is none. */
static const char *places(const struct root *root, char *text)
{
	const char *list = "", *word;

	while (list && (word = strsep(&text, ";"))) {
		if (!is_place(word))
			return NULL;
		list = arena_print(root->arena, "%s%s%s", list, *list ? " " : "", word);
	}
	return list;
}

/* Returns the value of a property in a list such as "node=a,path=b", cut out of it. */
static char *property(char *text, const char *name)
{
	size_t length = strlen(name);
	char *item;

	while ((item = strsep(&text, ",")))
		if (strncmp(item, name, length) == 0 && item[length] == '=')
			return item + length + 1;
	return NULL;
}

/* Like property(), but leaves the list as it is. */
static char *find_property(const struct root *root, const char *text, const char *name)
{
	char *copy = arena_copy(root->arena, text, strlen(text));

	return copy ? property(copy, name) : NULL;
}

/* Reads what follows "hostpci0:" (qm.conf(5)). */
static void read_hostpci(struct other_lines *lines, struct other_line *line, const char *value)
{
	const struct root *root = lines->root;
	char *host = find_property(root, value, "host");

	/* The mapping is read where it stands. */
	if (find_property(root, value, "mapping"))
		return;
	if (find_property(root, value, "mdev")) {
		other_add_unclear(lines, line->file, line->first,
				  "a mediated device (mdev=) stays with the host's driver");
		return;
	}
	if (!host)
		host = root->arena ? arena_copy(root->arena, value, strcspn(value, ",")) : NULL;
	line->list = host ? places(root, host) : NULL;
	if (line->list)
		other_add(lines, line);
	else
		other_add_unclear(lines, line->file, line->first,
				  "its device cannot be understood");
}

static void read_machine(struct other_lines *lines, const char *file, const char *name)
{
	static const char key[] = "hostpci";
	char *text = root_read(lines->root, file), *line;

	for (unsigned int number = 1; (line = strsep(&text, "\n")); number++) {
		const char *value;

		/* Snapshots follow. */
		if (*line == '[')
			return;
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		value = line + strlen(key) + strspn(line + strlen(key), "0123456789");
		line[strcspn(line, "\r")] = '\0';
		if (*value++ != ':')
			continue;
		read_hostpci(lines,
			     &(struct other_line){ .kind = OTHER_MACHINE,
						   .file = file,
						   .first = number,
						   .text = line,
						   .module = name },
			     value + strspn(value, " \t"));
	}
}

/* Returns whether a mapping is for another node of the cluster. */
static bool is_elsewhere(const struct root *root, const char *map)
{
	const char *node = find_property(root, map, "node");
	char *own = root_read(root, "/etc/hostname");

	if (!own || !node)
		return false;
	own[strcspn(own, ". \t\r\n")] = '\0';
	return *own && !streq(own, node);
}

/*
 * Reads the mappings of Proxmox VE: a name at the start of a line, and its properties indented
 * below it, such as "map id=10de:1f91,node=pve,path=0000:01:00.0" (PVE::Mapping::PCI).
 */
static void read_mappings(struct other_lines *lines)
{
	const struct root *root = lines->root;
	char *text = root_read(root, MAPPING), *line;
	const char *name = "";

	for (unsigned int number = 1; (line = strsep(&text, "\n")); number++) {
		char *word = line + strspn(line, " \t"), *path;
		const char *list;

		line[strcspn(line, "\r")] = '\0';
		if (word == line) {
			if (*line)
				name = line;
			continue;
		}
		if (strncmp(word, "map ", 4) != 0 || is_elsewhere(root, word + 4))
			continue;
		path = find_property(root, word + 4, "path");
		list = path ? places(root, path) : NULL;
		if (list)
			other_add(lines, &(struct other_line){
						 .kind = OTHER_MACHINE,
						 .file = MAPPING,
						 .first = number,
						 .text = root_print(root, "mapping %s", name),
						 .module = name,
						 .list = list,
					 });
		else
			other_add_unclear(lines, MAPPING, number,
					  "its device cannot be understood");
	}
}

void other_find_machines(struct other_lines *lines)
{
	const struct root *root = lines->root;

	for (const char *const *name = root_list(root, LIBVIRT); *name; name++)
		if (root_ends_with(*name, ".xml"))
			read_domain(lines, root_print(root, LIBVIRT "/%s", *name),
				    stem(root, *name));
	for (const char *const *name = root_list(root, PROXMOX); *name; name++)
		if (root_ends_with(*name, ".conf"))
			read_machine(lines, root_print(root, PROXMOX "/%s", *name),
				     stem(root, *name));
	read_mappings(lines);
}
