// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A typing error takes nothing. The input draws a machine of tests/golden, a valid config
 * file, some with profiles, a kernel command line over it, and one edit of either: a byte added,
 * removed, changed, or two swapped. Whatever the edited settings take beyond the first must be in
 * a group that a new, valid selector of devs picks or a new word of force waives.
 *
 * Two more things are allowed. If nothing was taken because a selector could not be used
 * ("boot_vga" when the display is unknown, a '!' that excludes nothing), the edit may
 * settle that, and what else is listed is taken. And if a restriction became another
 * valid one of its key ("protect = 01:00.0" to "01:00.1", "on" to "no"), or a comment,
 * nobody can know that it is wrong. A restriction lost in any other way must stop the
 * taking.
 *
 * FUZZ_TREES names the directory of the trees. With FUZZ_PLANT set, problems stop
 * nothing, to check this check.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/util.h"
#include "machine/pci.h"
#include "plan/plan.h"
#include "plan/survey.h"
#include "tree.h"

#define MACHINES_MAX 256
#define TEXT_MAX     1024

struct input {
	const uint8_t *data;
	size_t size;
	uint32_t rest; /* for drawing after the data ends, so that short inputs draw much */
};

struct draft {
	char bytes[TEXT_MAX + 2];
	size_t used;
};

/* The machines' devices, read once. */
static struct topology machines[MACHINES_MAX];
static size_t machine_count;

static unsigned int draw(struct input *input, unsigned int count)
{
	unsigned int value = 0;

	if (input->size < 2) {
		input->rest = input->rest * 1664525 + 1013904223;
		return (input->rest >> 8) % count;
	}
	for (size_t i = 0; i < 2; i++, input->size--)
		value = value << 8 | *input->data++;
	return value % count;
}

static void add(struct draft *text, const char *what)
{
	size_t length = strlen(what);

	if (text->used + length >= TEXT_MAX)
		return;
	memcpy(text->bytes + text->used, what, length + 1);
	text->used += length;
}

static void read_machine(const char *path)
{
	struct arena *arena = arena_create(64 << 20);
	struct settings settings;
	struct pci_source *source;
	struct sysfs sysfs;
	char line[4096], root[512];
	FILE *file = fopen(path, "re");

	FUZZ_CHECK(file && arena);
	tree_begin();
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		tree_add_line(line);
	}
	fclose(file);
	snprintf(root, sizeof(root), "%s/sys", tree_apply());
	settings_init(&settings, arena);
	FUZZ_CHECK(sysfs_open(&sysfs, root) == 0);
	if (pci_open(&sysfs, &source) == 0) {
		if (survey_all(&machines[machine_count], arena, &settings, source, &sysfs, NULL) ==
			    0 &&
		    machines[machine_count].count)
			machine_count++;
		pci_close(source);
	}
	sysfs_close(&sysfs);
}

static void read_directory(const char *directory)
{
	struct dirent **names;
	int count = scandir(directory, &names, NULL, alphasort);

	FUZZ_CHECK(count > 0);
	for (int i = 0; i < count; i++) {
		size_t length = strlen(names[i]->d_name);
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", directory, names[i]->d_name);
		if (length > 5 && streq(names[i]->d_name + length - 5, ".tree") &&
		    machine_count < MACHINES_MAX)
			read_machine(path);
		free(names[i]);
	}
	free(names);
}

static void read_machines(void)
{
	const char *directory = getenv("FUZZ_TREES");
	char machines_directory[4096];

	if (machine_count)
		return;
	directory = directory ? directory : "tests/golden";
	snprintf(machines_directory, sizeof(machines_directory), "%s/machines", directory);
	read_directory(directory);
	read_directory(machines_directory);
	FUZZ_CHECK(machine_count);
}

