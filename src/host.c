// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmdline.h"
#include "host_search.h"
#include "input.h"

/* Where it must boot from. On NixOS, which has no /usr, /nix is what /usr is elsewhere. */
static const char *const mount_points[] = {
	"/", "/usr", "/nix", "/boot", "/efi", "/boot/efi", "/boot/firmware",
};

/* Calls function with the first three words of every line of fstab(5). */
static void for_fstab(struct host_search *search, const char *root,
		      void (*function)(struct host_search *search, char *words[3]))
{
	char *text = search_read_file(search, search_print(search, "%s/etc/fstab", root)), *line;

	while ((line = strsep(&text, "\n"))) {
		char *words[3];
		size_t count = 0;

		while (count < 3 && (words[count] = mountinfo_word(&line)))
			mountinfo_unescape(words[count++]);
		if (count == 3 && words[0][0] != '#')
			function(search, words);
	}
}

static void search_fstab_line(struct host_search *search, char *words[3])
{
	size_t length = strlen(words[1]);

	while (length > 1 && words[1][length - 1] == '/')
		words[1][--length] = '\0';
	if (streq(words[1], search->use)) {
		if (search_is_network_type(words[2]))
			search_network(search);
		else
			search_named_block(search, words[0]);
	}
}

static void search_fstab_swap(struct host_search *search, char *words[3])
{
	if (!streq(words[2], "swap"))
		return;
	if (words[0][0] == '/' && strncmp(words[0], "/dev/", 5) != 0)
		search_file(search, words[0]);
	else
		search_named_block(search, words[0]);
}

/* What is mounted there, or would be if somebody looked: a boot partition often is not. */
static void search_mount_points(struct host_search *search, const char *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(mount_points); i++) {
		const struct mount *mount = search_find_mount(search, mount_points[i]);

		search_begin_use(search, mount_points[i]);
		if (mount && streq(mount->point, mount_points[i]))
			search_mount(search, mount);
		else
			for_fstab(search, root, search_fstab_line);
	}
}

static void search_swaps(struct host_search *search, const char *root)
{
	char *text = search_read_table(search, "swaps"), *line;

	search_begin_use(search, "swap");
	strsep(&text, "\n"); /* the columns' names */
	while ((line = strsep(&text, "\n"))) {
		char *name = mountinfo_word(&line), *type = mountinfo_word(&line);

		if (!type)
			continue;
		mountinfo_unescape(name);
		if (streq(type, "file"))
			search_file(search, name);
		else
			search_named_block(search, name);
	}
	for_fstab(search, root, search_fstab_swap);
}

static void search_resume(struct host_search *search)
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

/* Whether the first user namespace is this process's: in others, root is nobody on the host. */
static bool owns_all_users(struct host_search *search)
{
	unsigned int first, host_first, count;
	const char *text = search_read_proc(search, "self/uid_map");

	return !text || sscanf(text, "%u %u %u", &first, &host_first, &count) != 3 ||
	       (first == 0 && host_first == 0 && count == ~0U);
}

/*
 * Whether the first process that /proc shows is the machine's. The number of the first
 * PID namespace is the kernel's ABI (PROC_PID_INIT_INO, include/linux/proc_ns.h); a
 * kernel without PID namespaces shows none.
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
 * Whether this process is at home on the machine: neither in a chroot, where
 * the first process's root is another, nor in a container, by its namespaces and by
 * the marks that systemd, systemd-nspawn and podman leave. (Docker's /.dockerenv says
 * nothing: machines are made of such images too.)
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
	/* Only root may look there. A chroot is no mount point, unless it was made one. */
	return errno == EACCES && mount && streq(mount->point, "/");
}

static int search_all(struct host_search *search, const char *root,
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
	search_index_mounts(search);
	search_mount_points(search, root);
	search_swaps(search, root);
	search_resume(search);
	search_keyboard(search, root);
	search_claims(search, root);
	search_reach(search, streq(search->proc, "/proc"));
	if (more)
		more(search);
	return search->error;
}

int search_run(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
	       void (*more)(struct host_search *search), void *context)
{
	const char *root = roots->root ? roots->root : "";
	struct host_search search = {
		.arena = arena,
		.proc = roots->proc ? roots->proc : "/proc",
		.zpool = roots->zpool,
		.context = context,
		.last_device = &search.devices,
		.last_question = &search.questions,
		.last_claim = &search.claims,
	};
	int error;

	*needs = (struct host_needs){ 0 };
	search.root = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (search.root < 0)
		return 0;
	/* Without a sysfs there is nothing to be found, and nothing to say of it. */
	if (sysfs_open(&search.sysfs, roots->sysfs ? roots->sysfs : "/sys")) {
		close(search.root);
		return 0;
	}
	error = search_all(&search, root, more);
	search_list_gaps(&search, &needs->gaps);
	if (!error && search.at_home)
		needs->text = search_text(&search);
	sysfs_close(&search.sysfs);
	close(search.root);
	return error ? error : search.error;
}

int host_find_needs(struct host_needs *needs, struct arena *arena, const struct host_roots *roots)
{
	return search_run(needs, arena, roots, NULL, NULL);
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
	search_claims(&search, root ? root : "");
	if (!search.error)
		*text = search_text(&search);
	close(search.root);
	return search.error;
}
