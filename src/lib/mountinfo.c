// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/mountinfo.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"

void mountinfo_unescape(char *text)
{
	char *to = text;

	while (*text) {
		char byte = 0;

		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7')
			byte = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				      (text[3] - '0'));
		/* No path holds a NUL, which would cut off the rest. */
		if (byte) {
			*to++ = byte;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

char *mountinfo_word(char **text)
{
	char *word;

	do
		word = strsep(text, " \t");
	while (word && !*word);
	return word;
}

/* Parses one line. Returns false if it is malformed. */
static bool read_line(char *line, struct mount *mount)
{
	char *word;

	mountinfo_word(&line); /* the mount's id */
	mountinfo_word(&line); /* its parent's */
	mount->device = mountinfo_word(&line);
	mountinfo_word(&line); /* the mounted directory within the file system */
	mount->point = word = mountinfo_word(&line);
	if (!word)
		return false;
	mountinfo_unescape(word);
	do
		word = mountinfo_word(&line);
	while (word && !streq(word, "-"));
	mount->type = mountinfo_word(&line);
	/* An empty source leaves two blanks in a row, so strsep() must not skip blanks here. */
	word = strsep(&line, " ");
	mount->source = word;
	if (!word)
		return false;
	mountinfo_unescape(word);
	mount->options = line ? line : "";
	return mount->type != NULL;
}

int mountinfo_read(struct arena *arena, char *text, struct mount **mounts)
{
	struct mount **last = mounts;
	char *line;

	*mounts = NULL;
	while ((line = strsep(&text, "\n"))) {
		struct mount *mount = arena_allocate(arena, 1, sizeof(*mount));

		if (!mount)
			return -ENOMEM;
		if (!read_line(line, mount))
			continue;
		*last = mount;
		last = &mount->next;
	}
	return 0;
}

const struct mount *mountinfo_find(const struct mount *mounts, const char *path)
{
	const struct mount *best = NULL;
	size_t best_length = 0;

	for (; mounts; mounts = mounts->next) {
		size_t length = streq(mounts->point, "/") ? 0 : strlen(mounts->point);

		if (streq(mounts->type, "autofs") || length < best_length ||
		    strncmp(path, mounts->point, length) != 0 ||
		    (path[length] && path[length] != '/'))
			continue;
		best = mounts;
		best_length = length;
	}
	return best;
}

bool mount_has_device(const struct mount *mount)
{
	return strncmp(mount->device, "0:", 2) != 0;
}
