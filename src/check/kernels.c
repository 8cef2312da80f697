// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/kernels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/flavour.h"
#include "image/cpio_reader.h"
#include "image/uki.h"
#include "lib/cmdline.h"
#include "lib/file.h"
#include "lib/paths.h"

const char *const kernels_boot_places[] = { "/boot", "/efi", "/boot/efi", NULL };

struct kernel_search {
	const struct root *root;
	struct kernel *kernels;
	struct kernel_image **last_stranger;
};

static bool same_parts(const char *const *a, const char *const *b)
{
	for (; *a && *b; a++, b++)
		if (!streq(*a, *b))
			return false;
	return !*a && !*b;
}

/* Adds an image of one file without a boot entry, unless it is there. Returns it, or NULL. */
static struct kernel_image *add_image(const struct kernel_search *search, struct kernel *kernel,
				      const char *path)
{
	const char **parts = arena_allocate(search->root->arena, 2, sizeof(*parts));
	struct kernel_image **last = &kernel->images, *image;

	if (!parts || !root_has(search->root, path))
		return NULL;
	parts[0] = path;
	for (; *last; last = &(*last)->next)
		if (same_parts((*last)->parts, parts))
			return *last;
	image = arena_allocate(search->root->arena, 1, sizeof(*image));
	if (!image)
		return NULL;
	*image = (struct kernel_image){ .path = path, .parts = parts };
	if (root_ends_with(path, ".efi"))
		image->addons = boot_entries_addons(search->root, path);
	*last = image;
	return image;
}

static const char *first_line(char *text)
{
	if (text)
		text[strcspn(text, " \t\r\n")] = '\0';
	return text;
}

/* Arch names kernels and images by package, and stores the package beside the modules. */
static const char *package_of(const struct kernel_search *search, const struct kernel *kernel)
{
	const char *path = root_print(search->root, "/lib/modules/%s/pkgbase", kernel->release);

	return first_line(root_read(search->root, path));
}

/* Returns the kernel whose release (the longest match) or package is part of a name. */
static struct kernel *find_kernel(const struct kernel_search *search, const char *name)
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

/* Adds images in the usual places of generators and kernel-install(8). */
static void find_usual(const struct kernel_search *search, struct kernel *kernel)
{
	static const char *const usual[][2] = { { "/boot/initrd.img-", "" },
						{ "/boot/initramfs-", ".img" },
						{ "/boot/initrd-", "" },
						{ "/lib/modules/", "/initrd" } };
	const char *flavour = flavour_find(search->root, kernel->release);

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		add_image(search, kernel,
			  root_print(search->root, "%s%s%s", usual[i][0], kernel->release,
				     usual[i][1]));
	if (flavour && !flavour_is_shared(search->root, flavour))
		add_image(search, kernel, root_print(search->root, "/boot/initramfs-%s", flavour));
	for (const char *const *place = kernels_boot_places; *place; place++)
		for (const char *const *name = root_list(search->root, *place); *name; name++)
			add_image(search, kernel,
				  root_print(search->root, "%s/%s/%s/initrd", *place, *name,
					     kernel->release));
}

/* What the file started by an entry says about itself. */
struct program {
	const char *release; /* NULL if it has none */
	bool unified;
};

static bool has_section(const void *data, size_t size, const char *name)
{
	size_t length;

	return uki_section(data, size, name, &length) != NULL;
}

static void judge_program(const struct kernel_search *search, const char *data, size_t size,
			  struct program *program)
{
	size_t length, whole = size;
	const char *text = uki_section(data, size, ".uname", &length);

	program->unified =
		text || has_section(data, size, ".linux") || has_section(data, size, ".initrd");
	if (text) {
		length = strnlen(text, length);
	} else if (!program->unified) {
		text = uki_linux_version(data, size, &length);
	} else if ((text = uki_section(data, size, ".linux", &whole))) {
		text = uki_linux_version(text, whole, &length);
	}
	if (text)
		program->release = first_line(arena_copy(search->root->arena, text, length));
}

static struct program read_program(const struct kernel_search *search, const char *path)
{
	int fd = file_open(AT_FDCWD, root_path(search->root, path));
	struct program program = { 0 };
	void *data = MAP_FAILED;
	struct stat status;

