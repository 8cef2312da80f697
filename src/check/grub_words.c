// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/grub_words.h"

#include <string.h>

/* Variables that menus use and GRUB usually leaves empty. */
static const char *const usually_empty[] = {
	"vt_handoff",	 "tuned_params",   "tuned_initrd", "early_initrd",	"linux_gfx_mode",
	"extra_cmdline", "serial_console", "grub_users",   "vfio_early_loader",
};

void grub_words_set(struct grub_words *words, const char *name, const char *value)
{
	struct grub_variable **last = &words->variables;
	struct grub_variable *variable = arena_allocate(words->root->arena, 1, sizeof(*variable));

	if (!variable)
		return;
	*variable = (struct grub_variable){ .name = name, .value = value };
	while (*last)
		last = &(*last)->next;
	*last = variable;
}

void grub_words_read_environment(struct grub_words *words, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *value = strchr(line, '=');

		if (*line == '#' || !value)
			continue;
		*value++ = '\0';
		grub_words_set(words, line, value);
	}
}

static const char *find(struct grub_words *words, const char *name)
{
	for (const struct grub_variable *variable = words->variables; variable;
	     variable = variable->next)
		if (streq(variable->name, name))
			return variable->value;
	for (size_t i = 0; i < ARRAY_SIZE(usually_empty); i++)
		if (streq(usually_empty[i], name))
			return "";
	words->unresolved = name;
	return "";
}

/* Reads "$name" or "${name}" after the "$" and moves *text on. Returns its value. */
static const char *read_variable(struct grub_words *words, const char **text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";
	const char *start = *text + (**text == '{');
	size_t length = strspn(start, letters);
	const char *name = root_print(words->root, "%.*s", (int)length, start);

	if (!length)
		return "$";
	*text = start + length + (start[-1] == '{' && start[length] == '}');
	return find(words, name);
}

static const char *add(struct grub_words *words, const char *before, const char *text,
		       size_t length)
{
	return root_print(words->root, "%s%.*s", before, (int)length, text);
}

const char *grub_words_expand(struct grub_words *words, const char *text)
{
	const char *result = "";

	while (*text) {
		size_t length = strcspn(text, "$");

		result = add(words, result, text, length);
		text += length;
		if (*text) {
			const char *value;

			text++;
			value = read_variable(words, &text);
			result = add(words, result, value, strlen(value));
		}
	}
	return result;
}

/* Reads a piece of a word, up to a quote, a variable or the end of the word. */
static const char *read_piece(struct grub_words *words, const char *before, const char **line,
			      char *quote)
{
	const char *end = *quote == '\'' ? "'" : *quote == '"' ? "\"$\\" : " \t;{}'\"$\\";
	size_t length = strcspn(*line, end);
	const char *value;

	if (length) {
		value = add(words, before, *line, length);
		*line += length;
		return value;
	}
	if (**line == '$') {
		++*line;
		value = read_variable(words, line);
		return add(words, before, value, strlen(value));
	}
	if (**line == '\\') {
		*line += 1 + ((*line)[1] != '\0');
		return add(words, before, *line - 1, 1);
	}
	if (*quote)
		*quote = '\0';
	else
		*quote = **line;
	++*line;
	return before;
}

const char *grub_words_next(struct grub_words *words, const char **line)
{
	const char *word = "";
	char quote = '\0';

	*line += strspn(*line, " \t\r");
	if (!**line || strchr(";{#", **line))
		return NULL;
	if (**line == '}') {
		++*line;
		return "}";
	}
	while (**line && (quote || !strchr(" \t;{}\r", **line)))
		word = read_piece(words, word, line, &quote);
	return word;
}
