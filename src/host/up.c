// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/up.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/say.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/sysfs.h"

#define SESSIONS "run/systemd/sessions"

/* What systemctl says of one unit; NULL for what it does not say. */
struct unit {
	const char *id; /* its own name: "gdm.service" for display-manager.service */
	const char *load_state;
	const char *active_state;
	const char *entered; /* when it became active, in microseconds of CLOCK_MONOTONIC */
};

enum unit_number { UNIT_MULTI_USER, UNIT_DEFAULT, UNIT_DISPLAY_MANAGER, UNIT_COUNT };

struct judgement {
	struct arena *arena;
	const struct up_roots *roots;
	int64_t now;
	struct up_reason **last;
	size_t count;
	int error;
};

/* Adds a reason. */
#define NOT_UP(judgement, ...) add_reason(judgement, SAY((judgement)->arena, __VA_ARGS__))

static void add_reason(struct judgement *judgement, const char *text)
{
	struct up_reason *reason = arena_allocate(judgement->arena, 1, sizeof(*reason));

	if (!reason || judgement->arena->refused) {
		judgement->error = -ENOMEM;
		return;
	}
	reason->text = text;
	*judgement->last = reason;
	judgement->last = &reason->next;
	judgement->count++;
}

/* Returns the value of a line "KEY=VALUE"; NULL if the line has another key. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	return strncmp(line, key, length) == 0 && line[length] == '=' ? line + length + 1 : NULL;
}

static void read_property(struct unit *unit, const char *line)
{
	const struct {
		const char *key;
		const char **value;
	} properties[] = {
		{ "Id", &unit->id },
		{ "LoadState", &unit->load_state },
		{ "ActiveState", &unit->active_state },
		{ "ActiveEnterTimestampMonotonic", &unit->entered },
	};

	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		const char *value = value_of(line, properties[i].key);

		if (value)
			*properties[i].value = value;
	}
}

/*
 * Reads what systemctl(1) prints: a line for each property, and an empty line between two
 * units. Returns whether it told of each unit what it was asked.
 */
static bool read_units(struct unit units[UNIT_COUNT], char *text)
{
	size_t number = 0;
	char *line;

	while ((line = strsep(&text, "\n")) && number < UNIT_COUNT) {
		if (*line)
			read_property(&units[number], line);
		else
			number++;
	}
	for (number = 0; number < UNIT_COUNT; number++)
		if (!units[number].id || !units[number].load_state || !units[number].active_state)
			return false;
	return true;
}

/* Asks systemd about the units. Returns 0 or -errno; -EINVAL for an answer without sense. */
static int ask_units(const struct judgement *judgement, struct unit units[UNIT_COUNT])
{
	static const size_t size = 8192;
	const char *systemctl = judgement->roots->systemctl;
	char *const arguments[] = {
		(char *)"systemctl",
		(char *)"show",
		(char *)"--property=Id,LoadState,ActiveState,ActiveEnterTimestampMonotonic",
		(char *)"multi-user.target",
		(char *)"default.target",
		(char *)"display-manager.service",
		NULL,
	};
	const struct process_program program = {
		.path = systemctl ? systemctl : arguments[0],
		.fd = -1,
		.arguments = arguments,
	};
	char *text = arena_allocate(judgement->arena, 1, size + 1);
	int error = text ? process_read_output(&program, UP_SYSTEMCTL_MILLISECONDS, text, size)
			 : -ENOMEM;

	if (!error && !read_units(units, text))
		error = -EINVAL;
	return error;
}

/* Returns whether a time, in microseconds of CLOCK_MONOTONIC, is long enough ago. */
static bool has_lasted(const struct judgement *judgement, const char *time)
{
	long long at = time ? strtoll(time, NULL, 10) : 0;

	return at > 0 && judgement->now - at >= UP_LASTING_MICROSECONDS;
}

struct session_search {
	const struct judgement *judgement;
	struct sysfs directory;
};

/* Returns whether a session of logind has had a screen for long enough. */
static int visit_session(void *context, const char *name)
{
	const struct session_search *search = context;
	const char *value, *type = "", *state = "", *seat = NULL, *since = NULL;
	char text[4096], *rest = text, *line;

	/* Beside a session's file there may be a FIFO. */
	if (sysfs_read(&search->directory, name, text, sizeof(text)) <= 0)
		return 0;
	while ((line = strsep(&rest, "\n"))) {
		if ((value = value_of(line, "TYPE")))
			type = value;
		else if ((value = value_of(line, "STATE")))
			state = value;
		else if ((value = value_of(line, "SEAT")))
			seat = value;
		else if ((value = value_of(line, "MONOTONIC")))
			since = value;
	}
	return seat && !streq(state, "closing") && (streq(type, "x11") || streq(type, "wayland")) &&
	       has_lasted(search->judgement, since);
}

/* Returns whether somebody has a screen: a greeter, or a user who has logged in. */
static bool has_screen(const struct judgement *judgement)
{
	struct session_search search = { .judgement = judgement };
	const char *root = judgement->roots->root ? judgement->roots->root : "";
	const char *path = arena_print(judgement->arena, "%s/" SESSIONS, root);
	bool found;

	if (!path || sysfs_open(&search.directory, path) < 0)
		return false;
	found = sysfs_list(&search.directory, ".", visit_session, &search) > 0;
	sysfs_close(&search.directory);
	return found;
}

