// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/rdinit_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/cpio_writer.h"
#include "image/depmod_index.h"
#include "lib/file.h"
#include "lib/paths.h"
#include "lib/process.h"
#include "lib/util.h"

/* Since Linux 6.3 (include/uapi/linux/memfd.h). */
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

/* A program that runs at all prints its version at once. */
#define PROGRAM_MILLISECONDS 10000
#define VERSION_SIZE	     128

struct image_file {
	const char *path; /* in the image */
	unsigned int mode;
	const void *data;
	size_t size;
	struct image_file *next;
};

struct image_module {
	const char *name;
	struct image_module *next;
};

void image_start(struct image *image, struct arena *arena, const char *kernel,
		 const char *directory)
{
	*image = (struct image){ .arena = arena, .kernel = kernel, .directory = directory };
	image->last_file = &image->files;
}

/* path and data must outlive the image. Returns 0 or -ENOMEM. */
static int add_file(struct image *image, const char *path, unsigned int mode, const void *data,
		    size_t size)
{
	struct image_file *file = arena_allocate(image->arena, 1, sizeof(*file));

	if (!file || !path)
		return -ENOMEM;
	*file = (struct image_file){ path, mode, data, size, NULL };
	*image->last_file = file;
	image->last_file = &file->next;
	return 0;
}

/* Maps a file's bytes, which stay until the program ends. Returns 0 or -errno. */
static int map_file(int fd, const void **data, size_t *size)
{
	struct stat status;

	*data = "";
	*size = 0;
	if (fstat(fd, &status) < 0)
		return -errno;
	*size = (size_t)status.st_size;
	if (*size)
		*data = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	return *data == MAP_FAILED ? -errno : 0;
}

static int read_file(struct image *image, const char *path, const void **data, size_t *size)
{
	int fd = file_open(AT_FDCWD, path);
	int error = fd < 0 ? fd : map_file(fd, data, size);

	if (fd >= 0)
		close(fd);
	image->culprit = error ? path : NULL;
	return error;
}

int image_add_program(struct image *image, const char *path, enum elf_fault *fault)
{
	const void *data;
	size_t size;
	int error = read_file(image, path, &data, &size);

	if (error)
		return error;
	image->machine = elf_native_machine();
	elf_find_machine(data, size, &image->machine);
	*fault = elf_find_fault(data, size, &image->machine);
	return add_file(image, INIT_PATH, 0755, data, size);
}

bool image_fits_machine(const struct image *image)
{
	struct elf_machine wanted = elf_native_machine();

	/* The program comes first; a config is no ELF file. */
	for (const struct image_file *file = image->files->next; file; file = file->next)
		if (elf_find_machine(file->data, file->size, &wanted))
			break;
	return elf_same_machine(&image->machine, &wanted);
}

/* Copies the program into an executable unnamed file. Returns its descriptor, or -errno. */
static int copy_program(const struct image_file *program)
{
	int fd = memfd_create("vfio-early", MFD_CLOEXEC | MFD_EXEC);

	/* Kernels before 6.3 do not know MFD_EXEC. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("vfio-early", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, program->data, program->size) != (ssize_t)program->size) {
		close(fd);
		return -EIO;
	}
	return fd < 0 ? -errno : fd;
}

int image_start_program(const struct image *image, const char **version, int *error)
{
	char *const arguments[] = { (char *)"vfio-early", (char *)"--version", NULL };
	struct process_program program = { .arguments = arguments };
	struct elf_machine native = elf_native_machine();
	char output[VERSION_SIZE + 1];

	*version = NULL;
	*error = 0;
	if (!elf_same_machine(&image->machine, &native))
		return 0;
	/* Runs the very bytes that go into the image, whatever permissions their file has. */
	program.fd = copy_program(image->files);
	if (program.fd < 0) {
		*error = program.fd;
		return 0;
	}
	*error = process_read_output(&program, PROGRAM_MILLISECONDS, output, VERSION_SIZE);
	close(program.fd);
	if (*error)
		return 0;
	output[strcspn(output, "\n")] = '\0';
	*version = arena_copy(image->arena, output, strlen(output));
	return *version ? 0 : -ENOMEM;
}

int image_add_embed(struct image *image, const struct embed *embed)
{
	const struct embed_file *file = embed->config;
	int error = 0;

	if (file)
		error = add_file(image, INIT_CONFIG_PATH, 0644, file->text, file->length);
	file = embed->host;
	if (file && !error)
		error = add_file(image, INIT_HOST_CONFIG_PATH, 0644, file->text, file->length);
	/* Of several files with one name, the list has only the one that counts. */
	for (file = embed->modprobe; file && !error; file = file->next)
		error = add_file(image,
				 arena_print(image->arena, INIT_MODPROBE_DIRECTORY "%s",
					     strrchr(file->path, '/')),
				 0644, file->text, file->length);
	return error;
}

static bool has_module(const struct image *image, const char *name)
{
	for (const struct image_module *module = image->modules; module; module = module->next)
		if (streq(module->name, name))
			return true;
	return false;
}

/* Returns the path in the image of a file from the kernel's modules. */
static const char *place_in_image(const struct image *image, const char *name)
{
	return arena_print(image->arena, INIT_MODULES_DIRECTORY "/%s/%s", image->kernel, name);
}

