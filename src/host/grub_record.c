// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/grub_record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/process.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/trial_record.h"

#define STATE "vfio_early_trial"
#define KNOWN "vfio_early_known"

/* What grub.cfg has if it records trials, and passes on what it knows. */
#define SETS   "export vfio_early_loader"
#define PASSES " $vfio_early_loader"

/* Begins every environment block (GRUB, include/grub/lib/envblk.h). */
#define SIGNATURE "# GRUB Environment Block\n"

#define EDITENV_MILLISECONDS 30000

static const char *const directories[] = { "boot/grub", "boot/grub2" };

/* Returns the directory of a menu that records trials; NULL if there is none. */
static const char *find_directory(struct arena *arena, const char *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		const char *path = arena_print(arena, "%s/%s/grub.cfg", root, directories[i]);
		char *menu;

		if (path && textfile_read(arena, path, &menu) == 0 && strstr(menu, SETS) &&
		    strstr(menu, PASSES))
			return arena_print(arena, "%s/%s", root, directories[i]);
	}
	return NULL;
}

/* Returns the value of a variable of the block; "" if it is not set. */
static const char *find_value(const char *block, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strchr(block, '\n'); line; line = strchr(line, '\n')) {
		line++;
		if (strncmp(line, name, length) == 0 && line[length] == '=')
			return line + length + 1;
	}
	return "";
}

static const char *copy_value(struct arena *arena, const char *block, const char *name)
{
	const char *value = find_value(block, name);

	return arena_copy(arena, value, strcspn(value, "\n"));
}

int grub_record_read(struct grub_record *record, struct arena *arena, const char *root)
{
	const char *efi = arena_print(arena, "%s/sys/firmware/efi", root), *directory;
	char *block = "";
	int error;

	*record = (struct grub_record){ 0 };
	if (!efi)
		return -ENOMEM;
	directory = access(efi, F_OK) < 0 ? find_directory(arena, root) : NULL;
	if (!directory)
		return -ENODEV;
	record->path = arena_print(arena, "%s/grubenv", directory);
	error = record->path ? textfile_read(arena, record->path, &block) : -ENOMEM;
	/* grub-editenv makes a block where there is none. */
	if (error && error != -ENOENT)
		return error;
	if (!error && !strstarts(block, SIGNATURE))
		return -EBADMSG;
	record->state = copy_value(arena, block, STATE);
	record->known = copy_value(arena, block, KNOWN);
	return record->state && record->known ? 0 : -ENOMEM;
}

int grub_record_add(struct grub_record *record, struct arena *arena, const char *configuration)
{
	const char *known = configuration, *rest = record->known;
	size_t count = 1;

	while (known && *rest && count < TRIAL_RECORD_CONFIGURATIONS) {
		size_t length = strcspn(rest, ",");

		if (strncmp(rest, configuration, length) != 0 || configuration[length]) {
			known = arena_print(arena, "%s,%.*s", known, (int)length, rest);
			count++;
		}
		rest += length + (rest[length] == ',');
	}
	record->known = known;
	return known ? 0 : -ENOMEM;
}

/* A power cut must not bring the old block back. Returns 0 or -errno. */
static int flush(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	error = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return error;
}

int grub_record_write(const struct grub_record *record, struct arena *arena)
{
	static const char *const names[] = { "grub-editenv", "grub2-editenv" };
	char *arguments[] = {
		NULL,
		(char *)record->path,
		(char *)"set",
		arena_print(arena, STATE "=%s", record->state),
		arena_print(arena, KNOWN "=%s", record->known),
		NULL,
	};
	int error = arguments[3] && arguments[4] ? -ENOENT : -ENOMEM;

	for (size_t i = 0; error == -ENOENT && i < ARRAY_SIZE(names); i++) {
		struct process_program program = { .path = names[i],
						   .fd = -1,
						   .arguments = arguments };
		char output[64];

		arguments[0] = (char *)names[i];
		error = process_read_output(&program, EDITENV_MILLISECONDS, output,
					    sizeof(output) - 1);
	}
	return error ? error : flush(record->path);
}

int grub_record_arm(struct arena *arena, const char *root, bool again)
{
	struct grub_record record;
	int error = grub_record_read(&record, arena, root);

	if (error)
		return error;
	if (streq(record.state, "armed") || (streq(record.state, "running") && !again))
		return 0;
	record.state = "armed";
	error = grub_record_write(&record, arena);
	return error ? error : 1;
}
