// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/status_parts.h"
#include "host/in_use.h"
#include "lib/command.h"
#include "lib/text.h"
#include "lib/util.h"
#include "machine/module.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/leftover.h"

/* Finds the first of a device's VFIO nodes. */
struct node_search {
	const struct sysfs *sysfs;
	struct arena *arena;
	const char *address;
	const char *node;
};

/* Without CONFIG_VFIO_DEVICE_CDEV the name has no number, and there is no node. */
static int take_node(void *context, const char *name)
{
	struct node_search *search = context;
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "bus/pci/devices/%.64s/vfio-dev/%.64s/dev", search->address,
		 name);
	if (!sysfs_exists(search->sysfs, path))
		return 0;
	search->node = arena_print(search->arena, "/dev/vfio/devices/%s", name);
	return 1;
}

void status_find_nodes(const struct status *status, const struct sysfs *sysfs,
		       struct status_device *device)
{
	struct node_search search = {
		.sysfs = sysfs,
		.arena = status->run->arena,
		.address = device->address,
	};
	char path[SYSFS_PATH_SIZE], number[16];

	in_use_list_nodes(sysfs, device->address, take_node, &search);
	device->device_node = search.node;
	/* The groups of devices that are not wanted were not read. */
	device->group = -1;
	if (sysfs_read_link_name(sysfs, device_path(device->device, "/iommu_group", path), number,
				 sizeof(number)) > 0)
		device->group = (int)strtol(number, NULL, 10);
	if (device->group < 0)
		return;
	snprintf(path, sizeof(path), "class/vfio/%d", device->group);
	if (sysfs_exists(sysfs, path))
		device->node = arena_print(status->run->arena, "/dev/vfio/%d", device->group);
}

/* The override keeps the host's drivers from a device that is on its driver. */
static bool has_override(const struct device *device)
{
	return device->driver_override && text_same_name(device->driver_override, device->driver);
}

static int find_device(const struct status *status, const struct sysfs *sysfs,
		       const struct planned_group *group, const struct member *member,
		       struct status_device *device)
{
	const struct device *now = member->device;
	char text[PCI_ADDRESS_SIZE];
	bool bound;

	device->device = now;
	device->address =
		arena_print(status->run->arena, "%s", pci_address_format(&now->address, text));
	if (!device->address)
		return -ENOMEM;
	device->wanted = group->refused ? NULL : member->driver;
	bound = device->wanted && now->driver && streq(now->driver, device->wanted);
	device->as_wanted = bound && has_override(now);
	status_find_nodes(status, sysfs, device);
	status_find_boot(status, device);
	if (!device->drift && bound && !device->as_wanted)
		device->drift = "its driver_override has been cleared: another driver can take it "
				"as soon as it is unbound";
	else if (!device->drift && device->as_wanted && status->boot &&
		 !status_was_taken(device->boot_result))
		device->drift = "taken since, not at boot";
	return 0;
}

/* Returns "vfio-early VERB" with the members that selectors list; NULL if there are none. */
static const char *command_for(const struct status *status, const struct planned_group *group,
			       const char *verb)
{
	const char *command = verb;
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; command && i < group->count; i++)
		if (group->members[i].role == ROLE_TAKE && group->members[i].selector)
			command = arena_print(
				status->run->arena, "%s %s", command,
				pci_address_format(&group->members[i].device->address, text));
	return command == verb ? NULL : command;
}

/* Says why a group is not taken, and what it would cost to take it all the same. */
static const char *explain_refused(const struct status *status, const struct planned_group *group)
{
	const char *price = explain_price(status->run, group, NULL, NULL);
	const char *kept = explain_kept(status->run, group, NULL, NULL);

	return price ? arena_print(status->run->arena, "%s. Otherwise %s", kept, price) : kept;
}

static int find_group(const struct status *status, const struct sysfs *sysfs,
		      const struct planned_group *group, struct status_group *found)
{
	int error = 0;

	found->group = group;
	found->as_wanted = !group->refused;
	found->text = group->refused ? explain_refused(status, group) : NULL;
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
	if (!group->refused && !found->as_wanted)
		found->mend = command_for(status, group, "vfio-early bind");
	return error;
}

/* Returns whether an id gave the device to its driver although nobody wants it. */
static bool goes_along(const struct status *status, const struct device *device,
		       const char *address)
{
	if (device->gone || !device->described || device_is_bridge(device) ||
	    !leftover_is_bound(device) || status_has_device(status, address))
		return false;
	/* What the boot took may have lost its override since. */
	for (size_t i = 0; i < status->lost_count; i++)
		if (streq(status->lost[i].address, address))
			return false;
	return true;
}

