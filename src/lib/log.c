// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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
} state = { .target = LOG_TO_STDERR, .kmsg = -1 };

void log_set_target(enum log_target target)
{
	state.target = target;
}

void log_set_debug(bool on)
{
	state.debug = on;
}

void log_start_anew(void)
{
	state.lines = LOG_LINES_PER_OPEN;
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

/* What each line begins with; the digit is the level. */
static const char beginning[] = "<6>vfio-early: ";

#define BEGINNING_LENGTH (sizeof(beginning) - 1)

/* A line that is not written yet. */
struct line {
	char text[LOG_LINE_SIZE];
	size_t length;
};

/* Returns whether a line of this level is written. */
static bool begin(struct line *line, enum log_level level)
{
	if (level == LOG_LEVEL_DEBUG && !state.debug)
		return false;
	memcpy(line->text, beginning, BEGINNING_LENGTH);
	line->text[1] = (char)('0' + level);
	return true;
}

static void end(struct line *line)
{
	char *text = line->text;
	size_t length = line->length;
	int saved_errno = errno, kmsg = -1;

	text_make_printable(text);
	text[length++] = '\n';
	if (state.target == LOG_TO_KERNEL)
		kmsg = kmsg_open();
	if (kmsg < 0 || write(kmsg, text, length) != (ssize_t)length) {
		const size_t level = sizeof("<6>") - 1;

		if (write(STDERR_FILENO, text + level, length - level) < 0 &&
		    state.target == LOG_TO_STDERR) {
			kmsg = kmsg_open();
			if (kmsg >= 0 && write(kmsg, text, length) < 0) {
				/* Nowhere is left to say it. */
			}
		}
	}
	errno = saved_errno;
}

void log_line(enum log_level level, const char *format, ...)
{
	/* One byte is for the newline. */
	const size_t room = LOG_LINE_SIZE - BEGINNING_LENGTH - 1;
	struct line line;
	va_list arguments;
	int length;

	if (!begin(&line, level))
		return;
	va_start(arguments, format);
	length = vsnprintf(line.text + BEGINNING_LENGTH, room, format, arguments);
	va_end(arguments);
	if (length < 0)
		line.text[BEGINNING_LENGTH] = '\0';
	line.length = BEGINNING_LENGTH;
	if (length > 0)
		line.length += (size_t)length < room ? (size_t)length : room - 1;
	end(&line);
}

void log_text(enum log_level level, const char *text)
{
	struct line line;

	if (!begin(&line, level))
		return;
	line.length = (size_t)(text_append(line.text + BEGINNING_LENGTH,
					   line.text + LOG_LINE_SIZE - 2, text) -
			       line.text);
	end(&line);
}
