// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "settings_parse.h"

static const struct option known[] = {
	{ "sysfs", required_argument, NULL, 's' },
	{ "config", required_argument, NULL, 'c' },
	{ "cmdline", required_argument, NULL, 'l' },
	{ "host", required_argument, NULL, 'H' },
	{ "ids", required_argument, NULL, 'i' },
	{ "report", required_argument, NULL, 'r' },
	{ "tree", no_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "addresses", no_argument, NULL, 'a' },
	{ "write", no_argument, NULL, 'w' },
	{ "dry-run", no_argument, NULL, 'd' },
	{ "no-regenerate", no_argument, NULL, 'n' },
	{ "force", required_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const struct {
	char letter;
	const char *text;
} helps[] = {
	{ 's', "--sysfs DIR      read the devices from this tree instead of /sys" },
	{ 'c', "--config FILE    use this file instead of " CONFIG_PATH },
	{ 'l', "--cmdline TEXT   take this for the kernel command line" },
	{ 'H', "--host FILE      take what the host needs from this file of an image" },
	{ 'i', "--ids FILE       take device names from this pci.ids" },
	{ 'r', "--report DIR     look for the boot's report here" },
	{ 'j', "--json           print JSON" },
	{ 't', "--tree           show which function is behind which bridge" },
	{ 'a', "--addresses      print addresses and names only, a tab between them" },
	{ 'w', "--write          put them into the config file" },
	{ 'd', "--dry-run        show what would change, and change nothing" },
	{ 'n', "--no-regenerate  leave the initramfs images as they are" },
	{ 'f', "--force SELECTOR take it although a guard speaks against it; may be repeated" },
};

static void print_usage(const struct options *options, FILE *out)
{
	fprintf(out, "usage: vfio-early %s [OPTION...]%s%s\n%s\n", options->name,
		*options->arguments ? " " : "", options->arguments, options->help);
	for (size_t i = 0; i < ARRAY_SIZE(helps); i++)
		if (strchr(options->letters, helps[i].letter))
			fprintf(out, "  %s\n", helps[i].text);
}

static bool set_option(struct options *options, int option)
{
	switch (option) {
	case 's':
		options->preview.sysfs = optarg;
		break;
	case 'c':
		options->preview.file = optarg;
		break;
	case 'l':
		options->preview.cmdline = optarg;
		break;
	case 'H':
		options->preview.host = optarg;
		break;
	case 'i':
		options->preview.ids = optarg;
		break;
	case 't':
		options->preview.behind = true;
		break;
	case 'a':
		options->preview.addresses = true;
		break;
	case 'w':
		options->write = true;
		break;
	case 'r':
		options->report = optarg;
		break;
	case 'j':
		options->preview.json = true;
		break;
	case 'd':
		options->dry_run = true;
		break;
	case 'n':
		options->no_regenerate = true;
		break;
	case 'f':
		if (options->force_count == OPTIONS_FORCE_MAX)
			return false;
		options->force[options->force_count++] = optarg;
		break;
	}
	return true;
}

int options_parse(struct options *options, int count, char *const *arguments, int *code)
{
	int option;

	*code = EXIT_DONE;
	optind = 1;
	/* getopt_long() starts behind the first word. */
	while ((option = getopt_long(count + 1, arguments - 1, "h", known, NULL)) != -1) {
		if (option == 'h') {
			print_usage(options, stdout);
			return -1;
		}
		if (!strchr(options->letters, option) || !set_option(options, option)) {
			*code = EXIT_MALFORMED;
			print_usage(options, stderr);
			return -1;
		}
	}
	return optind - 1;
}

int options_add_force(const struct options *options, struct settings *settings)
{
	struct origin origin = { .source = "--force", .column = 1 };
	struct origin *place = &settings->origins[SETTING_FORCE];
	int error = 0;

	/* It adds to what was configured, wherever that was. */
	if (options->force_count && place->source)
		place->source = origin.source;
	for (size_t i = 0; !error && i < options->force_count; i++)
		error = settings_read_value(settings, SETTING_FORCE, options->force[i], &origin);
	return error;
}
