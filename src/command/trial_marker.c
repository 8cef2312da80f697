// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/trial_marker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/beneath.h"
#include "lib/file.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/enum_names.h"

#define MOTD_PATH "/run/motd.d/vfio-early"

static const char *const markers[] = { REPORT_DIRECTORY "/trial", INIT_REPORT_DIRECTORY "/trial" };

/* Reads the first line of a file; "" if it cannot be read. */
static void read_line(const char *root, const char *path, char *line, size_t size)
{
	char full[PATH_MAX];
	ssize_t length = -1;
	int fd;

	snprintf(full, sizeof(full), "%s%s", root, path);
	fd = file_open(AT_FDCWD, full);
	if (fd >= 0) {
		length = textfile_read_bytes(fd, line, size - 1);
		close(fd);
	}
	line[length > 0 ? length : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

enum run_trial trial_marker_read(const char *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(markers); i++) {
		char word[32];

		read_line(root, markers[i], word, sizeof(word));
		word[strcspn(word, " ")] = '\0';
		for (enum run_trial trial = RUN_TRIAL_RUNNING; trial <= RUN_TRIAL_DAMAGED; trial++)
			if (streq(word, trial_name(trial)))
				return trial;
	}
	return RUN_TRIAL_NONE;
}

bool trial_marker_configuration(const char *root, char configuration[static 17])
{
	for (size_t i = 0; i < ARRAY_SIZE(markers); i++) {
		char line[64], *space;

		read_line(root, markers[i], line, sizeof(line));
		space = strchr(line, ' ');
		if (!space || strlen(space + 1) != 16)
			continue;
		memcpy(configuration, space + 1, 17);
		return true;
	}
	return false;
}

static int remove_file(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return unlink(full) < 0 && errno != ENOENT && errno != ENOTDIR ? -errno : 0;
}

int trial_marker_remove(const char *root)
{
	int error = 0;

	for (size_t i = 0; !error && i < ARRAY_SIZE(markers); i++)
		error = remove_file(root, markers[i]);
	return error;
}

int trial_motd_write(const char *root, enum run_trial trial)
{
	const char *text =
		trial == RUN_TRIAL_UNARMED
			? "vfio-early took no devices at this boot: its configuration is new, and "
			  "the next\nboot tries it. To see more: vfio-early status\n"
			: "vfio-early took no devices at this boot: the last boot with this "
			  "configuration did not\ncome up. To see more: vfio-early status. To try "
			  "it again: vfio-early retry\n";
	int fd = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	error = beneath_write(fd, MOTD_PATH, text, strlen(text));
	close(fd);
	return error;
}

int trial_motd_remove(const char *root)
{
	return remove_file(root, MOTD_PATH);
}
