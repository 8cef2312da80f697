// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/boot.h"
#include "boot/early_mounts.h"
#include "lib/command.h"
#include "lib/deadline.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "lib/util.h"

/* For reading the settings and writing the report, besides the time that settings allow. */
#define SPARE_MILLISECONDS 10000

/* How long to wait for a killed process, which may be stuck in the kernel. */
#define KILL_MILLISECONDS 200

bool init_is_wanted(const char *program, bool is_command)
{
	struct statfs root;

	/* The kernel's own root is a ramfs or a tmpfs (init/do_mounts.c, init_rootfs()). */
	return getpid() == 1 && (streq(program, INIT_PATH) || !is_command) &&
	       statfs("/", &root) == 0 &&
	       (root.f_type == RAMFS_MAGIC || root.f_type == TMPFS_MAGIC);
}

/* Waits for the child and reaps others. Returns false if the deadline comes first. */
static bool wait_for(pid_t child, int *status, const struct deadline *deadline)
{
	sigset_t child_signal;

	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	for (;;) {
		int left = deadline_left(deadline);
		struct timespec timeout = { left / 1000, left % 1000 * 1000000L };
		pid_t dead;

		while ((dead = waitpid(-1, status, WNOHANG)) > 0)
			if (dead == child)
				return true;
		if (!left)
			return false;
		/* The signal is blocked, so one that came since waitpid() ends the wait at once. */
		sigtimedwait(&child_signal, NULL, &timeout);
	}
}

/* Like wait_for(), until the time that the child is allowed, which it may set late. */
static bool wait_as_allowed(pid_t child, int *status, const volatile int *allowed, int spare)
{
	int64_t started = deadline_now();
	int known;

	do {
		struct deadline deadline = { started };

		known = *allowed;
		deadline.at += ((int64_t)known + spare) * 1000000;
		if (wait_for(child, status, &deadline))
			return true;
	} while (*allowed != known);
	return false;
}

static int watch(pid_t child, const volatile int *allowed, int spare)
{
	struct deadline deadline;
	int status = 0;
	bool ended = wait_as_allowed(child, &status, allowed, spare);

	/* Kills its worker too: nothing of ours may touch devices once /init runs. */
	kill(-child, SIGKILL);
	if (ended)
		return WIFSIGNALED(status) ? INIT_KILLED : INIT_ENDED;
	deadline = deadline_after(KILL_MILLISECONDS);
	wait_for(child, &status, &deadline);
	return INIT_OVERRUN;
}

int init_watch(int (*function)(volatile int *allowed), int spare_milliseconds)
{
	volatile int *allowed = mmap(NULL, sizeof(*allowed), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigset_t blocked, before;
	pid_t child;
	int result;

	if (allowed == MAP_FAILED)
		return -errno;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(function(allowed));
	}
	if (child < 0) {
		result = -errno;
	} else {
		/* Done in both processes, because either may be first. */
		setpgid(child, child);
		result = watch(child, allowed, spare_milliseconds);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	munmap((void *)allowed, sizeof(*allowed));
	return result;
}

static int boot_from_image(volatile int *allowed)
{
	struct boot_paths paths = {
		.config = INIT_CONFIG_PATH,
		.host = INIT_HOST_CONFIG_PATH,
		.report = INIT_REPORT_DIRECTORY,
		.modules.configuration = INIT_MODPROBE_DIRECTORY,
	};
	char directory[MODULE_PATH_SIZE];
	struct utsname kernel;

	uname(&kernel);
	snprintf(directory, sizeof(directory), INIT_MODULES_DIRECTORY "/%s", kernel.release);
	/* The image unpacked after ours may have them. */
	if (access(directory, F_OK) < 0)
		log_line(LOG_LEVEL_ERROR,
			 "%s: %s: the image is for another kernel; make one for this kernel: "
			 "vfio-early image --kernel %s",
			 directory, strerror(errno), kernel.release);
	else
		paths.modules.directory = directory;
	return boot(&paths, allowed);
}

static void boot_watched(void)
{
	int end = init_watch(boot_from_image, SPARE_MILLISECONDS);

	if (end < 0)
		log_line(LOG_LEVEL_ERROR, "could not start: %s: nothing was touched",
			 strerror(-end));
	else if (end != INIT_ENDED)
		log_line(LOG_LEVEL_ERROR,
			 "the run %s: devices may be left without a driver, and there is no report",
			 end == INIT_KILLED ? "was killed" : "did not end and was abandoned");
}

/*
 * Opens standard files if the kernel found no /dev/console. Otherwise the next files
 * opened would get their numbers, and messages with them. Nothing can be written to
 * these; executing /init closes them.
 */
static void occupy_standard_files(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* In the kernel's order without rdinit= (init/main.c). */
static void execute_next(char **arguments)
{
	static char *const programs[] = { "/init", "/sbin/init", "/etc/init", "/bin/init",
					  "/bin/sh" };

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		arguments[0] = programs[i];
		execv(programs[i], arguments);
		log_line(LOG_LEVEL_ERROR, "could not execute %s: %s", programs[i], strerror(errno));
	}
	log_line(LOG_LEVEL_ERROR, "no /init was found: the boot loader must load the system's own "
				  "initramfs after the image of vfio-early");
}

int init_run(char **arguments)
{
	struct mounts mounts;

	occupy_standard_files();
	log_set_target(LOG_TO_KERNEL);
	early_mounts_make(&mounts);
	if (access(INIT_DIRECTORY, F_OK) < 0)
		log_line(LOG_LEVEL_ERROR,
			 INIT_DIRECTORY
			 ": %s: nothing was touched; make the image with: vfio-early image",
			 strerror(errno));
	else
		boot_watched();
	early_mounts_undo(&mounts);
	execute_next(arguments);
	return EXIT_PARTLY;
}
