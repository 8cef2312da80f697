// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <string.h>

#include "command/listing.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/picks.h"

/* Indentation of what does not fit into a function's first line. */
#define DETAIL_INDENT 6

/* From this width on there is room for what is rarely looked for: ids and reset methods. */
#define WIDTH_AMPLE 120

#define PCI_CLASS_ETHERNET 0x0200

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
		    explain_address(traits->physical_function, address));
	if (traits->virtual_functions_max)
		add(line, "%s%u of %u virtual functions on", comma(line), device->virtual_functions,
		    traits->virtual_functions_max);
	else if (device->virtual_functions)
		add(line, "%s%u virtual functions on", comma(line), device->virtual_functions);
}

/* Adds what the host needs a function for, or who protects it. */
static void add_needs(struct line *line, struct arena *arena, const struct listed *listed)
{
	const struct selector *protect = listed->protect, *network = listed->network;

	if (protect && protect->purpose)
		add(line, "%sthe host needs it for %s", comma(line), protect->purpose);
	else if (protect)
		add(line, "%sprotected (%s)", comma(line), explain_origin(arena, &protect->origin));
	else if (network)
		add(line, "%scarries the host's network", comma(line));
}

/* Adds how a function is reset, if that is unusual or if there is room for it. */
static void add_reset(struct line *line, const struct listing *listing, const struct device *device,
		      bool ample)
{
	const struct traits *traits = listing_traits(listing, device);

	switch (listing_reset(listing, device)) {
	case RESET_OWN:
		if (ample && traits->reset_methods)
			add(line, "%sreset: %s", comma(line), traits->reset_methods);
		break;
	case RESET_CARD:
		add(line, "%sno reset of its own", comma(line));
		break;
	case RESET_NONE:
		add(line, "%scannot be reset", comma(line));
		break;
	}
}

/* Adds everything worth knowing about a function before it is taken. */
static void add_flags(struct line *line, const struct listing *listing,
		      const struct listed_group *group, const struct device *device, bool ample)
{
	const struct traits *traits = listing_traits(listing, device);
	char address[PCI_ADDRESS_SIZE];

	if (device->boot_display)
		add(line, "%sboot display", comma(line));
	add_needs(line, listing->run->arena, listing_of(listing, device));
	if (device->vmd)
		add(line, "%sgoes away with %s", comma(line),
		    explain_address(device->vmd, address));
	if (traits->hot_pluggable)
		add(line, "%shot-pluggable", comma(line));
	if (device_is_bridge(device) || device->vmd)
		return;
	add_virtual_functions(line, device, traits);
	if (device_is_chipset(device) && !ample)
		add(line, "%schipset", comma(line));
	/* How to reset what the host keeps, or what comes along, is nobody's question. */
	else if (ample || group->verdict >= VERDICT_NEXT || group->verdict == VERDICT_FREE)
		add_reset(line, listing, device, ample);
}

static enum terminal_style style_of(const struct listed_group *group)
{
	if (group->planned && group->planned->refused)
		return TERMINAL_RED;
	switch (group->verdict) {
	case VERDICT_FREE:
		return TERMINAL_GREEN;
	case VERDICT_NEXT:
		return TERMINAL_YELLOW;
	case VERDICT_TAKEN:
		return group->planned ? TERMINAL_GREEN : TERMINAL_YELLOW;
	default:
		return TERMINAL_PLAIN;
	}
}

/* Adds "kept by 02:00.1 (SATA controller), 04:00.0 (boot display)". */
static void add_keepers(struct line *line, const struct listing *listing,
			const struct listed_group *group)
{
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < group->keeper_count; i++)
		add(line, "%s%s (%s)", i ? ", " : "kept by ",
		    explain_address(group->keepers[i].device, address),
		    listing_explain_keeper(listing, &group->keepers[i]));
	if (group->unless_listed)
		add(line, ", unless %s listed too",
		    group->keeper_count > 1 ? "these are" : "it is");
}

/* Adds what can be done, or is done, with a group. */
static void add_verdict(struct line *line, const struct listing *listing,
			const struct listed_group *group)
{
	bool refused = group->planned && group->planned->refused;

	if (group->now == LISTING_PARTLY)
		add(line, "partly taken, ");
	switch (group->verdict) {
	case VERDICT_BRIDGES:
		add(line, "stays with the host");
		break;
	case VERDICT_NO_GROUP:
		add(line, "cannot be taken");
		break;
	case VERDICT_FREE:
		add(line, "can be taken");
		break;
	case VERDICT_KEPT:
		add(line, "%s", refused ? "refused at the next boot: " : "");
		add_keepers(line, listing, group);
		break;
	case VERDICT_NEXT:
		add(line, "at the next boot");
		break;
	case VERDICT_TAKEN:
		add(line, "taken%s", group->planned ? "" : ", not at the next boot");
		break;
	}
	if (group->verdict == VERDICT_TAKEN && refused) {
		add(line, ", refused at the next boot: ");
		add_keepers(line, listing, group);
	}
}

