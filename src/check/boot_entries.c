// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/boot_entries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/grub_words.h"
#include "check/kernels.h"
#include "image/uki.h"
#include "lib/file.h"

/* More than any entry has: microcode, settings, the initramfs. */
#define INITRDS_MAX 32

struct entry_search {
	const struct root *root;
	struct boot_entries *found;
	struct boot_entry **last;
	struct grub_words words;
};

/* An entry while its lines are read. */
struct draft {
	const char *place; /* where its partition is mounted */
	struct boot_entry entry;
	const char *initrds[INITRDS_MAX + 1];
	size_t count;
};

static void say_unread(const struct entry_search *search, const char *path, int error)
{
	struct boot_unread **last = &search->found->unread;
	struct boot_unread *unread = arena_allocate(search->root->arena, 1, sizeof(*unread));

	if (!unread)
		return;
	*unread = (struct boot_unread){ .path = path, .error = error };
	while (*last)
		last = &(*last)->next;
	*last = unread;
}

/* Lists a directory. One that cannot be read is recorded. */
static const char *const *list(const struct entry_search *search, const char *directory)
{
	DIR *stream = opendir(root_path(search->root, directory));

	if (stream)
		closedir(stream);
	else if (errno != ENOENT && errno != ENOTDIR)
		say_unread(search, directory, -errno);
	return root_list(search->root, directory);
}

/* Reads a text. A file that exists and cannot be read is recorded. */
static char *read_text(const struct entry_search *search, const char *path)
{
	char *text = NULL;
	int error = root_read_text(search->root, path, &text);

	if (error && error != -ENOENT && error != -ENOTDIR)
		say_unread(search, path, error);
	return error ? NULL : text;
}

/*
 * Finds a file of a boot loader's partition. That may be / itself, and the path may begin
 * with a subvolume ("/@/boot/vmlinuz"). Returns NULL if there is no such file.
 */
static const char *resolve(const struct entry_search *search, const char *place, const char *path)
{
	const char *full, *below = strstr(path, "/boot/"), *second;

	if (*path == '(')
		path += strcspn(path, ")") + (strchr(path, ')') != NULL);
	full = root_print(search->root, "%s%s%s", place, *path == '/' ? "" : "/", path);
	if (root_has(search->root, full))
		return full;
	full = root_print(search->root, "%s%s", *path == '/' ? "" : "/", path);
	if (root_has(search->root, full))
		return full;
	if (below && root_has(search->root, below))
		return root_print(search->root, "%s", below);
	second = *path ? strchr(path + 1, '/') : NULL;
	if (!second || !memchr(path, '@', (size_t)(second - path)))
		return NULL;
	full = root_print(search->root, "%s%s", place, second);
	return root_has(search->root, full) ? full : NULL;
}

static void set_missing(struct draft *draft, const char *path)
{
	if (!draft->entry.missing)
		draft->entry.missing = path;
}

static void set_kernel(const struct entry_search *search, struct draft *draft, const char *path)
{
	const char *full = resolve(search, draft->place, path);

	draft->entry.kernel = full ? full : root_print(search->root, "%s", path);
	if (!full)
		set_missing(draft, draft->entry.kernel);
}

/* An EFI program that GRUB chainloads may be on any partition; GRUB searches for it. */
static void set_chained(const struct entry_search *search, struct draft *draft, const char *path)
{
	const char *full = NULL;

	for (const char *const *place = kernels_boot_places; *place && !full; place++)
		full = resolve(search, *place, path);
	draft->entry.kernel = full ? full : path;
	if (!full)
		set_missing(draft, path);
}

/* Adds the files of a line, separated by blanks. */
static void add_initrds(const struct entry_search *search, struct draft *draft, const char *paths)
{
	while (*(paths += strspn(paths, " \t"))) {
		size_t length = strcspn(paths, " \t");
		const char *path = root_print(search->root, "%.*s", (int)length, paths);
		const char *full = resolve(search, draft->place, path);

		if (!full || draft->count == INITRDS_MAX)
			set_missing(draft, path);
		else
			draft->initrds[draft->count++] = full;
		paths += length;
	}
}

static void add_entry(struct entry_search *search, const struct draft *draft)
{
	struct arena *arena = search->root->arena;
	struct boot_entry *entry = arena_allocate(arena, 1, sizeof(*entry));
	const char **initrds = arena_allocate(arena, draft->count + 1, sizeof(*initrds));

	if (!entry || !initrds) {
		say_unread(search, draft->entry.name, -ENOMEM);
		return;
	}
	memcpy(initrds, draft->initrds, draft->count * sizeof(*initrds));
	initrds[draft->count] = NULL;
	*entry = draft->entry;
	entry->initrds = initrds;
	*search->last = entry;
	search->last = &entry->next;
}

