// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/pick.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/listing.h"
#include "lib/command.h"
#include "lib/terminal.h"
#include "lib/text.h"
#include "plan/explain_kept.h"
#include "plan/picks.h"
#include "plan/survey.h"

/* For an entry's number and the blanks behind it. */
#define NUMBER_COLUMNS 6

/* In which order devices are shown; RANK_NONE is not shown. */
enum rank {
	RANK_DISPLAY,
	RANK_ACCELERATOR,
	RANK_NETWORK,
	RANK_USB,
	RANK_STORAGE,
	RANK_OTHER,
	RANK_BOOT_DISPLAY, /* taking it costs the screen */
	RANK_NONE,
};

/* What can be picked. */
struct entry {
	const struct listed_group *group;
	const struct device *device; /* what the entry is named after */
	bool card;		     /* a graphics card, with all functions of its slot */
	const char *selector;	     /* that stands for it */
};

struct entries {
	struct entry *items;
	size_t count;
	size_t kept; /* groups that stay with the host */
};

/* Returns whether one of the functions of the device's slot is a display of a graphics card. */
static const struct device *find_card(const struct listing *listing, const struct device *device)
{
	const struct topology *topology = &listing->run->topology;

	for (size_t i = 0; i < topology->count; i++) {
		const struct device *display = &topology->devices[i];

		if (display->class >> 16 == PCI_CLASS_DISPLAY && display->parent &&
		    pci_address_same_slot(&display->address, &device->address) &&
		    picks_is_card(topology, display))
			return display;
	}
	return NULL;
}

/* Returns whether the next boot may know the groups of devices that have none now. */
static bool groups_come_later(const struct listing *listing)
{
	const struct topology *topology = &listing->run->topology;

	return topology->iommu != IOMMU_ON || topology->late_groups;
}

static bool is_offered(const struct listing *listing, const struct listed_group *group)
{
	struct hold hold;

	switch (group->verdict) {
	case VERDICT_FREE:
	case VERDICT_NEXT:
	case VERDICT_TAKEN:
		return true;
	case VERDICT_NO_GROUP:
		return groups_come_later(listing) &&
		       !listing_find_hold(listing, group->wanted, &hold);
	default:
		return false;
	}
}

/*
 * Returns the place of a device among those that people give to guests, 0 for first. The other
 * functions of a root bus, such as the management engine, can be named all the same.
 */
static int rank_of(const struct device *device)
{
	if (device->class >> 16 == PCI_CLASS_DISPLAY)
		return device->boot_display ? RANK_BOOT_DISPLAY : RANK_DISPLAY;
	if (device->class >> 16 == PCI_CLASS_ACCELERATOR)
		return RANK_ACCELERATOR;
	if (device_is_network(device))
		return RANK_NETWORK;
	if (device->class >> 8 == PCI_CLASS_USB)
		return RANK_USB;
	if (device_is_storage(device))
		return RANK_STORAGE;
	return device->parent ? RANK_OTHER : RANK_NONE;
}

static bool has_card(const struct entries *entries, const struct device *card)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->items[i].card && entries->items[i].device == card)
			return true;
	return false;
}

static const char *make_selector(struct arena *arena, const struct entry *entry)
{
	char address[PCI_ADDRESS_SIZE];
	char *text = arena_print(arena, "%s", explain_address(entry->device, address));

	/* A slot is an address without its function. */
	if (text && entry->card && strrchr(text, '.'))
		*strrchr(text, '.') = '\0';
	return text;
}

/* Returns 0 or -ENOMEM. */
static int add_entry(const struct listing *listing, struct entries *entries,
		     const struct listed_group *group)
{
	const struct device *card = find_card(listing, group->wanted);
	const struct device *device = card ? card : group->wanted;
	struct entry *entry;

	/* Its other half may have a group of its own. */
	if (card && has_card(entries, card))
		return 0;
	entry = &entries->items[entries->count++];
	*entry = (struct entry){ .group = group, .device = device, .card = card };
	entry->selector = make_selector(listing->run->arena, entry);
	return entry->selector ? 0 : -ENOMEM;
}

/* Finds what can be picked, sorted by rank, then as in the listing. Returns 0 or -ENOMEM. */
static int find_entries(const struct listing *listing, struct entries *entries)
{
	*entries = (struct entries){ .items = arena_allocate(listing->run->arena,
							     listing->group_count + 1,
							     sizeof(*entries->items)) };
	if (!entries->items)
		return -ENOMEM;
	for (int rank = 0; rank < RANK_NONE; rank++)
		for (size_t i = 0; i < listing->group_count; i++) {
			const struct listed_group *group = &listing->groups[i];

			if (group->minor || !group->wanted || rank_of(group->wanted) != rank)
				continue;
			if (!is_offered(listing, group))
				entries->kept++;
			else if (add_entry(listing, entries, group))
				return -ENOMEM;
		}
	return 0;
}

