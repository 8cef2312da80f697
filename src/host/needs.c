// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/needs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/search.h"
#include "lib/cmdline.h"
#include "lib/textfile.h"

static void add_resume(struct host_search *search)
{
	char number[32], *text = search_read_proc(search, "cmdline");
	struct cmdline_token token;
	size_t position = 0;

	search_begin_use(search, "resume");
	if (sysfs_read(&search->sysfs, "power/resume", number, sizeof(number)) > 0 &&
	    !streq(number, "0:0"))
		search_block(search, number);
	while (text && cmdline_next(text, &position, &token))
		if (streq(token.key, "resume") && token.value)
			search_named_block(search, token.value);
}

/* Returns whether this is the first user namespace: in others, root is not the host's. */
static bool owns_all_users(struct host_search *search)
{
	unsigned int first, host_first, count;
	const char *text = search_read_proc(search, "self/uid_map");

	return !text || sscanf(text, "%u %u %u", &first, &host_first, &count) != 3 ||
	       (first == 0 && host_first == 0 && count == ~0U);
}

/*
 * Returns whether the first process in /proc is the machine's. The first PID namespace
 * has a fixed number (PROC_PID_INIT_INO, include/linux/proc_ns.h); a kernel without PID
 * namespaces has none.
 */
static bool sees_all_processes(struct host_search *search)
{
	static const char first[] = "pid:[4026531836]";
	char name[64];
	ssize_t length =
		readlink(search_print(search, "%s/self/ns/pid", search->proc), name, sizeof(name));

	return length < 0 ||
	       (length == sizeof(first) - 1 && memcmp(name, first, sizeof(first) - 1) == 0);
}

/*
 * Returns whether this process runs on the machine itself: not in a chroot, where the
 * first process's root differs, and not in a container, by its namespaces and the marks
 * of systemd, systemd-nspawn and podman. (Docker's /.dockerenv proves nothing: machines
 * are made from such images too.)
 */
static bool is_at_home(struct host_search *search)
{
	static const char *const marks[] = { "run/systemd/container", "run/host/container-manager",
					     "run/.containerenv" };
	struct stat first, own;
	const struct mount *mount = mountinfo_find(search->mounts, "/");

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (faccessat(search->root, marks[i], F_OK, 0) == 0)
			return false;
	if (!owns_all_users(search) || !sees_all_processes(search))
		return false;
	if (stat(search_print(search, "%s/1/root", search->proc), &first) == 0)
		return fstat(search->root, &own) == 0 && first.st_dev == own.st_dev &&
		       first.st_ino == own.st_ino;
	/* Only root may look. A chroot is no mount point unless it was made one. */
	return errno == EACCES && mount && streq(mount->point, "/");
}

static int find_all(struct host_search *search, const char *root,
		    void (*more)(struct host_search *search))
{
	char *text;
	int error;

	search_begin_use(search, "/");
	text = search_read_table(search, "self/mountinfo");
	error = text ? mountinfo_read(search->arena, text, &search->mounts) : 0;
	if (error)
		return error;
	search->at_home = is_at_home(search);
	if (!search->at_home)
		return 0;
	mount_index(search);
	fstab_add(search);
	add_resume(search);
	keyboard_add(search, root);
	unlock_add(search);
	console_add(search);
	console_add_watchdogs(search);
	claims_add(search, root);
	network_add_reach(search, streq(search->proc, "/proc"));
	if (more)
		more(search);
	return search->error;
}

/* Hands a step to the file that knows such things. */
static void follow(struct host_search *search, const struct host_step *step)
{
	switch (step->kind) {
	case HOST_STEP_BLOCK:
		storage_add_block(search, step->name);
		break;
	case HOST_STEP_NAMED:
		storage_add_named(search, step->name);
		break;
	case HOST_STEP_MOUNT:
		mount_add(search, step->mount);
		break;
	case HOST_STEP_FILE:
		mount_add_file(search, step->name);
		break;
	case HOST_STEP_POOL:
		zpool_add(search, step->name);
		break;
	case HOST_STEP_NETWORK:
		network_add(search);
		break;
	case HOST_STEP_KEEP:
		break;
	}
}

int needs_search(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
		 void (*more)(struct host_search *search), void *context)
{
	const char *root = roots->root ? roots->root : "";
	struct host_search search = {
		.arena = arena,
		.proc = roots->proc ? roots->proc : "/proc",
		.zpool = roots->zpool,
		.context = context,
		.next_step = &search.steps,
		.follow = follow,
		.last_device = &search.devices,
		.last_question = &search.questions,
		.last_claim = &search.claims,
	};
	int error;

	*needs = (struct host_needs){ 0 };
	search.root = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (search.root < 0)
		return 0;
	/* Without sysfs there is nothing to find or report. */
	if (sysfs_open(&search.sysfs, roots->sysfs ? roots->sysfs : "/sys")) {
		close(search.root);
		return 0;
	}
	error = find_all(&search, root, more);
	needs_text_list_gaps(&search, &needs->gaps);
	if (!error && search.at_home)
		needs->text = needs_text_make(&search);
	sysfs_close(&search.sysfs);
	close(search.root);
	return error ? error : search.error;
}

int host_find_needs(struct host_needs *needs, struct arena *arena, const struct host_roots *roots)
{
	return needs_search(needs, arena, roots, NULL, NULL);
}

int host_find_claims(const char **text, struct arena *arena, const char *root)
{
	struct host_search search = {
		.arena = arena,
		.root = open(root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.last_claim = &search.claims,
	};

	*text = "";
	if (search.root < 0)
		return 0;
	claims_add(&search, root ? root : "");
	if (!search.error)
		*text = needs_text_make(&search);
	close(search.root);
	return search.error;
}
