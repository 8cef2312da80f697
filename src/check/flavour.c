// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/flavour.h"

#include <string.h>

#define PACKAGES "/usr/share/kernel"

/* Returns the release that the package of a flavour names; NULL for none. */
static const char *named_release(const struct root *root, const char *flavour)
{
	char *text = root_read(root, root_print(root, PACKAGES "/%s/kernel.release", flavour));

	if (text)
		text[strcspn(text, " \t\r\n")] = '\0';
	return text;
}

/* Returns the flavour whose package names a release; *any tells whether packages name one. */
static const char *named_flavour(const struct root *root, const char *release, bool *any)
{
	*any = false;
	for (const char *const *name = root_list(root, PACKAGES); *name; name++) {
		const char *named = named_release(root, *name);

		*any = *any || named;
		if (named && streq(named, release))
			return *name;
	}
	return NULL;
}

const char *flavour_find(const struct root *root, const char *release)
{
	const char *flavour, *end = strrchr(release, '-');
	bool any;

	if (!root_has(root, "/etc/mkinitfs/mkinitfs.conf"))
		return NULL;
	flavour = named_flavour(root, release, &any);
	if (flavour || any)
		return flavour;
	return end ? end + 1 : "vanilla";
}

bool flavour_is_shared(const struct root *root, const char *flavour)
{
	size_t count = 0;
	bool any;

	named_flavour(root, "", &any);
	if (any)
		return false;
	for (const char *const *name = root_list(root, "/lib/modules"); *name; name++) {
		const char *other = flavour_find(root, *name);

		if (other && streq(other, flavour) &&
		    root_has(root, root_print(root, "/lib/modules/%s/modules.dep", *name)))
			count++;
	}
	return count > 1;
}
