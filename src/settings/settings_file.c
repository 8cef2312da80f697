// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads lines of KEY = VALUE: the config, a profile in it, and an image's list of the host's needs.
 */
#include <errno.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "settings/profile.h"
#include "settings/settings_parse.h"

/* Trims blanks at both ends. *column moves with the start. */
static char *trim(char *text, unsigned int *column)
{
	size_t length;

	while (*text == ' ' || *text == '\t') {
		text++;
		(*column)++;
	}
	length = strlen(text);
	while (length && strchr(" \t\r\n", text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static int read_key(struct settings *settings, char *name, char *value, const struct origin *origin,
		    const struct origin *value_origin, bool host)
{
	enum setting_key key = settings_find_key(name);
	const struct origin *before = &settings->origins[key];

	if (host && key != SETTING_PROTECT && key < SETTING_CLAIMED)
		return settings_add_problem(settings, origin,
					    PIECE ": only protect and network are allowed here",
					    name);
	if (key >= SETTING_GRUB || (key >= SETTING_PROFILE && !host))
		return settings_add_unknown(
			settings, origin, "key", name,
			key == SETTING_PROFILE ? " on the kernel command line alone" : NULL);
	/* A command line counts more than a profile, and so does that no boot takes anything. */
	if (settings->section &&
	    ((before->source && !before->line) || (key == SETTING_BOOT && !settings->in_boot)))
		return 0;
	if (settings_is_list(key) && settings_is_cut(value) &&
	    settings_add_cut_list(settings, key, value_origin))
		return -ENOMEM;
	return settings_read_value(settings, key, value, value_origin);
}

static int read_config_line(struct settings *settings, char *line, struct origin origin, bool host)
{
	struct origin value_origin = origin;
	char *comment = strchr(line, '#'), *equals, *name, *nul = strchr(line, TEXTFILE_NUL);

	if (nul) {
		origin.column += (unsigned int)(nul - line);
		return settings_add_problem(settings, &origin,
					    "this line has a NUL byte and is not used: is the file "
					    "damaged, or UTF-16?");
	}
	if (comment)
		*comment = '\0';
	equals = strchr(line, '=');
	if (equals) {
		*equals = '\0';
		value_origin.column += (unsigned int)(equals + 1 - line);
	}
	name = trim(line, &origin.column);
	if (equals && streq(name, SETTINGS_UNREAD_KEY)) {
		text_make_printable(equals + 1);
		return settings_add_unread(settings, origin.source,
					   trim(equals + 1, &value_origin.column));
	}
	if (equals)
		return read_key(settings, name, trim(equals + 1, &value_origin.column), &origin,
				&value_origin, host);
	return *name ? settings_add_problem(settings, &origin, PIECE ": not KEY = VALUE", name) : 0;
}

/* Stores the purpose and origin of the selectors that a line of the host's needs has added. */
static void note_purpose(struct selector_list *list, size_t first, const char *path,
			 const char *purpose)
{
	for (size_t i = first; i < list->count; i++) {
		list->items[i].purpose = purpose;
		/* A source that is not a file has no lines. */
		if (streq(path, SETTINGS_SOURCE_HOST))
			list->items[i].origin = (struct origin){ .source = path };
	}
}

/*
 * Reads a list of the host's needs, or those lines of a config that are in the profile in force or,
 * without one, before all sections.
 */
static int read_lines(struct settings *settings, const char *path, const char *text, bool host)
{
	struct origin origin = { .source = path, .line = 0, .column = 1 };
	const char *profile = host ? NULL : settings->profile, *known = "", *name;
	bool ours = !profile;
	int result = 0;

	while (text && *text && !result) {
		size_t length = strcspn(text, "\n");
		size_t protected = settings->protect.count, claimed = settings->claimed.count;
		size_t network = settings->network.count;
		char *line = arena_copy(settings->arena, text, length), *comment, *start;
		unsigned int column = 0;

		if (!line)
			return -ENOMEM;
		origin.line++;
		comment = strchr(line, '#');
		start = line + strspn(line, " \t");
		name = host ? NULL : profile_cut_name(start);
		if (name && profile) {
			ours = streq(name, profile);
			if (ours && !settings->section)
				settings->section = origin.line;
			known = arena_print(settings->arena, "%s %s", known, name);
			if (!known)
				return -ENOMEM;
		} else if (name) {
			ours = false;
		} else if (*start == '[' ? !profile : ours) {
			/* A section of another kind is malformed like any other line, and said
			 * once. */
			result = read_config_line(settings, line, origin, host);
		}
		if (host) {
			comment = trim(comment ? comment + 1 : line + length, &column);
			text_make_printable(comment);
			note_purpose(&settings->protect, protected, path, comment);
			note_purpose(&settings->claimed, claimed, path, comment);
			note_purpose(&settings->network, network, path, comment);
		}
		text += length + (text[length] == '\n');
	}
	if (profile && !settings->section && !result)
		result = settings_add_unknown(settings, &settings->origins[SETTING_PROFILE],
					      "profile", profile, *known ? known : " none");
	settings->section = 0;
	return result;
}

int settings_read_config(struct settings *settings, const char *path, const char *text)
{
	settings->config_path = path;
	settings->config_text = text;
	return read_lines(settings, path, text, false);
}

int settings_read_profile(struct settings *settings, const char *name, const struct origin *origin)
{
	settings->profile = name;
	settings->origins[SETTING_PROFILE] = *origin;
	return read_lines(settings, settings->config_path, settings->config_text, false);
}

/*
 * Sets a list's origin to its first added selector if the list was empty before;
 * otherwise keeps it.
 */
static void keep_origin(struct settings *settings, enum setting_key key,
			const struct selector_list *list, size_t count, const struct origin *before)
{
	if (before->source || list->count == count)
		settings->origins[key] = *before;
	else
		settings->origins[key] = list->items[count].origin;
}

int settings_read_host(struct settings *settings, const char *path, const char *text)
{
	struct origin protect = settings->origins[SETTING_PROTECT];
	struct origin claimed = settings->origins[SETTING_CLAIMED];
	struct origin network = settings->origins[SETTING_NETWORK];
	size_t protect_count = settings->protect.count, claimed_count = settings->claimed.count;
	size_t network_count = settings->network.count;
	int result;

	/* Pretends that the lists are from this file, so that reading it adds to them. */
	settings->origins[SETTING_PROTECT].source = path;
	settings->origins[SETTING_CLAIMED].source = path;
	settings->origins[SETTING_NETWORK].source = path;
	result = read_lines(settings, path, text, true);
	keep_origin(settings, SETTING_PROTECT, &settings->protect, protect_count, &protect);
	keep_origin(settings, SETTING_CLAIMED, &settings->claimed, claimed_count, &claimed);
	keep_origin(settings, SETTING_NETWORK, &settings->network, network_count, &network);
	if (strncmp(text, SETTINGS_HOST_HEADING, strlen(SETTINGS_HOST_HEADING)) == 0 ||
	    settings->protect.count > protect_count || settings->network.count > network_count)
		settings->host_known = true;
	return result;
}
