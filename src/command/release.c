// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/release.h"

#include <errno.h>
#include <string.h>

#include "host/in_use.h"
#include "lib/command.h"
#include "lib/json_writer.h"
#include "lib/text.h"
#include "lib/util.h"
#include "machine/binding.h"
#include "plan/explain.h"
#include "plan/leftover.h"

/* Incremented when a field changes its meaning or goes. */
#define RELEASE_SCHEMA 1

static bool passes_on(const struct settings *settings, const char *driver)
{
	return driver && (module_is_vfio(driver) || streq(driver, "pci-stub") ||
			  (settings->driver && text_same_name(driver, settings->driver)));
}

/*
 * Returns whether a function is set aside for virtual machines: its driver, or its
 * override's, is a vfio driver, pci-stub, or the one in settings.
 */
static bool is_taken(const struct settings *settings, const struct device *device)
{
	return passes_on(settings, device->driver) ||
	       (!device->driver && passes_on(settings, device->driver_override));
}

/* Makes a member look as if we had taken it from a host where it had no driver and no override. */
static int mark_taken(struct release *release, struct released *released, struct member *member)
{
	struct device *device = arena_allocate(release->run->arena, 1, sizeof(*device));

	if (!device)
		return -ENOMEM;
	released->member = member;
	released->before = *member->device;
	*device = *member->device;
	member->driver = device->driver ? device->driver : device->driver_override;
	member->result = RESULT_TAKEN;
	member->override_written = true;
	device->driver = device->driver_override = NULL;
	member->device = device;
	return 0;
}

/*
 * Chooses a group's members to give back, unless a virtual machine uses them. Returns 0
 * or -ENOMEM.
 */
static int choose(struct release *release, const struct execution *execution,
		  struct planned_group *group, struct released_group *released)
{
	int error = 0;

	released->group = group;
	released->member =
		arena_allocate(release->run->arena, group->count, sizeof(*released->member));
	if (!released->member)
		return -ENOMEM;
	/* Without a group, VFIO cannot have it open. */
	if (group->number >= 0)
		in_use_find_machine(release->run->arena, execution->sysfs, release->proc,
				    release->dev, group->number, &released->user);
	for (size_t i = 0; !error && !released->user && i < group->count; i++)
		if (group->members[i].role == ROLE_TAKE &&
		    is_taken(&release->run->settings, group->members[i].device))
			error = mark_taken(release, &released->member[released->count++],
					   &group->members[i]);
	/* What the plan decided does not matter: the group is to be given back. */
	group->refused = !released->count;
	group->failed = !group->refused;
	if (released->user)
		released->state = RELEASE_IN_USE;
	else
		released->state = released->count ? RELEASE_DONE : RELEASE_NOTHING;
	return error;
}

/* Loads the drivers that match the devices: udev's modules may have been unloaded. */
static void load_drivers(struct released_group *group, const struct module_loader *loader)
{
	for (size_t i = 0; i < group->count; i++) {
		struct released *released = &group->member[i];

		released->load_error = loader->load(loader->context, released->before.modalias);
	}
}

/*
 * Without its override, a device is matched by its driver's dynamic ids, such as those of
 * "ids=".
 */
static void remove_ids(struct released_group *group, const struct execution *execution)
{
	for (size_t i = 0; i < group->count; i++) {
		struct released *released = &group->member[i];
		const char *driver = released->member->driver;

		if (leftover_is_driver(driver))
			released->ids_error =
				binding_remove_ids(execution->sysfs, &released->before, driver);
	}
}

/* Returns whether the host has it again, with a driver of its own or none. */
static bool is_back(const struct release *release, const struct released *released)
{
	const char *driver = released->member->driver_after;

	return released->member->result == RESULT_UNDONE &&
	       !(driver[0] && passes_on(&release->run->settings, driver));
}

/* A group fails if a member is not back. */
static void judge(struct release *release)
{
	const struct plan *plan = &release->run->plan;

	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < release->groups[i].count; j++)
			if (!is_back(release, &release->groups[i].member[j]))
				release->groups[i].state = RELEASE_FAILED;
}

