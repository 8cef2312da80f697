// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/cmdline.h"

static bool is_blank(char c)
{
	/* The kernel's isspace() goes by Latin-1, where 0xa0 is a blank too (lib/ctype.c). */
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

int cmdline_next(char *text, size_t *position, struct cmdline_token *token)
{
	size_t start = *position, end, equals = 0, quotes = 0;
	bool quoted = false, in_quotes = false;

	while (is_blank(text[start]))
		start++;
	if (!text[start]) {
		*position = start;
		return 0;
	}
	if (text[start] == '"') {
		start++;
		quoted = true;
		in_quotes = true;
	}
	for (end = start; text[end]; end++) {
		if (is_blank(text[end]) && !in_quotes)
			break;
		/* The kernel too takes a leading '=' as part of the name. */
		if (!equals && end > start && text[end] == '=')
			equals = end;
		if (text[end] == '"') {
			in_quotes = !in_quotes;
			quotes++;
		}
	}
	quotes += quoted;
	token->misquoted = quotes && !(quotes == 2 && end > start && text[end - 1] == '"' &&
				       (quoted || (equals && text[equals + 1] == '"')));
	*position = text[end] ? end + 1 : end;
	text[end] = '\0';
	token->key = text + start;
	token->column = start + 1;
	token->value = NULL;
	token->value_column = start + 1;
	if (equals) {
		size_t value = equals + 1;

		text[equals] = '\0';
		if (text[value] == '"') {
			value++;
			if (text[end - 1] == '"')
				text[end - 1] = '\0';
		}
		token->value = text + value;
		token->value_column = value + 1;
	}
	/*
	 * The value's closing quote went first: of two quotes at the end, only one is
	 * removed here.
	 */
	if (quoted && end > start && text[end - 1] == '"')
		text[end - 1] = '\0';
	return 1;
}
