// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's consoles on serial ports behind PCI, and armed watchdogs. */
#include <string.h>

#include "host/search.h"
#include "lib/cmdline.h"

/*
 * Adds the port of a console: a serial card, Intel AMT's, a management controller's or
 * one on USB. tty0 stands for a display, and other consoles have no device.
 */
static void add_console(struct host_search *search, const char *name)
{
	const char *path =
		*name && !strchr(name, '/') && name[0] != '.'
			? path_read_link(search, search_print(search, "class/tty/%s", name))
			: NULL;

	if (path)
		path_add(search, path, name);
}

void console_add(struct host_search *search)
{
	char names[256], *rest = names, *name, *text = search_read_proc(search, "cmdline");
	struct cmdline_token token;
	size_t position = 0;

	search_begin_use(search, "the console");
	if (sysfs_read(&search->sysfs, "class/tty/console/active", names, sizeof(names)) > 0)
		while ((name = strsep(&rest, " ")))
			add_console(search, name);
	/* A console for the next boot may not exist yet: "console=ttyS4,115200". */
	while (text && cmdline_next(text, &position, &token))
		if (streq(token.key, "console") && token.value)
			add_console(search,
				    search_print(search, "%.*s", (int)strcspn(token.value, ","),
						 token.value));
}

/* A driver whose devices are added. */
struct bound {
	struct host_search *search;
	const char *driver, *watchdog;
};

static int visit_bound(void *context, const char *name)
{
	const struct bound *bound = context;
	struct host_search *search = bound->search;
	const char *path = path_read_link(
		search, search_print(search, "bus/pci/drivers/%s/%s", bound->driver, name));

	if (path)
		path_add(search, path, bound->watchdog);
	return 0;
}

/*
 * Adds the devices of the driver with the watchdog's identity as name: some drivers do
 * not set their watchdog's parent (drivers/watchdog/i6300esb.c, esb_probe()).
 */
static void add_by_driver(struct host_search *search, const char *name)
{
	char identity[64];
	struct bound bound = { search, identity, name };

	if (sysfs_read(&search->sysfs, search_print(search, "class/watchdog/%s/identity", name),
		       identity, sizeof(identity)) > 0 &&
	    identity[0] != '.' && !strchr(identity, '/'))
		sysfs_list(&search->sysfs, search_print(search, "bus/pci/drivers/%s", identity),
			   visit_bound, &bound);
}

static int visit_watchdog(void *context, const char *name)
{
	struct host_search *search = context;
	char state[16];
	const char *path;

	if (sysfs_read(&search->sysfs, search_print(search, "class/watchdog/%s/state", name), state,
		       sizeof(state)) <= 0 ||
	    !streq(state, "active"))
		return 0;
	path = path_read_link(search, search_print(search, "class/watchdog/%s", name));
	if (!path || !path_add(search, path, name))
		add_by_driver(search, name);
	return 0;
}

void console_add_watchdogs(struct host_search *search)
{
	search_begin_use(search, "an armed watchdog");
	sysfs_list(&search->sysfs, "class/watchdog", visit_watchdog, search);
}
