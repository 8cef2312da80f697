// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/kernel_parameter.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/boot_loader.h"
#include "check/root.h"
#include "lib/cmdline.h"
#include "lib/process.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "machine/platform.h"

#define PARAMETER "intel_iommu=on"

/* No file of a boot loader is larger. */
#define FILE_SIZE (1 << 20)

/* How long sed may take. */
#define MILLISECONDS 10000

static bool has_parameter(struct arena *arena, const char *cmdline)
{
	char *text = arena_copy(arena, cmdline, strlen(cmdline));
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token))
		if (streq(token.key, "intel_iommu"))
			return true;
	return false;
}

static bool is_needed(const struct run *run, const struct root *root)
{
	const char *cpuinfo;

	if (run->settings.iommu_off)
		return false;
	if (run->plan.iommu == IOMMU_OFF_INTEL)
		return true;
	if (run->plan.iommu != IOMMU_ABSENT)
		return false;
	cpuinfo = root_read(root, "/proc/cpuinfo");
	return platform_of_cpuinfo(cpuinfo) == PLATFORM_INTEL && !platform_is_virtual(cpuinfo);
}

const char *kernel_parameter_run_sed(struct arena *arena, const char *script, const char *path)
{
	char *const arguments[] = { "sed", "-E", (char *)script, (char *)path, NULL };
	const struct process_program program = { .path = "sed", .fd = -1, .arguments = arguments };
	char *buffer = malloc(FILE_SIZE + 1);
	const char *text = NULL;

	if (buffer && !process_read_output(&program, MILLISECONDS, buffer, FILE_SIZE))
		text = arena_copy(arena, buffer, strlen(buffer));
	free(buffer);
	return text;
}

/* Returns the text of a file with the edit; NULL if it cannot be made. */
static const char *edited(const struct root *root, const struct boot_loader_edit *edit,
			  const char *path, const char *old)
{
	size_t length = strlen(old);

	if (edit->script)
		return kernel_parameter_run_sed(root->arena, edit->script, path);
	return arena_print(root->arena, "%s%s%s\n", old,
			   length && old[length - 1] != '\n' ? "\n" : "", edit->line);
}

/* Adds a file that is to be made. Returns 0 or -errno. */
static int add_new(const struct root *root, const struct boot_loader_edit *edit,
		   struct changeset *set)
{
	const char *text = arena_print(root->arena, "%s\n", edit->line);

	return text ? changeset_add(set, edit->files, NULL, text) : -ENOMEM;
}

/* Adds the files to set. Returns whether one changes, or none has to. */
static bool add_files(const struct root *root, const struct boot_loader_edit *edit,
		      struct changeset *set)
{
	const char *const *files = boot_loader_files(root, edit);
	bool changes = false;

	if (!edit->files || edit->done)
		return true;
	if (edit->line && !root_has(root, edit->files))
		return add_new(root, edit, set) == 0;
	for (; files && *files; files++) {
		char real[PATH_MAX];
		const char *path, *old, *new;

		/* A link stays one. */
		if (!realpath(*files, real))
			return false;
		path = root_print(root, "%s", real);
		old = root_read(root, path);
		/* What a text cannot hold would be lost. */
		new = old && !strchr(old, TEXTFILE_NUL) ? edited(root, edit, path, old) : NULL;
		if (!new)
			return false;
		if (streq(old, new))
			continue;
		changes = true;
		if (changeset_add(set, path, old, new))
			return false;
	}
	return changes;
}

bool kernel_parameter_change(const struct root *root, enum boot_loader_change change,
			     const char *parameter, struct changeset *set)
{
	struct boot_loader_edit edit, back;
	size_t count = set->count;

	if (!boot_loader_edit(root, change, parameter, &edit))
		return false;
	if (!add_files(root, &edit, set)) {
		set->count = count;
		return false;
	}
	/* The images are rebuilt in any case. */
	if (edit.then && !streq(edit.then, "vfio-early regenerate"))
		set->then = set->back = edit.then;
	if (edit.back)
		set->back = edit.back;
	if (!edit.files &&
	    boot_loader_edit(root, change == BOOT_LOADER_ADD ? BOOT_LOADER_REMOVE : BOOT_LOADER_ADD,
			     parameter, &back))
		set->back = back.then;
	return true;
}

const char *kernel_parameter_add(const struct run *run, const char *cmdline, struct changeset *set)
{
	struct root root;
	const char *result = NULL;

	if (has_parameter(set->arena, cmdline) || root_open(&root, set->arena, NULL))
		return NULL;
	if (is_needed(run, &root)) {
		if (kernel_parameter_change(&root, BOOT_LOADER_ADD, PARAMETER, set))
			result = PARAMETER;
		else
			text_print(stderr,
				   "vfio-early: " PARAMETER
				   " has to be on the kernel command line, "
				   "and vfio-early cannot add it: do that in your boot loader's "
				   "settings\n");
	}
	root_close(&root);
	return result;
}
