// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/stale_images.h"

#include <errno.h>
#include <stdio.h>

#include "check/check.h"
#include "lib/text.h"

/* Address space, not memory. */
#define ARENA_SIZE (256 << 20)

/* Returns whether a finding says that an image may take other devices than the config says. */
static bool is_stale(const struct check_finding *finding)
{
	return (streq(finding->topic, "image-config") && finding->severity == CHECK_ERROR) ||
	       streq(finding->topic, "image-unread") || streq(finding->topic, "memory");
}

static int say(struct check *check)
{
	struct kernels kernels;
	int count = 0;

	check->cmdline = "";
	check->last = &check->findings;
	if (root_open(&check->root, check->arena, NULL) || kernels_find(&check->root, &kernels))
		return -ENOMEM;
	check->kernels = kernels.installed;
	check->strangers = kernels.strangers;
	check->unread = kernels.unread;
	check_images(check);
	for (const struct check_finding *finding = check->findings; finding;
	     finding = finding->next) {
		if (!is_stale(finding))
			continue;
		text_print(stderr, "vfio-early: %s\n", finding->text);
		count++;
	}
	return count;
}

int stale_images_say(void)
{
	struct check check = { .arena = arena_create(ARENA_SIZE), .run = run_create() };
	int count = check.arena && check.run ? say(&check) : -ENOMEM;

	root_close(&check.root);
	if (check.run)
		run_destroy(check.run);
	arena_destroy(check.arena);
	return count;
}
