// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernels.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio_reader.h"
#include "init.h"
#include "unified.h"

/* More than any entry has: microcode, settings, the initramfs. */
#define PARTS_MAX 16

const char *const kernels_boot_places[] = { "/boot", "/efi", "/boot/efi", NULL };

struct search {
	const struct root *root;
	struct kernel *kernels;
};

static bool same_parts(const char *const *a, const char *const *b)
{
	for (; *a && *b; a++, b++)
		if (!streq(*a, *b))
			return false;
	return !*a && !*b;
}

/*
 * Adds an image made of these files. One that is there already alone may turn
 * out to have others in front of it.
 */
static struct kernel_image *add_parts(const struct search *search, struct kernel *kernel,
				      const char *const *parts, size_t count)
{
	struct kernel_image **last = &kernel->images;
	const char **copy = arena_allocate(search->root->arena, count + 1, sizeof(*copy));
	struct kernel_image *image;

	if (!copy || count == 0)
		return NULL;
	memcpy(copy, parts, count * sizeof(*copy));
	copy[count] = NULL;
	for (; *last; last = &(*last)->next) {
		image = *last;
		if (same_parts(image->parts, copy))
			return image;
		if (streq(image->path, copy[count - 1]) && !image->parts[1]) {
			image->parts = copy;
			return image;
		}
	}
	image = arena_allocate(search->root->arena, 1, sizeof(*image));
	if (!image)
		return NULL;
	*image = (struct kernel_image){ .path = copy[count - 1], .parts = copy };
	*last = image;
	return image;
}

static struct kernel_image *add_image(const struct search *search, struct kernel *kernel,
				      const char *path)
{
	if (!root_has(search->root, path))
		return NULL;
	return add_parts(search, kernel, &path, 1);
}

static const char *first_line(char *text)
{
	if (text)
		text[strcspn(text, " \t\r\n")] = '\0';
	return text;
}

/* Arch calls kernels and images by the package, and says which it is beside the modules. */
static const char *package_of(const struct search *search, const struct kernel *kernel)
{
	const char *path = root_print(search->root, "/lib/modules/%s/pkgbase", kernel->release);

	return first_line(root_read(search->root, path));
}

/* Gives the kernel whose release, the longest if several, or whose package a name has in it. */
static struct kernel *find_kernel(const struct search *search, const char *name)
{
	struct kernel *best = NULL;
	const char *file = strrchr(name, '/');

	for (struct kernel *kernel = search->kernels; kernel; kernel = kernel->next)
		if (strstr(name, kernel->release) &&
		    (!best || strlen(kernel->release) > strlen(best->release)))
			best = kernel;
	for (struct kernel *kernel = search->kernels; kernel && !best; kernel = kernel->next) {
		const char *package = package_of(search, kernel);

		if (package &&
		    streq(file ? file + 1 : name, root_print(search->root, "vmlinuz-%s", package)))
			best = kernel;
	}
	return best;
}

/* Where generators and kernel-install(8) put an image. */
static void find_usual(const struct search *search, struct kernel *kernel)
{
	static const char *const usual[][2] = { { "/boot/initrd.img-", "" },
						{ "/boot/initramfs-", ".img" },
						{ "/boot/initrd-", "" },
						{ "/lib/modules/", "/initrd" } };

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		add_image(search, kernel,
			  root_print(search->root, "%s%s%s", usual[i][0], kernel->release,
				     usual[i][1]));
	for (const char *const *place = kernels_boot_places; *place; place++)
		for (const char *const *name = root_list(search->root, *place); *name; name++)
			add_image(search, kernel,
				  root_print(search->root, "%s/%s/%s/initrd", *place, *name,
					     kernel->release));
}

