// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* A use whose PCI device is unknown. The arena of the search owns it. */
struct host_gap {
	const char *text; /* the use, and why it is unknown */
	struct host_gap *next;
};