/* Writes a selector for one of the machine's devices; for a member, its path and id. */
static void draw_selector(struct input *input, const struct topology *machine, bool member,
			  char text[256])
{
	const struct device *device = &machine->devices[draw(input, (unsigned int)machine->count)];
	const struct pci_id *id = &device->id;
	char address[PCI_ADDRESS_SIZE];

	pci_address_format(&device->address, address);
	switch (member ? 7 : draw(input, 8)) {
	case 0:
		snprintf(text, 256, "%s", address);
		break;
	case 1:
		snprintf(text, 256, "%s", strncmp(address, "0000:", 5) ? address : address + 5);
		break;
	case 2:
		snprintf(text, 256, "%.*s", (int)strlen(address) - 2, address);
		break;
	case 3:
		snprintf(text, 256, "%04x:%04x", id->vendor, id->device);
		break;
	case 4:
		snprintf(text, 256, "class:%02x", device->class >> 16);
		break;
	case 5:
		snprintf(text, 256, "class:%04x", device->class >> 8);
		break;
	case 6:
		snprintf(text, 256, "boot_vga");
		break;
	default:
		snprintf(text, 256, "%s@%04x:%04x", address, id->vendor, id->device);
	}
}

static void draw_list(struct input *input, const struct topology *machine, enum setting_key key,
		      bool on_cmdline, struct draft *text)
{
	static const char *const separators[] = { ",", ", ", " ", "," };
	unsigned int count = 1 + draw(input, 3);
	bool quoted = on_cmdline && draw(input, 3) == 0;
	char selector[256];

	add(text, quoted ? "\"" : "");
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			add(text, separators[on_cmdline && !quoted ? 0 : draw(input, 4)]);
		if (key == SETTING_DEVS && draw(input, 3) == 0)
			add(text, "!");
		draw_selector(input, machine, key == SETTING_MEMBERS, selector);
		add(text, selector);
	}
	add(text, quoted ? "\"" : "");
}

static void draw_value(struct input *input, const struct topology *machine, enum setting_key key,
		       bool on_cmdline, struct draft *text)
{
	static const char *const switches[] = { "on", "yes", "1", "off" };

	switch (key) {
	case SETTING_DRIVER:
		add(text, "vfio-pci");
		break;
	case SETTING_WAIT:
	case SETTING_TIMEOUT:
		add(text, "5");
		break;
	case SETTING_DEBUG:
	case SETTING_DRY_RUN:
		add(text, switches[draw(input, 4)]);
		break;
	default:
		draw_list(input, machine, key, on_cmdline, text);
	}
}

/*
 * Draws devs most often. Not rescue, which is about no device: the other targets have it, and
 * the inputs of the corpus keep their meaning.
 */
static enum setting_key draw_key(struct input *input)
{
	unsigned int key = draw(input, SETTING_RESCUE + 2);

	return key < SETTING_RESCUE    ? (enum setting_key)key
	       : key == SETTING_RESCUE ? SETTING_DEVS
				       : SETTING_PROTECT;
}

static void draw_config(struct input *input, const struct topology *machine, struct draft *text)
{
	for (unsigned int lines = draw(input, 5); lines; lines--) {
		enum setting_key key = draw_key(input);

		if (draw(input, 8) == 0)
			add(text, "# a comment\n");
		add(text, setting_name(key));
		add(text, draw(input, 2) ? " = " : "=");
		draw_value(input, machine, key, false, text);
		add(text, draw(input, 8) ? "\n" : " # why\n");
	}
}

static void draw_cmdline(struct input *input, const struct topology *machine, struct draft *text)
{
	static const char *const others[] = { "quiet",
					      "ro",
					      "root=/dev/vda1",
					      "splash",
					      "nomodeset",
					      "single",
					      "3",
					      "1",
					      "debug",
					      "initrd=/boot/vfio-early.img" };

	for (unsigned int words = draw(input, 6); words; words--) {
		enum setting_key key = draw_key(input);

		switch (draw(input, 8)) {
		case 0:
			add(text, "vfio_early=off");
			break;
		case 1:
		case 2:
		case 3:
			add(text, others[draw(input, ARRAY_SIZE(others))]);
			break;
		default:
			add(text, "vfio_early.");
			add(text, setting_name(key));
			/* A switch without a value is on. */
			if (key != SETTING_DRY_RUN || draw(input, 2)) {
				add(text, "=");
				draw_value(input, machine, key, true, text);
			}
		}
		add(text, words > 1 ? " " : "");
	}
}

/*
 * Adds profiles to one in four, and to most of these the parameter that chooses one. Draws from the
 * hash of the data: the inputs of the corpus keep their meaning.
 */
