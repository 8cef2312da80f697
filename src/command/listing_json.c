// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "command/listing.h"
#include "machine/module.h"
#include "plan/enum_names.h"
#include "plan/explain.h"
#include "plan/json_device.h"
#include "plan/picks.h"

static const char *iommu_name(enum iommu_state state)
{
	static const char *const names[] = {
		[IOMMU_ON] = "on",	     [IOMMU_OFF_INTEL] = "off-intel",
		[IOMMU_OFF_AMD] = "off-amd", [IOMMU_OFF_VIRTIO] = "off-virtio",
		[IOMMU_ABSENT] = "absent",
	};

	return names[state];
}

static const char *now_name(enum listing_now now)
{
	static const char *const names[] = {
		[LISTING_HOST] = "host",
		[LISTING_PARTLY] = "partly",
		[LISTING_TAKEN] = "taken",
	};

	return names[now];
}

static const char *verdict_name(enum listing_verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_BRIDGES] = "bridges",	 [VERDICT_NO_GROUP] = "no-group",
		[VERDICT_FREE] = "can-be-taken", [VERDICT_KEPT] = "kept",
		[VERDICT_NEXT] = "next-boot",	 [VERDICT_TAKEN] = "taken",
	};

	return names[verdict];
}

static const char *reset_name(enum listing_reset reset)
{
	static const char *const names[] = {
		[RESET_OWN] = "function",
		[RESET_CARD] = "card",
		[RESET_NONE] = "none",
	};

	return names[reset];
}

/* Writes "flr bus" as an array; null if the kernel does not say. */
static void put_reset_methods(struct json *json, const struct traits *traits)
{
	const char *methods = traits->reset_methods;

	if (!methods) {
		json_null(json, "reset_methods");
		return;
	}
	json_open_array(json, "reset_methods");
	while (*methods) {
		char word[32];
		size_t length = strcspn(methods, " ");

		snprintf(word, sizeof(word), "%.*s", (int)length, methods);
		json_string(json, NULL, word);
		methods += length;
		methods += strspn(methods, " ");
	}
	json_close_array(json);
}

static void put_traits(const struct listing *listing, struct json *json,
		       const struct device *device)
{
	const struct traits *traits = listing_traits(listing, device);

	json_boolean(json, "bridge", device_is_bridge(device));
	json_boolean(json, "hot_pluggable", traits->hot_pluggable);
	if (traits->on_node)
		json_integer(json, "numa_node", traits->numa_node);
	if (device_is_bridge(device))
		return;
	json_boolean(json, "chipset", device_is_chipset(device));
	json_boolean(json, "reset", traits->can_reset);
	json_string(json, "reset_scope", reset_name(listing_reset(listing, device)));
	put_reset_methods(json, traits);
	json_integer(json, "virtual_functions", device->virtual_functions);
	json_integer(json, "virtual_functions_max", traits->virtual_functions_max);
	json_device_address(json, "physical_function", traits->physical_function);
}

static void put_protection(const struct run *run, struct json *json, const struct selector *protect)
{
	if (!protect)
		return;
	json_string(json, "protected_by", protect->text);
	json_string(json, "protected_at", explain_origin(run->arena, &protect->origin));
	if (protect->purpose)
		json_string(json, "needed_for", protect->purpose);
}

static void put_member(const struct listing *listing, struct json *json,
		       const struct device *device, const struct planned_group *planned)
{
	const struct listed *listed = listing_of(listing, device);
	char name[LISTING_NAME_SIZE];

	json_open_inline(json, NULL);
	if (device->gone) {
		json_device_address(json, "address", device);
		json_boolean(json, "gone", true);
		json_close_object(json);
		return;
	}
	json_device_identity(json, device);
	json_string(json, "name", listing_name(listing, device, name));
	json_string(json, "class_name", listing_class(listing, device, name));
	json_device_address(json, "parent", device->parent);
	json_string(json, "driver", device->driver);
	json_string(json, "override", device->driver_override);
	json_boolean(json, "taken", device->driver && module_is_vfio(device->driver));
	put_traits(listing, json, device);
	put_protection(listing->run, json, listed->protect);
	if (listed->member) {
		bool take = listed->member->role == ROLE_TAKE && planned && !planned->refused;
		bool lost = listed->member->result == RESULT_LOST;

		json_string(json, "action", take ? "take" : lost ? "lost" : "leave");
		if (take)
			json_string(json, "driver_wanted", listed->member->driver);
		if (listed->member->refusal != REFUSAL_NONE)
			json_string(json, "reason", refusal_name(listed->member->refusal));
	}
	json_close_object(json);
}

/* Writes what keeps the group, and which functions of its cards are in other groups. */
static void put_verdict(const struct listing *listing, struct json *json,
			const struct listed_group *group)
{
	json_string(json, "verdict", verdict_name(group->verdict));
	json_boolean(json, "minor", group->minor);
	json_open_array(json, "kept_by");
	for (size_t i = 0; i < group->keeper_count; i++) {
		json_open_inline(json, NULL);
		json_device_address(json, "address", group->keepers[i].device);
		json_string(json, "guard", refusal_name(group->keepers[i].hold.refusal));
		json_string(json, "text", listing_explain_keeper(listing, &group->keepers[i]));
		json_close_object(json);
	}
	json_close_array(json);
	json_open_array(json, "rest_of_card");
	for (size_t i = 0; i < group->count; i++) {
		const struct device *device = group->members[i], *rest = NULL;

		if (i && pci_address_same_slot(&group->members[i - 1]->address, &device->address))
			continue;
		while ((rest = picks_find_rest(&listing->run->topology, device, rest)))
			json_device_address(json, NULL, rest);
	}
	json_close_array(json);
}

static void put_group(const struct listing *listing, struct json *json,
		      const struct listed_group *group)
{
	const struct planned_group *planned = group->planned;

	json_open_object(json, NULL);
	if (group->number >= 0)
		json_integer(json, "group", group->number);
	else
		json_null(json, "group");
	json_string(json, "now", now_name(group->now));
	json_string(json, "state", !planned ? NULL : planned->refused ? "refused" : "planned");
	put_verdict(listing, json, group);
	if (planned && planned->refused) {
		json_string(json, "text", explain_refusal(listing->run, planned));
		json_string(json, "force", explain_force(listing->run, planned));
	}
	json_open_array(json, "members");
	for (size_t i = 0; i < group->count; i++)
		put_member(listing, json, group->members[i], planned);
	json_close_array(json);
	json_close_object(json);
}

void listing_json(const struct listing *listing, FILE *out)
{
	const struct run *run = listing->run;
	struct json json = { .out = out };
	const char *off = explain_iommu(run);

	json_open_object(&json, NULL);
	json_integer(&json, "schema", LISTING_SCHEMA);
	json_string(&json, "version", VFIO_EARLY_VERSION);
	json_open_inline(&json, "iommu");
	json_string(&json, "state", iommu_name(run->topology.iommu));
	if (off)
		json_string(&json, "text", off);
	json_close_object(&json);
	json_boolean(&json, "off", run->settings.off);
	if (!run->settings.in_boot)
		json_boolean(&json, "next_boot_takes", false);
	json_problems(&run->settings, &json);
	json_open_array(&json, "groups");
	for (size_t i = 0; i < listing->group_count; i++)
		if (listing->groups[i].shown)
			put_group(listing, &json, &listing->groups[i]);
	json_close_array(&json);
	json_close_object(&json);
}
