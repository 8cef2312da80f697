// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/hotplug.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long to sleep without events, and at most between two looks. */
#define LOOK_AGAIN_MILLISECONDS 250

/* The kernel adds all functions of a slot in one pass (drivers/pci/probe.c, pci_scan_slot()). */
#define QUIET_MILLISECONDS  250
#define SETTLE_MILLISECONDS 2000

int hotplug_listen(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* Matches "add@/devices/.../pci..." (lib/kobject_uevent.c). */
static bool is_pci_added(const char *event)
{
	return strncmp(event, "add@/devices/", strlen("add@/devices/")) == 0 &&
	       strstr(event, "/pci") != NULL;
}

/* Sleeps until a PCI device is added, then returns true; returns false at the deadline. */
static bool wait_for_device(int fd, const struct deadline *deadline)
{
	struct pollfd events = { .fd = fd, .events = POLLIN };
	char event[2048];

	/* With a negative descriptor poll() just sleeps. */
	while (poll(&events, 1, deadline_left(deadline)) > 0) {
		ssize_t length = recv(fd, event, sizeof(event) - 1, 0);

		/* Events were lost; any device may be among them. */
		if (length <= 0)
			return true;
		event[length] = '\0';
		if (is_pci_added(event))
			return true;
	}
	return false;
}

static struct deadline earlier(const struct deadline *a, struct deadline b)
{
	return a->at < b.at ? *a : b;
}

void hotplug_wait(int fd, const struct deadline *deadline)
{
	struct deadline until = earlier(deadline, deadline_after(LOOK_AGAIN_MILLISECONDS));

	wait_for_device(fd, &until);
}

void hotplug_settle(int fd)
{
	const struct deadline last = deadline_after(SETTLE_MILLISECONDS);
	struct deadline until;

	do
		until = earlier(&last, deadline_after(QUIET_MILLISECONDS));
	while (wait_for_device(fd, &until) && deadline_left(&last));
}