/* Returns the value of a boot entry's line; NULL for another key or no value. */
static char *entry_value(char *line, const char *key)
{
	size_t length = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, length) != 0 || !strchr(" \t", line[length]))
		return NULL;
	line += length;
	line += strspn(line, " \t");
	line[strcspn(line, "\r")] = '\0';
	return *line ? line : NULL;
}

static void read_entry_line(struct entry_search *search, struct draft *draft, char *line)
{
	const struct root *root = search->root;
	struct boot_entry *entry = &draft->entry;
	const char *value;

	if ((value = entry_value(line, "version"))) {
		entry->version = value;
	} else if ((value = entry_value(line, "linux")) || (value = entry_value(line, "uki")) ||
		   (value = entry_value(line, "efi"))) {
		set_kernel(search, draft, value);
	} else if ((value = entry_value(line, "initrd"))) {
		const char *unresolved = search->words.unresolved;

		add_initrds(search, draft, grub_words_expand(&search->words, value));
		search->words.unresolved = unresolved;
	} else if ((value = entry_value(line, "options"))) {
		value = grub_words_expand(&search->words, value);
		entry->options =
			entry->options ? root_print(root, "%s %s", entry->options, value) : value;
	} else if ((value = entry_value(line, "profile"))) {
		for (entry->profile = 0; *value >= '0' && *value <= '9'; value++)
			entry->profile = entry->profile * 10 + (size_t)(*value - '0');
	}
}

/* A kernel that an entry starts with "efi" gets its initrds by initrd= on its command line. */
static void add_named_initrds(const struct entry_search *search, struct draft *draft)
{
	static const char key[] = "initrd=";
	const char *word = draft->entry.options;

	for (; word && *word; word += strcspn(word, " \t")) {
		word += strspn(word, " \t");
		if (strncmp(word, key, strlen(key)) == 0) {
			char *path = (char *)root_print(search->root, "%.*s",
							(int)(strcspn(word, " \t") - strlen(key)),
							word + strlen(key));

			for (char *slash = path; (slash = strchr(slash, '\\'));)
				*slash = '/';
			add_initrds(search, draft, path);
		}
	}
}

static void read_entry(struct entry_search *search, const char *place, const char *path)
{
	struct draft draft = { .place = place, .entry.name = path };
	char *text = read_text(search, path), *line;

	search->words.unresolved = NULL;
	while ((line = strsep(&text, "\n")))
		read_entry_line(search, &draft, line);
	draft.entry.unresolved = search->words.unresolved;
	if (!draft.count)
		add_named_initrds(search, &draft);
	if (draft.entry.kernel)
		add_entry(search, &draft);
}

static void find_type1(struct entry_search *search, const char *place)
{
	const char *directory = root_print(search->root, "%s/loader/entries", place);

	for (const char *const *name = list(search, directory); *name; name++)
		if (root_ends_with(*name, ".conf"))
			read_entry(search, place,
				   root_print(search->root, "%s/%s", directory, *name));
}

static size_t count_profiles(const struct entry_search *search, const char *path)
{
	int fd = file_open(AT_FDCWD, root_path(search->root, path));
	struct stat status;
	void *data = MAP_FAILED;
	size_t count;

	if (fd < 0)
		return 0;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return 0;
	count = uki_profiles(data, (size_t)status.st_size);
	munmap(data, (size_t)status.st_size);
	return count;
}

static void find_type2(struct entry_search *search, const char *place)
{
	const char *directory = root_print(search->root, "%s/EFI/Linux", place);

	for (const char *const *name = list(search, directory); *name; name++) {
		const char *path = root_print(search->root, "%s/%s", directory, *name);
		struct draft draft = { .place = place, .entry.kernel = path };
		size_t profiles;

		if (!root_ends_with(*name, ".efi"))
			continue;
		profiles = count_profiles(search, path);
		do {
			draft.entry.name = draft.entry.profile == 0
						   ? path
						   : root_print(search->root, "%s (profile %zu)",
								path, draft.entry.profile);
			add_entry(search, &draft);
		} while (++draft.entry.profile < profiles);
	}
}

static bool in_words(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (streq(word, list[i]))
			return true;
	return false;
}

