// SPDX-License-Identifier: GPL-2.0-or-later
/* LVM volume groups: their volumes need all of their physical volumes to come up. */
#include <errno.h>
#include <string.h>

#include "host/search.h"

/* A device mapper uuid is "LVM-", the group's id, the volume's id (dm_build_dm_uuid() in lvm2). */
#define UUID_PREFIX "LVM-"
#define PREFIX_SIZE (sizeof(UUID_PREFIX) - 1)
#define ID_SIZE	    ((size_t)32)

/* Where pvscan(8) lists the physical volumes present: "8:3\nvg:NAME\n". */
#define ONLINE_DIRECTORY "run/lvm/pvs_online"

/* Context of a callback of sysfs_list(). */
struct volume_visit {
	struct host_search *search;
	struct sysfs *files;
	const char *name; /* the volume's, in class/block */
	const char *id;	  /* its group's */
};

/* Stores a physical volume of the group of kind and key. */
static void keep_member(struct host_search *search, const char *kind, const char *key,
			const char *device)
{
	struct host_entry *entry = search_entry(search, kind, key, true);
	struct host_entry *known =
		search_entry(search, kind, search_print(search, "%s\n%s", key, device), true);
	struct host_trail *trail;
	struct host_find *find;

	if (!entry || !known || known->value)
		return;
	trail = (struct host_trail *)entry->value;
	if (!trail) {
		trail = arena_allocate(search->arena, 1, sizeof(*trail));
		if (trail)
			trail->last = &trail->first;
	}
	find = arena_allocate(search->arena, 1, sizeof(*find));
	if (!trail || !find) {
		search->error = -ENOMEM;
		return;
	}
	find->text = search_print(search, "%s", device);
	*trail->last = find;
	trail->last = &find->next;
	entry->value = trail;
	known->value = find;
}

/* Adds the stored ones. Returns whether there were any. */
static bool add_members(struct host_search *search, const char *kind, const char *key)
{
	struct host_entry *entry = search_entry(search, kind, key, false);
	const struct host_trail *trail = entry ? entry->value : NULL;

	for (const struct host_find *find = trail ? trail->first : NULL; find; find = find->next)
		search_named_block(search, find->text);
	return trail != NULL;
}

/* Returns the group's id of an LVM volume; NULL for other devices. */
static const char *read_group(struct host_search *search, const char *path)
{
	char uuid[160];

	if (sysfs_read(&search->sysfs, search_print(search, "%s/dm/uuid", path), uuid,
		       sizeof(uuid)) <= 0 ||
	    strncmp(uuid, UUID_PREFIX, PREFIX_SIZE) != 0 || strlen(uuid) < PREFIX_SIZE + ID_SIZE)
		return NULL;
	return search_print(search, "%.*s", (int)ID_SIZE, uuid + PREFIX_SIZE);
}

static int visit_slave(void *context, const char *name)
{
	struct volume_visit *visit = context;
	struct host_search *search = visit->search;
	const char *path = search_print(search, "class/block/%s/slaves/%s", visit->name, name);
	const char *id = read_group(search, path);
	char number[32];

	/* A device of the same group is an internal volume below another. */
	if (!(id && streq(id, visit->id)) &&
	    sysfs_read(&search->sysfs, search_print(search, "%s/dev", path), number,
		       sizeof(number)) > 0)
		keep_member(search, "physical volumes", visit->id, number);
	return 0;
}

static int visit_volume(void *context, const char *name)
{
	struct host_search *search = context;
	struct volume_visit visit = { .search = search, .name = name };

	if (strncmp(name, "dm-", 3) != 0)
		return 0;
	visit.id = read_group(search, search_print(search, "class/block/%s", name));
	if (visit.id)
		sysfs_list(&search->sysfs, search_print(search, "class/block/%s/slaves", name),
			   visit_slave, &visit);
	return 0;
}

static int visit_online(void *context, const char *name)
{
	struct volume_visit *visit = context;
	struct host_search *search = visit->search;
	char text[512], *rest = text, *number, *line;

	if (sysfs_read(visit->files, search_print(search, ONLINE_DIRECTORY "/%s", name), text,
		       sizeof(text)) <= 0)
		return 0;
	number = strsep(&rest, "\n");
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, "vg:", 3) == 0)
			keep_member(search, "physical volumes online", line + 3, number);
	return 0;
}

