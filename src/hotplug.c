// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotplug.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long to sleep where no event will wake us, and at most between two looks. */
#define LOOK_AGAIN_MILLISECONDS 250

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

/* An event begins with "action@devpath" (lib/kobject_uevent.c). */
static bool is_pci_added(const char *event)
{
	return strncmp(event, "add@/devices/", strlen("add@/devices/")) == 0 &&
	       strstr(event, "/pci") != NULL;
}

void hotplug_wait(int fd, const struct deadline *deadline)
{
	struct deadline look_again = deadline_after(LOOK_AGAIN_MILLISECONDS);
	struct pollfd events = { .fd = fd, .events = POLLIN };
	char event[2048];

	if (deadline->at < look_again.at)
		look_again = *deadline;
	/* poll() ignores a negative descriptor and just sleeps. */
	while (poll(&events, 1, deadline_left(&look_again)) > 0) {
		ssize_t length = recv(fd, event, sizeof(event) - 1, 0);

		if (length <= 0)
			return;
		event[length] = '\0';
		if (is_pci_added(event))
			return;
	}
}
