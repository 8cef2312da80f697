// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/status.h"
#include "command/status_parts.h"
#include "lib/json_writer.h"
#include "lib/terminal.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"

/* Incremented when a field changes its meaning or goes. New fields do not count. */
#define STATUS_SCHEMA 1

/* Indentation of what is said below a group's title, and below a device. */
#define GROUP_INDENT  2
#define DEVICE_INDENT 6

static const char *or_none(const char *driver)
{
	return driver ? driver : "no driver";
}

/* Writes one line of text, wrapped to the terminal and indented. */
static void put(const struct terminal *terminal, int indent, const char *format, ...)
	PRINTF_FORMAT(3, 4);

static void put(const struct terminal *terminal, int indent, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	fprintf(terminal->out, "%*s", indent, "");
	terminal_wrap(terminal, (size_t)indent, indent ? DEVICE_INDENT : 0, TERMINAL_PLAIN,
		      text ? text : "out of memory");
	free(text);
}

/* Returns "  /dev/vfio/21  /dev/vfio/devices/vfio0  used by ..." as far as that is known. */
static const char *describe_nodes(struct arena *arena, const struct status_device *device)
{
	const char *text = arena_print(
		arena, "%s%s%s%s%s%s", device->node ? "  " : "", device->node ? device->node : "",
		device->device_node ? "  " : "", device->device_node ? device->device_node : "",
		device->user ? "  used by " : "", device->user ? device->user : "");

	return text ? text : "";
}

static void print_device(const struct status *status, const struct terminal *terminal,
			 const struct status_device *device)
{
	const struct device *now = device->device;
	char id[16] = "", wanted[128] = "";

	if (now && now->identified)
		snprintf(id, sizeof(id), " %04x:%04x", now->id.vendor, now->id.device);
	if (now && device->wanted && (!now->driver || !streq(now->driver, device->wanted)))
		snprintf(wanted, sizeof(wanted), ", %s is wanted", device->wanted);
	put(terminal, GROUP_INDENT, "%s%s%s%s%s%s", device->address, id, now ? "  " : "",
	    now ? or_none(now->driver) : "", wanted, describe_nodes(status->run->arena, device));
	if (device->drift)
		put(terminal, DEVICE_INDENT, "%s", device->drift);
	if (device->boot_text && !device->as_wanted)
		put(terminal, DEVICE_INDENT, "at boot: %s", device->boot_text);
	else if (device->boot_result && !device->drift && device->wanted && !device->as_wanted)
		put(terminal, DEVICE_INDENT, "at boot: %s", device->boot_result);
}

static const char *group_state(const struct status_group *group)
{
	if (group->group->refused)
		return "refused";
	return group->as_wanted ? "as wanted" : "not as wanted";
}

/* Says once what a group's devices have in common. */
static void print_group(const struct status *status, const struct terminal *terminal,
			const struct status_group *group)
{
	const char *boot_text = NULL;

	if (group->group->number >= 0)
		put(terminal, 0, "group %d: %s", group->group->number, group_state(group));
	else
		put(terminal, 0, "no group: %s", group_state(group));
	for (size_t i = 0; i < group->count; i++) {
		struct status_device device = group->devices[i];

		/* The report's text is about the group as a whole. */
		if (boot_text && boot_text == device.boot_text)
			device.boot_text = device.boot_result = NULL;
		else
			boot_text = device.boot_text;
		if (group->group->refused)
			device.boot_text = NULL;
		print_device(status, terminal, &device);
	}
	if (group->text)
		put(terminal, GROUP_INDENT, "%s", group->text);
	if (group->mend)
		put(terminal, GROUP_INDENT, "to take it now: %s", group->mend);
}

static void print_list(const struct status *status, const struct terminal *terminal,
		       const char *title, const struct status_device *devices, size_t count)
{
	if (count)
		put(terminal, 0, "%s:", title);
	for (size_t i = 0; i < count; i++)
		print_device(status, terminal, &devices[i]);
}

static const char *summary(const struct status *status)
{
	if (settings_find_stop(&status->run->settings))
		return explain_stop(status->run->arena, &status->run->settings);
	if (status->run->settings.problems)
		return "some settings do not parse: see above";
	if (!status->run->settings.devs.count)
		return "no devices are listed, so nothing is wanted: vfio-early set SELECTOR...";
	if (run_is_wanted(status->run) && explain_nothing_picked(status->run))
		return explain_nothing_picked(status->run);
	return status->as_wanted ? "all is as wanted" : "not all is as wanted";
}

