// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/PID/mountinfo, and the escapes that it shares with fstab(5) and /proc/swaps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/mountinfo.h"
#include "lib/util.h"

static void check_mount(const struct mount *mount, const char *text, size_t length)
{
	const char *const parts[] = { mount->device, mount->point, mount->type, mount->source };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		FUZZ_CHECK(parts[i] >= text && parts[i] + strlen(parts[i]) <= text + length);
		FUZZ_CHECK(i == 3 || *parts[i]);
	}
	FUZZ_CHECK(mount->options);
	mount_has_device(mount);
}

static bool is_below(const char *path, const char *point)
{
	size_t length = streq(point, "/") ? 0 : strlen(point);

	return strncmp(path, point, length) == 0 && (!path[length] || path[length] == '/');
}

/* No other mount is nearer to the path than the one found, or on top of it. */
static void check_find(const struct mount *mounts, const char *path)
{
	const struct mount *found = mountinfo_find(mounts, path);

	FUZZ_CHECK(!found || is_below(path, found->point));
	for (const struct mount *mount = mounts; mount; mount = mount->next) {
		if (!is_below(path, mount->point) || streq(mount->type, "autofs"))
			continue;
		FUZZ_CHECK(found);
		FUZZ_CHECK(strlen(mount->point) <= strlen(found->point));
	}
}

static void check_unescape(const char *text)
{
	char *copy = strdup(text);
	size_t length = strlen(text);

	mountinfo_unescape(copy);
	FUZZ_CHECK(strlen(copy) <= length);
	FUZZ_CHECK(strchr(text, '\\') || streq(copy, text));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *copy = strdup(text);
	struct arena *arena = arena_create(1 << 20);
	struct mount *mounts;
	int error;

	check_unescape(text);
	FUZZ_CHECK(mountinfo_read(arena, text, &mounts) == 0);
	for (const struct mount *mount = mounts; mount; mount = mount->next) {
		check_mount(mount, text, strlen(copy));
		check_find(mounts, mount->point);
		check_find(mounts, mount->source);
	}
	check_find(mounts, "/");
	check_find(mounts, "/boot/efi");
	arena_fail_at(arena, 1 + fuzz_hash(data, size) % 8);
	error = mountinfo_read(arena, copy, &mounts);
	FUZZ_CHECK(error == (arena_fail_at(arena, 0) ? -ENOMEM : 0));
	arena_destroy(arena);
	free(copy);
	free(text);
	return 0;
}
