// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/options.h"

#include <string.h>

#include "command/arguments.h"
#include "lib/paths.h"
#include "lib/util.h"
#include "settings/settings_parse.h"

/* All options; a command has those whose letters it lists. */
static const struct {
	char letter;
	struct argument argument;
} known[] = {
	{ 's',
	  { .name = "sysfs",
	    .value = "DIR",
	    .help = "read the devices from this tree instead of /sys",
	    .offset = offsetof(struct options, preview.sysfs) } },
	{ 'c',
	  { .name = "config",
	    .value = "FILE",
	    .help = "use this file instead of " CONFIG_PATH,
	    .offset = offsetof(struct options, preview.file) } },
	{ 'l',
	  { .name = "cmdline",
	    .value = "TEXT",
	    .help = "use this as the kernel command line",
	    .offset = offsetof(struct options, preview.cmdline) } },
	{ 'H',
	  { .name = "host",
	    .value = "FILE",
	    .help = "read what the host needs from this file of an image",
	    .offset = offsetof(struct options, preview.host) } },
	{ 'i',
	  { .name = "ids",
	    .value = "FILE",
	    .help = "read device names from this pci.ids",
	    .offset = offsetof(struct options, preview.ids) } },
	{ 'r',
	  { .name = "report",
	    .value = "DIR",
	    .help = "look for the boot's report here",
	    .offset = offsetof(struct options, report) } },
	{ 't',
	  { .name = "tree",
	    .help = "show the functions behind each bridge",
	    .offset = offsetof(struct options, preview.behind) } },
	{ 'j',
	  { .name = "json",
	    .help = "print JSON",
	    .offset = offsetof(struct options, preview.json) } },
	{ 'a',
	  { .name = "addresses",
	    .help = "print only addresses and names, separated by a tab",
	    .offset = offsetof(struct options, preview.addresses) } },
	{ 'w',
	  { .name = "write",
	    .help = "write them into the config file",
	    .offset = offsetof(struct options, write) } },
	{ 'd',
	  { .name = "dry-run",
	    .help = "show what would change, and change nothing",
	    .offset = offsetof(struct options, dry_run) } },
	{ 'n',
	  { .name = "no-regenerate",
	    .help = "do not rebuild the initramfs images",
	    .offset = offsetof(struct options, no_regenerate) } },
	{ 'f',
	  { .name = "force",
	    .value = "REASON:SELECTOR",
	    .help = "take it in spite of this guard; may be repeated",
	    .offset = offsetof(struct options, force),
	    .repeated = true } },
};

int options_parse(struct options *options, int count, char *const *arguments, int *code)
{
	const struct usage usage = { options->name, options->arguments, options->help };
	struct argument table[ARRAY_SIZE(known)];
	size_t size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strchr(options->letters, known[i].letter))
			table[size++] = known[i].argument;
	return arguments_read(&usage, table, size, options, count, arguments, code);
}

int options_add_force(const struct options *options, struct settings *settings)
{
	struct origin origin = { .source = "--force", .column = 1 };
	struct origin *place = &settings->origins[SETTING_FORCE];
	int error = 0;

	/* They add to what was configured anywhere. */
	if (options->force.count && place->source)
		place->source = origin.source;
	for (size_t i = 0; !error && i < options->force.count; i++)
		error = settings_read_value(settings, SETTING_FORCE, options->force.items[i],
					    &origin);
	return error;
}
