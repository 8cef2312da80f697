// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command/kernel_parameter.h"
#include "command/pin.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/survey.h"
#include "settings/profile.h"
#include "settings/selector.h"

void change_say_problems(const struct run *run)
{
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(run->arena, problem));
}

int change_read(struct change *change)
{
	struct run *run = run_create();
	int error;

	if (!run)
		return preview_complain(change->path, -ENOMEM);
	error = config_read(&change->config, &run->settings, change->path);
	if (error == -ENOENT && (!change->preview->file || change->preview->may_lack_file))
		error = 0;
	/* A refused file has no text; a missing one has no problem. */
	if (!error && !change->config.text && run->settings.problems) {
		change_say_problems(run);
		error = -EPERM;
	} else if (error) {
		preview_complain(change->path, error);
	}
	/* The text is needed for longer than this run. */
	change->config.path = arena_print(change->run->arena, "%s", change->config.path);
	if (change->config.text)
		change->config.text = arena_copy(change->run->arena, change->config.text,
						 strlen(change->config.text));
	change->old = change->config.text ? change->config.text : "";
	run_destroy(run);
	return error;
}

/* Closes a stream and copies its text into the arena. Returns 0 or -ENOMEM. */
static int keep_stream(struct change *change, FILE *out, char **text)
{
	int error = ferror(out) ? -ENOMEM : 0;

	if (fclose(out))
		error = -ENOMEM;
	change->new = error ? NULL : arena_copy(change->run->arena, *text, strlen(*text));
	free(*text);
	return change->new ? 0 : -ENOMEM;
}

/*
 * Edits the lines of a profile by their own, and writes what is around them as it is. A config
 * without the profile gets it at the end.
 */
static int edit_profile(struct change *change, FILE *out)
{
	struct arena *arena = change->run->arena;
	const char *old = change->old, *body;
	struct profile_section section;
	int error = profile_find(arena, old, change->preview->profile, &section);
	size_t length = strlen(old);

	if (error == -ENOENT) {
		fprintf(out, "%s%s%s[profile %s]\n", old,
			length && old[length - 1] != '\n' ? "\n" : "", length ? "\n" : "",
			change->preview->profile);
		return config_edit(arena, "", change->kind, change->items, change->count, out);
	}
	body = error ? NULL : arena_copy(arena, old + section.body, section.end - section.body);
	if (!body)
		return -ENOMEM;
	fprintf(out, "%.*s%s", (int)section.body, old,
		section.body && old[section.body - 1] != '\n' ? "\n" : "");
	error = config_edit(arena, body, change->kind, change->items, change->count, out);
	fputs(old + section.end, out);
	return error;
}

static int edit(struct change *change)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int error, kept;

	if (!out)
		return -ENOMEM;
	error = change->preview->profile
			? edit_profile(change, out)
			: config_edit(change->run->arena, change->old, change->kind, change->items,
				      change->count, out);
	kept = keep_stream(change, out, &text);
	return error ? error : kept;
}

static bool picks(const struct selector *selector, const struct device *device)
{
	return selector_matches(selector, device) && selector_identity_holds(selector, device);
}

/* Returns whether two selectors pick the same functions of this machine, at least one. */
static bool pick_alike(const struct topology *topology, const struct selector *a,
		       const struct selector *b)
{
	bool any = false;

	for (size_t i = 0; i < topology->count; i++) {
		bool picked = picks(a, &topology->devices[i]);

		if (picked != picks(b, &topology->devices[i]))
			return false;
		any |= picked;
	}
	return any;
}

/* Renames an item as the file names it, by path or id. Returns 0 or -ENOMEM. */
static int name_as_in_file(struct arena *arena, const struct run *machine, struct config_item *item)
{
	const struct selector_list *devs = &machine->settings.devs;
	struct selector_error why;
	struct selector selector = { 0 };

	if (selector_parse(item->text, strlen(item->text), &selector, &why))
		return 0;
	for (size_t i = 0; i < devs->count; i++) {
		const struct selector *other = &devs->items[i];

		if (other->exclude != selector.exclude ||
		    !pick_alike(&machine->topology, &selector, other))
			continue;
		item->text = arena_copy(arena, other->text, strlen(other->text));
		return item->text ? 0 : -ENOMEM;
	}
	return 0;
}

