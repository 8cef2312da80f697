// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings_text.h"

static void add_list(struct text *text, const char *name, const struct selector_list *list)
{
	if (!list->count)
		return;
	text_add(text, "%s=", name);
	for (size_t i = 0; i < list->count; i++) {
		const struct selector *item = &list->items[i];

		text_add(text, "%s%s", i ? "," : "", item->text);
	}
	text_add(text, "; ");
}

void settings_render(const struct settings *settings, struct text *text)
{
	*text = (struct text){ .used = 0 };
	if (settings->off)
		text_add(text, "off; ");
	add_list(text, "devs", &settings->devs);
	add_list(text, "force", &settings->force);
	add_list(text, "protect", &settings->protect);
	add_list(text, "members", &settings->members);
	add_list(text, "claimed", &settings->claimed);
	add_list(text, "network", &settings->network);
	if (!settings->driver || !streq(settings->driver, "vfio-pci"))
		text_add(text, "driver=%s; ", settings->driver ? settings->driver : "auto");
	if (settings->wait_seconds)
		text_add(text, "wait=%u; ", settings->wait_seconds);
	if (settings->timeout_seconds != 10)
		text_add(text, "timeout=%u; ", settings->timeout_seconds);
	if (settings->debug)
		text_add(text, "debug; ");
	if (settings->dry_run)
		text_add(text, "dry_run; ");
	if (settings->repair)
		text_add(text, "repair=%s; ", settings->repair);
	if (settings->in_repair)
		text_add(text, "rescue=take; ");
	if (settings->origins[SETTING_TRIAL].source)
		text_add(text, "trial=%s; ", settings->trial ? "on" : "off");
	if (settings->confirm)
		text_add(text, "confirm=%s; ", settings->confirm);
	if (settings->confirm_seconds)
		text_add(text, "confirm_within=%u; ", settings->confirm_seconds);
	if (!settings->in_boot)
		text_add(text, "boot=nothing; ");
	if (settings->profile)
		text_add(text, "profile=%s; ", settings->profile);
	if (settings->confirms)
		text_add(text, "confirms; ");
	if (settings->iommu_off)
		text_add(text, "iommu_off=%s; ", settings->iommu_off);
	for (const struct problem *problem = settings->problems; problem; problem = problem->next) {
		if (problem->origin.line)
			text_add(text, "[%s:%u:%u %s]", problem->origin.source,
				 problem->origin.line, problem->origin.column, problem->text);
		else
			text_add(text, "[%s:%u %s]", problem->origin.source, problem->origin.column,
				 problem->text);
	}
}

void settings_read(struct settings *settings, struct arena *arena, const char *config,
		   const char *cmdline)
{
	settings_init(settings, arena);
	if (config)
		assert_int_equal(settings_read_config(settings, CONFIG, config), 0);
	if (cmdline)
		assert_int_equal(settings_read_cmdline(settings, cmdline), 0);
}
