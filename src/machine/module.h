// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Returned for a module that the configuration blacklists. */
#define MODULE_BLACKLISTED 1

/*
 * A virtual machine cannot use a group without it. vfio asks for it only by a soft
 * dependency (drivers/vfio/vfio_main.c).
 */
#define MODULE_IOMMU "vfio_iommu_type1"

/*
 * Returns whether a driver passes devices on to virtual machines: all such have vfio in
 * their names.
 */
static inline bool module_is_vfio(const char *driver)
{
	return strstr(driver, "vfio") != NULL;
}

/*
 * Loads modules into the kernel. A table of functions, so that tests can replace it:
 * libkmod reads /proc and /sys by absolute path, which a fake tree cannot change.
 */
struct module_loader {
	void *context;

	/*
	 * Loads a module by name or alias with its dependencies, soft dependencies and
	 * configured options. Returns 0 once it is in the kernel (also if it was before
	 * or is built in), -ENOENT if this kernel has no such module, MODULE_BLACKLISTED,
	 * or -errno. The parameter ids of vfio modules and pci-stub is left out, whatever
	 * modprobe.d and the kernel command line say: only the plan decides what is
	 * taken.
	 */
	int (*load)(void *context, const char *name);
};

/* An open libkmod context for one kernel's modules. */
struct module_context;

/* Where to look for modules and their configuration. */
struct module_places {
	const char *directory;	   /* of one kernel's modules; NULL for the running kernel's */
	const char *configuration; /* used in place of the directories of modprobe.d(5); NULL for
				      those */
};

/* Room for the path of a kernel's modules. */
#define MODULE_PATH_SIZE 256

/*
 * Writes the directory of a kernel's modules: the first that exists of /lib/modules and
 * /usr/lib/modules, else the latter. release may be NULL for the running kernel.
 */
void module_directory(const char *release, char path[MODULE_PATH_SIZE]);

/*
 * Opens libkmod with the modules and configuration at places, or the usual ones if that
 * is NULL. Also reads module parameters from /proc/cmdline. Returns 0 with a context for
 * module_close(), or -ENOMEM.
 */
int module_open(const struct module_places *places, struct module_context **result);

void module_close(struct module_context *context);

/* Implements the load function of struct module_loader. Sleeps while a module's init runs. */
int module_load(struct module_context *context, const char *name);

/* A function and its argument. */
struct module_call {
	void (*function)(void *argument);
	void *argument;
};

/*
 * Loads the dependencies of a module but not the module itself, so that binding a device
 * needs only the last step. Skips the dependencies of the module other, if not NULL:
 * another process loads those, and loading a module twice costs two checks of its
 * signature (kernel/module/main.c checks before it looks for the module). Calls wait, if
 * not NULL, once before it loads the first module that depends on one of them. Ignores
 * errors and soft dependencies after a module; loading the module itself meets both.
 */
void module_load_dependencies(struct module_context *context, const char *name, const char *other,
			      const struct module_call *wait);

/*
 * Calls use for each module that loading name, a module or alias, would load: itself, its
 * dependencies and their soft dependencies, by depmod's indexes and the configuration.
 * path is the module's file, NULL if built in. use returns 1 to visit the module's
 * dependencies, 0 if it had the module before, or -errno to stop. Returns 0, -ENOENT if
 * there is no such module, or -errno.
 */
int module_list_needed(struct module_context *context, const char *name,
		       int (*use)(void *argument, const char *name, const char *path),
		       void *argument);

/*
 * Collects the values of a module's parameter from modprobe.d and the kernel command
 * line, with a comma after each. Returns 0 with *values, which the caller frees ("" for
 * none), or -errno.
 */
int module_find_values(struct module_context *context, const char *module, const char *parameter,
		       char **values);

/* Indexes that depmod(8) writes. */
enum module_index {
	MODULE_INDEX_DEPENDENCIES, /* modules.dep.bin */
	MODULE_INDEX_ALIASES,	   /* modules.alias.bin */
};

/*
 * Writes an index to fd, a line "KEY VALUE" for each entry; entries of one key in order
 * of priority. Returns 0 or -errno.
 */
int module_dump_index(struct module_context *context, enum module_index index, int fd);

/*
 * Writes the name of the best matching vfio variant driver for a device. Their aliases
 * begin with "vfio_pci:" (scripts/mod/file2alias.c, since 5.15). modalias is the device's
 * own. Returns 0, -ENOENT if only generic vfio-pci matches, or -errno.
 */
int module_find_variant(struct module_context *context, const char *modalias, char *driver,
			size_t size);
