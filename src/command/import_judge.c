// SPDX-License-Identifier: GPL-2.0-or-later
/* Decides which lines of another set-up are needless once vfio-early takes its devices. */
#include <string.h>

#include "command/import.h"
#include "lib/text.h"
#include "lib/util.h"

/* A driver that guides tell people to keep from loading, and the devices that it drives. */
struct driver_use {
	const char *driver;
	uint16_t vendor;    /* 0 for any */
	unsigned int class; /* class and subclass, or the class alone */
	unsigned int shift; /* of the 24 bits */
};

static const struct driver_use driver_uses[] = {
	{ "nouveau", 0x10de, 0x03, 16 },
	{ "nvidia", 0x10de, 0x03, 16 },
	{ "nvidia_drm", 0x10de, 0x03, 16 },
	{ "nvidia_modeset", 0x10de, 0x03, 16 },
	{ "nvidia_uvm", 0x10de, 0x03, 16 },
	{ "nvidiafb", 0x10de, 0x03, 16 },
	{ "rivafb", 0x10de, 0x03, 16 },
	{ "rivatv", 0x10de, 0x03, 16 },
	{ "nv", 0x10de, 0x03, 16 },
	{ "amdgpu", 0x1002, 0x03, 16 },
	{ "radeon", 0x1002, 0x03, 16 },
	{ "i915", 0x8086, 0x03, 16 },
	{ "xe", 0x8086, 0x03, 16 },
	{ "snd_hda_intel", 0, 0x0403, 8 },
	{ "snd_hda_codec_hdmi", 0, 0x0403, 8 },
	{ "xhci_hcd", 0, 0x0c03, 8 },
	{ "xhci_pci", 0, 0x0c03, 8 },
	{ "i2c_nvidia_gpu", 0x10de, 0x0c80, 8 },
	{ "ucsi_ccg", 0x10de, 0x0c80, 8 },
	{ "nvidia_gpu", 0x10de, 0x0c80, 8 },
};

/* Returns whether vfio-early takes a device of the machine after this. */
static bool is_taken(const struct import *import, const struct device *device)
{
	const struct planned_group *group = import_find_group(import->machine, device);

	for (const struct import_device *entry = import->devices; entry; entry = entry->next) {
		if (entry->why)
			continue;
		if (entry->device == device)
			return true;
		if (entry->device->group >= 0 && entry->device->group == device->group)
			return true;
	}
	return group && !group->refused;
}

/* Returns a device that stays with the host and may need a driver; NULL for none. */
static const struct device *find_user(const struct import *import, const char *driver)
{
	const struct topology *topology = &import->machine->topology;

	for (size_t i = 0; i < ARRAY_SIZE(driver_uses); i++) {
		const struct driver_use *use = &driver_uses[i];

		if (!text_same_name(driver, use->driver))
			continue;
		for (size_t j = 0; j < topology->count; j++) {
			const struct device *device = &topology->devices[j];

			if ((!use->vendor || use->vendor == device->id.vendor) &&
			    device->class >> use->shift == use->class && !is_taken(import, device))
				return device;
		}
	}
	return NULL;
}

static void keep(struct import_line *line, const char *why)
{
	line->verdict = IMPORT_KEPT;
	line->why = why ? why : "out of memory";
}

/* The line goes, if it can be edited. */
static void remove_line(const struct import *import, struct import_line *line)
{
	const struct other_line *other = line->line;
	const char *fault;

	/* Where it comes from is another line. */
	if (!other->file && import_is_in_file(import, other))
		return;
	fault = import_find_fault(import, other);
	if (fault) {
		keep(line, fault);
		return;
	}
	line->verdict = IMPORT_NEEDLESS;
	if (line->why || other->alone)
		return;
	if (other->kind == OTHER_IDS && other->name)
		line->why = arena_print(import->arena, "only %s goes", other->key);
	else if (other->kind == OTHER_SOFTDEP || (other->kind == OTHER_PRELOAD && other->key))
		line->why = "only the modules of VFIO go";
}

/* Leaves a line that names devices unsettled if one of them is not taken over. */
static void settle(struct import *import, struct import_line *line)
{
	for (const struct import_device *entry = import->devices; entry; entry = entry->next)
		for (const struct import_source *source = entry->sources; source;
		     source = source->next)
			if (source->line == line->line && entry->why)
				import_unsettle(line,
						arena_print(import->arena, "%s is not taken over",
							    entry->name));
}

/* Returns the first line of a script that a command runs; NULL if it runs none that was read. */
static const struct import_line *find_script(const struct import *import, const char *command)
{
	for (const struct import_line *other = import->lines; other; other = other->next)
		if (other->line->kind == OTHER_SCRIPT &&
		    strstr(command, strrchr(other->line->file, '/')))
			return other;
	return NULL;
}

