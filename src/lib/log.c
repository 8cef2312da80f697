// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/text.h"

/* The kernel cuts a line of /dev/kmsg at 1024 bytes, prefix included (kernel/printk/printk.c). */
#define LOG_LINE_SIZE 960

/*
 * Each open file of /dev/kmsg may write ten lines in five seconds; the kernel drops
 * further lines (devkmsg_open() in kernel/printk/printk.c, ___ratelimit() in
 * lib/ratelimit.c). Every line here says what happened to a device, so none may be lost:
 * the file is reopened before the limit.
 */
#define LOG_LINES_PER_OPEN 10

static struct {
	enum log_target target;
	bool debug;
	int kmsg;
	unsigned int lines;
	pthread_mutex_t lock; /* the thread that loads modules logs too */
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .target = LOG_TO_STDERR, .kmsg = -1 };

void log_set_target(enum log_target target)
{
	state.target = target;
}

void log_set_debug(bool on)
{
	state.debug = on;
}

/* musl's open() would ask with a call of its own for what O_CLOEXEC has done. */
static int kmsg_open_file(void)
{
	return openat(AT_FDCWD, "/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

/* Creates a temporary node where /dev is not mounted yet. */
static int kmsg_open_node(void)
{
	int fd;

	if (mknod("/dev/kmsg", S_IFCHR | 0600, makedev(1, 11)) < 0)
		return -1;
	fd = kmsg_open_file();
	unlink("/dev/kmsg");
	return fd;
}

static int kmsg_open(void)
{
	if (state.kmsg >= 0 && state.lines >= LOG_LINES_PER_OPEN) {
		close(state.kmsg);
		state.kmsg = -1;
	}
	if (state.kmsg < 0) {
		state.kmsg = kmsg_open_file();
		if (state.kmsg < 0 && errno == ENOENT)
			state.kmsg = kmsg_open_node();
		state.lines = 0;
	}
	state.lines++;
	return state.kmsg;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[LOG_LINE_SIZE];
	int saved_errno = errno;
	va_list arguments;
	int prefix, length, kmsg = -1;

	if (level == LOG_LEVEL_DEBUG && !state.debug)
		return;
	prefix = snprintf(line, sizeof(line), "<%d>vfio-early: ", level);
	va_start(arguments, format);
	length = vsnprintf(line + prefix, sizeof(line) - (size_t)prefix - 1, format, arguments);
	va_end(arguments);
	if (length < 0)
		length = 0;
	length += prefix;
	if ((size_t)length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	text_make_printable(line);
	line[length++] = '\n';
	pthread_mutex_lock(&state.lock);
	if (state.target == LOG_TO_KERNEL)
		kmsg = kmsg_open();
	if (kmsg < 0 || write(kmsg, line, (size_t)length) != length) {
		const char *text = line + sizeof("<6>") - 1;

		if (write(STDERR_FILENO, text, (size_t)length - (sizeof("<6>") - 1)) < 0 &&
		    state.target == LOG_TO_STDERR) {
			kmsg = kmsg_open();
			if (kmsg >= 0 && write(kmsg, line, (size_t)length) < 0) {
				/* Nowhere is left to say it. */
			}
		}
	}
	pthread_mutex_unlock(&state.lock);
	errno = saved_errno;
}
