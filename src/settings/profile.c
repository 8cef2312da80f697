// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/profile.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "lib/util.h"

bool profile_begins_section(const char *line)
{
	return line[strspn(line, " \t")] == '[';
}

static char *skip_blanks(char *line)
{
	return line + strspn(line, " \t");
}

/* Returns where the line before a place begins; the place itself at the start of the text. */
static size_t line_before(const char *text, size_t place)
{
	if (place)
		place--;
	while (place && text[place - 1] != '\n')
		place--;
	return place;
}

/* Returns whether the line at a place begins so, behind its blanks. */
static bool begins(const char *text, size_t place, char letter)
{
	return text[place + strspn(text + place, " \t\r")] == letter;
}

/* Returns where the next section begins from a place on, or where the text ends. */
static size_t next_section(const char *text, size_t place)
{
	while (text[place] && !profile_begins_section(text + place)) {
		place += strcspn(text + place, "\n");
		place += text[place] == '\n';
	}
	return place;
}

/* Returns where the blank lines and the comment right before a section begin. */
static size_t start_of(const char *text, size_t section)
{
	if (!text[section])
		return section;
	while (section && begins(text, line_before(text, section), '#'))
		section = line_before(text, section);
	while (section && begins(text, line_before(text, section), '\n'))
		section = line_before(text, section);
	return section;
}

size_t profile_common_length(const char *text)
{
	return start_of(text, next_section(text, 0));
}

int profile_find(struct arena *arena, const char *text, const char *name,
		 struct profile_section *section)
{
	const char *found;
	size_t place = next_section(text, 0);

	while (text[place]) {
		size_t length = strcspn(text + place, "\n");
		char *line = arena_copy(arena, text + place, length);

		if (!line)
			return -ENOMEM;
		section->start = start_of(text, place);
		section->body = place + length + (text[place + length] == '\n');
		place = next_section(text, section->body);
		section->end = start_of(text, place);
		found = profile_cut_name(skip_blanks(line));
		if (found && streq(found, name))
			return 0;
	}
	return -ENOENT;
}

static bool has_name(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (streq(names[i], name))
			return true;
	return false;
}

int profile_list(struct arena *arena, const char *text, const char ***names, size_t *count)
{
	size_t room = 0;

	for (const char *place = text; (place = strchr(place, '[')); place++)
		room++;
	*names = arena_allocate(arena, room + 1, sizeof(**names));
	*count = 0;
	while (*names && *text) {
		size_t length = strcspn(text, "\n");
		char *line = arena_copy(arena, text, length);
		const char *name = line ? profile_cut_name(skip_blanks(line)) : NULL;

		if (!line)
			return -ENOMEM;
		if (name && !has_name(*names, *count, name))
			(*names)[(*count)++] = name;
		text += length + (text[length] == '\n');
	}
	return *names ? 0 : -ENOMEM;
}

__attribute__((noinline)) char *profile_cut_name(char *line)
{
	static const char word[] = "[profile ";
	char *name = line + sizeof(word) - 1, *end = name;

	if (strncmp(line, word, sizeof(word) - 1) != 0)
		return NULL;
	while (isalnum((unsigned char)*end) || *end == '-' || *end == '_')
		end++;
	if (*end != ']' || (size_t)(end - name) - 1 >= PROFILE_NAME_MAX ||
	    !strchr("#", end[1 + strspn(end + 1, " \t\r")]))
		return NULL;
	*end = '\0';
	return name;
}
