// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/json_writer.h"
#include "lib/log.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/explain.h"
#include "plan/json_device.h"

static bool group_is_taken(const struct planned_group *group)
{
	return !group->refused && !group->failed;
}

static const char *group_state(const struct run *run, const struct planned_group *group)
{
	if (group->refused)
		return "refused";
	if (group->failed)
		return "undone";
	return run->settings.dry_run ? "planned" : "taken";
}

static void log_taking(const struct run *run, const struct member *member)
{
	const char *text = explain_member(run, member);

	if (run->settings.dry_run)
		log_line(LOG_LEVEL_INFO, "dry run: %s", text);
	else
		log_text(LOG_LEVEL_INFO, text);
}

/* Frees its texts again: there may be many members, and each page of the arena costs. */
static void log_member(const struct run *run, const struct member *member)
{
	size_t mark = arena_mark(run->arena);
	const char *claim = explain_claim(run->arena, member);

	if (member->role == ROLE_TAKE)
		log_taking(run, member);
	if (member->role == ROLE_LOST)
		log_text(LOG_LEVEL_INFO, explain_lost(run->arena, member));
	if (member->reset)
		log_text(member->reset == RESET_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
			 explain_reset(run->arena, member));
	if (claim)
		log_text(LOG_LEVEL_INFO, claim);
	if (member->blocks)
		log_text(LOG_LEVEL_WARNING, explain_block(run->arena, member));
	arena_rewind(run->arena, mark);
}

static void log_groups(const struct run *run)
{
	const struct plan *plan = &run->plan;

	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		if (group->refused)
			log_text(LOG_LEVEL_WARNING, explain_refusal(run, group));
		else if (group->failed)
			log_text(LOG_LEVEL_WARNING, explain_failure(run->arena, group));
		for (size_t j = 0; group_is_taken(group) && j < group->count; j++)
			log_member(run, &group->members[j]);
	}
}

/* Logs pinned members that the group no longer has, which is harmless. */
static void log_gone(const struct run *run)
{
	const struct selector_list *members = &run->settings.members;

	for (size_t i = 0; i < members->count; i++) {
		bool there = false;

		for (size_t j = 0; !there && j < run->topology.count; j++)
			there = selector_matches(&members->items[i], &run->topology.devices[j]);
		if (!there)
			log_line(LOG_LEVEL_DEBUG, "members: '%s' is no longer present",
				 members->items[i].text);
	}
}

static void log_leftovers(const struct run *run)
{
	for (size_t i = 0; i < run->plan.leftover_count; i++)
		log_text(LOG_LEVEL_WARNING, explain_leftover(run, &run->plan.leftovers[i]));
}

void report_log(const struct run *run)
{
	const struct plan *plan = &run->plan;
	const char *end = explain_end(run), *trial = explain_trial(run);

	if (run->kexec)
		log_text(LOG_LEVEL_INFO,
			 "this kernel was started by kexec: a device that no driver "
			 "has is reset before it is taken");
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		log_text(LOG_LEVEL_ERROR, explain_problem(run->arena, problem));
	for (size_t i = 0; i < plan->finding_count; i++)
		log_text(LOG_LEVEL_WARNING, explain_finding(run->arena, &plan->findings[i]));
	log_groups(run);
	log_leftovers(run);
	log_gone(run);
	for (size_t i = 0; i < plan->module_count; i++)
		if (!plan->modules[i].required && plan->modules[i].error)
			log_text(LOG_LEVEL_WARNING, explain_module(run->arena, &plan->modules[i]));
	if (end)
		log_text(LOG_LEVEL_ERROR, end);
	if (trial && !run_stands_down(run))
		log_text(run->trial_error ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, trial);
	log_text(run_stands_down(run) ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, explain_summary(run));
}

static void json_settings(const struct run *run, struct json *json)
{
	json_open_object(json, "settings");
	json_boolean(json, "off", run->settings.off);
	for (enum setting_key key = 0; key < SETTING_COUNT; key++) {
		json_open_inline(json, setting_name(key));
		json_string(json, "value", setting_value(&run->settings, key, run->arena));
		json_origin(json, &run->settings.origins[key]);
		json_close_object(json);
	}
	json_close_object(json);
	json_problems(&run->settings, json);
}

static void json_findings(const struct run *run, struct json *json)
{
	json_open_array(json, "selectors");
	for (size_t i = 0; i < run->plan.finding_count; i++) {
		const struct finding *finding = &run->plan.findings[i];

		json_open_inline(json, NULL);
		json_string(json, "selector", finding->selector->text);
		json_origin(json, &finding->selector->origin);
		json_string(json, "problem", finding_name(finding->kind));
		json_device_address(json, "device", finding->device);
		json_device_address(json, "moved", finding->moved);
		if (finding->moved)
			json_string(json, "pin", explain_pin(run->arena, finding->moved));
		json_string(json, "text", explain_finding(run->arena, finding));
		json_close_object(json);
	}
	json_close_array(json);
}

