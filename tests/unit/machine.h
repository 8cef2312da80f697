// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Machines for tests: tables of functions, and the plan of a command line on them. */

#include "machine/topology.h"
#include "plan/plan.h"
#include "plan/run.h"
#include "settings/settings.h"

/* One function, as far as a test needs it. */
struct function {
	const char *address; /* "0000:01:00.0" */
	uint32_t class;
	int group; /* -1 for none */
	uint16_t vendor;
	uint16_t device;
	uint8_t header_type;
	const char *driver;
	const char *override;
	bool boot_display;
	bool gone; /* listed but unreadable */
	unsigned int virtual_functions;
	const char *variant;
	const char *console;
	const char *watchdog;
	const char *framebuffer; /* of the driver efi-framebuffer */
	const char *parent;	 /* the address of the bridge above */
	const char *vmd;	 /* the address of the VMD that makes its domain */
};

/* The versions of clang-format do not agree on macros that are initializers. */
/* clang-format off */
#define FUNCTION(address_, class_, group_, vendor_, device_, ...)                  \
	{                                                                          \
		.address = (address_), .class = (class_), .group = (group_),       \
		.vendor = (vendor_), .device = (device_), __VA_ARGS__              \
	}
/* clang-format on */

struct machine {
	const struct function *functions;
	size_t count;
	enum iommu_state iommu;
	enum platform platform;
	bool counts_no_owners; /* its kernel is before 5.19 */
	bool late_groups;      /* its kernel gives a device its group when a driver is tried */
};

/* clang-format off */
#define MACHINE(table, state)                                                      \
	{                                                                          \
		.functions = (table), .count = ARRAY_SIZE(table), .iommu = (state) \
	}
/* clang-format on */

/* Fills in the run's topology, with every function described. */
void machine_survey(struct run *run, const struct machine *machine);

/*
 * Returns a planned run with the machine's devices and settings from the command line,
 * which must have no problems. The caller calls machine_forget().
 */
struct run *machine_plan(const struct machine *machine, const char *cmdline);

/* Returns a run with default settings. */
struct run *machine_run(void);

void machine_forget(struct run *run);

/* Returns the member with this address. Fails the test if there is none. */
struct member *machine_member(struct plan *plan, const char *address);
