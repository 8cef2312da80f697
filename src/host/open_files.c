// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/open_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/sysfs.h"

#define READ_MILLISECONDS 5000

/* How many nodes fit. Only used pages cost memory. */
#define TABLE_COUNT 262144

/* A path in /proc/PID/maps may have four characters for one. */
#define LINE_SIZE (4 * PATH_MAX + 128)

/* The list that the child writes and the parent reads. */
struct table {
	size_t count;
	pid_t pid; /* the process being read */
	struct open_file items[TABLE_COUNT];
};

struct process_visit {
	struct sysfs proc; /* any directory */
	struct table *table;
	size_t first;	     /* the process's first entry */
	const char *process; /* its pid, or "PID/task/TID" for a thread */
	const char *pid;
	pid_t last_read; /* the thread whose files were read last */
	int error;
};

/* Adds a node of the process, unless it is there. Returns 0 or -EOVERFLOW. */
static int add_node(struct process_visit *visit, const struct node *node)
{
	struct table *table = visit->table;

	for (size_t i = visit->first; i < table->count; i++)
		if (node_equal(&table->items[i].node, node))
			return 0;
	if (table->count == TABLE_COUNT)
		return -EOVERFLOW;
	table->items[table->count++] = (struct open_file){ .pid = table->pid, .node = *node };
	return 0;
}

/* Skips a file or process that goes away meanwhile. */
static int read_node(struct process_visit *visit, const char *path)
{
	struct node node;
	int error = node_read(visit->proc.fd, path, &node);

	if (error == -EACCES || error == -EPERM)
		return error;
	return error ? 0 : add_node(visit, &node);
}

static int visit_file(void *context, const char *name)
{
	struct process_visit *visit = context;
	char path[128];

	snprintf(path, sizeof(path), "%s/fd/%s", visit->process, name);
	visit->error = read_node(visit, path);
	return visit->error;
}

/* Records an error, unless the process or thread has ended. Returns the recorded error. */
static int note(struct process_visit *visit, int error)
{
	if (error != -ENOENT && error != -ESRCH)
		visit->error = error;
	return visit->error;
}

static int read_files(struct process_visit *visit, const char *process)
{
	char directory[96];

	snprintf(directory, sizeof(directory), "%s/fd", process);
	visit->process = process;
	return note(visit, sysfs_list(&visit->proc, directory, visit_file, visit));
}

/*
 * Reads the files of a thread, unless it shares those read last. A first thread that
 * ended before the others has none.
 */
static int visit_thread(void *context, const char *name)
{
	struct process_visit *visit = context;
	pid_t thread = (pid_t)strtol(name, NULL, 10);
	char process[64];

	if (thread == visit->last_read ||
	    syscall(SYS_kcmp, visit->last_read, thread, KCMP_FILES, 0L, 0L) == 0)
		return 0;
	visit->last_read = thread;
	snprintf(process, sizeof(process), "%.20s/task/%.20s", visit->pid, name);
	return read_files(visit, process);
}

static int read_mapping(struct process_visit *visit, const char *line)
{
	unsigned long start, end;
	char path[96];

	/* Most mappings are libraries; checking each would take most of the time. */
	if (!strstr(line, "/dev/") || sscanf(line, "%lx-%lx", &start, &end) != 2)
		return 0;
	snprintf(path, sizeof(path), "%s/map_files/%lx-%lx", visit->pid, start, end);
	return read_node(visit, path);
}

static int read_mappings(struct process_visit *visit)
{
	static char line[LINE_SIZE];
	char path[64];
	FILE *maps;
	int fd, error;

	snprintf(path, sizeof(path), "%s/maps", visit->pid);
	fd = openat(visit->proc.fd, path, O_RDONLY | O_CLOEXEC);
	maps = fd < 0 ? NULL : fdopen(fd, "r");
	if (!maps) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return note(visit, error);
	}
	while (!visit->error && fgets(line, sizeof(line), maps))
		visit->error = read_mapping(visit, line);
	error = ferror(maps) ? -errno : 0;
	fclose(maps);
	return visit->error ? visit->error : note(visit, error);
}

static int visit_process(void *context, const char *name)
{
	struct process_visit *visit = context;
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	char threads[64];

	/* This process has its parent's files open, and the directories that it reads. */
	if (name[strspn(name, "0123456789")] || strlen(name) > 20 || pid == getpid())
		return 0;
	visit->pid = name;
	visit->table->pid = visit->last_read = pid;
	visit->first = visit->table->count;
	if (read_files(visit, name))
		return visit->error;
	snprintf(threads, sizeof(threads), "%s/task", name);
	if (note(visit, sysfs_list(&visit->proc, threads, visit_thread, visit)))
		return visit->error;
	return read_mappings(visit);
}

static int read_all(void *argument)
{
	struct process_visit *visit = argument;
	int error = sysfs_list(&visit->proc, ".", visit_process, visit);

	if (!error)
		visit->table->pid = 0;
	return error;
}

int open_files_list(struct open_files *files, const char *proc)
{
	struct deadline deadline = deadline_after(READ_MILLISECONDS);
	struct process_visit visit = { .error = 0 };
	struct table *table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int error;

	*files = (struct open_files){ 0 };
	if (table == MAP_FAILED)
		return -ENOMEM;
	files->items = table->items;
	error = sysfs_open(&visit.proc, proc);
	if (error)
		return error;
	visit.table = table;
	error = deadline_call(&deadline, read_all, &visit);
	sysfs_close(&visit.proc);
	files->count = table->count;
	files->unread = table->pid;
	return error;
}

void open_files_free(struct open_files *files)
{
	if (files->items)
		munmap((char *)files->items - offsetof(struct table, items), sizeof(struct table));
	*files = (struct open_files){ 0 };
}

const char *open_file_owner(struct arena *arena, const char *proc, pid_t pid)
{
	char path[PATH_MAX], *name;

	snprintf(path, sizeof(path), "%s/%d/comm", proc, (int)pid);
	if (textfile_read(arena, path, &name))
		return arena_print(arena, "pid %d", (int)pid);
	name[strcspn(name, "\n")] = '\0';
	/* A process chooses its name, which goes to a terminal, a comment and a list. */
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f || *c == '#' || *c == ',')
			*c = '?';
	return arena_print(arena, "%s (pid %d)", name, (int)pid);
}

const char *open_file_machine(struct arena *arena, const char *proc, pid_t pid)
{
	static const char separator[] = { TEXTFILE_NUL, '\0' };
	char path[PATH_MAX], *text, *word;
	bool next = false;

	snprintf(path, sizeof(path), "%s/%d/cmdline", proc, (int)pid);
	if (textfile_read(arena, path, &text))
		return NULL;
	while ((word = strsep(&text, separator))) {
		if (!next) {
			next = streq(word, "-name") || streq(word, "--name");
			continue;
		}
		if (strstarts(word, "guest="))
			word += strlen("guest=");
		word[strcspn(word, ",")] = '\0';
		text_make_printable(word);
		return *word ? word : NULL;
	}
	return NULL;
}