/* Writes a selector and its origin. */
static void json_selector(const struct run *run, struct json *json, const char *key,
			  const char *place_key, const struct selector *selector)
{
	if (!selector)
		return;
	json_string(json, key, selector->text);
	json_string(json, place_key, explain_origin(run->arena, &selector->origin));
}

/* Returns the name of the plan's decision about a member. */
static const char *action_name(const struct member *member, bool refused)
{
	if (refused || member->role == ROLE_LEAVE)
		return "leave";
	return member->role == ROLE_LOST ? "lost" : "take";
}

/* Writes all guards that hold a member besides the first. */
static void json_holds(const struct run *run, struct json *json, const struct member *member)
{
	json_open_array(json, "guards");
	for (size_t i = 0; i < member->hold_count; i++) {
		const struct hold *hold = &member->holds[i];

		json_open_inline(json, NULL);
		json_string(json, "guard", refusal_name(hold->refusal));
		json_selector(run, json, "force", "force_at", hold->force);
		json_close_object(json);
	}
	json_close_array(json);
}

static void json_member(const struct run *run, struct json *json, const struct member *member,
			bool refused)
{
	size_t mark = arena_mark(run->arena);
	const char *dark = refused ? NULL : explain_dark(run->arena, member);
	const char *before = member->device->driver;
	const char *after = before;

	if (member->settled)
		after = member->driver_after[0] ? member->driver_after : NULL;
	json_open_inline(json, NULL);
	json_device_identity(json, member->device);
	json_string(json, "action", action_name(member, refused));
	json_string(json, "driver_before", before);
	json_string(json, "driver_wanted", member->driver);
	json_string(json, "driver_after", after);
	json_string(json, "override_before", member->device->driver_override);
	if (member->device->framebuffer)
		json_string(json, "framebuffer", member->device->framebuffer);
	if (dark)
		json_string(json, "goes_dark", dark);
	if (member->role == ROLE_LOST)
		json_device_address(json, "lost_with", member->device->vmd);
	json_string(json, "result", result_name(member->result));
	if (member->reset)
		json_string(json, "reset", reset_outcome_name(member->reset));
	json_selector(run, json, "selector", "selector_at",
		      member->blame && !member->force ? member->blame : member->selector);
	if (member->force)
		json_string(json, "forced", refusal_name(member->forced));
	json_selector(run, json, "force", "force_at", member->force);
	if (member->claim && !refused)
		json_string(json, "claim", explain_claim(run->arena, member));
	if (member->blocks && !refused)
		json_string(json, "blocks", explain_block(run->arena, member));
	if (member->refusal != REFUSAL_NONE)
		json_string(json, "reason", refusal_name(member->refusal));
	if (member->hold_count)
		json_holds(run, json, member);
	if (member->failed_step != STEP_NONE) {
		json_string(json, "failed_step", step_name(member->failed_step));
		json_integer(json, "errno", member->error < 0 ? -member->error : 0);
		json_string(json, "error", member->error < 0 ? strerror(-member->error) : NULL);
		json_string(json, "cause", explain_cause(member->failed_step, member->error));
	}
	json_close_object(json);
	arena_rewind(run->arena, mark);
}

static void json_groups(const struct run *run, struct json *json)
{
	json_open_array(json, "groups");
	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		json_open_object(json, NULL);
		if (group->number >= 0)
			json_integer(json, "group", group->number);
		else
			json_null(json, "group");
		json_string(json, "state", group_state(run, group));
		if (group->refused) {
			json_string(json, "text", explain_refusal(run, group));
			json_string(json, "force", explain_force(run, group));
		} else if (group->failed) {
			json_string(json, "text", explain_failure(run->arena, group));
		}
		json_open_array(json, "members");
		for (size_t j = 0; j < group->count; j++)
			json_member(run, json, &group->members[j], group->refused);
		json_close_array(json);
		json_close_object(json);
	}
	json_close_array(json);
}

/* Writes the devices that ids= names and the plan does not take. */
static void json_left(const struct run *run, struct json *json)
{
	if (!run->plan.leftover_count)
		return;
	json_open_array(json, "left");
	for (size_t i = 0; i < run->plan.leftover_count; i++) {
		const struct leftover *leftover = &run->plan.leftovers[i];
		const char *selector = explain_leftover_selector(run->arena, leftover);

		json_open_inline(json, NULL);
		json_device_identity(json, leftover->device);
		json_string(json, "driver_before", leftover->device->driver);
		if (leftover->claim)
			json_string(json, "claim", leftover->claim->purpose);
		if (leftover->give_back)
			json_string(json, "result", result_name(leftover->result));
		if (leftover->result == RESULT_UNDONE)
			json_string(json, "driver_after",
				    leftover->driver_after[0] ? leftover->driver_after : NULL);
		if (leftover->error) {
			json_string(json, "failed_step", step_name(leftover->failed_step));
			json_string(json, "error", strerror(-leftover->error));
		}
		json_string(json, "text", explain_leftover(run, leftover));
		if (selector)
			json_string(json, "add", selector);
		json_close_object(json);
	}
	json_close_array(json);
}

