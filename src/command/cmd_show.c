// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "command/options.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/json_writer.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"

struct options {
	struct preview preview;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS, PREVIEW_CONFIG, PREVIEW_CMDLINE, PREVIEW_PROFILE, PREVIEW_JSON,
};

static const struct option_table table = {
	.command = "show",
	.arguments = "",
	.help = "Prints the settings of the next boot, and where each comes from: the config, the\n"
		"kernel command line, or what this host was found to need.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Incremented when a field changes its meaning or goes. */
#define SHOW_SCHEMA 1

/* Returns a key's list; NULL if its value is no list. */
static const struct selector_list *list_of(const struct settings *settings, enum setting_key key)
{
	switch (key) {
	case SETTING_DEVS:
		return &settings->devs;
	case SETTING_FORCE:
		return &settings->force;
	case SETTING_PROTECT:
		return &settings->protect;
	case SETTING_MEMBERS:
		return &settings->members;
	default:
		return NULL;
	}
}

/* Returns where a key's value is from; "default" if it is not set. */
static const char *place_of(const struct run *run, enum setting_key key)
{
	const struct origin *origin = &run->settings.origins[key];

	return origin->source ? explain_origin(run->arena, origin) : "default";
}

static void print_list(const struct run *run, enum setting_key key,
		       const struct selector_list *list)
{
	if (!list->count)
		text_print(stdout, "%-14s = %-30s # %s\n", setting_name(key), "",
			   place_of(run, key));
	for (size_t i = 0; i < list->count; i++)
		text_print(stdout, "%-14s = %-30s # %s%s%s\n", setting_name(key),
			   list->items[i].text, explain_origin(run->arena, &list->items[i].origin),
			   list->items[i].purpose ? ", for " : "",
			   list->items[i].purpose ? list->items[i].purpose : "");
}

static void print_text(const struct run *run)
{
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(run->arena, problem));
	if (settings_find_stop(&run->settings))
		text_print(stderr, "vfio-early: %s\n", explain_stop(run->arena, &run->settings));
	if (run->settings.off)
		printf("# vfio_early=off is on the kernel command line: nothing is taken\n");
	if (!run->settings.in_boot)
		printf("# boot = nothing: nothing is taken; to take devices again: vfio-early "
		       "on\n");
	for (enum setting_key key = 0; key < SETTING_CLAIMED; key++) {
		const struct selector_list *list = list_of(&run->settings, key);
		const char *value = setting_value(&run->settings, key, run->arena);

		if (list)
			print_list(run, key, list);
		else
			text_print(stdout, "%-14s = %-30s # %s\n", setting_name(key),
				   value ? value : "", place_of(run, key));
	}
}

static void json_list(const struct run *run, struct json *json, const struct selector_list *list)
{
	json_open_array(json, "selectors");
	for (size_t i = 0; i < list->count; i++) {
		json_open_inline(json, NULL);
		json_string(json, "selector", list->items[i].text);
		json_string(json, "at", explain_origin(run->arena, &list->items[i].origin));
		json_string(json, "purpose", list->items[i].purpose);
		json_close_object(json);
	}
	json_close_array(json);
}

static void print_json(const struct run *run, int code)
{
	struct json json = { .out = stdout };

	json_open_object(&json, NULL);
	json_integer(&json, "schema", SHOW_SCHEMA);
	json_string(&json, "version", VFIO_EARLY_VERSION);
	json_integer(&json, "exit_code", code);
	json_boolean(&json, "off", run->settings.off);
	json_open_array(&json, "problems");
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		json_string(&json, NULL, explain_problem(run->arena, problem));
	json_close_array(&json);
	json_open_object(&json, "settings");
	for (enum setting_key key = 0; key < SETTING_CLAIMED; key++) {
		const struct selector_list *list = list_of(&run->settings, key);

		json_open_object(&json, setting_name(key));
		json_string(&json, "value", setting_value(&run->settings, key, run->arena));
		json_string(&json, "at", place_of(run, key));
		if (list)
			json_list(run, &json, list);
		json_close_object(&json);
	}
	json_close_object(&json);
	json_close_object(&json);
}

static int run_show(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read_exactly(&table, &options, 0, count, arguments, &code), error;
	struct run *run;

	if (first < 0)
		return code;
	run = run_create();
	if (!run)
		return preview_complain("show", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	error = preview_read_settings(&options.preview, run);
	if (!error && !options.preview.sysfs)
		error = preview_read_needs(&options.preview, run);
	if (!error && !options.preview.json)
		error = preview_say_profiles(&run->settings);
	code = run->settings.problems ? EXIT_MALFORMED : EXIT_DONE;
	if (error)
		code = EXIT_PARTLY;
	else if (options.preview.json)
		print_json(run, code);
	else
		print_text(run);
	run_destroy(run);
	return code;
}

const struct command command_show = {
	.name = "show",
	.arguments = "[--json]",
	.help = "Print the settings of the next boot, and where each comes from.",
	.run = run_show,
};