	if (fd < 0)
		return program;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return program;
	judge_program(search, data, (size_t)status.st_size, &program);
	munmap(data, (size_t)status.st_size);
	return program;
}

/* Returns the kernel of exactly this release; NULL for none. */
static struct kernel *find_exactly(const struct kernel_search *search, const char *release)
{
	struct kernel *kernel = search->kernels;

	while (kernel && !streq(kernel->release, release))
		kernel = kernel->next;
	return kernel;
}

/* Finds an entry's kernel by the file itself, else by the entry, else by the file's name. */
static struct kernel *find_entry_kernel(const struct kernel_search *search,
					const struct boot_entry *entry,
					const struct program *program)
{
	struct kernel *kernel = NULL;

	if (program->release)
		return find_exactly(search, program->release);
	if (entry->version)
		kernel = find_kernel(search, entry->version);
	return kernel ? kernel : find_kernel(search, entry->kernel);
}

/* Returns the files of an entry, with a unified image last. */
static const char *const *entry_parts(const struct kernel_search *search,
				      const struct boot_entry *entry, bool unified)
{
	const char **parts;
	size_t count = 0;

	while (entry->initrds[count])
		count++;
	parts = arena_allocate(search->root->arena, count + 2, sizeof(*parts));
	if (!parts)
		return NULL;
	memcpy(parts, entry->initrds, count * sizeof(*parts));
	if (unified)
		parts[count] = entry->kernel;
	return parts;
}

/* Returns whether one entry's image stands for another's too. */
static bool is_alike(const struct kernel_search *search, const struct kernel_image *a,
		     const struct kernel_image *b)
{
	struct arena *arena = search->root->arena;

	if (!a->entry || a->missing || b->missing || !a->options != !b->options ||
	    a->profile != b->profile || !same_parts(a->parts, b->parts))
		return false;
	return !a->options || kernels_asks_for_front(arena, a->options) ==
				      kernels_asks_for_front(arena, b->options);
}

/* Adds an entry's name if it asks for the small image: a finding then names all such entries. */
static void add_name(const struct kernel_search *search, struct kernel_image *image,
		     const char *name)
{
	if (image->options && !streq(image->entry, name) &&
	    kernels_asks_for_front(search->root->arena, image->options))
		image->entry = root_print(search->root, "%s, %s", image->entry, name);
}

/*
 * Adds an entry's image to a kernel. An image known only by its usual place is what this
 * entry boots.
 */
static void add_entry_image(const struct kernel_search *search, struct kernel *kernel,
			    struct kernel_image *image)
{
	struct kernel_image **last = &kernel->images;

	for (; *last; last = &(*last)->next) {
		if (is_alike(search, *last, image)) {
			add_name(search, *last, image->entry);
			return;
		}
		if (!(*last)->entry && streq((*last)->path, image->path)) {
			image->preset = (*last)->preset;
			image->next = (*last)->next;
			**last = *image;
			return;
		}
	}
	*last = image;
}

/* Entries without an initramfs may start other things: memory tests, shells. */
static bool is_linux(const struct boot_entry *entry, const struct program *program,
		     const struct kernel *kernel)
{
	return kernel || program->release || program->unified || *entry->initrds ||
	       strstr(entry->kernel, "/EFI/Linux/") ||
	       (entry->missing && entry->options && *entry->options);
}

static int add_entry(struct kernel_search *search, const struct boot_entry *entry)
{
	struct program program = read_program(search, entry->kernel);
	struct kernel *kernel = find_entry_kernel(search, entry, &program);
	/* An unreadable file in a place for unified images is a damaged one. */
	bool unified = program.unified || root_ends_with(entry->kernel, ".efi");
	const char *const *parts = entry_parts(search, entry, unified);
	struct kernel_image *image = arena_allocate(search->root->arena, 1, sizeof(*image));

	if (!parts || !image)
		return -ENOMEM;
	*image = (struct kernel_image){
		.path = entry->kernel,
		.parts = parts,
		.entry = entry->name,
		.options = entry->options,
		.missing = entry->missing,
		.unresolved = entry->unresolved,
		.profile = entry->profile,
	};
	for (size_t i = 0; parts[i]; i++)
		image->path = parts[i];
	if (!image->options && !unified)
		image->options = "";
	if (unified)
		image->addons = boot_entries_addons(search->root, entry->kernel);
	if (kernel) {
		add_entry_image(search, kernel, image);
	} else if (is_linux(entry, &program, kernel)) {
		*search->last_stranger = image;
		search->last_stranger = &image->next;
	}
	return 0;
}

