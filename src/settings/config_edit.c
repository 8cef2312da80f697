// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/config_edit.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "settings/profile.h"
#include "settings/selector.h"

/* Characters that separate selectors. */
#define SEPARATORS ", \t\r\n"

struct edit {
	struct arena *arena;
	enum config_change change;
	struct config_item *items;
	size_t count;
	size_t lines; /* lines of devs still to come */
	bool done;    /* the new selectors have been written */
	FILE *out;
};

/* Returns the next selector in *text and its length by pointer; NULL at the end. */
static const char *next_word(const char **text, const char *end, size_t *length)
{
	const char *word = *text;

	while (word < end && strchr(SEPARATORS, *word))
		word++;
	*length = 0;
	while (word + *length < end && !strchr(SEPARATORS, word[*length]))
		(*length)++;
	*text = word + *length;
	return *length ? word : NULL;
}

int config_items(struct arena *arena, int count, char *const *words, struct config_item **items,
		 size_t *item_count)
{
	const char *word, *text;
	size_t length, room = 0;

	for (int i = 0; i < count; i++)
		for (text = words[i]; next_word(&text, words[i] + strlen(words[i]), &length);)
			room++;
	*items = arena_allocate(arena, room + 1, sizeof(**items));
	*item_count = 0;
	if (!*items)
		return -ENOMEM;
	for (int i = 0; i < count; i++) {
		text = words[i];
		while ((word = next_word(&text, words[i] + strlen(words[i]), &length))) {
			(*items)[*item_count].text = arena_copy(arena, word, length);
			if (!(*items)[(*item_count)++].text)
				return -ENOMEM;
		}
	}
	return 0;
}

static bool same_pattern(const struct id_pattern *a, const struct id_pattern *b)
{
	return a->vendor == b->vendor && a->device == b->device &&
	       a->subsystem_vendor == b->subsystem_vendor &&
	       a->subsystem_device == b->subsystem_device;
}

static bool same_place(const struct selector *a, const struct selector *b)
{
	if (pci_address_compare(&a->address, &b->address) || a->hop_count != b->hop_count)
		return false;
	for (unsigned int i = 0; i < a->hop_count; i++)
		if (a->hops[i].device != b->hops[i].device ||
		    a->hops[i].function != b->hops[i].function)
			return false;
	return true;
}

static bool same_meaning(const struct selector *a, const struct selector *b)
{
	if (a->kind != b->kind || a->exclude != b->exclude || a->has_identity != b->has_identity ||
	    (a->has_identity && !same_pattern(&a->identity, &b->identity)))
		return false;
	switch (a->kind) {
	case SELECTOR_FUNCTION:
	case SELECTOR_SLOT:
	case SELECTOR_PATH:
		return same_place(a, b);
	case SELECTOR_ID:
		return same_pattern(&a->id, &b->id);
	case SELECTOR_CLASS:
		return a->class == b->class && a->class_mask == b->class_mask;
	case SELECTOR_BOOT_VGA:
		break;
	}
	return true;
}

static bool same_selector(const char *word, size_t length, const char *text)
{
	struct selector a = { 0 }, b = { 0 };
	struct selector_error error;

	if (strlen(text) == length && memcmp(word, text, length) == 0)
		return true;
	return selector_parse(word, length, &a, &error) == 0 &&
	       selector_parse(text, strlen(text), &b, &error) == 0 && same_meaning(&a, &b);
}

static struct config_item *find_item(struct edit *edit, const char *word, size_t length)
{
	for (size_t i = 0; i < edit->count; i++)
		if (same_selector(word, length, edit->items[i].text))
			return &edit->items[i];
	return NULL;
}

/* Returns whether a line sets devs. *value is then the text after '='. */
static bool is_devs_line(const char *line, size_t length, const char **value)
{
	static const char key[] = "devs";
	const char *end = line + length;

	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	if ((size_t)(end - line) < strlen(key) || strncmp(line, key, strlen(key)) != 0)
		return false;
	line += strlen(key);
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	*value = line + 1;
	return line < end && *line == '=';
}

/* Returns where a line's value ends: at its comment or with the line. */
static const char *end_of_value(const char *value, const char *end)
{
	const char *comment = memchr(value, '#', (size_t)(end - value));

	return comment ? comment : end;
}

/* Counts the lines of devs and marks which items they have, before anything is written. */
static void look_through(struct edit *edit, const char *text)
{
	const char *value, *word;
	size_t length, word_length;

	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		if (!is_devs_line(text, length, &value))
			continue;
		edit->lines++;
		while ((word = next_word(&value, end_of_value(value, text + length),
					 &word_length))) {
			struct config_item *item = find_item(edit, word, word_length);

			if (item)
				item->found = true;
		}
	}
}

static const char *add_word(struct edit *edit, const char *list, const char *word, size_t length)
{
	return list ? arena_print(edit->arena, "%s%s%.*s", list, *list ? ", " : "", (int)length,
				  word)
		    : NULL;
}

/* Appends the new selectors to a list, once. */
static const char *add_new(struct edit *edit, const char *list)
{
	for (size_t i = 0; !edit->done && i < edit->count; i++)
		if (edit->change == CONFIG_SET ||
		    (edit->change == CONFIG_ADD && !edit->items[i].found))
			list = add_word(edit, list, edit->items[i].text,
					strlen(edit->items[i].text));
	edit->done = true;
	return list;
}

