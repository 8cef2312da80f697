// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/status.h"

#include <errno.h>
#include <string.h>

#include "host/in_use.h"
#include "lib/command.h"
#include "lib/util.h"
#include "plan/explain.h"

/* Returns the report's entry for the function at an address; NULL for none. */
static const struct json_value *find_member(const struct json_value *boot, const char *address,
					    const struct json_value **in_group)
{
	const struct json_value *groups = json_find(boot, "groups"), *group, *members, *member;

	for (group = groups ? groups->first : NULL; group; group = group->next) {
		members = json_find(group, "members");
		for (member = members ? members->first : NULL; member; member = member->next) {
			const char *text = json_find_string(member, "address");

			if (text && streq(text, address)) {
				*in_group = group;
				return member;
			}
		}
	}
	return NULL;
}

static bool was_taken(const char *result)
{
	return result && (streq(result, "taken") || streq(result, "already"));
}

/* Finds the first of a device's VFIO nodes. */
struct node_search {
	struct arena *arena;
	const char *node;
};

static int take_node(void *context, const char *name)
{
	struct node_search *search = context;

	search->node = arena_print(search->arena, "/dev/vfio/devices/%s", name);
	return 1;
}

static void find_nodes(const struct status *status, const struct sysfs *sysfs,
		       struct status_device *device)
{
	struct node_search search = { .arena = status->run->arena };
	char path[SYSFS_PATH_SIZE];

	in_use_list_nodes(sysfs, device->address, take_node, &search);
	device->device_node = search.node;
	if (device->device->group < 0)
		return;
	snprintf(path, sizeof(path), "class/vfio/%d", device->device->group);
	if (sysfs_exists(sysfs, path))
		device->node =
			arena_print(status->run->arena, "/dev/vfio/%d", device->device->group);
}

/* Compares what the boot did with a device to its state now. */
static void find_boot(const struct status *status, struct status_device *device)
{
	const struct json_value *group = NULL;
	const struct json_value *member = find_member(status->boot, device->address, &group);
	const char *now = device->device ? device->device->driver : NULL;
	const char *after = json_find_string(member, "driver_after");

	if (!member)
		return;
	device->boot_result = json_find_string(member, "result");
	if (!was_taken(device->boot_result)) {
		device->boot_text = json_find_string(group, "text");
		return;
	}
	if (!device->device)
		device->drift = "it has been removed since";
	else if (!after || !now || !streq(after, now))
		device->drift = arena_print(status->run->arena, "lost since: %s has it now",
					    now ? now : "no driver");
}

static int find_device(const struct status *status, const struct sysfs *sysfs,
		       const struct planned_group *group, const struct member *member,
		       struct status_device *device)
{
	char text[PCI_ADDRESS_SIZE];

	device->device = member->device;
	device->address = arena_print(status->run->arena, "%s",
				      pci_address_format(&member->device->address, text));
	if (!device->address)
		return -ENOMEM;
	device->wanted = group->refused ? NULL : member->driver;
	device->as_wanted = device->wanted && member->device->driver &&
			    streq(member->device->driver, device->wanted);
	find_nodes(status, sysfs, device);
	find_boot(status, device);
	if (!device->drift && device->as_wanted && status->boot && !was_taken(device->boot_result))
		device->drift = "taken since, not at boot";
	return 0;
}

static int find_group(const struct status *status, const struct sysfs *sysfs,
		      const struct planned_group *group, struct status_group *found)
{
	int error = 0;

	found->group = group;
	found->as_wanted = !group->refused;
	found->text = group->refused ? explain_refusal(status->run, group) : NULL;
	found->devices = arena_allocate(status->run->arena, group->count, sizeof(*found->devices));
	if (!found->devices)
		return -ENOMEM;
	for (size_t i = 0; !error && i < group->count; i++) {
		const struct member *member = &group->members[i];

		if (member->blocks && !group->refused)
			found->text = explain_block(status->run->arena, member);
		if (member->role != ROLE_TAKE)
			continue;
		error = find_device(status, sysfs, group, member, &found->devices[found->count]);
		found->as_wanted &= found->devices[found->count++].as_wanted;
	}
	return error;
}

