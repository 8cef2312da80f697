// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <string.h>

#include "unit.h"

static struct pci_address address_of(const char *text)
{
	struct pci_address address;

	if (pci_address_parse(text, strlen(text), &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static void describe(struct device *device, const struct function *function, struct arena *arena)
{
	char text[PCI_ADDRESS_SIZE];

	*device = (struct device){
		.address = address_of(function->address),
		.id = { function->vendor, function->device, 0x1af4, 0x1100 },
		.class = function->class,
		.modalias = "pci:",
		.group = function->group,
		.header_type = function->header_type,
		.driver = function->driver,
		.driver_override = function->override,
		.boot_display = function->boot_display,
		.virtual_functions = function->virtual_functions,
		.framebuffer = function->framebuffer,
		.framebuffer_driver = function->framebuffer ? "efi-framebuffer" : NULL,
		.variant_driver = function->variant,
		.console = function->console,
		.watchdog = function->watchdog,
		.described = !function->gone,
		.gone = function->gone,
	};
	device->kernel_path = arena_print(arena, "%s", pci_address_format(&device->address, text));
}

void machine_survey(struct run *run, const struct machine *machine)
{
	struct device *devices = arena_allocate(run->arena, machine->count, sizeof(struct device));

	for (size_t i = 0; i < machine->count; i++)
		describe(&devices[i], &machine->functions[i], run->arena);
	/* kernel_model.c knows them by these numbers. */
	for (size_t i = 0; i < machine->count; i++)
		devices[i].override_file = (int)i + 1;
	for (size_t i = 0; i < machine->count; i++) {
		const struct function *function = &machine->functions[i];

		for (size_t j = 0; j < machine->count; j++) {
			const char *address = machine->functions[j].address;

			if (function->parent && streq(address, function->parent))
				devices[i].parent = &devices[j];
			if (function->vmd && streq(address, function->vmd))
				devices[i].vmd = &devices[j];
		}
	}
	assert_int_equal(
		topology_build(&run->topology, run->arena, devices, machine->count, machine->iommu),
		0);
	run->topology.platform = machine->platform;
	run->topology.late_groups = machine->late_groups;
	run->topology.counts_owners = !machine->counts_no_owners;
}

struct run *machine_run(void)
{
	struct arena *arena = arena_create(1 << 20);
	struct run *run = arena_allocate(arena, 1, sizeof(*run));

	run->arena = arena;
	run->force_by = "vfio_early.force=";
	settings_init(&run->settings, arena);
	run->settings.host_known = true;
	return run;
}

struct run *machine_plan(const struct machine *machine, const char *cmdline)
{
	struct run *run = machine_run();

	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	if (run->settings.problems)
		fail_msg("%s: %s", cmdline, run->settings.problems->text);
	machine_survey(run, machine);
	assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology), 0);
	return run;
}

void machine_forget(struct run *run)
{
	arena_destroy(run->arena);
}

struct member *machine_member(struct plan *plan, const char *address)
{
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			if (streq(pci_address_format(&plan->groups[i].members[j].device->address,
						     text),
				  address))
				return &plan->groups[i].members[j];
	fail_msg("no member %s", address);
	return NULL;
}
