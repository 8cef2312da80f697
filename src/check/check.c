// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define TEXT_SIZE 2048

const char *const check_severity_names[CHECK_SEVERITIES] = { "error", "warning", "note" };

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
	for (const struct check_edit *edit = check->edits; finding.fix && edit; edit = edit->next)
		if (edit->command == finding.fix)
			added->edit = edit;
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
	add_finding(check, &place,
		    (struct check_finding){ .severity = severity, .topic = topic, .fix = fix },
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
		    (struct check_finding){ .severity = CHECK_ERROR, .topic = topic, .fix = fix },
		    format, arguments);
	va_end(arguments);
}

const char *check_note_edit(struct check *check, struct check_edit edit)
{
	struct check_edit *added = arena_allocate(check->arena, 1, sizeof(*added));

	if (added) {
		*added = edit;
		added->next = check->edits;
		check->edits = added;
	}
	return edit.command;
}

const char *check_parameter_fix(struct check *check, enum boot_loader_change change,
				const char *parameter)
{
	const char *command = boot_loader_command(&check->root, change, parameter);
	struct boot_loader_edit edit;

	/* What only a reboot or a person can do changes nothing. */
	if (!boot_loader_edit(&check->root, change, parameter, &edit) || (edit.done && !edit.then))
		return command;
	return check_note_edit(check, (struct check_edit){ .command = command,
							   .parameter = parameter,
							   .change = change });
}

const char *check_be_careful(struct check *check, const char *command)
{
	for (struct check_edit *edit = check->edits; edit; edit = edit->next)
		if (edit->command == command)
			edit->careful = true;
	return command;
}

static bool same_fix(const struct check_finding *a, const struct check_finding *b)
{
	return a->severity == b->severity && a->fix && b->fix && streq(a->fix, b->fix);
}

void check_join(struct check *check)
{
	for (struct check_finding *first = check->findings; first; first = first->next) {
		struct check_finding **after = &first->next, **place;

		while (*after && same_fix(first, *after))
			after = &(*after)->next;
		for (place = after; *place;) {
			struct check_finding *finding = *place;

			if (!same_fix(first, finding)) {
				place = &finding->next;
				continue;
			}
			if (place == after) {
				place = after = &finding->next;
				continue;
			}
			*place = finding->next;
			finding->next = *after;
			*after = finding;
			after = &finding->next;
		}
		/* The end may have moved. */
		check->last = place;
	}
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

bool check_has_to_do(const struct check *check)
{
	for (const struct check_finding *finding = check->findings; finding;
	     finding = finding->next)
		if (finding->severity != CHECK_NOTE || finding->fix)
			return true;
	return false;
}