static bool is_listed(const struct status *status, const char *address)
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

/* Adds a device that the boot took and that is not wanted now. */
static void add_lost(struct status *status, const struct sysfs *sysfs,
		     const struct json_value *member)
{
	struct status_device *device = &status->lost[status->lost_count];
	struct device *on_bus;
	char path[SYSFS_PATH_SIZE], driver[256];
	const char *address = json_find_string(member, "address");

	if (!address || !was_taken(json_find_string(member, "result")) ||
	    is_listed(status, address))
		return;
	*device = (struct status_device){ .address = address };
	/* A device that is not wanted was not described. */
	on_bus = (struct device *)find_on_bus(&status->run->topology, address);
	if (on_bus && !on_bus->driver &&
	    sysfs_read_link_name(sysfs, device_path(on_bus, "/driver", path), driver,
				 sizeof(driver)) > 0)
		on_bus->driver = arena_print(status->run->arena, "%s", driver);
	device->device = on_bus;
	if (on_bus)
		find_nodes(status, sysfs, device);
	find_boot(status, device);
	if (!device->drift)
		device->drift = "taken at boot, no longer wanted";
	status->lost_count++;
}

static int find_lost(struct status *status, const struct sysfs *sysfs)
{
	const struct json_value *groups = json_find(status->boot, "groups"), *group, *members,
				*member;
	size_t room = 0;

	for (group = groups ? groups->first : NULL; group; group = group->next)
		for (members = json_find(group, "members"),
		    member = members ? members->first : NULL;
		     member; member = member->next)
			room++;
	status->lost = arena_allocate(status->run->arena, room + 1, sizeof(*status->lost));
	if (!status->lost)
		return -ENOMEM;
	for (group = groups ? groups->first : NULL; group; group = group->next)
		for (members = json_find(group, "members"),
		    member = members ? members->first : NULL;
		     member; member = member->next)
			add_lost(status, sysfs, member);
	return 0;
}

/*
 * Finds settings that decide what is taken and that differ from the boot's. Returns 0 or
 * -ENOMEM.
 */
static int find_changes(struct status *status)
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

static const char *boot_text(const struct status *status)
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
	return arena_print(status->run->arena, "%s%s%s", error ? error : "", error ? "; " : "",
			   summary ? summary : "it does not say what it did");
}

/* Returns what the kernel lacks for a virtual machine to use an IOMMU; NULL for nothing. */
static const char *find_missing(const struct sysfs *sysfs)
{
	if (sysfs_exists(sysfs, "module/vfio_iommu_type1") ||
	    sysfs_exists(sysfs, "class/misc/iommu") || sysfs_exists(sysfs, "module/iommufd"))
		return NULL;
	return "vfio_iommu_type1 is not loaded, so no virtual machine can open a device: modprobe "
	       "vfio_iommu_type1";
}

int status_find(struct status *status, const struct sysfs *sysfs)
{
	const struct plan *plan = &status->run->plan;
	bool bound = false;
	int error = 0;

	status->boot_ran = status->place != NULL;
	status->boot_text = boot_text(status);
	status->groups =
		arena_allocate(status->run->arena, plan->group_count + 1, sizeof(*status->groups));
	if (!status->groups || !status->boot_text)
		return -ENOMEM;
	status->as_wanted = !plan->finding_count && !status->run->settings.problems;
	for (size_t i = 0; !error && i < plan->group_count; i++) {
		struct status_group *group = &status->groups[status->group_count++];

		error = find_group(status, sysfs, &plan->groups[i], group);
		status->as_wanted &= group->as_wanted;
		bound |= group->as_wanted;
	}
	if (!error && !status->of_others)
		error = find_lost(status, sysfs);
	if (!error && !status->of_others)
		error = find_changes(status);
	/* A captured tree lacks these files. */
	if (bound && streq(sysfs->root, "/sys"))
		status->missing = find_missing(sysfs);
	return error;
}

int status_exit_code(const struct status *status)
{
	if (status->run->settings.problems)
		return EXIT_MALFORMED;
	return status->as_wanted ? EXIT_DONE : EXIT_PARTLY;
}
