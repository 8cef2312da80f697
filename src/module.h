// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What loading gives for a module that the configuration blacklists. */
#define MODULE_BLACKLISTED 1

/*
 * Needed before a virtual machine can open a group; vfio itself asks for it by
 * soft dependency only (drivers/vfio/vfio_main.c).
 */
#define MODULE_IOMMU "vfio_iommu_type1"

/* Whether a driver is one that passes devices on: all of them have it in their names. */
static inline bool module_is_vfio(const char *driver)
{
	return strstr(driver, "vfio") != NULL;
}

/*
 * How modules get into the kernel. A function to be exchanged, because libkmod
 * reads /proc and /sys by absolute path: what stands in for it in a test
 * cannot be a tree of files.
 */
struct module_loader {
	void *context;

	/*
	 * Loads a module by name or alias, with all it depends on, soft
	 * dependencies and configured options included. Gives 0 when it is in
	 * the kernel (also when it was before, or is built in), -ENOENT when
	 * this kernel has no such module, MODULE_BLACKLISTED, or -errno.
	 */
	int (*load)(void *context, const char *name);
};

/* The modules of the running kernel, through libkmod. */
struct module_context;

/*
 * Reads the configuration: modprobe.d, and module parameters on the kernel
 * command line. Gives 0 or -errno.
 */
int module_open(struct module_context **result);

void module_close(struct module_context *context);

/* What module_loader::load is to do. May sleep as long as the module's init does. */
int module_load(struct module_context *context, const char *name);

/* A function to call, and what with. */
struct module_call {
	void (*function)(void *argument);
	void *argument;
};

/*
 * Loads what a module depends on, but not the module itself: for a driver,
 * everything that can be had in advance without a device being bound. Nothing
 * is asked of the kernel twice, for it checks a module's signature before it
 * looks whether it has that module already (kernel/module/main.c). So what the
 * module called other depends on as well, unless that is NULL, is left to
 * another thread, and wait, unless NULL, is called before anything is loaded
 * that stands on it. Errors are left to be found when the module itself is
 * loaded, and so are soft dependencies that come after their module.
 */
void module_load_dependencies(struct module_context *context, const char *name, const char *other,
			      const struct module_call *wait);

/*
 * Writes the name of the driver that fits a device best among those made for
 * passing it on: the kernel gives them aliases that begin with "vfio_pci:"
 * (scripts/mod/file2alias.c, since 5.15). modalias is the device's own. Gives
 * 0, -ENOENT when only the generic one fits, or -errno.
 */
int module_find_variant(struct module_context *context, const char *modalias, char *driver,
			size_t size);