/*
 * Returns the value of a variable in a preset, which is bash: one word, quoted or not, or
 * the words of an array. NULL if it is not set.
 */
static const char *preset_value(const struct kernel_search *search, const char *text,
				const char *key)
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
static const char *next_word(const struct kernel_search *search, const char **value)
{
	static const char around[] = "()'\" \t\n";
	size_t length;

	*value += strspn(*value, around);
	length = strcspn(*value, around);
	*value += length;
	return length ? root_print(search->root, "%.*s", (int)length, *value - length) : NULL;
}

static void read_preset(const struct kernel_search *search, const char *preset, const char *text)
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

static void find_presets(const struct kernel_search *search)
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

/* Returns whether there is a kernel to boot, with or without an image. */
static bool is_installed(const struct kernel_search *search, const struct kernel *kernel)
{
	static const char *const names[] = { "/boot/vmlinuz-", "/boot/vmlinux-", "/boot/Image-" };
	const char *flavour = flavour_find(search->root, kernel->release);

	if (kernel->images ||
	    (flavour &&
	     root_has(search->root, root_print(search->root, "/boot/vmlinuz-%s", flavour))) ||
	    root_has(search->root,
		     root_print(search->root, "/lib/modules/%s/vmlinuz", kernel->release)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (root_has(search->root,
			     root_print(search->root, "%s%s", names[i], kernel->release)))
			return true;
	return false;
}

static int find_installed(struct kernel_search *search)
{
	const struct root *root = search->root;
	struct kernel **last = &search->kernels;

	for (const char *const *name = root_list(root, "/lib/modules"); *name; name++) {
		struct kernel *kernel = arena_allocate(root->arena, 1, sizeof(*kernel));
		const char *directory = root_print(root, "/lib/modules/%s", *name);

		if (!kernel)
			return -ENOMEM;
		if (!root_has(root, root_print(root, "%s/modules.dep", directory)) &&
		    !root_has(root, root_print(root, "%s/modules.dep.bin", directory)))
			continue;
		*kernel = (struct kernel){ .release = *name };
		kernel->directory = root_path(root, directory);
		*last = kernel;
		last = &kernel->next;
	}
	return 0;
}

int kernels_find(const struct root *root, struct kernels *kernels)
{
	struct kernel_search search = { .root = root, .last_stranger = &kernels->strangers };
	struct boot_entries found;
	int error;

	*kernels = (struct kernels){ 0 };
	error = find_installed(&search);
	for (struct kernel *kernel = search.kernels; kernel; kernel = kernel->next)
		find_usual(&search, kernel);
	find_presets(&search);
	boot_entries_find(root, &found);
	for (const struct boot_entry *entry = found.entries; entry && !error; entry = entry->next)
		error = add_entry(&search, entry);
	kernels->installed = search.kernels;
	kernels->unread = found.unread;
	for (struct kernel **last = &kernels->installed; *last;) {
		if (is_installed(&search, *last))
			last = &(*last)->next;
		else
			*last = (*last)->next;
	}
	return error;
}

bool kernels_asks_for_front(struct arena *arena, const char *cmdline)
{
	char *text = arena_copy(arena, cmdline, strlen(cmdline));
	struct cmdline_token token;
	size_t position = 0;
	bool front = false;

	while (text && cmdline_next(text, &position, &token))
		if (streq(token.key, "rdinit") && token.value)
			front = streq(token.value, INIT_PATH);
	return front;
}

/* The program is the first member of such an image (image/rdinit_image.c). */
bool kernels_is_front(const struct root *root, const char *path)
{
	static const char name[] = INIT_PATH;
	char start[CPIO_READER_HEADER_SIZE + sizeof(name)] = { 0 };
	int fd = file_open(AT_FDCWD, root_path(root, path));
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
			else if (!after && kernels_is_front(root, path))
				return path;
		}
	}
	return NULL;
}
