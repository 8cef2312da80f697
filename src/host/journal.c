// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that a file system uses besides its own, for its log or part of its data. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/search.h"

const char *journal_find_option(const char *options, const char *name)
{
	size_t length = strlen(name);

	while (*options) {
		if (strncmp(options, name, length) == 0 &&
		    (!options[length] || options[length] == ',' || options[length] == '='))
			return options + length + (options[length] == '=');
		options += strcspn(options, ",");
		options += *options == ',';
	}
	return NULL;
}

/* Decodes journal_dev=0x0811 as new_decode_dev() in linux/kdev_t.h does. */
static const char *decode_number(struct host_search *search, const char *value)
{
	unsigned long device = strtoul(value, NULL, 0);

	return search_print(search, "%lu:%lu", (device & 0xfff00) >> 8,
			    (device & 0xff) | (device >> 12 & 0xfff00));
}

void journal_add_options(struct host_search *search, const char *options)
{
	/* xfs(5), ext4(5), btrfs(5) */
	static const char *const keys[] = { "logdev", "rtdev", "journal_path", "device" };

	while (*options) {
		size_t length = strcspn(options, ",");
		const char *option = search_print(search, "%.*s", (int)length, options), *value;

		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			value = journal_find_option(option, keys[i]);
			if (value && *value) {
				char *name = (char *)search_print(search, "%s", value);

				mountinfo_unescape(name);
				search_named_block(search, name);
			}
		}
		value = journal_find_option(option, "journal_dev");
		if (value && *value)
			search_block(search, decode_number(search, value));
		options += length + (options[length] == ',');
	}
}

/* Context of a callback of sysfs_list(). */
struct journal_visit {
	struct host_search *search;
	struct host_trail *trail;
};

/*
 * Visits a journal. jbd2 names one inside a file system "sda1-8" (with its inode), and
 * one on its own device by the device alone (fs/jbd2/journal.c, jbd2_journal_init_dev()).
 */
static int visit_journal(void *context, const char *name)
{
	struct journal_visit *visit = context;
	struct host_search *search = visit->search;
	struct host_find *find;
	char number[32];

	if (sysfs_read(&search->sysfs, search_print(search, "class/block/%s/dev", name), number,
		       sizeof(number)) <= 0)
		return 0;
	find = arena_allocate(search->arena, 1, sizeof(*find));
	if (!find) {
		search->error = -ENOMEM;
		return 1;
	}
	*find = (struct host_find){ .text = search_print(search, "%s", number) };
	*visit->trail->last = find;
	visit->trail->last = &find->next;
	return 0;
}

/* Finds the journals once for all file systems. */
static const struct host_trail *find_journals(struct host_search *search)
{
	struct host_entry *entry = search_entry(search, "journals", "", true);
	struct journal_visit visit = { .search = search };
	struct sysfs proc;

	if (!entry || entry->value)
		return entry ? entry->value : NULL;
	visit.trail = arena_allocate(search->arena, 1, sizeof(*visit.trail));
	if (!visit.trail) {
		search->error = -ENOMEM;
		return NULL;
	}
	visit.trail->last = &visit.trail->first;
	entry->value = visit.trail;
	if (sysfs_open(&proc, search->proc) == 0) {
		sysfs_list(&proc, "fs/jbd2", visit_journal, &visit);
		sysfs_close(&proc);
	}
	return visit.trail;
}

void journal_add(struct host_search *search)
{
	const struct host_trail *trail = find_journals(search);

	for (const struct host_find *find = trail ? trail->first : NULL; find; find = find->next)
		search_block(search, find->text);
}