static void finish(struct release *release, const struct execution *execution, enum worker_end end)
{
	const struct plan *plan = &release->run->plan;

	for (size_t i = 0; i < plan->group_count; i++)
		remove_ids(&release->groups[i], execution);
	undo_unfinished(&release->run->plan, execution, end);
	judge(release);
}

void release_finish(struct release *release, const struct execution *execution, enum worker_end end)
{
	if (release->chosen)
		finish(release, execution, end);
}

int release_do(struct release *release, const struct execution *execution)
{
	struct plan *plan = &release->run->plan;
	int error = 0;

	release->groups = arena_allocate(release->run->arena, plan->group_count + 1,
					 sizeof(*release->groups));
	if (!release->groups)
		return -ENOMEM;
	for (size_t i = 0; !error && i < plan->group_count; i++) {
		error = choose(release, execution, &plan->groups[i], &release->groups[i]);
		load_drivers(&release->groups[i], execution->loader);
	}
	if (error)
		return error;
	release->chosen = true;
	finish(release, execution, WORKER_DIED);
	return 0;
}

/* Returns why no driver took a device that was given back. */
static const char *lack_of_driver(const struct released *released)
{
	if (released->load_error == -ENOENT)
		return "this kernel has no driver for it";
	if (released->load_error == MODULE_BLACKLISTED)
		return "its driver is blacklisted in modprobe.d or by modprobe.blacklist=";
	if (released->load_error)
		return "its driver could not be loaded: see dmesg";
	return "no driver took it: see dmesg";
}

/* Returns what becomes of a device that its driver took again, and what to do about it. */
static const char *explain_kept(const struct release *release, const struct released *released)
{
	const struct selector *claim =
		leftover_find_claim(&release->run->settings, &released->before);
	const char *driver = released->member->driver_after, *next;
	struct arena *arena = release->run->arena;
	const struct pci_id *id = &released->before.id;

	if (claim)
		next = arena_print(arena, "%.160s names it; remove it there and reboot",
				   claim->purpose);
	else if (released->ids_error)
		next = arena_print(arena,
				   "remove the id, then release the device again: echo %04x %04x "
				   ">/sys/bus/pci/drivers/%s/remove_id",
				   id->vendor, id->device, text_quote(arena, driver));
	else
		next = arena_print(
			arena,
			"another program (driverctl, libvirt, a udev rule) has given it to %s "
			"meanwhile; stop that program, then release the device again",
			driver);
	return next ? arena_print(arena, "could not be given back: it is on %s again%s%s: %s",
				  driver, released->ids_error ? ", which keeps its id: " : "",
				  released->ids_error ? strerror(-released->ids_error) : "", next)
		    : NULL;
}

/* Returns what the next boot does with a device given back; "" if nothing names it. */
static const char *explain_next_boot(const struct release *release, const struct released *released)
{
	const struct selector *claim =
		leftover_find_claim(&release->run->settings, &released->before);
	const char *driver = released->member->driver, *text;

	if (!claim || !leftover_is_driver(driver))
		return "";
	text = arena_print(release->run->arena,
			   "; %.160s still names it: remove it there, or the next boot may give it "
			   "to %s again",
			   claim->purpose, driver);
	return text ? text : "";
}

/* Returns what became of a function, to follow its address and id. */
static const char *outcome(const struct release *release, const struct released *released)
{
	const struct member *member = released->member;
	struct arena *arena = release->run->arena;
	const char *before = released->before.driver ? released->before.driver : "none";
	const char *text;

	if (member->result != RESULT_UNDONE)
		text = arena_print(
			arena,
			"could not be given back by %s%s%s; it stays like this until a reboot",
			before, member->error ? ": " : "",
			member->error ? strerror(-member->error) : "");
	else if (!is_back(release, released))
		text = explain_kept(release, released);
	else if (member->driver_after[0])
		text = arena_print(arena, "%s -> %s%s", before, member->driver_after,
				   explain_next_boot(release, released));
	else
		text = arena_print(arena, "%s -> none: %s", before, lack_of_driver(released));
	return text ? text : "out of memory";
}

/* Returns the first member that was asked for. */
static const struct device *asked_for(const struct planned_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].selector)
			return group->members[i].device;
	return group->members[0].device;
}