static void draw_profiles(uint32_t hash, const struct topology *machine, struct draft *config,
			  struct draft *cmdline)
{
	static const char *const names[] = { "gaming", "work" };
	struct input input = { .rest = hash };

	if (hash % 4)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		add(config, "[profile ");
		add(config, names[i]);
		add(config, "]\n");
		draw_config(&input, machine, config);
	}
	if (draw(&input, 4) == 0)
		return;
	add(cmdline, cmdline->used ? " vfio_early.profile=" : "vfio_early.profile=");
	add(cmdline, names[draw(&input, ARRAY_SIZE(names))]);
}

static void edit(struct input *input, struct draft *text)
{
	static const char often[] = "!@,.:= \n#\"01lOo-_/*";
	unsigned int kind = draw(input, 4), at;
	char byte = often[draw(input, sizeof(often) - 1)];
	char *place;

	if (draw(input, 3) == 0)
		byte = (char)(1 + draw(input, 255));
	if (kind > 0 && text->used < 2)
		kind = 0;
	at = draw(input, (unsigned int)text->used + (kind == 0));
	place = text->bytes + at;
	switch (kind) {
	case 0:
		memmove(place + 1, place, text->used - at + 1);
		*place = byte;
		break;
	case 1:
		memmove(place, place + 1, text->used - at);
		break;
	case 2:
		*place = byte;
		break;
	default:
		if (place[1]) {
			byte = place[0];
			place[0] = place[1];
			place[1] = byte;
		}
	}
}

static void read_settings(struct settings *settings, struct arena *arena, const char *config,
			  const char *cmdline)
{
	settings_init(settings, arena);
	FUZZ_CHECK(settings_read_config(settings, "config", config) == 0);
	FUZZ_CHECK(settings_read_cmdline(settings, cmdline) == 0);
}

static bool is_taken(const struct settings *settings, const struct plan *plan,
		     const struct device *device)
{
	if (settings->off || settings->dry_run)
		return false;
	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; !plan->groups[i].refused && j < plan->groups[i].count; j++)
			if (plan->groups[i].members[j].device == device &&
			    plan->groups[i].members[j].role == ROLE_TAKE)
				return true;
	return false;
}

static size_t count_text(const struct selector_list *list, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += streq(list->items[i].text, text);
	return count;
}

static bool has_text(const struct selector_list *list, const char *text)
{
	return count_text(list, text) > 0;
}

/* Returns whether a new word without '!' matches the device's group. */
static bool is_asked_for(const struct selector_list *before, const struct selector_list *after,
			 const struct topology *machine, const struct device *device)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct selector *selector = &after->items[i];

		if (selector->exclude ||
		    count_text(after, selector->text) <= count_text(before, selector->text))
			continue;
		for (size_t j = 0; j < machine->count; j++)
			if ((&machine->devices[j] == device ||
			     (device->group >= 0 && machine->devices[j].group == device->group)) &&
			    selector_matches(selector, &machine->devices[j]) &&
			    selector_identity_holds(selector, &machine->devices[j]))
				return true;
	}
	return false;
}

/* Returns whether a comment of the config holds the text, at most without its first byte. */
static bool is_in_comment(const char *config, const char *text)
{
	for (const char *line = config; line; line = strchr(line, '\n')) {
		char comment[TEXT_MAX + 2] = "";
		const char *start;

		line += *line == '\n';
		start = memchr(line, '#', strcspn(line, "\n"));
		if (start)
			snprintf(comment, sizeof(comment), "%.*s", (int)strcspn(start, "\n"),
				 start);
		if (*comment && strstr(comment, text + 1))
			return true;
	}
	return false;
}

/* Returns whether all of a list's lost restrictions became others, or comments. */
static bool list_is_explained(const struct selector_list *before, const struct selector_list *after,
			      bool exclude, const char *config)
{
	bool other = false;

	for (size_t i = 0; i < after->count; i++)
		other |= after->items[i].exclude == exclude &&
			 !has_text(before, after->items[i].text);
	for (size_t i = 0; i < before->count; i++)
		if (before->items[i].exclude == exclude && !has_text(after, before->items[i].text))
			return other || is_in_comment(config, before->items[i].text);
	return false;
}

