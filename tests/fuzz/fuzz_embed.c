// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host that an image is made on: its config, modprobe.d, modules.alias, and its disks
 * and networks in /proc, /sys, /dev and fstab(5). The files are written into an existing
 * image, below image/. Lines are those of tree.h; "generic" makes an image for any
 * machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "image/embed.h"
#include "lib/beneath.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "tree.h"

/* Returns whether the image is to be generic. */
static bool read_input(char *text)
{
	bool generic = false;
	char *line;

	tree_begin();
	tree_add_directory("sys");
	tree_add_directory("image");
	/* Shows that the host is at home, not in a chroot. */
	tree_add_link("proc/1/root", "../..");
	while ((line = fuzz_line(&text))) {
		if (streq(line, "generic"))
			generic = true;
		else
			tree_add_line(line);
	}
	return generic;
}

static size_t count_lines(const char *text, const char *start)
{
	size_t count = strncmp(text, start, strlen(start)) == 0;

	while ((text = strchr(text, '\n')))
		count += strncmp(++text, start, strlen(start)) == 0;
	return count;
}

/* Boot reads the host's needs, so it must understand all of them. */
static void check_host(struct arena *arena, const struct embed_file *host)
{
	struct settings settings;

	if (!host)
		return;
	FUZZ_CHECK(streq(host->path, HOST_CONFIG_PATH));
	settings_init(&settings, arena);
	FUZZ_CHECK(settings_read_host(&settings, HOST_CONFIG_PATH, host->text) == 0);
	FUZZ_CHECK(!settings.problems);
	FUZZ_CHECK(settings.protect.count == count_lines(host->text, "protect = "));
	fuzz_check_places(&settings, HOST_CONFIG_PATH, host->text, true);
}

static void check_embed(struct arena *arena, const struct embed *embed, bool generic)
{
	check_host(arena, embed->host);
	FUZZ_CHECK(!generic || (!embed->host && !embed->needs.gaps));
	for (const struct embed_file *file = embed->modprobe; file; file = file->next) {
		FUZZ_CHECK(strstr(file->path, "/modprobe.d/") && !strstr(file->path, "/../"));
		FUZZ_CHECK(strncmp(file->path, "/run/", 5) != 0);
		FUZZ_CHECK(strlen(file->text) == file->length);
		for (const struct embed_file *other = file->next; other; other = other->next)
			FUZZ_CHECK(!streq(file->path, other->path));
	}
	/* Each is one line of the output and one word of a hook's list. */
	for (const struct embed_name *name = embed->modules; name; name = name->next) {
		FUZZ_CHECK(name->name[0] && fuzz_is_printable(name->name, 4096));
		FUZZ_CHECK(!strchr(name->name, ' '));
	}
	for (const struct host_gap *gap = embed->needs.gaps; gap; gap = gap->next)
		FUZZ_CHECK(fuzz_is_printable(gap->text, 512));
}

/* Returns whether the resolved path, without links and "..", is below the directory. */
static bool is_inside(int directory, const char *resolved)
{
	char part[PATH_MAX];
	struct stat status;

	if (resolved[0] == '/')
		return false;
	for (const char *end = resolved; *end; end += *end == '/') {
		if (strncmp(end, "..", 2) == 0 && (end[2] == '/' || !end[2]))
			return false;
		end += strcspn(end, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(end - resolved), resolved);
		if (fstatat(directory, part, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(status.st_mode))
			return false;
	}
	return true;
}

/* Writes the file into the image, which may try to lead it astray. */
static void write_file(int image, const struct embed_file *file)
{
	const char *name = strrchr(file->path, '/') + 1;
	char directory[PATH_MAX], resolved[PATH_MAX], place[PATH_MAX], *text;
	struct stat status;
	int fd;

	snprintf(directory, sizeof(directory), "%.*s", (int)(name - file->path), file->path);
	if (beneath_resolve(image, directory, resolved))
		return;
	FUZZ_CHECK(is_inside(image, resolved));
	if (beneath_write(image, file->path, file->text, file->length))
		return;
	FUZZ_CHECK(snprintf(place, sizeof(place), "%s/%s", resolved, name) < PATH_MAX);
	FUZZ_CHECK(fstatat(image, place, &status, AT_SYMLINK_NOFOLLOW) == 0);
	FUZZ_CHECK(S_ISREG(status.st_mode) && status.st_nlink == 1);
	FUZZ_CHECK((size_t)status.st_size == file->length);
	text = malloc(file->length + 1);
	fd = openat(image, place, O_RDONLY | O_CLOEXEC);
	FUZZ_CHECK(text && read(fd, text, file->length) == (ssize_t)file->length);
	FUZZ_CHECK(memcmp(text, file->text, file->length) == 0);
	close(fd);
	free(text);
}

static void write_image(const char *root, const struct embed *embed)
{
	char path[512];
	int image;

	snprintf(path, sizeof(path), "%s/image", root);
	image = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* An input can put something else in its place. */
	if (image < 0)
		return;
	if (embed->config)
		write_file(image, embed->config);
	if (embed->host)
		write_file(image, embed->host);
	for (const struct embed_file *file = embed->modprobe; file; file = file->next)
		write_file(image, file);
	close(image);
	tree_clear("image");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), modules[512];
	struct arena *arena = arena_create(1 << 20);
	bool generic = read_input(text);
	const char *root = tree_apply();
	struct embed_request request = { .modules = modules, .root = root, .generic = generic };
	struct embed embed;
	int error;

	snprintf(modules, sizeof(modules), "%s/lib/modules/kernel", root);
	error = embed_collect(&embed, arena, &request);
	FUZZ_CHECK(error <= 0 && error != -ENOMEM);
	check_embed(arena, &embed, generic);
	write_image(root, &embed);
	arena_fail_at(arena, 1 + fuzz_hash(data, size) % 256);
	error = embed_collect(&embed, arena, &request);
	FUZZ_CHECK(!arena_fail_at(arena, 0) || error == -ENOMEM);
	arena_destroy(arena);
	free(text);
	return 0;
}
