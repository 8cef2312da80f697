// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/trial_reboot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/up.h"
#include "lib/command.h"
#include "lib/held_signals.h"
#include "lib/process.h"
#include "lib/text.h"
#include "machine/sysfs.h"

/* How long systemctl, and then the shutdown's signal, may take, in milliseconds. */
#define SYSTEMCTL_MILLISECONDS 30000
#define SIGNAL_MILLISECONDS    60000

/* A serial console without a reader must not hold up the reboot, so this does not wait. */
static void write_console(const char *root, const char *name, const char *text)
{
	char path[PATH_MAX], line[1024];
	int length = snprintf(line, sizeof(line), "\r\nvfio-early: %.900s\r\n", text), fd;

	snprintf(path, sizeof(path), "%s/dev/%s", root, name);
	fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, line, (size_t)length) < 0)
		text_print(stderr, "vfio-early: confirm: %s: %s\n", path, strerror(errno));
	close(fd);
}

static void write_consoles(const struct up_roots *roots, const char *text)
{
	const char *root = roots->root ? roots->root : "";
	char names[256], *rest = names, *name;
	struct sysfs sysfs;

	write_console(root, "console", text);
	if (sysfs_open(&sysfs, roots->links.sysfs ? roots->links.sysfs : "/sys") < 0)
		return;
	if (sysfs_read(&sysfs, "class/tty/console/active", names, sizeof(names)) > 0)
		while ((name = strsep(&rest, " ")))
			if (*name && !strchr(name, '/'))
				write_console(root, name, text);
	sysfs_close(&sysfs);
}

/* Runs systemctl. Says on standard error what was wrong with it. */
static void run_systemctl(const char *path, char *const *arguments)
{
	const struct process_program program = {
		.path = path ? path : "systemctl",
		.fd = -1,
		.arguments = arguments,
		.input = -1,
		.output = STDOUT_FILENO,
		.error = STDERR_FILENO,
	};
	const struct deadline deadline = deadline_after(SYSTEMCTL_MILLISECONDS);
	struct process process;
	int status = 0, error = process_start(&process, &program);

	if (!error)
		error = process_wait(&process, &deadline, &status);
	if (error == -ETIMEDOUT)
		process_kill(&process);
	if (error)
		text_print(stderr, "vfio-early: confirm: systemctl reboot: %s\n", strerror(-error));
}

/* Returns whether the shutdown has come to this process. */
static bool wait_for_signal(const struct held_signals *signals)
{
	struct pollfd signal = { .fd = signals->fd, .events = POLLIN };

	return poll(&signal, 1, SIGNAL_MILLISECONDS) > 0;
}

int trial_reboot(const struct up_roots *roots, const char *text, const struct held_signals *signals)
{
	char message[1024];
	/* The last one does not ask systemd. */
	char *const attempts[][5] = {
		{ (char *)"systemctl", (char *)"reboot", message },
		{ (char *)"systemctl", (char *)"reboot", (char *)"--force" },
		{ (char *)"systemctl", (char *)"reboot", (char *)"--force", (char *)"--force" },
	};

	snprintf(message, sizeof(message), "--message=vfio-early: %.900s", text);
	write_consoles(roots, text);
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		run_systemctl(roots->systemctl, attempts[i]);
		if (wait_for_signal(signals))
			return EXIT_PARTLY;
	}
	text_print(stderr, "vfio-early: confirm: the machine does not reboot: reboot it by hand\n");
	return EXIT_PARTLY;
}
