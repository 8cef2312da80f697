// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/refusal.h"

#include <string.h>

const char *refusal_name(enum refusal refusal)
{
	static const char names[REFUSAL_COUNT][18] = {
		[REFUSAL_NONE] = "none",
		[REFUSAL_NO_GROUP] = "no-iommu-group",
		[REFUSAL_GONE] = "gone",
		[REFUSAL_BEHIND_VMD] = "behind-vmd",
		[REFUSAL_STORAGE] = "storage",
		[REFUSAL_BOOT_DISPLAY] = "boot-display",
		[REFUSAL_PROTECTED] = "protected",
		[REFUSAL_VIRTUAL_FUNCTIONS] = "virtual-functions",
		[REFUSAL_EXCLUDED] = "excluded",
		[REFUSAL_NEWCOMER] = "newcomer",
		[REFUSAL_NETWORK] = "network",
		[REFUSAL_HOST_UNKNOWN] = "host-unknown",
		[REFUSAL_CONSOLE] = "console",
		[REFUSAL_WATCHDOG] = "watchdog",
	};

	return names[refusal];
}

static bool is_name(const char *name, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] != text[i] && !(name[i] == '-' && text[i] == '_'))
			return false;
	return name[length] == '\0';
}

enum refusal refusal_find(const char *name, size_t length)
{
	for (enum refusal refusal = REFUSAL_FIRST_FORCED; refusal < REFUSAL_COUNT; refusal++)
		if (is_name(refusal_name(refusal), name, length))
			return refusal;
	return REFUSAL_NONE;
}

size_t refusal_name_length(const char *text, size_t length)
{
	const char *colon = memchr(text, ':', length);
	size_t size = colon ? (size_t)(colon - text) : 0;

	if (size == strspn(text, "0123456789abcdefABCDEF") || *text == '!' ||
	    strncmp(text, "class:", 6) == 0 || strncmp(text, "pci:", 4) == 0)
		return 0;
	return size;
}