/* Indexes all volumes and pvscan(8)'s list, once. */
static void index_groups(struct host_search *search)
{
	struct host_entry *entry = search_entry(search, "volume groups", "", true);
	struct sysfs files = { .fd = search->root };
	struct volume_visit visit = { .search = search, .files = &files };

	if (!entry || entry->value)
		return;
	entry->value = entry;
	sysfs_list(&search->sysfs, "class/block", visit_volume, search);
	sysfs_list(&files, ONLINE_DIRECTORY, visit_online, &visit);
}

/* Returns the group's name from the volume's: "my-vg" for "my--vg-root". NULL if it has none. */
static const char *read_name(struct host_search *search, const char *path)
{
	char text[256], name[sizeof(text)];
	size_t length = 0;

	if (sysfs_read(&search->sysfs, search_print(search, "%s/dm/name", path), text,
		       sizeof(text)) <= 0)
		return NULL;
	for (const char *c = text; *c; c++) {
		if (*c == '-' && *++c != '-')
			break;
		name[length++] = *c;
	}
	name[length] = '\0';
	return length && name[0] != '.' && !strchr(name, '/') ? search_print(search, "%s", name)
							      : NULL;
}

/* Cuts the next 'id = "..."' out of LVM's text, without hyphens. Returns NULL at the end. */
static const char *next_id(char **text, char id[static ID_SIZE + 1])
{
	static const char key[] = "id = \"";
	size_t length = 0;
	char *start = *text ? strstr(*text, key) : NULL;

	if (!start)
		return NULL;
	for (start += sizeof(key) - 1; *start && *start != '"' && length < ID_SIZE; start++)
		if (*start != '-')
			id[length++] = *start;
	id[length] = '\0';
	*text = start;
	return id;
}

/* Writes "LKmyhp-0Mes-...": six characters, five times four, six. */
static const char *with_hyphens(struct host_search *search, const char *id)
{
	return search_print(search, "%.6s-%.4s-%.4s-%.4s-%.4s-%.4s-%.6s", id, id + 6, id + 10,
			    id + 14, id + 18, id + 22, id + 26);
}

/*
 * Stores the physical volumes in the last backup of the group's metadata
 * (/etc/lvm/backup), if that is this group's. Reads it once.
 */
static void read_backup(struct host_search *search, const char *group, const char *name)
{
	struct host_entry *entry = search_entry(search, "volume group's backup", group, true);
	char id[ID_SIZE + 1], *text, *end;

	if (!entry || entry->value)
		return;
	entry->value = entry;
	text = search_read_at(search, search_print(search, "etc/lvm/backup/%s", name));
	if (!text || !next_id(&text, id) || !streq(id, group))
		return;
	text = strstr(text, "physical_volumes {");
	/* The ids of volumes follow. */
	end = text ? strstr(text, "logical_volumes {") : NULL;
	if (end)
		*end = '\0';
	while (next_id(&text, id))
		if (strlen(id) == ID_SIZE)
			keep_member(search, "physical volumes of backup", group,
				    search_print(search, "/dev/disk/by-id/lvm-pv-uuid-%s",
						 with_hyphens(search, id)));
}

static bool add_backup(struct host_search *search, const char *group, const char *name)
{
	read_backup(search, group, name);
	return add_members(search, "physical volumes of backup", group);
}

void volume_add_group(struct host_search *search, const char *path)
{
	const char *group = read_group(search, path), *name;

	if (!group || !search_enter(search, search_print(search, "volume group %s", group)))
		return;
	index_groups(search);
	add_members(search, "physical volumes", group);
	/* Physical volumes without a logical volume do not show in sysfs. */
	name = read_name(search, path);
	if (!name || (!add_members(search, "physical volumes online", name) &&
		      !add_backup(search, group, name)))
		search_note_gap(search,
				"volume group %.80s: it may have physical volumes that no logical "
				"volume uses",
				name ? name : group);
}
