// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <string.h>

#include "command/listing.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/explain.h"

/* Indentation of a function's second line, as in the output of plan. */
#define DETAIL_INDENT 6

/* Longer than everything that is said about a function. */
#define LINE_SIZE 1024

/* A line built piece by piece. What does not fit is cut. */
struct line {
	char text[LINE_SIZE];
	size_t used;
};

static void add(struct line *line, const char *format, ...) PRINTF_FORMAT(2, 3);

static void add(struct line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - line->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->text + line->used, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		line->used += (size_t)length < room ? (size_t)length : room - 1;
}

/* Returns the separator before the next item. */
static const char *comma(const struct line *line)
{
	return line->used ? ", " : "";
}

static void add_virtual_functions(struct line *line, const struct device *device,
				  const struct traits *traits)
{
	char address[PCI_ADDRESS_SIZE];

	if (traits->physical_function)
		add(line, "%svirtual function of %s", comma(line),
		    pci_address_format(&traits->physical_function->address, address));
	if (traits->virtual_functions_max)
		add(line, "%s%u of %u virtual functions on", comma(line), device->virtual_functions,
		    traits->virtual_functions_max);
	else if (device->virtual_functions)
		add(line, "%s%u virtual functions on", comma(line), device->virtual_functions);
}

static void add_protection(struct line *line, struct arena *arena, const struct selector *protect)
{
	if (protect && protect->purpose)
		add(line, "%sthe host needs it for %s", comma(line), protect->purpose);
	else if (protect)
		add(line, "%sprotected (%s)", comma(line), explain_origin(arena, &protect->origin));
}

/* Adds everything worth knowing about a function before it is taken. */
static void add_flags(struct line *line, const struct listing *listing, const struct device *device)
{
	const struct traits *traits = listing_traits(listing, device);

	if (device->boot_display)
		add(line, "boot display");
	add_protection(line, listing->run->arena, listing_of(listing, device)->protect);
	if (traits->hot_pluggable)
		add(line, "%shot-pluggable", comma(line));
	if (device_is_bridge(device))
		return;
	add_virtual_functions(line, device, traits);
	if (!traits->can_reset)
		add(line, "%scannot be reset", comma(line));
	else if (traits->reset_methods)
		add(line, "%sreset: %s", comma(line), traits->reset_methods);
}

static enum terminal_style style_of(const struct listed_group *group)
{
	if (group->planned && group->planned->refused)
		return TERMINAL_RED;
	if (group->now == LISTING_TAKEN && group->planned)
		return TERMINAL_GREEN;
	return group->planned || group->now != LISTING_HOST ? TERMINAL_YELLOW : TERMINAL_PLAIN;
}

/* Adds "taken now, not at the next boot"; nothing for a group that is and stays with the host. */
static void add_state(struct line *line, const struct listed_group *group)
{
	static const char *const now[] = {
		[LISTING_HOST] = "",
		[LISTING_PARTLY] = "partly taken now",
		[LISTING_TAKEN] = "taken now",
	};

	add(line, "%s", now[group->now]);
	if (group->planned && group->planned->refused)
		add(line, "%srefused at the next boot", comma(line));
	else if (group->planned && group->now == LISTING_TAKEN)
		add(line, " and at the next boot");
	else if (group->planned)
		add(line, "%sto be taken at the next boot", comma(line));
	else if (group->now != LISTING_HOST)
		add(line, ", not at the next boot");
}

static void put_title(const struct terminal *terminal, const struct listed_group *group)
{
	struct line title = { .used = 0 }, state = { .used = 0 };

	if (group->number < 0)
		add(&title, "no group");
	else
		add(&title, "group %d", group->number);
	add_state(&state, group);
	terminal_put(terminal, TERMINAL_BOLD, title.text);
	if (state.used) {
		fputs(": ", terminal->out);
		terminal_put(terminal, style_of(group), state.text);
	}
	fputc('\n', terminal->out);
}

/* Writes "nouveau -> vfio-pci". */
static void put_driver(const struct listing *listing, const struct terminal *terminal,
		       const struct device *device, const struct planned_group *planned)
{
	const struct member *member = listing_of(listing, device)->member;
	const char *driver = device->driver ? device->driver : "no driver";

	fputs(driver, terminal->out);
	if (member && member->role == ROLE_TAKE && planned && !planned->refused &&
	    !streq(driver, member->driver)) {
		fputs(" -> ", terminal->out);
		terminal_put(terminal, TERMINAL_YELLOW, member->driver);
	}
	if (member && member->refusal != REFUSAL_NONE) {
		fputs("  ", terminal->out);
		fprintf(terminal->out, "%s[%s]%s", terminal_style(terminal, TERMINAL_RED),
			refusal_name(member->refusal), terminal_style(terminal, TERMINAL_PLAIN));
	}
}

