// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/search.h"
#include "lib/process.h"

/* zpool waits for a pool that has lost its disks; the image is then built without it. */
#define ZPOOL_MILLISECONDS 5000
#define ZPOOL_OUTPUT_SIZE  65536

static const char *const zpool_paths[] = {
	"/usr/sbin/zpool",
	"/sbin/zpool",
	"/usr/local/sbin/zpool",
	"/run/current-system/sw/bin/zpool",
};

static const char *find_zpool(const struct host_search *search)
{
	if (search->zpool)
		return search->zpool;
	for (size_t i = 0; i < ARRAY_SIZE(zpool_paths); i++)
		if (access(zpool_paths[i], X_OK) == 0)
			return zpool_paths[i];
	return NULL;
}

/* Returns 0 with the output, or -errno. -H and -P print plain paths, -L link targets. */
static int ask_zpool(const char *program, const char *pool, char *buffer, size_t size)
{
	char *const arguments[] = { (char *)"zpool", (char *)"list", (char *)"-vHPL",
				    (char *)"--",    (char *)pool,   NULL };
	const struct process_program zpool = { .path = program, .fd = -1, .arguments = arguments };

	return process_read_output(&zpool, ZPOOL_MILLISECONDS, buffer, size);
}

/* The answer of zpool(8) about a pool, if any. */
struct answer {
	const char *text;
	int error;
};

/* Asks once for each pool: one that has lost its disks uses up all of its time. */
static const struct answer *ask_once(struct host_search *search, const char *program,
				     const char *pool)
{
	struct host_entry *entry = search_entry(search, "pool", pool, true);
	struct answer *answer;
	char *buffer;

	if (!entry || entry->value)
		return entry ? entry->value : NULL;
	answer = arena_allocate(search->arena, 1, sizeof(*answer));
	buffer = arena_allocate(search->arena, ZPOOL_OUTPUT_SIZE + 1, 1);
	if (!answer || !buffer) {
		search->error = -ENOMEM;
		return NULL;
	}
	answer->error = ask_zpool(program, pool, buffer, ZPOOL_OUTPUT_SIZE);
	answer->text = buffer;
	entry->value = answer;
	return answer;
}

void zpool_add(struct host_search *search, const char *pool)
{
	const char *program = find_zpool(search);
	const struct answer *answer;
	bool found = false;
	char *text, *line;

	if (!program) {
		search_note_gap(
			search,
			"zpool is not installed, so the disks of the pool %.80s are unknown", pool);
		return;
	}
	answer = ask_once(search, program, pool);
	if (!answer)
		return;
	if (answer->error) {
		search_note_gap(search, "zpool list %.80s: %s", pool, strerror(-answer->error));
		return;
	}
	text = (char *)search_print(search, "%s", answer->text);
	while ((line = strsep(&text, "\n"))) {
		line += strspn(line, "\t");
		line[strcspn(line, "\t")] = '\0';
		if (strncmp(line, "/dev/", 5) == 0)
			search_named_block(search, line);
		else if (line[0] == '/')
			search_file(search, line);
		found |= line[0] == '/';
	}
	if (!found)
		search_note_gap(search, "zpool names no disk of the pool %.80s", pool);
}
