// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "command/listing.h"
#include "machine/module.h"
#include "plan/explain_kept.h"

/* No tree is deeper than a path of sysfs. */
#define PREFIX_SIZE SYSFS_PATH_SIZE

/* At least so many columns of a function are written, however deep it is. */
#define WIDTH_LEAST 30

/* The tree of functions. An index is a device's; SIZE_MAX means none. */
struct family {
	const struct listing *listing;
	const struct terminal *terminal;
	size_t *first; /* first child */
	size_t *next;  /* next one behind the same bridge or on the same root bus */
	bool *shown;   /* it or a function behind it is shown */
	bool *written;
	char prefix[PREFIX_SIZE];
};

static size_t index_of(const struct family *family, const struct device *device)
{
	return (size_t)(device - family->listing->run->topology.devices);
}

/* Shows a function and the bridges above it. Stops at one that is shown already. */
static void show(const struct family *family, const struct device *device)
{
	while (device && !family->shown[index_of(family, device)]) {
		family->shown[index_of(family, device)] = true;
		device = device->parent;
	}
}

static bool is_same_bus(const struct device *a, const struct device *b)
{
	return a->address.domain == b->address.domain && a->address.bus == b->address.bus;
}

/* Goes from the last to the first, so that each list is in order of address. */
static void link_family(struct family *family)
{
	const struct topology *topology = &family->listing->run->topology;
	size_t root = SIZE_MAX;

	for (size_t i = topology->count; i-- > 0;) {
		const struct device *device = &topology->devices[i];

		if (!family->shown[i])
			continue;
		if (device->parent) {
			family->next[i] = family->first[index_of(family, device->parent)];
			family->first[index_of(family, device->parent)] = i;
			continue;
		}
		if (root != SIZE_MAX && is_same_bus(device, &topology->devices[root]))
			family->next[i] = root;
		root = i;
	}
}

static int make_family(struct family *family)
{
	const struct topology *topology = &family->listing->run->topology;
	struct arena *arena = family->listing->run->arena;
	size_t count = topology->count;

	family->first = arena_allocate(arena, count + 1, sizeof(size_t));
	family->next = arena_allocate(arena, count + 1, sizeof(size_t));
	family->shown = arena_allocate(arena, count + 1, sizeof(bool));
	family->written = arena_allocate(arena, count + 1, sizeof(bool));
	if (!family->first || !family->next || !family->shown || !family->written)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		family->first[i] = family->next[i] = SIZE_MAX;
	for (size_t i = 0; i < count; i++)
		if (family->listing->functions[i].shown)
			show(family, &topology->devices[i]);
	link_family(family);
	return 0;
}

static enum terminal_style style_of(const struct device *device, const struct listed *listed)
{
	bool taken = device->driver && module_is_vfio(device->driver);

	if (listed->member && listed->member->refusal != REFUSAL_NONE)
		return TERMINAL_RED;
	if (listed->member && listed->member->role == ROLE_TAKE)
		return taken ? TERMINAL_GREEN : TERMINAL_YELLOW;
	if (taken)
		return TERMINAL_YELLOW;
	return device_is_bridge(device) ? TERMINAL_DIM : TERMINAL_PLAIN;
}

/* Cuts text to a number of columns and marks the cut. */
static void cut(char *text, size_t columns)
{
	size_t used = 0, fitting = 0, i;

	if (terminal_columns(text) <= columns)
		return;
	for (i = 0; text[i]; i++) {
		used += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (used + 3 > columns)
			break;
		fitting = i + 1;
	}
	while (fitting && ((unsigned char)text[fitting] & 0xc0) == 0x80)
		fitting--;
	memcpy(text + fitting, "...", sizeof("..."));
}

static void put_function(const struct family *family, size_t i)
{
	const struct listing *listing = family->listing;
	const struct device *device = &listing->run->topology.devices[i];
	char address[PCI_ADDRESS_SIZE], name[LISTING_TEXT_SIZE], text[LISTING_TEXT_SIZE + 128];
	char group[24] = "";
	size_t used = strlen(family->prefix), width = family->terminal->width;
	size_t columns = width > used + WIDTH_LEAST ? width - used : WIDTH_LEAST;

	if (device->group >= 0)
		snprintf(group, sizeof(group), "  group %d", device->group);
	/* Each try leaves out what is least missed: the chip's name, then the driver. */
	for (int omitted = 0; omitted < 3; omitted++) {
		bool driver = device->driver && omitted < 2;

		snprintf(text, sizeof(text), "%s%s  %.64s%s%s", explain_address(device, address),
			 group, driver ? device->driver : "", driver ? "  " : "",
			 device->gone ? "is gone"
				      : listing_describe(listing, device, omitted > 0, name));
		if (terminal_columns(text) <= columns)
			break;
	}
	cut(text, columns);
	fputs(family->prefix, family->terminal->out);
	terminal_put(family->terminal, style_of(device, &listing->functions[i]), text);
	fputc('\n', family->terminal->out);
}

/* Writes a list of siblings and the functions behind each. */
static void put_list(struct family *family, size_t i)
{
	size_t used = strlen(family->prefix);

	for (; i != SIZE_MAX && !family->written[i]; i = family->next[i]) {
		bool last = family->next[i] == SIZE_MAX;

		family->written[i] = true;
		if (used + sizeof("+- ") <= PREFIX_SIZE)
			strcpy(family->prefix + used, last ? "`-" : "+-");
		put_function(family, i);
		if (used + sizeof("+- ") <= PREFIX_SIZE)
			strcpy(family->prefix + used, last ? "   " : "|  ");
		put_list(family, family->first[i]);
		family->prefix[used] = '\0';
	}
}

static void put_bus(struct family *family, size_t i)
{
	const struct pci_address *address = &family->listing->run->topology.devices[i].address;
	char title[PCI_ADDRESS_SIZE];

	snprintf(title, sizeof(title), "%04x:%02x", address->domain, address->bus);
	terminal_put(family->terminal, TERMINAL_BOLD, title);
	fputc('\n', family->terminal->out);
	put_list(family, i);
}

int listing_tree(const struct listing *listing, const struct terminal *terminal)
{
	struct family family = { .listing = listing, .terminal = terminal };
	const struct topology *topology = &listing->run->topology;
	int error = make_family(&family);

	if (error)
		return error;
	for (size_t i = 0; i < topology->count; i++)
		if (family.shown[i] && !family.written[i] && !topology->devices[i].parent)
			put_bus(&family, i);
	/* No function in a circle of links is on a root bus. No kernel makes such a tree. */
	for (size_t i = 0; i < topology->count; i++)
		if (family.shown[i] && !family.written[i])
			put_bus(&family, i);
	return 0;
}
