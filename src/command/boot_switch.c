// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/boot_switch.h"

#include <string.h>

#include "lib/util.h"
#include "settings/profile.h"
#include "settings/settings.h"

#define COMMENT "# By vfio-early off: no boot takes a device. To take them again: vfio-early on\n"

/* Returns whether a line of a config sets boot. */
static bool sets_boot(const char *line)
{
	const char *name = setting_name(SETTING_BOOT);

	line += strspn(line, " \t");
	if (strncmp(line, name, strlen(name)) != 0)
		return false;
	line += strlen(name);
	return line[strspn(line, " \t")] == '=';
}

const char *boot_switch_edit(struct arena *arena, const char *text, bool off)
{
	char *kept = arena_allocate(arena, strlen(text) + 1, 1), *end = kept;
	const char *rest = text + profile_common_length(text);

	while (kept && text < rest) {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		if (!sets_boot(text) && strncmp(text, COMMENT, strlen(COMMENT)) != 0) {
			memcpy(end, text, length);
			end += length;
		}
		text += length;
	}
	if (!kept)
		return NULL;
	if (!off)
		return arena_print(arena, "%s%s", kept, rest);
	return arena_print(arena, "%s%s" COMMENT "%s = nothing\n%s", kept,
			   end > kept && end[-1] != '\n' ? "\n" : "", setting_name(SETTING_BOOT),
			   rest);
}
