// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/module_options.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cmdline.h"
#include "lib/util.h"

/* Appends the first length bytes of word to text, which has room for them. */
static void append(char *text, const char *word, size_t length)
{
	size_t used = strlen(text);

	memcpy(text + used, word, length);
	text[used + length] = '\0';
}

/* Options are quoted like the kernel's command line. */
static char *collect(const char *options, const char *name, bool values, size_t *named)
{
	size_t size = strlen(options) + 2, position = 0, start = 0;
	char *words = strdup(options), *text = calloc(1, size);
	struct cmdline_token token;

	while (words && text && cmdline_next(words, &position, &token)) {
		bool is_named = streq(token.key, name);

		*named += is_named;
		if (!values && !is_named)
			append(text, options + start, position - start);
		if (values && is_named && token.value) {
			append(text, token.value, strlen(token.value));
			append(text, ",", 1);
		}
		start = position;
	}
	if (!words) {
		free(text);
		text = NULL;
	}
	free(words);
	return text;
}

char *module_options_without(const char *options, const char *name, size_t *dropped)
{
	*dropped = 0;
	return collect(options, name, false, dropped);
}

char *module_options_values(const char *options, const char *name)
{
	size_t count = 0;

	return collect(options, name, true, &count);
}
