// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The longest name that is asked for; a driver's name fits a directory entry. */
#define NAME_SIZE 256

/* Needed before a virtual machine can open a group; vfio only asks for it by soft dependency. */
static const char iommu_module[] = "vfio_iommu_type1";

/* What the process does until nobody asks any more. */
static void serve(int socket, const char *driver)
{
	struct module_context *context = NULL;
	int error = module_open(&context);
	char name[NAME_SIZE];
	ssize_t length;

	if (!error && driver) {
		module_load_dependencies(context, driver);
		module_load(context, iommu_module);
	}
	while ((length = recv(socket, name, sizeof(name) - 1, 0)) > 0) {
		int answer = error;

		name[length] = '\0';
		if (!error)
			answer = module_load(context, name);
		if (send(socket, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			break;
	}
	_exit(0);
}

int loader_start(struct loader *loader, const char *driver)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	loader->process = fork();
	if (loader->process == 0) {
		close(ends[0]);
		serve(ends[1], driver);
	}
	close(ends[1]);
	if (loader->process < 0) {
		int error = errno;

		close(ends[0]);
		return -error;
	}
	loader->socket = ends[0];
	return 0;
}

void loader_stop(struct loader *loader)
{
	close(loader->socket);
	kill(loader->process, SIGKILL);
}

static int ask(void *context, const char *name)
{
	const struct loader *loader = context;
	struct pollfd answered = { .fd = loader->socket, .events = POLLIN };
	int answer, ready;

	if (send(loader->socket, name, strlen(name), MSG_NOSIGNAL) < 0)
		return -EIO;
	do
		ready = poll(&answered, 1, deadline_left(&loader->deadline));
	while (ready < 0 && errno == EINTR);
	if (ready == 0) {
		/* An answer that comes later must not pass for the next one's. */
		shutdown(loader->socket, SHUT_RDWR);
		return -ETIMEDOUT;
	}
	if (recv(loader->socket, &answer, sizeof(answer), 0) != sizeof(answer))
		return -EIO;
	return answer;
}

struct module_loader loader_interface(struct loader *loader)
{
	return (struct module_loader){ .context = loader, .load = ask };
}