static bool is_explained(const struct settings *before, const struct settings *after,
			 const char *config)
{
	if (list_is_explained(&before->devs, &after->devs, true, config) ||
	    list_is_explained(&before->protect, &after->protect, false, config) ||
	    list_is_explained(&before->members, &after->members, false, config))
		return true;
	if (before->dry_run && !after->dry_run)
		return after->origins[SETTING_DRY_RUN].source || is_in_comment(config, "dry_run");
	/* From "vfio_early=0" to "vfio_early=1". */
	return before->off && !after->off && !after->problems;
}

/*
 * Returns whether the edit settles what stopped the taking: the unusable selector is
 * gone, a '!' that excluded nothing excludes what a new selector picks, or the device
 * that a mistyped '!' may have meant is no longer listed.
 */
static bool has_lost_stop(const struct plan *first, const struct plan *second,
			  const struct settings *before, const struct settings *after,
			  const struct topology *machine)
{
	for (size_t i = 0; first->stopped && i < first->finding_count; i++) {
		const struct selector *selector = first->findings[i].selector;

		if (!selector)
			continue;
		if (!has_text(&after->devs, selector->text))
			return true;
		if (first->findings[i].kind == FINDING_MISTYPED &&
		    !is_taken(after, second, first->findings[i].device))
			return true;
		for (size_t j = 0; selector->exclude && j < machine->count; j++)
			if (selector_matches(selector, &machine->devices[j]) &&
			    is_asked_for(&before->devs, &after->devs, machine,
					 &machine->devices[j]))
				return true;
	}
	return false;
}

/* Returns whether everything that the edited settings take beyond the first was asked for. */
static bool check(const struct topology *machine, const char *config, const struct settings *before,
		  struct settings *after)
{
	struct plan first, second;
	char address[PCI_ADDRESS_SIZE];

	if (getenv("FUZZ_PLANT"))
		for (struct problem *problem = after->problems; problem; problem = problem->next)
			problem->stops = false;
	FUZZ_CHECK(plan_make(&first, before->arena, before, machine) == 0);
	FUZZ_CHECK(plan_make(&second, after->arena, after, machine) == 0);
	for (size_t i = 0; i < machine->count; i++) {
		const struct device *device = &machine->devices[i];

		if (!is_taken(after, &second, device) || is_taken(before, &first, device) ||
		    is_asked_for(&before->devs, &after->devs, machine, device) ||
		    is_asked_for(&before->force, &after->force, machine, device) ||
		    has_lost_stop(&first, &second, before, after, machine) ||
		    is_explained(before, after, config))
			continue;
		fprintf(stderr, "taken now: %s\n", pci_address_format(&device->address, address));
		return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size, fuzz_hash(data, size) };
	struct arena *arena = arena_create(8 << 20);
	struct draft config = { .used = 0 }, cmdline = { .used = 0 }, first_config, first_cmdline;
	struct settings before, after;
	const struct topology *machine;

	read_machines();
	machine = &machines[draw(&input, (unsigned int)machine_count)];
	draw_config(&input, machine, &config);
	draw_cmdline(&input, machine, &cmdline);
	draw_profiles(fuzz_hash(data, size), machine, &config, &cmdline);
	read_settings(&before, arena, config.bytes, cmdline.bytes);
	if (before.problems)
		fprintf(stderr, "%s\n%s\n%s\n", config.bytes, cmdline.bytes, before.problems->text);
	FUZZ_CHECK(!before.problems);
	first_config = config;
	first_cmdline = cmdline;
	edit(&input, draw(&input, 2) ? &config : &cmdline);
	read_settings(&after, arena, config.bytes, cmdline.bytes);
	if (!check(machine, config.bytes, &before, &after)) {
		fprintf(stderr, "--- first\n%s\n--- its command line\n%s\n", first_config.bytes,
			first_cmdline.bytes);
		fprintf(stderr, "--- edited\n%s\n--- its command line\n%s\n---\n", config.bytes,
			cmdline.bytes);
		FUZZ_CHECK(!"the edit takes what was not taken");
	}
	arena_destroy(arena);
	return 0;
}
