// SPDX-License-Identifier: GPL-2.0-or-later
/* What the boot's report says, compared to now. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/status_parts.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/explain.h"

/* Calls function with each member in the report, and its group, until that returns true. */
static bool visit_members(const struct json_value *boot,
			  bool (*function)(void *context, const struct json_value *group,
					   const struct json_value *member),
			  void *context)
{
	const struct json_value *groups = json_find(boot, "groups"), *group, *members, *member;

	for (group = groups ? groups->first : NULL; group; group = group->next) {
		members = json_find(group, "members");
		for (member = members ? members->first : NULL; member; member = member->next)
			if (function(context, group, member))
				return true;
	}
	return false;
}

/* Context of the search for a function's entry. */
struct member_search {
	const char *address;
	const struct json_value *group, *member; /* NULL for none */
};

static bool match_member(void *context, const struct json_value *group,
			 const struct json_value *member)
{
	struct member_search *search = context;
	const char *text = json_find_string(member, "address");

	if (!text || !streq(text, search->address))
		return false;
	search->group = group;
	search->member = member;
	return true;
}

bool status_was_taken(const char *result)
{
	return result && (streq(result, "taken") || streq(result, "already"));
}

/* Returns a number that the report writes in hexadecimal; -1 for none. */
static int32_t find_number(const struct json_value *member, const char *key)
{
	const char *text = json_find_string(member, key);

	return text ? (int32_t)strtoul(text, NULL, 16) : -1;
}

/* Returns the id that the report has of a function; a part that it lacks is negative. */
static struct id_pattern find_id(const struct json_value *member)
{
	return (struct id_pattern){
		.vendor = find_number(member, "vendor"),
		.device = find_number(member, "device"),
		.subsystem_vendor = find_number(member, "subsystem_vendor"),
		.subsystem_device = find_number(member, "subsystem_device"),
	};
}

/* Says which device was in the place of another at boot: "was 10de:2204 at boot". */
static const char *explain_other(struct arena *arena, const struct id_pattern *was,
				 const struct pci_id *is)
{
	if (was->vendor == is->vendor && was->device == is->device)
		return arena_print(
			arena, "another device since: at boot %04x:%04x of %04x:%04x was here",
			(unsigned int)was->vendor, (unsigned int)was->device,
			(unsigned int)was->subsystem_vendor, (unsigned int)was->subsystem_device);
	return arena_print(arena, "another device since: at boot %04x:%04x was here",
			   (unsigned int)was->vendor, (unsigned int)was->device);
}

/* Says who has a device that the boot took. */
static const char *explain_loss(struct arena *arena, const struct device *device)
{
	const char *override = device->driver_override;

	if (override && (!device->driver || text_same_name(override, device->driver)))
		return arena_print(arena, "lost since: %s has it now, by its driver_override %s",
				   device->driver ? device->driver : "no driver", override);
	return arena_print(arena, "lost since: %s has it now",
			   device->driver ? device->driver : "no driver");
}

void status_find_boot(const struct status *status, struct status_device *device)
{
	struct member_search search = { .address = device->address };
	const struct device *now = device->device;
	struct arena *arena = status->run->arena;
	struct id_pattern id;
	const char *after;

	visit_members(status->boot, match_member, &search);
	if (!search.member)
		return;
	device->boot_result = json_find_string(search.member, "result");
	if (!status_was_taken(device->boot_result)) {
		device->boot_text = json_find_string(search.group, "text");
		return;
	}
	id = find_id(search.member);
	after = json_find_string(search.member, "driver_after");
	if (!now)
		device->drift = "it has been removed since";
	else if (now->identified && !id_pattern_matches(&id, &now->id))
		device->drift = explain_other(arena, &id, &now->id);
	else if (!after || !now->driver || !streq(after, now->driver))
		device->drift = explain_loss(arena, now);
}

bool status_has_device(const struct status *status, const char *address)
{
	for (size_t i = 0; i < status->group_count; i++)
		for (size_t j = 0; j < status->groups[i].count; j++)
			if (streq(status->groups[i].devices[j].address, address))
				return true;
	return false;
}

static const struct device *find_on_bus(const struct topology *topology, const char *address)
{
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < topology->count; i++)
		if (!topology->devices[i].gone &&
		    streq(pci_address_format(&topology->devices[i].address, text), address))
			return &topology->devices[i];
	return NULL;
}

/* Returns whether today's selectors pick the function that the report describes. */
static bool is_picked(const struct run *run, const struct json_value *member)
{
	const char *address = json_find_string(member, "address");
	const char *path = json_find_string(member, "path");
	const struct id_pattern id = find_id(member);
	struct device device = {
		.group = -1,
		.identified = true,
		.id = { (uint16_t)id.vendor, (uint16_t)id.device, (uint16_t)id.subsystem_vendor,
			(uint16_t)id.subsystem_device },
		.class = (uint32_t)find_number(member, "class"),
		.kernel_path = path ? path : "",
		.located = true,
	};
	const struct json_value *display = json_find(member, "boot_display");

	device.boot_display = display && display->integer;
	return address && pci_address_parse(address, strlen(address), &device.address) == 0 &&
	       plan_picks(&run->settings, &run->topology, &device);
}

