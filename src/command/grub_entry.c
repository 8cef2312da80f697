// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/grub_entry.h"

#include <stdio.h>

#include "check/boot_loader.h"
#include "lib/command.h"
#include "lib/text.h"
#include "lib/util.h"

#define OFF "vfio_early=off"

const char *grub_entry_path(struct arena *arena, const char *profile)
{
	return profile ? arena_print(arena, "/etc/grub.d/42_vfio_early_profile_%s", profile)
		       : "/etc/grub.d/42_vfio_early";
}

const char *grub_entry_parameter(struct arena *arena, const char *profile)
{
	return profile ? arena_print(arena, "vfio_early.profile=%s", profile) : OFF;
}

/*
 * Returns the script, which runs hook/grub-entry. Once the package is gone, the entry goes with the
 * next grub.cfg.
 */
static const char *entry_text(struct arena *arena, const char *profile)
{
	static const char program[] = VFIO_EARLY_LIBDIR "/grub-entry";

	if (!profile)
		return arena_print(arena,
				   "#!/bin/sh\n"
				   "# Made by vfio-early entry add: an entry that boots without "
				   "vfio-early.\n"
				   "[ ! -x %s ] || %s || :\n",
				   program, program);
	return arena_print(arena,
			   "#!/bin/sh\n"
			   "# Made by vfio-early profile entry: an entry that boots with this "
			   "profile.\n"
			   "[ ! -x %s ] || %s %s || :\n",
			   program, program, profile);
}

int grub_entry_change(const struct root *root, const char *command, const char *profile, bool add,
		      struct changeset *set)
{
	struct arena *arena = set->arena;
	const char *path = grub_entry_path(arena, profile);
	const char *parameter = grub_entry_parameter(arena, profile);
	const char *old = path ? root_read(root, path) : NULL, *made;
	const char *new = add ? entry_text(arena, profile) : NULL;
	struct boot_loader_edit edit;

	if (!path || !parameter || (add && !new))
		return EXIT_PARTLY;
	/* What is to be removed may be left over from another boot loader. */
	if (add && !streq(boot_loader_name(root), "GRUB")) {
		text_print(stderr,
			   "vfio-early: %s: the boot loader is %s, and only GRUB's menu can get "
			   "an entry: add %s to an entry when it boots\n",
			   command, boot_loader_name(root), parameter);
		return EXIT_PARTLY;
	}
	if (old && new ? streq(old, new) : old == new)
		return EXIT_DONE;
	if (changeset_add(set, path, old, new))
		return EXIT_PARTLY;
	if (!boot_loader_edit(root, BOOT_LOADER_ADD, parameter, &edit) ||
	    !streq(boot_loader_name(root), "GRUB"))
		return EXIT_DONE;
	/* grub-mkconfig runs only what is executable. */
	made = arena_print(arena, "chmod 755 %s && %s", path, edit.then);
	set->then = add ? made : edit.then;
	set->back = add ? edit.then : made;
	return set->then && set->back ? EXIT_DONE : EXIT_PARTLY;
}
