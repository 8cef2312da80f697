// SPDX-License-Identifier: GPL-2.0-or-later
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/util.h"

/* More than any input of a sensible size needs. */
#define ADDED_MAX  1024UL
#define LENGTH_MAX 400
#define DEPTH_MAX  24

/* Also for the parent directories of everything. */
#define ENTRIES_MAX (ADDED_MAX * (DEPTH_MAX + 1))

enum kind {
	KIND_DIRECTORY,
	KIND_FILE,
	KIND_LINK,
};

struct entry {
	enum kind kind;
	char *path;
	char *bytes; /* a file's bytes or a link's target */
	size_t length;
	size_t order; /* the order of adding */
};

struct tree {
	struct entry entries[ENTRIES_MAX];
	size_t count;
};

/* The present and the next tree, each sorted by path once complete. */
static struct tree trees[2], *current = &trees[0], *next = &trees[1];
static char root[256];
static int root_fd = -1;
static size_t added; /* entries added so far, in all trees */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type;
	return place->level ? remove(path) : 0;
}

static void remove_root(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	rmdir(root);
}

static void make_root(void)
{
	const char *directory = getenv("TMPDIR");

	if (root_fd >= 0)
		return;
	snprintf(root, sizeof(root), "%s/vfio-early-fuzz.XXXXXX", directory ? directory : "/tmp");
	FUZZ_CHECK(mkdtemp(root));
	atexit(remove_root);
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FUZZ_CHECK(root_fd >= 0);
}

static void free_entry(struct entry *entry)
{
	free(entry->path);
	free(entry->bytes);
}

void tree_begin(void)
{
	while (next->count)
		free_entry(&next->entries[--next->count]);
}

static bool is_good_path(const char *path)
{
	size_t depth = 0, length = strlen(path);

	if (!length || length > LENGTH_MAX || path[0] == '/' || path[length - 1] == '/')
		return false;
	while (*path) {
		length = strcspn(path, "/");
		if (!length || length > 200 || (length <= 2 && path[0] == '.') ||
		    ++depth > DEPTH_MAX)
			return false;
		path += length + (path[length] == '/');
	}
	return true;
}

/* Returns whether a link stays in the tree, as far as names tell. */
static bool is_good_target(const char *path, const char *target)
{
	int depth = 0;

	if (!*target || strlen(target) > LENGTH_MAX)
		return false;
	if (target[0] == '/')
		return strncmp(path, "image/", 6) == 0;
	for (; *path; path++)
		depth += *path == '/';
	while (*target && depth >= 0) {
		size_t length = strcspn(target, "/");

		if (length == 2 && strncmp(target, "..", 2) == 0)
			depth--;
		target += length + (target[length] == '/');
	}
	return depth >= 0;
}

static void add_entry(enum kind kind, const char *path, const void *bytes, size_t length)
{
	struct entry *entry = &next->entries[next->count];

	FUZZ_CHECK(next->count < ENTRIES_MAX);
	*entry = (struct entry){
		.kind = kind, .path = strdup(path), .length = length, .order = added++
	};
	entry->bytes = malloc(length + 1);
	FUZZ_CHECK(entry->path && entry->bytes);
	memcpy(entry->bytes, bytes, length);
	entry->bytes[length] = '\0';
	next->count++;
}

static void add(enum kind kind, const char *path, const void *bytes, size_t length)
{
	if (next->count < ADDED_MAX && is_good_path(path))
		add_entry(kind, path, bytes, length);
}

void tree_add_directory(const char *path)
{
	add(KIND_DIRECTORY, path, "", 0);
}

void tree_add_file(const char *path, const void *bytes, size_t length)
{
	add(KIND_FILE, path, bytes, length);
}

void tree_add_link(const char *path, const char *target)
{
	if (is_good_target(path, target))
		add(KIND_LINK, path, target, strlen(target));
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	if (order)
		return order;
	return (left->order > right->order) - (left->order < right->order);
}

static void sort(struct tree *tree)
{
	size_t kept = 0;

	qsort(tree->entries, tree->count, sizeof(tree->entries[0]), compare_entries);
	for (size_t i = 0; i < tree->count; i++) {
		if (i + 1 < tree->count && streq(tree->entries[i].path, tree->entries[i + 1].path))
			free_entry(&tree->entries[i]);
		else
			tree->entries[kept++] = tree->entries[i];
	}
	tree->count = kept;
}

static struct entry *find(struct tree *tree, const char *path)
{
	size_t low = 0, high = tree->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(path, tree->entries[middle].path);

		if (order == 0)
			return &tree->entries[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Adds the parent directories of everything. */
static void add_parents(void)
{
	size_t count = next->count;

	for (size_t i = 0; i < count; i++) {
		char path[LENGTH_MAX + 1];

		strcpy(path, next->entries[i].path);
		for (char *slash; (slash = strrchr(path, '/'));) {
			*slash = '\0';
			add_entry(KIND_DIRECTORY, path, "", 0);
		}
	}
	/* They come last, so they are directories whatever was said before. */
	sort(next);
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	return a->kind == b->kind && a->length == b->length &&
	       memcmp(a->bytes, b->bytes, a->length) == 0;
}

static void write_entry(const struct entry *entry)
{
	int fd;

	switch (entry->kind) {
	case KIND_DIRECTORY:
		FUZZ_CHECK(mkdirat(root_fd, entry->path, 0755) == 0);
		break;
	case KIND_FILE:
		fd = openat(root_fd, entry->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		FUZZ_CHECK(fd >= 0);
		FUZZ_CHECK(write(fd, entry->bytes, entry->length) == (ssize_t)entry->length);
		close(fd);
		break;
	case KIND_LINK:
		FUZZ_CHECK(symlinkat(entry->bytes, root_fd, entry->path) == 0);
		break;
	}
}

const char *tree_apply(void)
{
	struct tree *old = current;

	make_root();
	sort(next);
	add_parents();
	/*
	 * Backwards, so that a directory's contents come before it. A file can be
	 * rewritten in place.
	 */
	for (size_t i = current->count; i > 0; i--) {
		const struct entry *entry = &current->entries[i - 1];
		const struct entry *wanted = find(next, entry->path);

		if (!wanted || wanted->kind != entry->kind ||
		    (entry->kind == KIND_LINK && !is_same(entry, wanted)))
			FUZZ_CHECK(unlinkat(root_fd, entry->path,
					    entry->kind == KIND_DIRECTORY ? AT_REMOVEDIR : 0) == 0);
	}
	for (size_t i = 0; i < next->count; i++) {
		const struct entry *there = find(current, next->entries[i].path);

		if (!there || !is_same(there, &next->entries[i]))
			write_entry(&next->entries[i]);
	}
	current = next;
	next = old;
	return root;
}

void tree_clear(const char *path)
{
	char whole[sizeof(root) + LENGTH_MAX];
	size_t length = strlen(path), kept = 0;

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	nftw(whole, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < current->count; i++) {
		struct entry *entry = &current->entries[i];

		if (strncmp(entry->path, path, length) == 0 && entry->path[length] == '/')
			free_entry(entry);
		else
			current->entries[kept++] = *entry;
	}
	current->count = kept;
}
