// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/pin.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "plan/explain.h"
#include "settings/profile.h"

/* Returns whether a selector stays unchanged because there is nothing to pin it to. */
static bool stays_as_it_is(const struct run *run, const struct selector *selector)
{
	const struct plan *plan = &run->plan;

	/* Which display the firmware uses may change; the selector means whichever it is. */
	if (selector->exclude)
		return selector->kind == SELECTOR_BOOT_VGA;
	for (size_t i = 0; i < plan->finding_count; i++)
		if (plan->findings[i].selector == selector)
			return true;
	/* A guard that holds the member for not being named by place keeps doing so. */
	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++) {
			const struct member *member = &plan->groups[i].members[j];

			if (member->selector == selector &&
			    (member_hold(member, REFUSAL_NETWORK) ||
			     member_hold(member, REFUSAL_HOST_UNKNOWN)))
				return true;
		}
	return false;
}

/* Appends to a list after ", ". Returns NULL if list or text is NULL or memory runs out. */
static const char *add(const struct run *run, const char *list, const char *mark, const char *text)
{
	return list ? arena_print(run->arena, "%s%s%s%s", list, *list ? ", " : "", mark, text)
		    : NULL;
}

/* Appends what one selector picks, or leaves out of what others pick. */
static const char *add_selector(const struct run *run, const char *list,
				const struct selector *selector)
{
	const struct plan *plan = &run->plan;

	if (stays_as_it_is(run, selector))
		return add(run, list, "", selector->text);
	for (size_t i = 0; i < plan->group_count; i++) {
		for (size_t j = 0; j < plan->groups[i].count; j++) {
			const struct member *member = &plan->groups[i].members[j];
			const struct hold *excluded = member_hold(member, REFUSAL_EXCLUDED);

			if (member->role == ROLE_TAKE &&
			    (excluded ? excluded->blame : member->selector) == selector)
				list = add(run, list, excluded ? "!" : "",
					   explain_pin(run->arena, member->device));
		}
	}
	return list;
}

/* Returns the value of a line of "devs", or of all lines together for line 0. */
static const char *devs_value(const struct run *run, unsigned int line)
{
	const struct selector_list *devs = &run->settings.devs;
	const char *list = "";

	for (size_t i = 0; i < devs->count; i++)
		if (!line || devs->items[i].origin.line == line)
			list = add_selector(run, list, &devs->items[i]);
	return list;
}

/* Returns whether nothing is in the member's place now, while devices are still asked for. */
static bool is_missed(const struct run *run, const struct selector *member)
{
	const struct topology *topology = &run->topology;

	for (size_t i = 0; i < topology->count; i++)
		if (selector_matches(member, &topology->devices[i]))
			return false;
	return run->plan.finding_count > 0;
}

static const char *add_member(const struct run *run, const char *list, const struct member *member)
{
	if (member->role != ROLE_TAKE || member->device->gone)
		return list;
	return add(run, list, "", explain_pin(run->arena, member->device));
}

/* Returns a line of "members" for each group, and one for devices that are absent. */
static const char *members_lines(const struct run *run)
{
	const struct plan *plan = &run->plan;
	struct arena *arena = run->arena;
	const char *lines = "", *list;

	for (size_t i = 0; lines && i < plan->group_count; i++) {
		list = "";
		for (size_t j = 0; j < plan->groups[i].count; j++)
			list = add_member(run, list, &plan->groups[i].members[j]);
		lines = list ? arena_print(arena, "%smembers = %s\n", lines, list) : NULL;
	}
	list = "";
	for (size_t i = 0; i < run->settings.members.count; i++)
		if (is_missed(run, &run->settings.members.items[i]))
			list = add(run, list, "", run->settings.members.items[i].text);
	if (!lines || !list || !*list)
		return list ? lines : NULL;
	return arena_print(arena, "%smembers = %s\n", lines, list);
}

const char *pin_text(const struct run *run)
{
	const char *devs = devs_value(run, 0), *members = members_lines(run);

	return devs && members ? arena_print(run->arena, "devs = %s\n%s", devs, members) : NULL;
}

/* A config file that is being rewritten. */
struct edit {
	const struct run *run;
	const char *path;
	FILE *out;
	size_t devs, members; /* lines of each still to come */
	bool devs_done, members_done;
};

/* Returns whether a line of a config file sets a key. */
static bool line_has_key(const char *line, const char *key)
{
	line += strspn(line, " \t");
	if (strncmp(line, key, strlen(key)) != 0)
		return false;
	line += strlen(key);
	return line[strspn(line, " \t")] == '=';
}