/* Returns the new value for a line of devs; NULL when memory runs out. */
static const char *new_value(struct edit *edit, const char *value, const char *end)
{
	const char *list = "", *word;
	size_t length;

	if (edit->change == CONFIG_SET)
		return edit->done ? list : add_new(edit, list);
	while ((word = next_word(&value, end, &length)))
		if (edit->change == CONFIG_ADD || !find_item(edit, word, length))
			list = add_word(edit, list, word, length);
	return edit->change == CONFIG_ADD ? add_new(edit, list) : list;
}

/* Returns whether a line of devs stays unchanged. */
static bool stays(struct edit *edit, const char *value, const char *end)
{
	const char *word;
	size_t length;

	if (edit->change == CONFIG_SET)
		return false;
	if (edit->change == CONFIG_ADD) {
		bool any = false;

		for (size_t i = 0; i < edit->count; i++)
			any |= !edit->items[i].found;
		return edit->lines > 0 || !any;
	}
	while ((word = next_word(&value, end, &length)))
		if (find_item(edit, word, length))
			return false;
	return true;
}

/* Writes a line of devs with its new value. If no selector is left, only the comment stays. */
static int edit_line(struct edit *edit, const char *line, size_t length, const char *value)
{
	const char *end = end_of_value(value, line + length), *list;
	int comment = (int)(line + length - end);

	edit->lines--;
	if (stays(edit, value, end)) {
		fprintf(edit->out, "%.*s\n", (int)length, line);
		return 0;
	}
	list = new_value(edit, value, end);
	if (!list)
		return -ENOMEM;
	if (*list)
		fprintf(edit->out, "%.*s %s%s%.*s\n", (int)(value - line), line, list,
			comment ? "  " : "", comment, end);
	else if (comment)
		fprintf(edit->out, "%.*s\n", comment, end);
	return 0;
}

static int put_line(struct edit *edit)
{
	const char *list = add_new(edit, "");

	if (list && *list)
		fprintf(edit->out, "devs = %s\n", list);
	return list ? 0 : -ENOMEM;
}

/* Matches the example in the installed file. */
static bool is_example(const char *line, size_t length)
{
	const char *value;

	return length && *line == '#' && is_devs_line(line + 1, length - 1, &value);
}

int config_edit(struct arena *arena, const char *text, enum config_change change,
		struct config_item *items, size_t count, FILE *out)
{
	struct edit edit = {
		.arena = arena, .change = change, .items = items, .count = count, .out = out
	};
	const char *rest = text + profile_common_length(text), *value;
	size_t length;
	int error = 0;
	bool lacks;

	text = arena_copy(arena, text, (size_t)(rest - text));
	if (!text)
		return -ENOMEM;
	look_through(&edit, text);
	lacks = !edit.lines && change != CONFIG_REMOVE;
	for (; !error && *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		if (is_devs_line(text, length, &value)) {
			error = edit_line(&edit, text, length, value);
			continue;
		}
		fprintf(out, "%.*s\n", (int)length, text);
		if (lacks && !edit.done && is_example(text, length))
			error = put_line(&edit);
	}
	if (!error && lacks && !edit.done)
		error = put_line(&edit);
	fputs(rest, out);
	return error;
}

/* Returns the length of the first line with its newline. */
static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\n");

	return length + (text[length] == '\n');
}

/* Returns the length of the common end, in whole lines. */
static size_t same_end(const char *old, const char *new)
{
	size_t old_length = strlen(old), new_length = strlen(new), same = 0, lines = 0;

	while (same < old_length && same < new_length &&
	       old[old_length - same - 1] == new[new_length - same - 1]) {
		same++;
		/* A match that starts the text or follows a newline consists of whole lines. */
		if ((same == old_length || old[old_length - same - 1] == '\n') &&
		    (same == new_length || new[new_length - same - 1] == '\n'))
			lines = same;
	}
	return lines;
}

/* Shows tabs as blanks. */
static void show_line(FILE *out, const char *text, size_t length)
{
	const char *end = text + length, *tab;

	for (; (tab = memchr(text, '\t', (size_t)(end - text))); text = tab + 1) {
		text_print(out, "%.*s", (int)(tab - text), text);
		fputc('\t', out);
	}
	text_print(out, "%.*s\n", (int)(end - text), text);
}

static void show_lines(FILE *out, char sign, const char *text, size_t length)
{
	while (length) {
		size_t line = line_length(text);

		line = line < length ? line : length;
		fputc(sign, out);
		show_line(out, text, line - (text[line - 1] == '\n'));
		text += line;
		length -= line;
	}
}

void config_show_difference(const char *path, const char *old, const char *new, FILE *out)
{
	size_t end;

	if (streq(old, new))
		return;
	text_print(out, "--- %s\n", path);
	text_print(out, "+++ %s, as it would be\n", path);
	while (*old && line_length(old) == line_length(new) &&
	       memcmp(old, new, line_length(old)) == 0) {
		size_t length = line_length(old);

		old += length;
		new += length;
	}
	end = same_end(old, new);
	show_lines(out, '-', old, strlen(old) - end);
	show_lines(out, '+', new, strlen(new) - end);
}