/* A second line of initrds replaces the first, as GRUB's command does. */
static void read_grub_command(struct entry_search *search, struct draft *draft, const char *command,
			      const char **line)
{
	static const char *const kernels[] = { "linux", "linux16", "linuxefi" };
	static const char *const initrds[] = { "initrd", "initrd16", "initrdefi" };
	const struct root *root = search->root;
	const char *word;

	if (in_words(command, kernels, ARRAY_SIZE(kernels))) {
		search->words.unresolved = NULL;
		if ((word = grub_words_next(&search->words, line)))
			set_kernel(search, draft, word);
		draft->entry.options = "";
		draft->count = 0;
		while ((word = grub_words_next(&search->words, line)))
			draft->entry.options = root_print(root, "%s%s%s", draft->entry.options,
							  *draft->entry.options ? " " : "", word);
		draft->entry.unresolved = search->words.unresolved;
	} else if (in_words(command, initrds, ARRAY_SIZE(initrds))) {
		draft->count = 0;
		while ((word = grub_words_next(&search->words, line)))
			add_initrds(search, draft, word);
	} else if (streq(command, "chainloader")) {
		if ((word = grub_words_next(&search->words, line)) && strchr(word, '/'))
			set_chained(search, draft, word);
	} else if (streq(command, "set") && (word = grub_words_next(&search->words, line))) {
		const char *value = strchr(word, '=');

		if (value)
			grub_words_set(&search->words,
				       root_print(root, "%.*s", (int)(value - word), word),
				       value + 1);
	}
}

/* Skips other systems found by os-prober, whose files are elsewhere. */
static void read_grub(struct entry_search *search, const char *place, const char *path)
{
	char *text = read_text(search, path);
	struct draft draft = { .place = place };
	bool foreign = false;
	const char *line;

	while ((line = strsep(&text, "\n"))) {
		const char *word;

		if (strstr(line, "### BEGIN ") || strstr(line, "### END "))
			foreign = strstr(line, "### BEGIN ") && strstr(line, "os-prober");
		word = foreign ? NULL : grub_words_next(&search->words, &line);
		if (!word)
			continue;
		if (streq(word, "menuentry") || streq(word, "}")) {
			if (draft.entry.kernel)
				add_entry(search, &draft);
			draft = (struct draft){ .place = place };
			if (streq(word, "menuentry") &&
			    (word = grub_words_next(&search->words, &line)))
				draft.entry.name =
					root_print(search->root, "'%s' in %s", word, path);
		} else if (draft.entry.name || streq(word, "set")) {
			read_grub_command(search, &draft, word, &line);
		}
	}
	if (draft.entry.kernel)
		add_entry(search, &draft);
}

static void find_grub(struct entry_search *search)
{
	static const char *const directories[] = { "/boot/grub", "/boot/grub2" };
	static const char *const files[] = { "grub.cfg", "custom.cfg" };

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		const char *environment = root_print(search->root, "%s/grubenv", directories[i]);
		char *text = read_text(search, environment);

		if (text)
			grub_words_read_environment(&search->words, text);
		for (size_t j = 0; j < ARRAY_SIZE(files); j++)
			read_grub(search, "/boot",
				  root_print(search->root, "%s/%s", directories[i], files[j]));
	}
}

void boot_entries_find(const struct root *root, struct boot_entries *found)
{
	struct entry_search search = { .root = root, .found = found, .words.root = root };

	*found = (struct boot_entries){ 0 };
	search.last = &found->entries;
	/* Entries of loader/entries may use variables of grub.cfg. */
	find_grub(&search);
	for (const char *const *place = kernels_boot_places; *place; place++) {
		find_type1(&search, *place);
		find_type2(&search, *place);
	}
}

/* Returns the name without its counter of tries ("linux+3-1.efi"). */
static const char *without_tries(const struct root *root, const char *path)
{
	const char *plus = strrchr(path, '+'), *end = plus ? strrchr(plus, '.') : NULL;

	if (!end || plus + 1 + strspn(plus + 1, "0123456789-") != end || plus + 1 == end)
		return path;
	return root_print(root, "%.*s%s", (int)(plus - path), path, end);
}

const char *const *boot_entries_addons(const struct root *root, const char *unified)
{
	const char *directories[] = { root_print(root, "%s.extra.d", without_tries(root, unified)),
				      NULL };
	const char **addons = NULL;
	size_t count = 0;

	for (const char *const *place = kernels_boot_places; *place; place++)
		/* The longest match is the partition: /boot/efi is below /boot. */
		if (strncmp(unified, *place, strlen(*place)) == 0 && unified[strlen(*place)] == '/')
			directories[1] = root_print(root, "%s/loader/addons", *place);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0, at = 0; i < ARRAY_SIZE(directories) && directories[i]; i++) {
			for (const char *const *name = root_list(root, directories[i]); *name;
			     name++) {
				if (!root_ends_with(*name, ".addon.efi"))
					continue;
				count += pass == 0;
				if (addons)
					addons[at++] =
						root_print(root, "%s/%s", directories[i], *name);
			}
		}
		if (!addons)
			addons = arena_allocate(root->arena, count + 1, sizeof(*addons));
		if (!addons) {
			static const char *const none[] = { NULL };

			return none;
		}
		addons[count] = NULL;
	}
	return addons;
}