static void json_modules(const struct run *run, struct json *json)
{
	json_open_array(json, "modules");
	for (size_t i = 0; i < run->plan.module_count; i++) {
		const struct planned_module *module = &run->plan.modules[i];

		json_open_inline(json, NULL);
		json_string(json, "name", module->name);
		json_boolean(json, "required", module->required);
		json_boolean(json, "loaded", module->done);
		if (module->error)
			json_string(json, "cause", explain_cause(STEP_LOAD, module->error));
		if (module->error < 0)
			json_integer(json, "errno", -module->error);
		json_close_object(json);
	}
	json_close_array(json);
}

void report_json(const struct run *run, FILE *out)
{
	struct json json = { .out = out };
	struct utsname kernel = { 0 };
	const char *end = explain_end(run);

	uname(&kernel);
	json_open_object(&json, NULL);
	json_integer(&json, "schema", REPORT_SCHEMA);
	json_string(&json, "version", VFIO_EARLY_VERSION);
	json_string(&json, "kernel", kernel.release);
	json_integer(&json, "elapsed_us", (run->finished - run->started) / 1000);
	json_boolean(&json, "dry_run", run->settings.dry_run);
	if (run->crash)
		json_boolean(&json, "crash_kernel", true);
	if (run->at_boot)
		json_boolean(&json, "kexec", run->kexec);
	json_integer(&json, "exit_code", run_exit_code(run));
	json_string(&json, "summary", explain_summary(run));
	if (end)
		json_string(&json, "error", end);
	if (settings_find_stop(&run->settings) || run->plan.stopped || run_stands_down(run))
		json_string(&json, "stopped", explain_summary(run));
	if (explain_trial(run)) {
		json_open_object(&json, "trial");
		json_string(&json, "state", trial_name(run->trial));
		json_string(&json, "error", run->trial_error ? strerror(-run->trial_error) : NULL);
		json_string(&json, "text", explain_trial(run));
		json_close_object(&json);
	}
	json_settings(run, &json);
	json_findings(run, &json);
	json_groups(run, &json);
	json_left(run, &json);
	json_modules(run, &json);
	json_close_object(&json);
}

static void save_devices(const struct run *run, FILE *out)
{
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		for (size_t j = 0; j < group->count; j++) {
			const struct member *member = &group->members[j];

			if (member->result == RESULT_TAKEN || member->result == RESULT_ALREADY)
				fputs(pci_address_format(&member->device->address, text), out),
					putc('\n', out);
		}
	}
}

/* For the unit that confirms trials, which runs only if there is this file. */
static void save_trial(const struct run *run, FILE *out)
{
	fputs(trial_name(run->trial), out);
	if (run->configuration)
		fprintf(out, " %016" PRIx64, run->configuration);
	putc('\n', out);
}

static int create(int directory, const char *name)
{
	return openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

/* Writes a file under another name and renames it, so that no reader sees half of it. */
static int save(const struct run *run, int directory, const char *name, const char *temporary,
		void (*print)(const struct run *run, FILE *out))
{
	static char buffer[16384];
	FILE *out;
	int fd, error;

	fd = create(directory, temporary);
	/* A killed run may have left one. */
	if (fd < 0 && errno == EEXIST && unlinkat(directory, temporary, 0) == 0)
		fd = create(directory, temporary);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (!out) {
		error = -errno;
		close(fd);
		unlinkat(directory, temporary, 0);
		return error;
	}
	setvbuf(out, buffer, _IOFBF, sizeof(buffer));
	errno = 0;
	print(run, out);
	error = ferror(out) ? -EIO : 0;
	if (fclose(out) && !error)
		error = -errno;
	if (!error && renameat(directory, temporary, directory, name) < 0)
		error = -errno;
	if (error)
		unlinkat(directory, temporary, 0);
	return error;
}

int report_save(const struct run *run, const char *path)
{
	int directory, error, devices_error;

	if (run_is_locked_out(run))
		return 0;
	if (mkdir(path, 0755) < 0 && errno == ENOENT) {
		/* An image may lack /run; a later mount then hides this one. */
		mkdir("/run", 0755);
		mkdir(path, 0755);
	}
	directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	error = save(run, directory, "report.json", ".report.json.new", report_json);
	devices_error = save(run, directory, "devices", ".devices.new", save_devices);
	if (!devices_error && (explain_trial(run) || run->configuration))
		devices_error = save(run, directory, "trial", ".trial.new", save_trial);
	close(directory);
	return error ? error : devices_error;
}
