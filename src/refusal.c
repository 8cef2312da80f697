// SPDX-License-Identifier: GPL-2.0-or-later
#include "refusal.h"

const char *refusal_name(enum refusal refusal)
{
	static const char *const names[REFUSAL_COUNT] = {
		[REFUSAL_NONE] = "none",
		[REFUSAL_NO_GROUP] = "no-iommu-group",
		[REFUSAL_GONE] = "gone",
		[REFUSAL_STORAGE] = "storage",
		[REFUSAL_BOOT_DISPLAY] = "boot-display",
		[REFUSAL_PROTECTED] = "protected",
		[REFUSAL_VIRTUAL_FUNCTIONS] = "virtual-functions",
		[REFUSAL_EXCLUDED] = "excluded",
		[REFUSAL_NEWCOMER] = "newcomer",
	};

	return names[refusal];
}
