// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "plan/explain.h"
#include "plan/leftover.h"

#define OUT_OF_MEMORY "out of memory"

const char *explain_leftover_selector(struct arena *arena, const struct leftover *leftover)
{
	return leftover->protection ? NULL : explain_pin(arena, leftover->device);
}

/* Returns where the id is written that lets another driver take the device. */
static const char *claimant(const struct leftover *leftover)
{
	return leftover->claim ? leftover->claim->purpose : "ids= or new_id";
}

static const char *explain_given_back(const struct run *run, const struct leftover *leftover)
{
	const char *driver = leftover->device->driver;
	const char *after = leftover->driver_after[0] ? leftover->driver_after : "none";
	const char *why = explain_protection(run->arena, leftover->device, leftover->protection);

	if (leftover->result == RESULT_UNDONE)
		return arena_print(run->arena,
				   "given back to the host: %s -> %s: %.160s gave it to %s before "
				   "vfio-early started, but %s",
				   driver, after, claimant(leftover), driver, why);
	return arena_print(run->arena,
			   "could not be given back to the host: it stays on %s%s%s: %.160s gave "
			   "it to %s, but %s; remove that and reboot",
			   driver, leftover->error ? ": " : "",
			   leftover->error ? strerror(-leftover->error) : "", claimant(leftover),
			   driver, why);
}

/* Returns what became of the device, without its name. */
static const char *outcome(const struct run *run, const struct leftover *leftover)
{
	const struct device *device = leftover->device;
	struct arena *arena = run->arena;
	const char *selector;

	if (leftover->give_back && !run->settings.dry_run)
		return explain_given_back(run, leftover);
	if (leftover->protection)
		return arena_print(arena, "stays with the host: %.160s names it, but %s",
				   claimant(leftover),
				   explain_protection(arena, device, leftover->protection));
	selector = explain_leftover_selector(arena, leftover);
	/* Before a boot nobody knows which drivers it will have loaded. */
	if (leftover_is_bound(device) && !run->settings.dry_run)
		return arena_print(arena,
				   "stays on %s: %.160s bound it before vfio-early started; to "
				   "take it with its whole group: vfio-early add %s",
				   device->driver, claimant(leftover), selector);
	return arena_print(arena,
			   "stays with the host: %.160s names it, but no selector does; to take "
			   "it: vfio-early add %s",
			   claimant(leftover), selector);
}

const char *explain_leftover(const struct run *run, const struct leftover *leftover)
{
	const struct device *device = leftover->device;
	const char *text = outcome(run, leftover);
	char address[PCI_ADDRESS_SIZE];

	if (text)
		text = arena_print(run->arena, "%s %04x:%04x %s",
				   pci_address_format(&device->address, address), device->id.vendor,
				   device->id.device, text);
	return text ? text : OUT_OF_MEMORY;
}