void status_text(const struct status *status, FILE *out)
{
	const struct run *run = status->run;
	struct terminal terminal;

	terminal_open(&terminal, out);
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		put(&terminal, 0, "error: %s", explain_problem(run->arena, problem));
	if (status->boot_ran || run->settings.devs.count)
		put(&terminal, 0, "boot: %s", status->boot_text);
	if (run->settings.profile)
		put(&terminal, 0, "profile: %s", run->settings.profile);
	/* A boot that took nothing has said it above. */
	if (status->trial_text && !strstr(status->boot_text, status->trial_text))
		put(&terminal, 0, "trial: %s", status->trial_text);
	if (!run->settings.in_boot)
		put(&terminal, 0,
		    "next boot: boot = nothing is in %s, so it takes nothing; to take devices "
		    "again: vfio-early on",
		    explain_origin(run->arena, &run->settings.origins[SETTING_BOOT]));
	for (size_t i = 0; i < run->plan.finding_count; i++)
		put(&terminal, 0, "not taken: %s",
		    explain_finding(run->arena, &run->plan.findings[i]));
	for (size_t i = 0; i < status->group_count; i++)
		print_group(status, &terminal, &status->groups[i]);
	print_list(status, &terminal, "wanted, but gone", status->gone, status->gone_count);
	print_list(status, &terminal, "not wanted, but taken at boot", status->lost,
		   status->lost_count);
	print_list(status, &terminal, "not wanted, but taken all the same", status->along,
		   status->along_count);
	for (size_t i = 0; i < status->change_count; i++)
		put(&terminal, 0, "changed: %s", status->changes[i]);
	if (status->missing)
		put(&terminal, 0, "missing: %s", status->missing);
	if (status->users_unknown)
		put(&terminal, 0, "only root sees who has devices open");
	put(&terminal, 0, "%s", summary(status));
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
	json_string(json, "used_by", device->user);
	json_string(json, "boot_result", device->boot_result);
	json_string(json, "boot_text", device->boot_text);
	json_string(json, "drift", device->drift);
	json_close_object(json);
}

static void json_devices(struct json *json, const char *key, const struct status_device *devices,
			 size_t count)
{
	json_open_array(json, key);
	for (size_t i = 0; i < count; i++)
		json_device(json, &devices[i]);
	json_close_array(json);
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
	json_string(json, "mend", group->mend);
	json_devices(json, "devices", group->devices, group->count);
	json_close_object(json);
}

static void json_boot(const struct status *status, struct json *json)
{
	json_open_object(json, "boot");
	json_boolean(json, "ran", status->boot_ran);
	json_string(json, "report", status->place);
	if (json_find(status->boot, "kexec"))
		json_boolean(json, "kexec", status_was_kexec(status));
	json_string(json, "kernel", json_find_string(status->boot, "kernel"));
	json_string(json, "text", status->boot_text);
	json_close_object(json);
}

static void json_trial(const struct status *status, struct json *json)
{
	if (!status->trial) {
		json_null(json, "trial");
		return;
	}
	json_open_object(json, "trial");
	json_string(json, "state", status->trial);
	json_boolean(json, "over", status->trial_over);
	json_string(json, "text", status->trial_text);
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
	json_boolean(&json, "next_boot_takes", status->run->settings.in_boot);
	json_string(&json, "profile", status->run->settings.profile);
	json_boot(status, &json);
	json_trial(status, &json);
	json_problems(status->run, &json);
	json_open_array(&json, "groups");
	for (size_t i = 0; i < status->group_count; i++)
		json_group(&json, &status->groups[i]);
	json_close_array(&json);
	json_devices(&json, "gone", status->gone, status->gone_count);
	json_devices(&json, "unwanted", status->lost, status->lost_count);
	json_devices(&json, "along", status->along, status->along_count);
	json_open_array(&json, "changes");
	for (size_t i = 0; i < status->change_count; i++)
		json_string(&json, NULL, status->changes[i]);
	json_close_array(&json);
	json_string(&json, "missing", status->missing);
	json_close_object(&json);
}
