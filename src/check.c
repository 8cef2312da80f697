// SPDX-License-Identifier: GPL-2.0-or-later
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 2048

void check_say(struct check *check, enum check_severity severity, const char *topic,
	       const char *fix, const char *format, ...)
{
	struct check_finding *finding = arena_allocate(check->arena, 1, sizeof(*finding));
	char text[TEXT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!finding)
		return;
	*finding = (struct check_finding){ severity, topic, NULL, fix, NULL };
	finding->text = root_print(&check->root, "%s", text);
	*check->last = finding;
	check->last = &finding->next;
}

bool check_same_name(const char *a, const char *b)
{
	while (*a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b))))
		a++, b++;
	return *a == *b;
}

const char *check_parameter(const struct check *check, const char *name, const char **value)
{
	char *text = arena_copy(check->arena, check->cmdline, strlen(check->cmdline));
	const char *found = NULL;
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token)) {
		if (!check_same_name(token.key, name))
			continue;
		found = token.value ? root_print(&check->root, "%s=%s", token.key, token.value)
				    : token.key;
		if (value)
			*value = token.value ? token.value : "";
	}
	return found;
}
