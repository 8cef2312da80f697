// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "boot/init.h"
#include "lib/command.h"
#include "lib/text.h"
#include "lib/util.h"

static void print_help(FILE *out)
{
	fprintf(out, "usage: vfio-early COMMAND [ARGUMENT...]\n"
		     "Binds PCI devices to vfio-pci before any other driver can have them.\n\n");
	for (const struct command *const *command = commands; *command; command++)
		fprintf(out, "  %s%s%s\n      %s\n", (*command)->name,
			*(*command)->arguments ? " " : "", (*command)->arguments, (*command)->help);
	fprintf(out, "  --help, --version\n");
}

static const struct command *find_command(const char *name)
{
	for (const struct command *const *command = commands; *command; command++)
		if (streq(name, (*command)->name))
			return *command;
	return NULL;
}

int main(int count, char **arguments)
{
	const struct command *command = count < 2 ? NULL : find_command(arguments[1]);

	if (count > 0 && init_is_wanted(arguments[0], command != NULL))
		return init_run(arguments);
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
	if (command)
		return command->run(count - 2, arguments + 2);
	text_print(stderr, "vfio-early: '%s' is not a command; see vfio-early --help\n",
		   arguments[1]);
	return EXIT_MALFORMED;
}