/* Returns the first member whose NUMA node is known; NULL for none. */
static const struct traits *find_node(const struct listing *listing,
				      const struct listed_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (listing_traits(listing, group->members[i])->on_node)
			return listing_traits(listing, group->members[i]);
	return NULL;
}

static void put_title(const struct listing *listing, const struct terminal *terminal,
		      const struct listed_group *group)
{
	struct line title = { .used = 0 }, verdict = { .used = 0 };
	const struct traits *node = find_node(listing, group);

	if (group->number < 0)
		add(&title, "no group");
	else
		add(&title, "group %d", group->number);
	if (node && group->number >= 0)
		add(&title, ", NUMA node %u", node->numa_node);
	/* Without an IOMMU, the reason stands above all groups. */
	if (group->number >= 0 || group->planned || listing->run->topology.group_count)
		add_verdict(&verdict, listing, group);
	terminal_put(terminal, TERMINAL_BOLD, title.text);
	if (!verdict.used) {
		fputc('\n', terminal->out);
		return;
	}
	fputs(": ", terminal->out);
	terminal_wrap(terminal, title.used + 2, DETAIL_INDENT, style_of(group), verdict.text);
}

/* Adds "(nouveau -> vfio-pci)" and the guards that hold the function. */
static void add_driver(struct line *line, const struct listing *listing,
		       const struct device *device, const struct listed_group *group)
{
	const struct member *member = listing_of(listing, device)->member;
	const char *driver = device->driver;

	if (member && member->role == ROLE_TAKE && group->planned && !group->planned->refused &&
	    (!driver || !streq(driver, member->driver)))
		add(line, " (%s -> %s)", driver ? driver : "no driver", member->driver);
	else if (driver)
		add(line, " (%s)", driver);
	if (member && member->refusal != REFUSAL_NONE)
		add(line, " [%s]", refusal_name(member->refusal));
}

static void put_member(const struct listing *listing, const struct terminal *terminal,
		       const struct device *device, const struct listed_group *group)
{
	bool ample = listing->all || terminal->width >= WIDTH_AMPLE;
	char address[PCI_ADDRESS_SIZE], text[LISTING_TEXT_SIZE];
	struct line line = { .used = 0 }, flags = { .used = 0 };
	enum terminal_style style = device_is_bridge(device) ? TERMINAL_DIM : TERMINAL_PLAIN;

	add(&line, "%s ", explain_address(device, address));
	if (device->gone) {
		add(&line, "is gone or could not be read");
	} else {
		if (ample)
			add(&line, "%04x:%04x ", device->id.vendor, device->id.device);
		if (device_is_bridge(device) && !ample)
			add(&line, "%s, stays with the host",
			    listing_short_class(listing, device, text));
		else
			add(&line, "%s", listing_describe(listing, device, false, text));
		if (!device_is_bridge(device) || ample)
			add_driver(&line, listing, device, group);
		add_flags(&flags, listing, group, device, ample);
	}
	if (flags.used)
		add(&line, ", %s", flags.text);
	fputs("  ", terminal->out);
	terminal_wrap(terminal, 2, DETAIL_INDENT, style, line.text);
}

/* Names the functions of a card of this group that are in other groups. */
static void put_rest(const struct listing *listing, const struct terminal *terminal,
		     const struct listed_group *group)
{
	char address[PCI_ADDRESS_SIZE], class[LISTING_NAME_SIZE];
	struct line line = { .used = 0 };

	for (size_t i = 0; i < group->count; i++) {
		const struct device *device = group->members[i], *rest = NULL;

		/* Once for each card. */
		if (i && pci_address_same_slot(&group->members[i - 1]->address, &device->address))
			continue;
		while ((rest = picks_find_rest(&listing->run->topology, device, rest)))
			add(&line, "%s%s (%s) in group %d",
			    line.used ? ", " : "the rest of the card: ",
			    explain_address(rest, address),
			    listing_short_class(listing, rest, class), rest->group);
	}
	if (!line.used)
		return;
	fputs("  ", terminal->out);
	terminal_wrap(terminal, 2, DETAIL_INDENT, TERMINAL_YELLOW, line.text);
}

