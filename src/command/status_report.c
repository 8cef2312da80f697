// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command/status.h"
#include "lib/json_writer.h"
#include "lib/text.h"
#include "plan/explain.h"

/* Incremented when a field changes its meaning or goes. New fields do not count. */
#define STATUS_SCHEMA 1

static const char *or_none(const char *driver)
{
	return driver ? driver : "no driver";
}

static void print_device(const struct status_device *device, FILE *out)
{
	const struct device *now = device->device;

	text_print(out, "  %s", device->address);
	if (now && now->identified)
		text_print(out, " %04x:%04x", now->id.vendor, now->id.device);
	if (now)
		text_print(out, "  %s", or_none(now->driver));
	if (device->wanted && !device->as_wanted)
		text_print(out, ", %s is wanted", device->wanted);
	if (device->node)
		text_print(out, "  %s", device->node);
	if (device->device_node)
		text_print(out, "  %s", device->device_node);
	text_print(out, "\n");
	if (device->drift)
		text_print(out, "      %s\n", device->drift);
	if (device->boot_text && !device->as_wanted)
		text_print(out, "      at boot: %s\n", device->boot_text);
	else if (device->boot_result && !device->drift && device->wanted && !device->as_wanted)
		text_print(out, "      at boot: %s\n", device->boot_result);
}

static const char *group_state(const struct status_group *group)
{
	if (group->group->refused)
		return "refused";
	return group->as_wanted ? "as wanted" : "not as wanted";
}

/* Says once what a group's devices have in common. */
static void print_group(const struct status_group *group, FILE *out)
{
	const char *boot_text = NULL;

	if (group->group->number >= 0)
		text_print(out, "group %d: %s\n", group->group->number, group_state(group));
	else
		text_print(out, "no group: %s\n", group_state(group));
	for (size_t i = 0; i < group->count; i++) {
		struct status_device device = group->devices[i];

		/* The report's text is about the group as a whole. */
		if (boot_text && boot_text == device.boot_text)
			device.boot_text = device.boot_result = NULL;
		else
			boot_text = device.boot_text;
		if (group->group->refused)
			device.boot_text = NULL;
		print_device(&device, out);
	}
	if (group->text)
		text_print(out, "  %s\n", group->text);
}

static const char *summary(const struct status *status)
{
	if (settings_find_stop(&status->run->settings))
		return explain_stop(status->run->arena, &status->run->settings);
	if (status->run->settings.problems)
		return "some settings do not parse: see above";
	if (!status->run->settings.devs.count)
		return "no devices are listed, so nothing is wanted: vfio-early set SELECTOR...";
	return status->as_wanted ? "all is as wanted" : "not all is as wanted";
}

void status_text(const struct status *status, FILE *out)
{
	const struct run *run = status->run;

	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		text_print(out, "error: %s\n", explain_problem(run->arena, problem));
	if (status->boot_ran || run->settings.devs.count)
		text_print(out, "boot: %s\n", status->boot_text);
	for (size_t i = 0; i < run->plan.finding_count; i++)
		text_print(out, "not taken: %s\n",
			   explain_finding(run->arena, &run->plan.findings[i]));
	for (size_t i = 0; i < status->group_count; i++)
		print_group(&status->groups[i], out);
	if (status->lost_count)
		text_print(out, "not wanted, but taken at boot:\n");
	for (size_t i = 0; i < status->lost_count; i++)
		print_device(&status->lost[i], out);
	for (size_t i = 0; i < status->change_count; i++)
		text_print(out, "changed: %s\n", status->changes[i]);
	if (status->missing)
		text_print(out, "missing: %s\n", status->missing);
	text_print(out, "%s\n", summary(status));
}

static void json_device(struct json *json, const struct status_device *device)
{
	const struct device *now = device->device;
	char text[16];

	json_open_inline(json, NULL);
	json_string(json, "address", device->address);
	json_boolean(json, "present", now != NULL);
	if (now && now->identified) {
		snprintf(text, sizeof(text), "%04x:%04x", now->id.vendor, now->id.device);
		json_string(json, "id", text);
	}
	json_string(json, "driver", now ? now->driver : NULL);
	json_string(json, "driver_wanted", device->wanted);
	json_boolean(json, "as_wanted", device->as_wanted);
	json_string(json, "node", device->node);
	json_string(json, "device_node", device->device_node);
	json_string(json, "boot_result", device->boot_result);
	json_string(json, "boot_text", device->boot_text);
	json_string(json, "drift", device->drift);
	json_close_object(json);
}

static void json_group(struct json *json, const struct status_group *group)
{
	json_open_object(json, NULL);
	if (group->group->number >= 0)
		json_integer(json, "group", group->group->number);
	else
		json_null(json, "group");
	json_string(json, "state",
		    group->group->refused ? "refused"
		    : group->as_wanted	  ? "as-wanted"
					  : "not-as-wanted");
	json_string(json, "text", group->text);
	json_open_array(json, "devices");
	for (size_t i = 0; i < group->count; i++)
		json_device(json, &group->devices[i]);
	json_close_array(json);
	json_close_object(json);
}

static void json_boot(const struct status *status, struct json *json)
{
	json_open_object(json, "boot");
	json_boolean(json, "ran", status->boot_ran);
	json_string(json, "report", status->place);
	json_string(json, "kernel", json_find_string(status->boot, "kernel"));
	json_string(json, "text", status->boot_text);
	json_close_object(json);
}

static void json_problems(const struct run *run, struct json *json)
{
	json_open_array(json, "problems");
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		json_string(json, NULL, explain_problem(run->arena, problem));
	for (size_t i = 0; i < run->plan.finding_count; i++)
		json_string(json, NULL, explain_finding(run->arena, &run->plan.findings[i]));
	json_close_array(json);
}

void status_json(const struct status *status, FILE *out)
{
	struct json json = { .out = out };

	json_open_object(&json, NULL);
	json_integer(&json, "schema", STATUS_SCHEMA);
	json_string(&json, "version", VFIO_EARLY_VERSION);
	json_integer(&json, "exit_code", status_exit_code(status));
	json_boolean(&json, "as_wanted", status->as_wanted);
	json_string(&json, "summary", summary(status));
	json_boot(status, &json);
	json_problems(status->run, &json);
	json_open_array(&json, "groups");
	for (size_t i = 0; i < status->group_count; i++)
		json_group(&json, &status->groups[i]);
	json_close_array(&json);
	json_open_array(&json, "unwanted");
	for (size_t i = 0; i < status->lost_count; i++)
		json_device(&json, &status->lost[i]);
	json_close_array(&json);
	json_open_array(&json, "changes");
	for (size_t i = 0; i < status->change_count; i++)
		json_string(&json, NULL, status->changes[i]);
	json_close_array(&json);
	json_string(&json, "missing", status->missing);
	json_close_object(&json);
}
