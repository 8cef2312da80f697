// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * A model of the kernel's driver core for binding PCI devices: overrides, bind, unbind,
 * drivers_probe and loading modules, with the errors of drivers/base and drivers/pci. It
 * replaces sysfs.c and module.c; link with --wrap for each __wrap_… in kernel_model.c and
 * kernel_sysfs.c.
 */

#include <setjmp.h>

#include "boot/execute.h"
#include "machine.h"

#define KERNEL_DEVICES 16
#define KERNEL_DRIVERS 12

struct kernel_driver {
	const char *name;
	const char *module; /* that registers it; NULL for one of its name */
	bool registered;
	bool any_device; /* binds exactly the devices that have its name as override */
	int load_result; /* of loading its module while it is not registered */
	size_t loads;
};

struct kernel_device {
	struct pci_address address;
	const char *native; /* the driver whose table has this device; may be NULL */
	const char *driver; /* bound; NULL for none */
	char override[64];  /* empty when unset */
	uint16_t vendor, device;
	uint32_t class;
	int group;		 /* it shows in; -1 for none */
	int late_group;		 /* it gets once a driver is tried on it; -1 for no such group */
	const char *id_driver;	 /* the driver with this id as a dynamic one; NULL for none */
	const char *framebuffer; /* the firmware's, in its memory; NULL for none */
	bool framebuffer_bound;	 /* to its driver */

	/* Misbehaviour. */
	int probe_error;     /* of a driver bound through its override */
	bool silent;	     /* bind returns success although the probe failed: before 5.14 */
	bool hangs;	     /* its native driver's remove() never returns */
	bool vfio_hangs;     /* the remove() of a driver bound through its override never returns */
	bool native_refuses; /* the native driver refuses a second probe */
	bool stolen;	     /* the native driver takes it back once another driver has it */
	bool removes_framebuffer; /* when a driver is bound through its override: since 6.0 */
	bool keeps_id;		  /* its driver keeps the dynamic id */
	int reset_error;	  /* of its reset; -ENOENT where it has none */
	bool reset_hangs;	  /* and keeps its lock */
	bool locked;
	bool vanishes; /* disappears at the first unbind */
	bool gone;

	const char *driver_before;
	bool free_before; /* had no driver, but driver_before may take it back */
	char override_before[64];
	size_t touched; /* writes about it */
};

struct kernel {
	struct kernel_device devices[KERNEL_DEVICES];
	size_t device_count;
	struct kernel_driver drivers[KERNEL_DRIVERS];
	size_t driver_count;
	bool type1_loaded;
	int type1_result; /* of loading vfio_iommu_type1 */
	size_t writes;
	size_t fail_at;	   /* this write has no effect and returns fail_error; 0 for none */
	size_t fail_until; /* all up to this one fail too */
	size_t fail_also;  /* another write that fails; 0 for none */
	int fail_error;
	char failed_path[128];
	size_t steps;	    /* writes, reads and probes so far */
	size_t cut_at;	    /* the worker ends at this step; 0 for none */
	bool lists_nothing; /* no driver's directory can be read */
	bool cut_after;	    /* after the step's effect, not before */
	jmp_buf cut;
	bool in_child;
	int child_milliseconds; /* allowed for the last step in a child */
	bool hung;
	struct text *journal; /* loads, and writes with an effect; may be NULL */
};

extern struct kernel kernel;

/*
 * Starts with the machine's devices and groups, the drivers bound to the devices, and
 * unloaded modules for vfio-pci, mlx5_vfio_pci and xe-vfio-pci, whose module is xe_vfio_pci.
 */
void kernel_boot(const struct machine *machine);

/*
 * Returns the device with this address, or the driver of this name. Fails the test if
 * there is none.
 */
struct kernel_device *kernel_device(const char *address);
struct kernel_driver *kernel_driver(const char *name);

/* Registers a driver without loading a module, like a built-in one. */
void kernel_register(const char *name);

/* Returns whether driver and override are what they were at first. */
bool kernel_is_as_before(const struct kernel_device *device);

/* Returns what executing a plan on the model needs. */
struct execution kernel_execution(void);