/* Returns whether a member of the group in the report is still wanted. */
static bool is_group_picked(const struct run *run, const struct json_value *group)
{
	const struct json_value *members = json_find(group, "members"), *member;

	for (member = members ? members->first : NULL; member; member = member->next)
		if (is_picked(run, member))
			return true;
	return false;
}

/* Context of the search for devices that the boot took and that are not among the groups. */
struct lost_search {
	struct status *status;
	const struct sysfs *sysfs;
};

static bool count_member(void *context, const struct json_value *group,
			 const struct json_value *member)
{
	(void)group;
	(void)member;
	++*(size_t *)context;
	return false;
}

static bool add_lost(void *context, const struct json_value *group, const struct json_value *member)
{
	const struct lost_search *search = context;
	struct status *status = search->status;
	struct status_device device = { .address = json_find_string(member, "address") };
	struct device *on_bus;
	char path[SYSFS_PATH_SIZE], driver[256];

	if (!device.address || !status_was_taken(json_find_string(member, "result")) ||
	    status_has_device(status, device.address))
		return false;
	/* A device that is not wanted was not described. */
	on_bus = (struct device *)find_on_bus(&status->run->topology, device.address);
	if (on_bus && !on_bus->driver &&
	    sysfs_read_link_name(search->sysfs, device_path(on_bus, "/driver", path), driver,
				 sizeof(driver)) > 0)
		on_bus->driver = arena_print(status->run->arena, "%s", driver);
	device.device = on_bus;
	if (on_bus)
		status_find_nodes(status, search->sysfs, &device);
	status_find_boot(status, &device);
	if (!on_bus && is_group_picked(status->run, group)) {
		status->gone[status->gone_count++] = device;
		return false;
	}
	if (!device.drift)
		device.drift = arena_print(status->run->arena,
					   "no longer wanted; to give it back now: vfio-early "
					   "release %s",
					   device.address);
	status->lost[status->lost_count++] = device;
	return false;
}

int status_find_lost(struct status *status, const struct sysfs *sysfs)
{
	struct lost_search search = { .status = status, .sysfs = sysfs };
	size_t room = 0;

	visit_members(status->boot, count_member, &room);
	status->lost = arena_allocate(status->run->arena, room + 1, sizeof(*status->lost));
	status->gone = arena_allocate(status->run->arena, room + 1, sizeof(*status->gone));
	if (!status->lost || !status->gone)
		return -ENOMEM;
	visit_members(status->boot, add_lost, &search);
	return 0;
}

int status_find_changes(struct status *status)
{
	static const enum setting_key keys[] = { SETTING_DEVS, SETTING_FORCE, SETTING_MEMBERS,
						 SETTING_DRIVER };
	const struct json_value *settings = json_find(status->boot, "settings");

	for (size_t i = 0; settings && i < ARRAY_SIZE(keys); i++) {
		const char *name = setting_name(keys[i]);
		const char *was = json_find_string(json_find(settings, name), "value");
		const char *is = setting_value(&status->run->settings, keys[i], status->run->arena);
		const char *text;

		if (!is)
			return -ENOMEM;
		if (!was || streq(was, is))
			continue;
		text = arena_print(status->run->arena,
				   "%s was '%s' at boot and is '%s' now: the next boot uses the "
				   "settings in the images; to update them: vfio-early regenerate",
				   name, was, is);
		if (!text)
			return -ENOMEM;
		status->changes[status->change_count++] = text;
	}
	return 0;
}

bool status_was_kexec(const struct status *status)
{
	const struct json_value *kexec = json_find(status->boot, "kexec");

	return kexec && kexec->integer;
}

const char *status_boot_text(const struct status *status)
{
	const char *error = json_find_string(status->boot, "error");
	const char *summary = json_find_string(status->boot, "summary");

	if (!status->boot && !status->place)
		return "vfio-early did not run at this boot: rebuild the images with vfio-early "
		       "regenerate, then reboot";
	if (!status->boot)
		return arena_print(status->run->arena,
				   "the report in %s cannot be read: what the boot did is unknown",
				   status->place);
	return arena_print(status->run->arena, "%s%s%s%s",
			   status_was_kexec(status) ? "started by kexec; " : "", error ? error : "",
			   error ? "; " : "", summary ? summary : "it does not say what it did");
}

int status_find_trial(struct status *status)
{
	const struct json_value *trial = json_find(status->boot, "trial");
	const char *path;

	status->trial = json_find_string(trial, "state");
	if (!status->trial)
		return 0;
	path = arena_print(status->run->arena, "%s/trial", status->place);
	if (!path)
		return -ENOMEM;
	status->trial_over = access(path, F_OK) < 0;
	if (status->trial_over)
		status->trial_text = "it is over since: the next boot takes the devices";
	else if (streq(status->trial, trial_name(RUN_TRIAL_RUNNING)))
		status->trial_text =
			"it runs, and is confirmed once the system is up; journalctl -u "
			"vfio-early-confirm shows what it waits for; to confirm it now: vfio-early "
			"confirm; otherwise the next boot takes nothing";
	else
		status->trial_text = json_find_string(trial, "text");
	return 0;
}