/* Returns the sentence about a group as a whole; NULL if its members say everything. */
static const char *group_text(const struct release *release, const struct released_group *group)
{
	const struct device *first = asked_for(group->group);
	struct arena *arena = release->run->arena;
	char address[PCI_ADDRESS_SIZE];
	const char *text = NULL;

	pci_address_format(&first->address, address);
	if (group->state == RELEASE_IN_USE)
		text = arena_print(arena,
				   "group %d is not released: %s has it open; shut the virtual "
				   "machine down first",
				   group->group->number, group->user);
	else if (group->state == RELEASE_NOTHING)
		text = arena_print(arena, "%s: nothing to release: the host already has it, on %s",
				   address, first->driver ? first->driver : "no driver");
	return text;
}

void release_text(const struct release *release, FILE *out)
{
	const struct plan *plan = &release->run->plan;
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->finding_count; i++)
		text_print(out, "vfio-early: %s\n",
			   explain_finding(release->run->arena, &plan->findings[i]));
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct released_group *group = &release->groups[i];
		const char *text = group_text(release, group);

		if (text)
			text_print(out, "vfio-early: %s\n", text);
		for (size_t j = 0; j < group->count; j++) {
			const struct device *before = &group->member[j].before;

			text_print(out, "vfio-early: %s %04x:%04x group %d: %s\n",
				   pci_address_format(&before->address, address), before->id.vendor,
				   before->id.device, before->group,
				   outcome(release, &group->member[j]));
		}
	}
}

static const char *state_name(enum release_state state)
{
	static const char *const names[] = {
		[RELEASE_NOTHING] = "nothing",
		[RELEASE_IN_USE] = "in-use",
		[RELEASE_DONE] = "released",
		[RELEASE_FAILED] = "failed",
	};

	return names[state];
}

static void json_released(const struct release *release, struct json *json,
			  const struct released *released)
{
	const struct member *member = released->member;
	char address[PCI_ADDRESS_SIZE];

	json_open_inline(json, NULL);
	json_string(json, "address", pci_address_format(&released->before.address, address));
	json_string(json, "driver_before", released->before.driver);
	json_string(json, "driver_after", member->driver_after[0] ? member->driver_after : NULL);
	json_boolean(json, "released", is_back(release, released));
	json_string(json, "text", outcome(release, released));
	json_close_object(json);
}

void release_json(const struct release *release, FILE *out)
{
	const struct plan *plan = &release->run->plan;
	struct json json = { .out = out };

	json_open_object(&json, NULL);
	json_integer(&json, "schema", RELEASE_SCHEMA);
	json_string(&json, "version", VFIO_EARLY_VERSION);
	json_integer(&json, "exit_code", release_exit_code(release));
	json_open_array(&json, "problems");
	for (size_t i = 0; i < plan->finding_count; i++)
		json_string(&json, NULL, explain_finding(release->run->arena, &plan->findings[i]));
	json_close_array(&json);
	json_open_array(&json, "groups");
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct released_group *group = &release->groups[i];

		json_open_object(&json, NULL);
		if (group->group->number >= 0)
			json_integer(&json, "group", group->group->number);
		else
			json_null(&json, "group");
		json_string(&json, "state", state_name(group->state));
		json_string(&json, "text", group_text(release, group));
		json_open_array(&json, "members");
		for (size_t j = 0; j < group->count; j++)
			json_released(release, &json, &group->member[j]);
		json_close_array(&json);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
}

/* A device without any driver for it was given back like the others. */
static bool is_well(const struct release *release, const struct released *released)
{
	return is_back(release, released) &&
	       (released->member->driver_after[0] || released->load_error == -ENOENT);
}

int release_exit_code(const struct release *release)
{
	const struct plan *plan = &release->run->plan;

	if (release->run->settings.problems)
		return EXIT_MALFORMED;
	if (plan->finding_count)
		return EXIT_PARTLY;
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct released_group *group = &release->groups[i];

		if (group->state == RELEASE_IN_USE || group->state == RELEASE_FAILED)
			return EXIT_PARTLY;
		for (size_t j = 0; j < group->count; j++)
			if (!is_well(release, &group->member[j]))
				return EXIT_PARTLY;
	}
	return EXIT_DONE;
}
