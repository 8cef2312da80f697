// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "command.h"
#include "util.h"

static const struct command *const commands[] = {
	&command_boot,
	&command_plan,
	&command_regenerate,
	&command_embed,
};

static void print_help(FILE *out)
{
	fprintf(out, "usage: vfio-early COMMAND [ARGUMENT...]\n"
		     "Binds PCI devices to vfio-pci before any other driver can have them.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i]->name, commands[i]->arguments,
			commands[i]->help);
	fprintf(out, "  --help, --version\n");
}

int main(int count, char **arguments)
{
	if (count < 2) {
		print_help(stderr);
		return EXIT_MALFORMED;
	}
	if (streq(arguments[1], "--help") || streq(arguments[1], "-h")) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (streq(arguments[1], "--version")) {
		printf("vfio-early %s\n", VFIO_EARLY_VERSION);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (streq(arguments[1], commands[i]->name))
			return commands[i]->run(count - 2, arguments + 2);
	fprintf(stderr, "vfio-early: '%s' is not a command; see vfio-early --help\n", arguments[1]);
	return EXIT_MALFORMED;
}