/* These stay active when they fail to start a screen, and make a session for their greeter. */
static bool has_greeter(const char *id)
{
	static const char *const names[] = { "gdm.service", "gdm3.service", "sddm.service",
					     "lightdm.service" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(id, names[i]))
			return true;
	return false;
}

static void judge_display_manager(struct judgement *judgement, const struct unit *unit)
{
	if (streq(unit->load_state, "not-found") || streq(unit->load_state, "masked"))
		return;
	if (!streq(unit->active_state, "active"))
		NOT_UP(judgement, "the display manager %s is %s", unit->id, unit->active_state);
	else if (!has_lasted(judgement, unit->entered))
		NOT_UP(judgement, "the display manager %s has only just started", unit->id);
	else if (has_greeter(unit->id) && !has_screen(judgement))
		NOT_UP(judgement, "the display manager %s has not had a screen for %d seconds",
		       unit->id, UP_LASTING_MICROSECONDS / 1000000);
}

static void judge_units(struct judgement *judgement)
{
	struct unit units[UNIT_COUNT] = { 0 };
	int error = ask_units(judgement, units);

	if (error) {
		NOT_UP(judgement, "systemctl does not say whether multi-user.target is active: %s",
		       strerror(-error));
		return;
	}
	if (!streq(units[UNIT_MULTI_USER].active_state, "active"))
		NOT_UP(judgement, "multi-user.target is %s", units[UNIT_MULTI_USER].active_state);
	if (streq(units[UNIT_DEFAULT].id, "graphical.target"))
		judge_display_manager(judgement, &units[UNIT_DISPLAY_MANAGER]);
}

/*
 * Returns whether a link's device is on a VFIO driver now: the configuration gives the link away.
 * The drivers of other buses have other names.
 */
static bool is_given_away(const struct judgement *judgement, const struct link *link)
{
	const char *root = judgement->roots->links.sysfs;
	char path[SYSFS_PATH_SIZE], driver[64] = "";
	struct sysfs sysfs;

	if (!link->device || strchr(link->device, '/') || sysfs_open(&sysfs, root ? root : "/sys"))
		return false;
	snprintf(path, sizeof(path), "bus/pci/devices/%.64s/driver", link->device);
	if (sysfs_read_link_name(&sysfs, path, driver, sizeof(driver)) <= 0)
		*driver = '\0';
	sysfs_close(&sysfs);
	return strstarts(driver, "vfio-") || streq(driver, "pci-stub");
}

static void judge_links(struct judgement *judgement, const struct link *wanted)
{
	struct link *found;
	int error = wanted ? links_find(&found, judgement->arena, &judgement->roots->links) : 0;

	if (error)
		NOT_UP(judgement, "the routes of this host cannot be read: %s", strerror(-error));
	for (; !error && wanted; wanted = wanted->next)
		/* Whoever gives the last one away cannot reach the machine any more. */
		if (!links_have(found, wanted) && !(found && is_given_away(judgement, wanted)))
			NOT_UP(judgement,
			       "the network link %s (%s), which carried a route before, "
			       "carries none",
			       wanted->name, wanted->address);
}

/* The program gets a process group, so that what it has started can be killed with it. */
static void lead_group(void *context)
{
	(void)context;
	setpgid(0, 0);
}

/* Runs the user's program. */
static void judge_program(struct judgement *judgement, const char *path)
{
	char *const arguments[] = { (char *)path, NULL };
	const struct process_program program = {
		.path = path,
		.fd = -1,
		.arguments = arguments,
		.input = -1,
		.output = STDOUT_FILENO,
		.error = STDERR_FILENO,
		.prepare = lead_group,
	};
	const struct deadline deadline = deadline_after(UP_PROGRAM_MILLISECONDS);
	struct process process;
	int status, error = process_start(&process, &program);

	if (!error)
		error = process_wait(&process, &deadline, &status);
	if (error == -ETIMEDOUT) {
		kill(-process.pid, SIGKILL);
		process_kill(&process);
		NOT_UP(judgement, "confirm = %s did not end within %d seconds", path,
		       UP_PROGRAM_MILLISECONDS / 1000);
	} else if (error) {
		NOT_UP(judgement, "confirm = %s could not be run: %s", path, strerror(-error));
	} else if (WIFSIGNALED(status)) {
		NOT_UP(judgement, "confirm = %s was ended by signal %d", path, WTERMSIG(status));
	} else if (WEXITSTATUS(status)) {
		NOT_UP(judgement, "confirm = %s exited with status %d", path, WEXITSTATUS(status));
	}
}

int up_find(struct up_reason **reasons, struct arena *arena, const struct up_roots *roots,
	    const struct up_wanted *wanted, int64_t now)
{
	struct judgement judgement = { .arena = arena, .roots = roots, .now = now };

	*reasons = NULL;
	judgement.last = reasons;
	judge_units(&judgement);
	judge_links(&judgement, wanted->links);
	if (wanted->program && !judgement.count && !judgement.error)
		judge_program(&judgement, wanted->program);
	return judgement.error;
}