static void count_lines(struct edit *edit, const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		edit->devs += line_has_key(line, "devs");
		edit->members += line_has_key(line, "members");
	}
}

/* Returns the new value for a line of "devs". */
static const char *line_value(struct edit *edit, unsigned int number)
{
	const struct origin *origin = &edit->run->settings.origins[SETTING_DEVS];
	bool first = !edit->devs_done;

	edit->devs_done = true;
	if (streq(origin->source, edit->path))
		return devs_value(edit->run, number);
	/* Selectors from elsewhere have replaced all of this file's. */
	return first ? devs_value(edit->run, 0) : "";
}

static int put_members(struct edit *edit)
{
	const char *lines = members_lines(edit->run);

	edit->members_done = true;
	if (lines)
		fputs(lines, edit->out);
	return lines ? 0 : -ENOMEM;
}

/*
 * Writes one line, unchanged or with a new value. Without a value, only its comment
 * stays. Returns 0 or -ENOMEM.
 */
static int edit_line(struct edit *edit, const char *line, int length, unsigned int number)
{
	const char *comment = memchr(line, '#', (size_t)length);
	const char *equals = memchr(line, '=', (size_t)length);
	bool devs = line_has_key(line, "devs"), members = line_has_key(line, "members");
	const char *value = devs ? line_value(edit, number) : "";

	edit->devs -= devs;
	edit->members -= members;
	if (!value)
		return -ENOMEM;
	if (!devs && !members)
		fprintf(edit->out, "%.*s\n", length, line);
	if (*value)
		fprintf(edit->out, "%.*s %s%s", (int)(equals + 1 - line), line, value,
			comment ? "  " : "\n");
	if ((devs || members) && comment)
		fprintf(edit->out, "%.*s\n", (int)(line + length - comment), comment);
	/* Members go where they were; if there were none, after the devs. */
	if (edit->members_done || !(members || (devs && !edit->devs && !edit->members)))
		return 0;
	return put_members(edit);
}

/* Writes lines of which the first has the number after this one. Returns 0 or -ENOMEM. */
static int edit_lines(struct edit *edit, const char *text, unsigned int number)
{
	const struct run *run = edit->run;
	const char *value;
	int error = 0;

	count_lines(edit, text);
	while (!error && *text) {
		size_t length = strcspn(text, "\n");

		error = edit_line(edit, text, (int)length, ++number);
		text += length + (text[length] == '\n');
	}
	if (!error && !edit->devs_done) {
		value = devs_value(run, 0);
		fprintf(edit->out, "devs = %s\n", value ? value : "");
		error = value ? 0 : -ENOMEM;
	}
	return error || edit->members_done ? error : put_members(edit);
}

int pin_edit(const struct run *run, const char *path, const char *text, FILE *out)
{
	struct edit edit = { .run = run, .path = path, .out = out };
	size_t length = profile_common_length(text);
	const char *common = arena_copy(run->arena, text, length);
	int error = common ? edit_lines(&edit, common, 0) : -ENOMEM;

	fputs(text + length, out);
	return error;
}

int pin_edit_profile(const struct run *run, const char *path, const char *text, const char *profile,
		     FILE *out)
{
	struct edit edit = { .run = run, .path = path, .out = out };
	struct profile_section section;
	unsigned int number = 0;
	const char *body;
	int error = profile_find(run->arena, text, profile, &section);

	if (error)
		return error;
	body = arena_copy(run->arena, text + section.body, section.end - section.body);
	if (!body)
		return -ENOMEM;
	for (size_t i = 0; i < section.body; i++)
		number += text[i] == '\n';
	fprintf(out, "%.*s", (int)section.body, text);
	error = edit_lines(&edit, body, number);
	fputs(text + section.end, out);
	return error;
}

int pin_check(const struct run *run, const char *text)
{
	const struct plan *before = &run->plan;
	struct settings settings = run->settings;
	struct plan after;
	bool same;
	int error;

	settings.problems = NULL;
	settings.last_problem = &settings.problems;
	settings.devs = settings.members = (struct selector_list){ 0 };
	settings.members_open = false;
	error = settings_read_config(&settings, "pin", text);
	if (!error)
		error = plan_make(&after, settings.arena, &settings, &run->topology);
	if (error)
		return error;
	same = !settings.problems && after.group_count == before->group_count;
	for (size_t i = 0; same && i < after.group_count; i++)
		same = after.groups[i].number == before->groups[i].number &&
		       after.groups[i].refused == before->groups[i].refused;
	return same ? 0 : -EBADMSG;
}