static void put_member(const struct listing *listing, const struct terminal *terminal,
		       const struct device *device, const struct planned_group *planned)
{
	char address[PCI_ADDRESS_SIZE], name[LISTING_NAME_SIZE], class[LISTING_NAME_SIZE];
	struct line what = { .used = 0 }, flags = { .used = 0 };
	const char *known;

	fprintf(terminal->out, "  %s ", pci_address_format(&device->address, address));
	if (device->gone) {
		fprintf(terminal->out, "is gone or could not be read\n");
		return;
	}
	fprintf(terminal->out, "%04x:%04x  ", device->id.vendor, device->id.device);
	put_driver(listing, terminal, device, planned);
	fputc('\n', terminal->out);
	known = listing_name(listing, device, name);
	add(&what, "%s%s%s", listing_class(listing, device, class), known ? ": " : "",
	    known ? known : "");
	fprintf(terminal->out, "%*s", DETAIL_INDENT, "");
	terminal_wrap(terminal, DETAIL_INDENT, DETAIL_INDENT,
		      device_is_bridge(device) ? TERMINAL_DIM : TERMINAL_PLAIN, what.text);
	add_flags(&flags, listing, device);
	if (flags.used) {
		fprintf(terminal->out, "%*s", DETAIL_INDENT, "");
		terminal_wrap(terminal, DETAIL_INDENT, DETAIL_INDENT, TERMINAL_DIM, flags.text);
	}
}

static void put_notes(const struct listing *listing, const struct terminal *terminal,
		      const struct planned_group *planned)
{
	fputs("  ", terminal->out);
	terminal_wrap(terminal, 2, 2, TERMINAL_RED, explain_refusal(listing->run, planned));
}

/* Writes why nothing at all can be taken, and what to do. */
static void put_iommu(const struct listing *listing, const struct terminal *terminal)
{
	const struct run *run = listing->run;
	const char *off = explain_iommu(run);

	if (!off && !run->topology.group_count)
		off = "the kernel has an IOMMU, but put no device into a group: "
		      "see its lines about IOMMU in dmesg";
	if (!off || run->topology.group_count)
		return;
	terminal_wrap(terminal, 0, 0, TERMINAL_RED,
		      arena_print(run->arena,
				  "Nothing can be taken, because there are no IOMMU groups: %s",
				  off)
			      ?: off);
	fputc('\n', terminal->out);
}

static void put_summary(const struct listing *listing, const struct terminal *terminal)
{
	size_t taken = 0, planned = 0, refused = 0;
	struct line line = { .used = 0 };

	for (size_t i = 0; i < listing->group_count; i++) {
		const struct listed_group *group = &listing->groups[i];

		taken += group->now == LISTING_TAKEN;
		planned += group->planned && !group->planned->refused;
		refused += group->planned && group->planned->refused;
	}
	add(&line, "%zu groups of %zu functions; taken now: %zu; at the next boot: %zu",
	    listing->run->topology.group_count, listing->run->topology.count, taken, planned);
	if (refused)
		add(&line, ", %zu refused", refused);
	if (listing->run->settings.off)
		add(&line, " (vfio_early=off is on the kernel command line)");
	fputc('\n', terminal->out);
	terminal_wrap(terminal, 0, 0, TERMINAL_PLAIN, line.text);
}

void listing_text(const struct listing *listing, const struct terminal *terminal)
{
	bool alone = false;

	put_iommu(listing, terminal);
	for (size_t i = 0; i < listing->group_count; i++) {
		const struct listed_group *group = &listing->groups[i];

		if (!group->shown)
			continue;
		/* Functions without a group share a title, unless one of them has a note. */
		if (group->number >= 0 || !alone || group->planned)
			put_title(terminal, group);
		alone = group->number < 0 && !group->planned;
		for (size_t j = 0; j < group->count; j++)
			put_member(listing, terminal, group->members[j], group->planned);
		if (group->planned && group->planned->refused)
			put_notes(listing, terminal, group->planned);
	}
	put_summary(listing, terminal);
}