/* The release that a unified image says it is of; NULL where it says none. */
static const char *unified_release(const struct search *search, const char *path)
{
	int fd = open(root_path(search->root, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *text, *release = NULL;
	struct stat status;
	size_t length;
	void *data = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return NULL;
	text = unified_section(data, (size_t)status.st_size, ".uname", &length);
	if (text)
		release = first_line(arena_copy(search->root->arena, text, strnlen(text, length)));
	munmap(data, (size_t)status.st_size);
	return release;
}

static void find_unified(const struct search *search, const char *place)
{
	const char *directory = root_print(search->root, "%s/EFI/Linux", place);

	for (const char *const *name = root_list(search->root, directory); *name; name++) {
		const char *path = root_print(search->root, "%s/%s", directory, *name);
		const char *release;
		struct kernel *kernel;

		if (!root_ends_with(*name, ".efi"))
			continue;
		release = unified_release(search, path);
		kernel = find_kernel(search, release ? release : *name);
		if (kernel)
			add_image(search, kernel, path);
	}
}

/* A line of a boot entry: a key, and what follows. */
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

/* Paths of an entry start at the partition that it lies on, which may be / itself. */
static const char *entry_path(const struct search *search, const char *place, const char *path)
{
	const char *full = root_print(search->root, "%s%s%s", place, *path == '/' ? "" : "/", path);

	if (!root_has(search->root, full) && root_has(search->root, path))
		return root_print(search->root, "%s", path);
	return full;
}

static void read_entry(const struct search *search, const char *place, char *text)
{
	const char *parts[PARTS_MAX], *options = NULL, *version = NULL, *linux_path = NULL;
	struct kernel_image *image = NULL;
	struct kernel *kernel;
	size_t count = 0;
	char *line, *value;

	while ((line = strsep(&text, "\n"))) {
		if ((value = entry_value(line, "version")))
			version = value;
		else if ((value = entry_value(line, "linux")))
			linux_path = value;
		else if ((value = entry_value(line, "options")))
			options =
				options ? root_print(search->root, "%s %s", options, value) : value;
		else if ((value = entry_value(line, "initrd")) && count < PARTS_MAX) {
			/* GRUB's variables are for what is not there as a rule. */
			value[strcspn(value, " \t")] = '\0';
			parts[count] = entry_path(search, place, value);
			count += root_has(search->root, parts[count]);
		}
	}
	kernel = version ? find_kernel(search, version) : NULL;
	if (!kernel && linux_path)
		kernel = find_kernel(search, linux_path);
	if (kernel)
		image = add_parts(search, kernel, parts, count);
	if (image && options)
		image->options = options;
}

static void find_entries(const struct search *search, const char *place)
{
	const char *directory = root_print(search->root, "%s/loader/entries", place);

	for (const char *const *name = root_list(search->root, directory); *name; name++) {
		char *text = NULL;

		if (root_ends_with(*name, ".conf"))
			text = root_read(search->root,
					 root_print(search->root, "%s/%s", directory, *name));
		if (text)
			read_entry(search, place, text);
	}
}

/*
 * The value that a line of a preset, which is bash, sets a variable to: one
 * word, quoted or not, or the words of an array. NULL where it is not set.
 */
static const char *preset_value(const struct search *search, const char *text, const char *key)
{
	size_t length = strlen(key);
	const char *value = NULL;

	while (text && *text) {
		text += strspn(text, " \t\n");
		if (strncmp(text, key, length) == 0 && text[length] == '=') {
			const char *start = text + length + 1;
			const char *end = start + strcspn(start, "\n#");

			if (*start == '(')
				end = start + strcspn(start, ")");
			value = root_print(search->root, "%.*s", (int)(end - start), start);
		}
		text = strchr(text, '\n');
	}
	return value;
}

/* Cuts the next word off a value, without quotes and brackets. */
static const char *next_word(const struct search *search, const char **value)
{
	static const char around[] = "()'\" \t\n";
	size_t length;

	*value += strspn(*value, around);
	length = strcspn(*value, around);
	*value += length;
	return length ? root_print(search->root, "%.*s", (int)length, *value - length) : NULL;
}

static void read_preset(const struct search *search, const char *preset, const char *text)
{
	static const char *const kinds[] = { "image", "uki", "efi_image" };
	const char *list = preset_value(search, text, "PRESETS");
	const char *release = preset_value(search, text, "ALL_kver"), *name;
	struct kernel *kernel = NULL;

	release = release ? next_word(search, &release) : NULL;
	if (release)
		kernel = find_kernel(search, release);
	if (!kernel)
		kernel = find_kernel(search, root_print(search->root, "vmlinuz-%s", preset));
	while (kernel && list && (name = next_word(search, &list))) {
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
			const char *key = root_print(search->root, "%s_%s", name, kinds[i]);
			const char *value = preset_value(search, text, key);
			const char *path = value ? next_word(search, &value) : NULL;
			struct kernel_image *image = path ? add_image(search, kernel, path) : NULL;

			if (image)
				image->preset = preset;
		}
	}
}

static void find_presets(const struct search *search)
{
	static const char directory[] = "/etc/mkinitcpio.d";

	for (const char *const *name = root_list(search->root, directory); *name; name++) {
		char *text = NULL;

		if (root_ends_with(*name, ".preset"))
			text = root_read(search->root,
					 root_print(search->root, "%s/%s", directory, *name));
		if (text)
			read_preset(search,
				    root_print(search->root, "%.*s",
					       (int)(strlen(*name) - strlen(".preset")), *name),
				    text);
	}
}

/* Whether something can be booted, with or without an image. */
static bool is_installed(const struct search *search, const struct kernel *kernel)
{
	static const char *const names[] = { "/boot/vmlinuz-", "/boot/vmlinux-", "/boot/Image-" };

	if (kernel->images ||
	    root_has(search->root,
		     root_print(search->root, "/lib/modules/%s/vmlinuz", kernel->release)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (root_has(search->root,
			     root_print(search->root, "%s%s", names[i], kernel->release)))
			return true;
	return false;
}

struct kernel *kernels_find(const struct root *root)
{
	struct search search = { .root = root };
	struct kernel **last = &search.kernels;

	for (const char *const *name = root_list(root, "/lib/modules"); *name; name++) {
		struct kernel *kernel = arena_allocate(root->arena, 1, sizeof(*kernel));
		const char *directory = root_print(root, "/lib/modules/%s", *name);

		if (!kernel)
			return NULL;
		if (!root_has(root, root_print(root, "%s/modules.dep", directory)) &&
		    !root_has(root, root_print(root, "%s/modules.dep.bin", directory)))
			continue;
		*kernel = (struct kernel){ .release = *name };
		kernel->directory = root_path(root, directory);
		*last = kernel;
		last = &kernel->next;
	}
	for (struct kernel *kernel = search.kernels; kernel; kernel = kernel->next)
		find_usual(&search, kernel);
	find_presets(&search);
	for (const char *const *place = kernels_boot_places; *place; place++) {
		find_unified(&search, *place);
		find_entries(&search, *place);
	}
	for (last = &search.kernels; *last;) {
		if (is_installed(&search, *last))
			last = &(*last)->next;
		else
			*last = (*last)->next;
	}
	return search.kernels;
}

/* The program is the first member of such an image (image.c). */
static bool is_front(const struct root *root, const char *path)
{
	static const char name[] = INIT_PATH;
	char start[CPIO_READER_HEADER_SIZE + sizeof(name)] = { 0 };
	int fd = open(root_path(root, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = fd < 0 ? -1 : read(fd, start, sizeof(start));

	if (fd >= 0)
		close(fd);
	return length == sizeof(start) && memcmp(start, "07070", 5) == 0 &&
	       streq(start + CPIO_READER_HEADER_SIZE, name + 1);
}

const char *kernels_next_front(const struct root *root, const char *after)
{
	for (const char *const *place = kernels_boot_places; *place; place++) {
		for (const char *const *name = root_list(root, *place); *name; name++) {
			const char *path = root_print(root, "%s/%s", *place, *name);

			if (after && streq(path, after))
				after = NULL;
			else if (!after && is_front(root, path))
				return path;
		}
	}
	return NULL;
}
