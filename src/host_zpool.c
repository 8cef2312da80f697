// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "host_search.h"

/* zpool waits for a pool that has lost its disks; an image is built without it then. */
#define ZPOOL_MILLISECONDS 5000
#define ZPOOL_OUTPUT_SIZE  65536

static const char *const zpool_paths[] = {
	"/usr/sbin/zpool",
	"/sbin/zpool",
	"/usr/local/sbin/zpool",
	"/run/current-system/sw/bin/zpool",
};

static const char *find_zpool(const struct host_search *search)
{
	if (search->zpool)
		return search->zpool;
	for (size_t i = 0; i < ARRAY_SIZE(zpool_paths); i++)
		if (access(zpool_paths[i], X_OK) == 0)
			return zpool_paths[i];
	return NULL;
}

/* Becomes zpool, writing to fd. -H and -P give plain paths, -L those behind links. */
static void run_zpool(const char *program, const char *pool, int fd)
{
	char *arguments[] = { (char *)"zpool", (char *)"list", (char *)"-vHPL",
			      (char *)"--",    (char *)pool,   NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	    dup2(fd, STDOUT_FILENO) >= 0)
		execv(program, arguments);
	_exit(127);
}

/* Reads to the end of what zpool writes. Gives 0, -ETIMEDOUT, -EFBIG or -EIO. */
static int read_output(int fd, char *buffer, size_t size)
{
	struct deadline deadline = deadline_after(ZPOOL_MILLISECONDS);
	struct pollfd output = { .fd = fd, .events = POLLIN };
	size_t used = 0;

	while (used < size) {
		int ready = poll(&output, 1, deadline_left(&deadline));
		ssize_t length;

		if (ready == 0)
			return -ETIMEDOUT;
		length = ready < 0 ? -1 : read(fd, buffer + used, size - used);
		if (length < 0 && errno != EINTR)
			return -EIO;
		if (length == 0)
			return 0;
		used += length > 0 ? (size_t)length : 0;
	}
	return -EFBIG;
}

/* Gives 0 and the output, or -errno. */
static int ask_zpool(const char *program, const char *pool, char *buffer, size_t size)
{
	int ends[2], error, status = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		run_zpool(program, pool, ends[1]);
	error = child < 0 ? -errno : 0;
	close(ends[1]);
	if (!error) {
		error = read_output(ends[0], buffer, size);
		if (error)
			kill(child, SIGKILL);
		/* One that sleeps in the kernel is left behind. */
		if (waitpid(child, &status, error ? WNOHANG : 0) == child && !error && status)
			error = -EIO;
	}
	close(ends[0]);
	return error;
}

/* What zpool(8) said of a pool, or that it said nothing. */
struct answer {
	const char *text;
	int error;
};

/* Asks once for each pool: one that has lost its disks takes all the time there is. */
static const struct answer *ask_once(struct host_search *search, const char *program,
				     const char *pool)
{
	struct host_entry *entry = search_entry(search, "pool", pool, true);
	struct answer *answer;
	char *buffer;

	if (!entry || entry->value)
		return entry ? entry->value : NULL;
	answer = arena_allocate(search->arena, 1, sizeof(*answer));
	buffer = arena_allocate(search->arena, ZPOOL_OUTPUT_SIZE + 1, 1);
	if (!answer || !buffer) {
		search->error = -ENOMEM;
		return NULL;
	}
	answer->error = ask_zpool(program, pool, buffer, ZPOOL_OUTPUT_SIZE);
	answer->text = buffer;
	entry->value = answer;
	return answer;
}

void search_zpool(struct host_search *search, const char *pool)
{
	const char *program = find_zpool(search);
	const struct answer *answer;
	bool found = false;
	char *text, *line;

	if (!program) {
		search_note_gap(search, "there is no zpool to ask for the disks of the pool %.80s",
				pool);
		return;
	}
	answer = ask_once(search, program, pool);
	if (!answer)
		return;
	if (answer->error) {
		search_note_gap(search, "zpool list %.80s: %s", pool, strerror(-answer->error));
		return;
	}
	text = (char *)search_print(search, "%s", answer->text);
	while ((line = strsep(&text, "\n"))) {
		line += strspn(line, "\t");
		line[strcspn(line, "\t")] = '\0';
		if (strncmp(line, "/dev/", 5) == 0)
			search_named_block(search, line);
		else if (line[0] == '/')
			search_file(search, line);
		found |= line[0] == '/';
	}
	if (!found)
		search_note_gap(search, "zpool names no disk of the pool %.80s", pool);
}