/* Says which id gave the device to its driver, and what to do about that. */
static const char *explain_along(const struct status *status, const struct device *device)
{
	const struct run *run = status->run;
	const struct selector *claim = leftover_find_claim(&run->settings, device);
	const char *by = claim && claim->purpose ? claim->purpose : "ids= or new_id";

	if (plan_find_protection(&run->settings, &run->topology, device))
		return arena_print(run->arena,
				   "%.160s gave it to %s, but the host needs it: remove that id",
				   by, device->driver);
	return arena_print(run->arena,
			   "%.160s gave it to %s, but no selector lists it: remove that id, or "
			   "take its whole group with vfio-early add %s",
			   by, device->driver, explain_pin(run->arena, device));
}

static int find_along(struct status *status, const struct sysfs *sysfs)
{
	struct topology *topology = &status->run->topology;
	struct arena *arena = status->run->arena;
	char text[PCI_ADDRESS_SIZE];

	status->along = arena_allocate(arena, topology->count + 1, sizeof(*status->along));
	if (!status->along)
		return -ENOMEM;
	for (size_t i = 0; i < topology->count; i++) {
		struct device *device = &topology->devices[i];
		struct status_device *found = &status->along[status->along_count];

		if (!goes_along(status, device, pci_address_format(&device->address, text)))
			continue;
		*found = (struct status_device){ .device = device };
		found->address = arena_print(arena, "%s", text);
		found->drift = explain_along(status, device);
		if (!found->address || !found->drift)
			return -ENOMEM;
		status_find_nodes(status, sysfs, found);
		status->along_count++;
	}
	return 0;
}

static void note_users(const struct in_use_machines *machines, const struct status *status,
		       const struct sysfs *sysfs, struct status_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (devices[i].node || devices[i].device_node)
			in_use_find_user(machines, status->run->arena, sysfs, devices[i].group,
					 &devices[i].user);
}

/* Finds who has the groups of devices open. Opens none of them itself: that would be in the way. */
static void find_users(struct status *status, const struct sysfs *sysfs)
{
	struct in_use_machines machines;

	in_use_open_machines(&machines, "/proc");
	for (size_t i = 0; i < status->group_count; i++)
		note_users(&machines, status, sysfs, status->groups[i].devices,
			   status->groups[i].count);
	note_users(&machines, status, sysfs, status->lost, status->lost_count);
	note_users(&machines, status, sysfs, status->along, status->along_count);
	status->users_unknown = machines.error != 0;
	in_use_close_machines(&machines);
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

/* Compares everything else on the machine with the boot and the settings. */
static int find_others(struct status *status, const struct sysfs *sysfs)
{
	int error = status_find_lost(status, sysfs);

	if (!error)
		error = find_along(status, sysfs);
	if (!error)
		error = status_find_changes(status);
	status->as_wanted &= !status->gone_count;
	return error;
}

int status_find(struct status *status, const struct sysfs *sysfs)
{
	const struct plan *plan = &status->run->plan;
	bool bound = false;
	int error = 0;

	status->boot_ran = status->place != NULL;
	status->boot_text = status_boot_text(status);
	status->groups =
		arena_allocate(status->run->arena, plan->group_count + 1, sizeof(*status->groups));
	if (!status->groups || !status->boot_text)
		return -ENOMEM;
	status->as_wanted = !plan->finding_count && !status->run->settings.problems &&
			    !(run_is_wanted(status->run) && explain_nothing_picked(status->run));
	for (size_t i = 0; !error && i < plan->group_count; i++) {
		struct status_group *group = &status->groups[status->group_count++];

		error = find_group(status, sysfs, &plan->groups[i], group);
		status->as_wanted &= group->as_wanted;
		bound |= group->as_wanted;
	}
	if (!error && !status->of_others)
		error = find_others(status, sysfs);
	if (!error)
		error = status_find_trial(status);
	/* A captured tree lacks these files. */
	if (bound && streq(sysfs->root, "/sys"))
		status->missing = find_missing(sysfs);
	if (!error && streq(sysfs->root, "/sys"))
		find_users(status, sysfs);
	return error;
}

int status_exit_code(const struct status *status)
{
	if (status->run->settings.problems)
		return EXIT_MALFORMED;
	return status->as_wanted ? EXIT_DONE : EXIT_PARTLY;
}
