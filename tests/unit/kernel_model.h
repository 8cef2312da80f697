// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * The kernel's driver core in memory, as far as binding PCI devices goes:
 * overrides, bind, unbind, drivers_probe and the loading of modules, with the
 * errors that drivers/base and drivers/pci give. It stands in for sysfs.c and
 * module.c; link with --wrap for what kernel_model.c defines as __wrap_….
 */

#include <setjmp.h>

#include "boot/execute.h"
#include "machine.h"

#define KERNEL_DEVICES 16
#define KERNEL_DRIVERS 12

struct kernel_driver {
	const char *name;
	bool registered;
	bool any_device; /* binds whatever carries its name as override, and nothing else */
	int load_result; /* of the module that brings it, when it is not registered yet */
	size_t loads;
};

struct kernel_device {
	struct pci_address address;
	const char *native; /* the driver whose table has this device; may be NULL */
	const char *driver; /* bound; NULL when none is */
	char override[64];  /* empty when unset */
	uint16_t vendor, device;
	uint32_t class;
	int group;	/* it shows in; -1 for none */
	int late_group; /* it shows in once a driver was tried on it; -1 where none is late */
	const char *id_driver;	 /* has this id as a dynamic one; NULL when none has */
	const char *framebuffer; /* the firmware's, in its memory; NULL when there is none */
	bool framebuffer_bound;	 /* to its driver */

	/* How it misbehaves. */
	int probe_error;	  /* of a driver that it has by override only */
	bool silent;		  /* bind says success although the probe failed: before 5.14 */
	bool hangs;		  /* its native driver's remove() does not come back */
	bool vfio_hangs;	  /* nor does that of a driver that it has by override */
	bool native_refuses;	  /* the native driver does not probe it a second time */
	bool stolen;		  /* the native driver takes it back as soon as another has it */
	bool removes_framebuffer; /* once a driver that it has by override is bound: since 6.0 */
	bool keeps_id;		  /* the driver does not forget its dynamic id */
	bool vanishes;		  /* goes away at the first unbind */
	bool gone;

	const char *driver_before;
	bool free_before; /* had none, though driver_before may have it back */
	char override_before[64];
	size_t touched; /* writes that were about it */
};

struct kernel {
	struct kernel_device devices[KERNEL_DEVICES];
	size_t device_count;
	struct kernel_driver drivers[KERNEL_DRIVERS];
	size_t driver_count;
	bool type1_loaded;
	int type1_result; /* of loading vfio_iommu_type1 */
	size_t writes;
	size_t fail_at;	   /* this write has no effect and gives fail_error; 0 for none */
	size_t fail_until; /* all up to this one, too */
	size_t fail_also;  /* one more that fails; 0 for none */
	int fail_error;
	char failed_path[128];
	size_t steps;	    /* writes, reads and probes so far */
	size_t cut_at;	    /* at this one the worker is no more; 0 for none */
	bool lists_nothing; /* no driver's directory can be read */
	bool cut_after;	    /* after its effect rather than before */
	jmp_buf cut;
	bool in_child;
	int child_milliseconds; /* that the last step in a child was given */
	bool hung;
	struct text *journal; /* of loads, and of writes that had an effect; may be NULL */
};

extern struct kernel kernel;

/*
 * Starts with the machine's devices and groups, the drivers that they are bound to, and
 * modules for vfio-pci and mlx5_vfio_pci that are not loaded.
 */
void kernel_boot(const struct machine *machine);

/* Returns the device with that address, or driver of that name; fails the test where there is none.
 */
struct kernel_device *kernel_device(const char *address);
struct kernel_driver *kernel_driver(const char *name);

/* Registers a driver without loading anything, as one that is built in. */
void kernel_register(const char *name);

/* Whether driver and override are what they were at first. */
bool kernel_is_as_before(const struct kernel_device *device);

/* What plans are carried out with on it. */
struct execution kernel_execution(void);