/* Judges an install line by the script that it runs, or by the addresses in itself. */
static void judge_install(const struct import *import, struct import_line *line)
{
	const struct import_line *script = find_script(import, line->line->value);
	const char *file = script ? script->line->file : NULL;

	if (!script && !*line->line->list) {
		keep(line, "which devices its command gives to vfio-pci cannot be understood");
		return;
	}
	for (; script; script = script->next)
		if (script->line->kind == OTHER_SCRIPT && streq(script->line->file, file) &&
		    script->unsettled) {
			keep(line, script->why);
			return;
		}
	remove_line(import, line);
}

/* Judges what names devices, and what runs scripts that do. */
static void judge_devices(const struct import *import, struct import_line *line)
{
	const struct other_line *other = line->line;

	switch (other->kind) {
	case OTHER_UNCLEAR:
		keep(line, other->why);
		break;
	case OTHER_IDS:
		if (!import_gives_to_vfio(other))
			keep(line, "it is for guests of Xen");
		else if (line->unsettled)
			keep(line, line->why);
		else
			remove_line(import, line);
		break;
	case OTHER_SCRIPT:
		if (line->unsettled)
			keep(line, line->why);
		else if (!other->alone)
			keep(line, "more than a list of devices is there: remove them yourself");
		else
			remove_line(import, line);
		break;
	case OTHER_INSTALL:
		if (line->unsettled)
			keep(line, line->why);
		else
			judge_install(import, line);
		break;
	case OTHER_DRIVERCTL:
		if (import_gives_to_vfio(other) && line->unsettled)
			keep(line, line->why);
		else if (import_gives_to_vfio(other))
			remove_line(import, line);
		break;
	case OTHER_MACHINE:
		if (line->unsettled)
			keep(line, line->why);
		break;
	case OTHER_BLACKLIST:
	case OTHER_SOFTDEP:
	case OTHER_PRELOAD:
		break;
	}
}

/* Returns a list's first module that the host may need, or that is no driver to keep away. */
static const char *why_blacklisted(const struct import *import, const struct other_line *line)
{
	const char *list = line->file && line->name ? line->module : line->value;

	while (*list) {
		size_t length = strcspn(list, ",");
		const char *module = arena_print(import->arena, "%.*s", (int)length, list);
		const struct device *user;

		if (!module)
			return "out of memory";
		if (!other_is_native(module) && !other_is_vfio(module))
			return arena_print(import->arena, "it also keeps %s from loading", module);
		user = find_user(import, module);
		if (user)
			return arena_print(import->arena,
					   "%s stays with the host, and %s may be kept from it on "
					   "purpose",
					   import_name_device(import->arena, user), module);
		list += length + (list[length] == ',');
	}
	return NULL;
}

static void judge_blacklist(const struct import *import, struct import_line *line)
{
	const char *why = why_blacklisted(import, line->line);

	if (why)
		keep(line, why);
	else if (line->line->name && strstr(line->line->name, "nvidia"))
		keep(line, "it may be NVIDIA's driver that needs it");
	else
		remove_line(import, line);
}

/* Judges what only helps another set-up, which still may need it. */
static void judge_helper(const struct import *import, struct import_line *line,
			 const struct other_line *needs)
{
	const struct other_line *other = line->line;

	if (other->packaged || text_same_name(other->module, "vfio_mdev"))
		return;
	if (needs && !(other->kind == OTHER_BLACKLIST && other_is_vfio(other->module)))
		keep(line, arena_print(import->arena, "%s still needs it",
				       import_name_place(import, needs)));
	else if (other->kind == OTHER_BLACKLIST)
		judge_blacklist(import, line);
	else if (other->kind == OTHER_PRELOAD && !other->alone && !other->key)
		keep(line, "it also loads other modules");
	else
		remove_line(import, line);
}

/* Returns whether vfio-early takes anything afterwards. */
static bool takes_any(const struct import *import)
{
	const struct plan *plan = &import->machine->plan;

	for (const struct import_device *entry = import->devices; entry; entry = entry->next)
		if (!entry->why)
			return true;
	for (size_t i = 0; i < plan->group_count; i++)
		if (!plan->groups[i].refused)
			return true;
	return false;
}

void import_judge(struct import *import)
{
	const struct other_line *needs = NULL;

	for (struct import_line *line = import->lines; line; line = line->next)
		settle(import, line);
	for (struct import_line *line = import->lines; line; line = line->next) {
		judge_devices(import, line);
		if (!needs && line->verdict == IMPORT_KEPT && line->line->kind != OTHER_MACHINE &&
		    !(line->line->kind == OTHER_UNCLEAR && line->line->first))
			needs = line->line;
	}
	if (!takes_any(import))
		return;
	for (struct import_line *line = import->lines; line; line = line->next)
		if (line->line->kind == OTHER_BLACKLIST || line->line->kind == OTHER_SOFTDEP ||
		    line->line->kind == OTHER_PRELOAD)
			judge_helper(import, line, needs);
}
