// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define TEXT_SIZE 2048

/* Inserts a finding at a place in the list and moves the place past it. */
static void add_finding(struct check *check, struct check_finding ***place,
			struct check_finding finding, const char *format, va_list arguments)
{
	struct check_finding *added = arena_allocate(check->arena, 1, sizeof(*added));
	char text[TEXT_SIZE];

	vsnprintf(text, sizeof(text), format, arguments);
	if (!added)
		return;
	*added = finding;
	/* It holds names and lines from files that anybody may have written. */
	text_make_printable(text);
	added->text = root_print(&check->root, "%s", text);
	if (finding.fix)
		added->fix = text_printable(check->arena, finding.fix);
	added->next = **place;
	**place = added;
	/* Inserting at the end of the list moves its end. */
	if (check->last == *place)
		check->last = &added->next;
	*place = &added->next;
}

void check_say(struct check *check, enum check_severity severity, const char *topic,
	       const char *fix, const char *format, ...)
{
	struct check_finding **place = check->last;
	va_list arguments;

	va_start(arguments, format);
	add_finding(check, &place, (struct check_finding){ severity, topic, NULL, fix, NULL },
		    format, arguments);
	va_end(arguments);
}

void check_say_unbootable(struct check *check, const char *topic, const char *fix,
			  const char *format, ...)
{
	va_list arguments;

	if (!check->unbootable)
		check->unbootable = &check->findings;
	va_start(arguments, format);
	add_finding(check, &check->unbootable,
		    (struct check_finding){ CHECK_ERROR, topic, NULL, fix, NULL }, format,
		    arguments);
	va_end(arguments);
}

const char *check_parameter(const struct check *check, const char *name, const char **value)
{
	char *text = arena_copy(check->arena, check->cmdline, strlen(check->cmdline));
	const char *found = NULL;
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token)) {
		if (!text_same_name(token.key, name))
			continue;
		found = token.value ? root_print(&check->root, "%s=%s", token.key, token.value)
				    : token.key;
		if (value)
			*value = token.value ? token.value : "";
	}
	return found;
}