static const char *verdict_of(const struct entry *entry)
{
	switch (entry->group->verdict) {
	case VERDICT_NEXT:
		return "taken at the next boot as it is";
	case VERDICT_TAKEN:
		return "taken now";
	case VERDICT_NO_GROUP:
		return "decided at the next boot, which knows its group";
	default:
		return "can be taken";
	}
}

static const char *note_of(const struct entry *entry)
{
	if (entry->card)
		return entry->device->boot_display ? ", the whole card, the boot display"
						   : ", the whole card";
	return entry->device->boot_display ? ", the boot display" : "";
}

/* Returns the column of an entry's text: behind its number and the longest selector. */
static size_t find_column(const struct entries *entries)
{
	size_t longest = 0;

	for (size_t i = 0; i < entries->count; i++) {
		size_t length = strlen(entries->items[i].selector);

		longest = length > longest ? length : longest;
	}
	return NUMBER_COLUMNS + longest + 2;
}

/* Returns 0 or -ENOMEM. */
static int show_entries(const struct listing *listing, const struct entries *entries)
{
	size_t column = find_column(entries);
	char text[LISTING_TEXT_SIZE];
	struct terminal terminal;

	terminal_open(&terminal, stderr);
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->items[i];
		const char *line = arena_print(listing->run->arena, "%s%s: %s",
					       listing_describe(listing, entry->device, true, text),
					       note_of(entry), verdict_of(entry));

		if (!line)
			return -ENOMEM;
		fprintf(stderr, "%*zu  %-*s", NUMBER_COLUMNS - 2, i + 1,
			(int)column - NUMBER_COLUMNS, entry->selector);
		terminal_wrap(&terminal, column, column, TERMINAL_PLAIN, line);
	}
	if (entries->kept)
		text_print(stderr, "%zu %s with the host; what keeps each there: vfio-early list\n",
			   entries->kept, entries->kept == 1 ? "group stays" : "groups stay");
	return 0;
}

/* Asks for a number. Returns the entry; NULL with the exit_code in *code. */
static const struct entry *ask(const struct entries *entries, int *code)
{
	char answer[32], *end;
	unsigned long number;

	text_print(stderr, "vfio-early: which one? [1-%zu] ", entries->count);
	*code = EXIT_PARTLY;
	if (!fgets(answer, sizeof(answer), stdin)) {
		fputc('\n', stderr);
		answer[0] = '\0';
	}
	answer[strcspn(answer, "\n")] = '\0';
	if (!answer[0]) {
		text_print(stderr, "vfio-early: nothing was changed\n");
		return NULL;
	}
	number = strtoul(answer, &end, 10);
	if (answer[0] < '0' || answer[0] > '9' || *end || !number || number > entries->count) {
		text_print(stderr,
			   "vfio-early: '%s' is none of these numbers: nothing was changed\n",
			   answer);
		*code = EXIT_MALFORMED;
		return NULL;
	}
	return &entries->items[number - 1];
}

/* Returns 0 or -errno. */
static int list_and_ask(struct arena *arena, struct preview *preview, struct run *run,
			const char **selector, int *code)
{
	struct listing listing = { .run = run };
	const struct entry *entry;
	struct entries entries;
	int error = preview_read(preview, run, 0, NULL);

	if (!error)
		error = preview_plan(preview, run);
	if (error)
		return error;
	listing.source = preview->source;
	listing.ids = preview_find_ids(preview);
	error = listing_make(&listing, run, &preview->tree, NULL);
	if (!error)
		error = find_entries(&listing, &entries);
	if (error)
		return error;
	if (!entries.count) {
		text_print(stderr,
			   "vfio-early: nothing can be taken on this machine; what keeps each "
			   "group with the host: vfio-early list\n");
		*code = EXIT_PARTLY;
		return 0;
	}
	error = show_entries(&listing, &entries);
	if (error)
		return error;
	entry = ask(&entries, code);
	if (!entry)
		return 0;
	*selector = arena_print(arena, "%s", entry->selector);
	return *selector ? 0 : -ENOMEM;
}

const char *pick_device(struct arena *arena, const struct preview *like, const char *command,
			int *code)
{
	struct preview preview = {
		.survey = survey_all,
		.sysfs = like->sysfs,
		.file = like->file,
		.may_lack_file = like->may_lack_file,
		.cmdline = like->cmdline,
	};
	const char *selector = NULL;
	struct run *run;
	int error;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		text_print(
			stderr,
			"vfio-early: %s: which devices? Name them: vfio-early %s SELECTOR...; what "
			"there is: vfio-early list\n",
			command, command);
		*code = EXIT_MALFORMED;
		return NULL;
	}
	run = run_create();
	error = run ? list_and_ask(arena, &preview, run, &selector, code) : -ENOMEM;
	if (error) {
		preview_complain(command, error);
		*code = EXIT_PARTLY;
	}
	preview_close(&preview);
	if (run)
		run_destroy(run);
	return selector;
}