/* Finds items that the file names in another way, by what they pick. Returns 0 or -errno. */
static int find_by_device(struct change *change)
{
	struct preview preview = *change->preview;
	struct run *machine = run_create();
	int error = machine ? settings_read_config(&machine->settings, change->path, change->old)
			    : -ENOMEM;

	preview.survey = survey_all;
	if (!error)
		error = preview_plan(&preview, machine);
	for (size_t i = 0; !error && i < change->count; i++)
		if (!change->items[i].found)
			error = name_as_in_file(change->run->arena, machine, &change->items[i]);
	change->preview->needs_said = preview.needs_said;
	preview_close(&preview);
	if (machine)
		run_destroy(machine);
	return error;
}

static bool lacks_some(const struct change *change)
{
	for (size_t i = 0; i < change->count; i++)
		if (!change->items[i].found)
			return true;
	return false;
}

void change_warn(const struct change *change)
{
	unsigned int left_out = change->run->settings.left_out;

	if (left_out & SETTINGS_BIT_OFF)
		text_print(stderr, "vfio-early: vfio_early=off is on the kernel command line: "
				   "nothing is taken until you remove it\n");
	if (left_out & SETTINGS_BIT(SETTING_PROFILE) && !change->preview->profile)
		text_print(stderr,
			   "vfio-early: vfio_early.profile= is on the kernel command line: a "
			   "boot with it takes what that profile says\n");
	if (left_out & SETTINGS_BIT(SETTING_DEVS))
		text_print(stderr, "vfio-early: remove vfio_early.devs= from the kernel command "
				   "line, because it overrides the file\n");
}

int change_edit(struct change *change)
{
	int error = edit(change);

	if (error || change->kind != CONFIG_REMOVE || !lacks_some(change))
		return error;
	error = find_by_device(change);
	return error ? error : edit(change);
}

/* If groups were pinned, pins those that the new text takes. Returns 0 or -errno. */
static int pin_again(struct change *change)
{
	const struct settings *settings = &change->run->settings;
	const char *text = change->new;
	char *pinned = NULL;
	size_t length;
	FILE *out;
	int error, kept;

	if (!settings->members.written || settings->problems)
		return 0;
	out = open_memstream(&pinned, &length);
	if (!out)
		return -ENOMEM;
	error = change->preview->profile ? pin_edit_profile(change->run, change->path, text,
							    change->preview->profile, out)
					 : pin_edit(change->run, change->path, text, out);
	kept = keep_stream(change, out, &pinned);
	return error ? error : kept;
}

int change_plan(struct change *change)
{
	struct settings *settings = &change->run->settings;
	int error = settings_read_config(settings, change->path, change->new);

	if (error)
		return error;
	settings->leave_out = SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_DEVS) |
			      SETTINGS_BIT(SETTING_MEMBERS) | SETTINGS_BIT(SETTING_PROFILE);
	error = preview_read_cmdline(change->preview, change->run);
	/* What is left out is the command line's. */
	settings->leave_out = 0;
	if (!error)
		error = preview_read_profile(change->preview, change->run);
	/* Members are pinned anew, so none may be refused as new. */
	settings->members_open = true;
	settings->dry_run = true;
	if (!error)
		error = preview_plan(change->preview, change->run);
	return error ? error : pin_again(change);
}

bool change_is_of_host(const struct change *change)
{
	return streq(change->path, CONFIG_PATH);
}

int change_gather(struct change *change, bool parameters)
{
	struct arena *arena = change->run->arena;
	const struct preview *preview = change->preview;
	char *cmdline;

	change->set =
		(struct changeset){ .arena = arena, .command = change->typed, .time = time(NULL) };
	if (!change_is_of_host(change))
		return 0;
	if ((!streq(change->old, change->new) || !change->config.text) &&
	    changeset_add(&change->set, change->config.path, change->config.text, change->new))
		return -ENOMEM;
	/* A captured tree says nothing about this host's IOMMU. */
	if (!parameters || preview->sysfs || preview->cmdline || change->kind == CONFIG_REMOVE ||
	    textfile_read(arena, CMDLINE_PATH, &cmdline))
		return 0;
	change->parameter = kernel_parameter_add(change->run, cmdline, &change->set);
	return 0;
}
