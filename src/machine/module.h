// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Error of loading a module that the configuration blacklists. */
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
	 * dependencies and configured options included. Returns 0 when it is in
	 * the kernel (also when it was before, or is built in), -ENOENT when
	 * this kernel has no such module, MODULE_BLACKLISTED, or -errno.
	 * "ids" of vfio-pci and pci-stub is no option to this: what is taken is what
	 * the plan says, whatever modprobe.d and the kernel command line name.
	 */
	int (*load)(void *context, const char *name);
};

/* The modules of the running kernel, through libkmod. */
struct module_context;

/* Where modules and what is said about them are looked for. */
struct module_places {
	const char *directory;	   /* a kernel's modules; NULL for the running kernel's */
	const char *configuration; /* the directory in place of modprobe.d(5)'s; NULL for those */
};

/* Room for the path of a kernel's modules. */
#define MODULE_PATH_SIZE 256

/*
 * Writes where a kernel's modules are on this system: the last of the usual
 * places when they are in none. release may be NULL for the running kernel.
 */
void module_directory(const char *release, char path[MODULE_PATH_SIZE]);

/*
 * Reads the configuration: modprobe.d, and module parameters on the kernel
 * command line. places may be NULL for the usual ones. Returns 0 or -errno.
 */
int module_open(const struct module_places *places, struct module_context **result);

void module_close(struct module_context *context);

/* Implements module_loader::load. Sleeps as long as the module's init does. */
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
 * Calls use for each module that loading one by name or alias would load: it,
 * all it depends on and the soft dependencies of these, as the indexes and the
 * configuration have them. path is the module's file, NULL for what is built
 * in. use gives 1 for a new one, 0 for one it has had before, whose needs are
 * then known too, or -errno to stop. Returns 0, -ENOENT when there is no such
 * module, or -errno.
 */
int module_list_needed(struct module_context *context, const char *name,
		       int (*use)(void *argument, const char *name, const char *path),
		       void *argument);

/*
 * Collects the values that modprobe.d and the kernel command line give a parameter of a module,
 * each with a comma after it. Returns 0 with *values, the caller's to free and empty where
 * there are none, or -errno.
 */
int module_find_values(struct module_context *context, const char *module, const char *parameter,
		       char **values);

/* Indexes that depmod(8) makes. */
enum module_index {
	MODULE_INDEX_DEPENDENCIES, /* modules.dep.bin */
	MODULE_INDEX_ALIASES,	   /* modules.alias.bin */
};

/*
 * Writes an index to a file, a line for each entry: "KEY VALUE", the entries
 * of one key in the order in which they count. Returns 0 or -errno.
 */
int module_dump_index(struct module_context *context, enum module_index index, int fd);

/*
 * Writes the name of the driver that fits a device best among those made for
 * passing it on: the kernel gives them aliases that begin with "vfio_pci:"
 * (scripts/mod/file2alias.c, since 5.15). modalias is the device's own. Returns
 * 0, -ENOENT when only the generic one fits, or -errno.
 */
int module_find_variant(struct module_context *context, const char *modalias, char *driver,
			size_t size);
