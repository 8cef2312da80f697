// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine's sysfs and plans on it: the devices are read from real files, by libpci too.
 * Lines are those of tree.h, or
 *
 *   config TEXT, cmdline TEXT, host TEXT   one more line of each
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/pin.h"
#include "fuzz.h"
#include "lib/util.h"
#include "machine/pci.h"
#include "plan/run.h"
#include "plan/survey.h"
#include "plan_check.h"
#include "tree.h"

/* The texts of settings, built from their lines. */
struct texts {
	const char *config, *cmdline, *host;
};

static bool add_text(struct arena *arena, const char **text, const char *line, const char *word,
		     const char *end)
{
	size_t length = strlen(word);

	if (strncmp(line, word, length) != 0 || line[length] != ' ')
		return false;
	*text = arena_print(arena, "%s%s%s", *text, line + length + 1, end);
	return true;
}

static struct texts read_input(struct arena *arena, char *text)
{
	struct texts texts = { "", "", "" };
	char *line;

	tree_begin();
	tree_add_directory("sys/bus/pci/devices");
	while ((line = fuzz_line(&text)))
		if (!add_text(arena, &texts.config, line, "config", "\n") &&
		    !add_text(arena, &texts.cmdline, line, "cmdline", " ") &&
		    !add_text(arena, &texts.host, line, "host", "\n"))
			tree_add_line(line);
	return texts;
}

static int read_settings(struct run *run, const struct texts *texts)
{
	int error;

	settings_init(&run->settings, run->arena);
	error = settings_read_config(&run->settings, "config", texts->config);
	if (!error)
		error = settings_read_cmdline(&run->settings, texts->cmdline);
	return error ? error : settings_read_host(&run->settings, "host", texts->host);
}

static int make_plan(struct run *run, const struct sysfs *sysfs)
{
	struct pci_source *source;
	int error = pci_open(sysfs, &source);

	if (error)
		return error;
	error = survey(&run->topology, run->arena, &run->settings, source, sysfs, NULL);
	pci_close(source);
	return error ? error : plan_make(&run->plan, run->arena, &run->settings, &run->topology);
}

static size_t count_problems(struct arena *arena, const char *config)
{
	struct settings settings;
	size_t count = 0;

	settings_init(&settings, arena);
	FUZZ_CHECK(settings_read_config(&settings, "pinned", config) == 0);
	for (const struct problem *problem = settings.problems; problem; problem = problem->next)
		count++;
	return count;
}

/* The lines of pin are understood, alone and in the config. */
static void check_pin(struct run *run, const char *config)
{
	const char *lines = pin_text(run);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int error;

	FUZZ_CHECK(lines && out && count_problems(run->arena, lines) == 0);
	error = pin_check(run, lines);
	FUZZ_CHECK(error == 0 || error == -EBADMSG);
	FUZZ_CHECK(pin_edit(run, "config", config, out) == 0);
	fclose(out);
	FUZZ_CHECK(count_problems(run->arena, text) <= count_problems(run->arena, config));
	free(text);
}

/* Plans as a dry run does; the count-th allocation fails, 0 for none. */
static void plan(struct arena *arena, const struct sysfs *sysfs, const struct texts *texts,
		 size_t count)
{
	struct run *run = arena_allocate(arena, 1, sizeof(*run));
	int error;

	run->arena = arena;
	run->settings.dry_run = true;
	arena_fail_at(arena, count);
	error = read_settings(run, texts);
	if (!error && run_is_wanted(run))
		error = make_plan(run, sysfs);
	if (arena_fail_at(arena, 0)) {
		FUZZ_CHECK(error == -ENOMEM);
		return;
	}
	/* A bad tree is an error; everything else is only skipped. */
	FUZZ_CHECK(error == 0 || error == -EIO);
	if (error)
		return;
	plan_check(&run->plan, &run->settings, &run->topology);
	plan_check_reports(run);
	if (run_is_wanted(run) && !run->settings.members.written)
		check_pin(run, texts->config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), root[512];
	struct arena *arena = arena_create(1 << 20);
	struct texts texts = read_input(arena, text);
	struct sysfs sysfs;

	snprintf(root, sizeof(root), "%s/sys", tree_apply());
	FUZZ_CHECK(sysfs_open(&sysfs, root) == 0);
	plan(arena, &sysfs, &texts, 0);
	plan(arena, &sysfs, &texts, 1 + fuzz_hash(data, size) % 256);
	sysfs_close(&sysfs);
	arena_destroy(arena);
	free(text);
	return 0;
}