static void put_notes(const struct listing *listing, const struct terminal *terminal,
		      const struct planned_group *planned)
{
	const char *price = explain_price(listing->run, planned, listing->source, listing->ids);

	fputs("  ", terminal->out);
	terminal_wrap(terminal, 2, DETAIL_INDENT, TERMINAL_RED,
		      explain_kept(listing->run, planned, listing->source, listing->ids));
	if (!price)
		return;
	fputs("  ", terminal->out);
	terminal_wrap(terminal, 2, DETAIL_INDENT, TERMINAL_PLAIN, price);
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

/* Returns how good an example a device is for the next command. */
static int fitness(const struct listing *listing, const struct device *device)
{
	const struct listed *listed = listing_of(listing, device);

	if (device->gone || device_is_bridge(device) || device_is_chipset(device) ||
	    device->boot_display || picks_may_be_vmd(device) || listed->protect || listed->network)
		return 0;
	switch (device->class >> 16) {
	case PCI_CLASS_DISPLAY:
		return 4;
	case PCI_CLASS_NETWORK:
		return device->class >> 8 == PCI_CLASS_ETHERNET ? 3 : 2;
	case PCI_CLASS_STORAGE:
		return 1;
	default:
		return 2;
	}
}

/* Returns the device that a command for a group with this verdict may be about; NULL for none. */
static const struct device *find_example(const struct listing *listing,
					 enum listing_verdict verdict)
{
	const struct device *best = NULL;

	for (size_t i = 0; i < listing->group_count; i++) {
		const struct listed_group *group = &listing->groups[i];

		if (!group->shown || group->verdict != verdict)
			continue;
		if (fitness(listing, group->wanted) > (best ? fitness(listing, best) : 0))
			best = group->wanted;
	}
	return best;
}

/* Writes the command that comes next. */
static void put_next(const struct listing *listing, const struct terminal *terminal,
		     const size_t counts[static VERDICT_TAKEN + 1])
{
	const struct device *example = find_example(listing, VERDICT_FREE);
	const struct device *kept = find_example(listing, VERDICT_KEPT);
	const struct topology *topology = &listing->run->topology;
	char address[PCI_ADDRESS_SIZE];
	struct line line = { .used = 0 };

	if (!topology->group_count)
		add(&line, "To see what to change: vfio-early check");
	else if (counts[VERDICT_NEXT])
		add(&line, "To see whether the next boot will do it: vfio-early check");
	else if (counts[VERDICT_TAKEN])
		add(&line, "To see who uses what is taken: vfio-early status");
	else if (example)
		add(&line, "To take one at the next boot: vfio-early set %s",
		    explain_address(example, address));
	else if (kept)
		add(&line, "To see why one is kept, and what to do: vfio-early plan %s",
		    explain_address(kept, address));
	if (line.used)
		terminal_wrap(terminal, 0, 0, TERMINAL_PLAIN, line.text);
}

static void put_summary(const struct listing *listing, const struct terminal *terminal,
			size_t hidden)
{
	static const struct {
		enum listing_verdict verdict;
		const char *text;
	} parts[] = {
		{ VERDICT_TAKEN, "taken" },
		{ VERDICT_NEXT, "at the next boot" },
		{ VERDICT_FREE, "can be taken" },
		{ VERDICT_KEPT, "kept" },
	};
	size_t counts[VERDICT_TAKEN + 1] = { 0 };
	struct line line = { .used = 0 };

	for (size_t i = 0; i < listing->group_count; i++)
		if (listing->groups[i].shown && (listing->all || !listing->groups[i].minor))
			counts[listing->groups[i].verdict]++;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (counts[parts[i].verdict])
			add(&line, "%s%zu %s",
			    line.used ? ", " : "Groups: ", counts[parts[i].verdict], parts[i].text);
	if (hidden)
		add(&line, "%s%zu %s bridges and idle chipset parts not shown (--all)",
		    line.used ? "; " : "", hidden,
		    listing->run->topology.group_count ? "of" : "functions:");
	if (listing->run->settings.off)
		add(&line, "%svfio_early=off is on the kernel command line", line.used ? "; " : "");
	if (!listing->run->settings.in_boot)
		add(&line, "%sboot = nothing is set (vfio-early on ends that)",
		    line.used ? "; " : "");
	fputc('\n', terminal->out);
	if (line.used)
		terminal_wrap(terminal, 0, 0, TERMINAL_PLAIN, line.text);
	put_next(listing, terminal, counts);
}

void listing_text(const struct listing *listing, const struct terminal *terminal)
{
	bool alone = false;
	size_t hidden = 0;

	put_iommu(listing, terminal);
	for (size_t i = 0; i < listing->group_count; i++) {
		const struct listed_group *group = &listing->groups[i];

		if (!group->shown)
			continue;
		if (group->minor && !listing->all) {
			hidden++;
			continue;
		}
		/* Functions without a group share a title, unless one of them has a note. */
		if (group->number >= 0 || !alone || group->planned)
			put_title(listing, terminal, group);
		alone = group->number < 0 && !group->planned;
		for (size_t j = 0; j < group->count; j++)
			if (listing->all || !listing_is_idle_bridge(listing, group->members[j]))
				put_member(listing, terminal, group->members[j], group);
		put_rest(listing, terminal, group);
		if (group->planned && group->planned->refused)
			put_notes(listing, terminal, group->planned);
	}
	put_summary(listing, terminal, hidden);
}