static int add_module_file(struct image *image, const char *path)
{
	size_t length = strlen(image->directory);
	const void *data;
	size_t size;
	int error;

	path = arena_copy(image->arena, path, strlen(path));
	if (!path)
		return -ENOMEM;
	/* From an "external" directory of depmod.d, which the index names by absolute path. */
	if (strncmp(path, image->directory, length) != 0 || path[length] != '/') {
		image->culprit = path;
		return -EXDEV;
	}
	error = read_file(image, path, &data, &size);
	if (error)
		return error;
	return add_file(image, place_in_image(image, path + length + 1), 0644, data, size);
}

static int use_module(void *argument, const char *name, const char *path)
{
	struct image *image = argument;
	struct image_module *module;
	int error = 0;

	if (has_module(image, name))
		return 0;
	module = arena_allocate(image->arena, 1, sizeof(*module));
	if (!module)
		return -ENOMEM;
	module->name = arena_copy(image->arena, name, strlen(name));
	module->next = image->modules;
	if (!module->name)
		return -ENOMEM;
	image->modules = module;
	if (path)
		error = add_module_file(image, path);
	return error ? error : 1;
}

int image_add_module(struct image *image, struct module_context *modules, const char *name)
{
	image->culprit = NULL;
	return module_list_needed(modules, name, use_module, image);
}

/* Returns an index as text, a line for each entry; a missing index is empty. */
static int dump_index(struct module_context *modules, enum module_index index, char **text)
{
	int fd = memfd_create("index", MFD_CLOEXEC);
	struct stat status;
	int error = 0;

	*text = NULL;
	if (fd < 0)
		return -errno;
	module_dump_index(modules, index, fd);
	/* One byte more, for the NUL. */
	if (fstat(fd, &status) < 0 || ftruncate(fd, status.st_size + 1) < 0)
		error = -errno;
	if (!error)
		*text = mmap(NULL, (size_t)status.st_size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			     fd, 0);
	if (!error && *text == MAP_FAILED)
		error = -errno;
	close(fd);
	return error;
}

/* Parses a line. Returns whether it is about one of the image's modules. */
static bool entry_is_wanted(const struct image *image, enum module_index index, char *line,
			    struct depmod_index_entry *entry)
{
	bool aliases = index == MODULE_INDEX_ALIASES;
	char *space;

	if (aliases && strncmp(line, "alias ", strlen("alias ")) == 0)
		line += strlen("alias ");
	/* The module is the last word of an alias, and the first of a dependency. */
	space = aliases ? strrchr(line, ' ') : strchr(line, ' ');
	if (!space)
		return false;
	*space = '\0';
	entry->key = line;
	entry->value = space + 1;
	return has_module(image, aliases ? entry->value : entry->key);
}

/* Adds the entries of a kernel's index that are about the image's modules. Returns 0 or -errno. */
static int add_index(struct image *image, struct module_context *modules, enum module_index index,
		     const char *name)
{
	struct depmod_index_entry *entries = NULL, entry = { 0 };
	size_t count = 0, room = 0, size;
	char *text, *line, *data;
	int error = dump_index(modules, index, &text);

	while (!error && (line = strsep(&text, "\n"))) {
		if (!entry_is_wanted(image, index, line, &entry))
			continue;
		if (count == room) {
			struct depmod_index_entry *more;

			room = room ? 2 * room : 64;
			more = realloc(entries, room * sizeof(*entries));
			if (!more) {
				free(entries);
				return -ENOMEM;
			}
			entries = more;
		}
		entry.priority = (unsigned int)count;
		entries[count++] = entry;
	}
	if (!error)
		error = depmod_index_make(entries, count, &data, &size);
	if (!error)
		error = add_file(image, place_in_image(image, name), 0644, data, size);
	free(entries);
	return error;
}

/* Copies one of the kernel's files, if it exists. Returns 0 or -errno. */
static int copy_index(struct image *image, const char *name)
{
	const char *path = arena_print(image->arena, "%s/%s", image->directory, name);
	const void *data;
	size_t size;
	int error = path ? read_file(image, path, &data, &size) : -ENOMEM;

	if (error == -ENOENT) {
		image->culprit = NULL;
		return 0;
	}
	return error ? error : add_file(image, place_in_image(image, name), 0644, data, size);
}

/*
 * Adds what kmod_load_resources() opens. It gives up if one file is missing, and then
 * every look-up opens its index again. The indexes of built-in modules are small. The
 * index of symbols is left out: nobody loads modules by symbol.
 */
int image_add_indexes(struct image *image, struct module_context *modules)
{
	static const char *const copied[] = { "modules.builtin.bin", "modules.builtin.alias.bin",
					      "modules.softdep" };
	char *data;
	size_t size;
	int error = add_index(image, modules, MODULE_INDEX_DEPENDENCIES, "modules.dep.bin");

	if (!error)
		error = add_index(image, modules, MODULE_INDEX_ALIASES, "modules.alias.bin");
	if (!error)
		error = depmod_index_make(NULL, 0, &data, &size);
	if (!error)
		error = add_file(image, place_in_image(image, "modules.symbols.bin"), 0644, data,
				 size);
	for (size_t i = 0; !error && i < ARRAY_SIZE(copied); i++)
		error = copy_index(image, copied[i]);
	return error;
}

long image_write(const struct image *image, FILE *out)
{
	struct cpio cpio;
	int error = 0;

	cpio_start(&cpio, out, image->arena);
	for (const struct image_file *file = image->files; file && !error; file = file->next)
		error = cpio_add_file(&cpio, file->path, file->mode, file->data, file->size);
	cpio_finish(&cpio);
	errno = EIO;
	if (!error && (fflush(out) || ferror(out)))
		error = -errno;
	return error ? error : (long)cpio.written;
}
