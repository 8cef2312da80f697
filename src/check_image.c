// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_file.h"
#include "init.h"
#include "needed.h"

/* Address space, not memory. */
#define IMAGE_ARENA_SIZE ((size_t)1 << 30)

/* Reads the program that images are given. Returns 0 or -errno. */
static int read_program(struct check *check, struct installed *installed)
{
	int fd = open(root_path(&check->root, CHECK_PROGRAM_PATH), O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *data = NULL;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (status.st_size > 0)
		data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		error = -errno;
	close(fd);
	if (error)
		return error;
	installed->program = data;
	installed->program_size = (size_t)status.st_size;
	return 0;
}

/* Says what is wrong with the program that images are given. */
static void check_installed(struct check *check, struct installed *installed)
{
	struct elf_machine machine = elf_native_machine();
	int error = read_program(check, installed);
	enum elf_fault fault = ELF_GOOD;

	/* A root that is looked into may be of another machine. */
	if (!error && *check->root.path)
		elf_find_machine(installed->program, installed->program_size, &machine);
	if (!error)
		fault = elf_find_fault(installed->program, installed->program_size, &machine);
	if (error)
		check_say(check, CHECK_ERROR, "program", check_reinstall(check),
			  CHECK_PROGRAM_PATH " is missing: no image can be given it");
	else if (fault && fault != ELF_DYNAMIC)
		check_say(check, CHECK_ERROR, "program", check_reinstall(check),
			  CHECK_PROGRAM_PATH " %s: no image that is given it will run it",
			  elf_fault_text(fault));
}

/* Says what keeps an image from being read. */
static void say_unreadable(struct check *check, const struct initramfs *initramfs, const char *path,
			   int error)
{
	if (error == -EACCES || error == -EPERM)
		check_say(check, CHECK_WARNING, "image-unread", "sudo vfio-early check",
			  "%s: only root may look into it", path);
	else if (initramfs->missing)
		check_say(check, CHECK_WARNING, "image-unread", NULL,
			  "%s: could not be looked into, for there is no %s here: install it", path,
			  initramfs->missing);
	else if (error == -EBADMSG)
		check_say(check, CHECK_WARNING, "image-unread", CHECK_REGENERATE,
			  "%s: no image that a kernel could unpack, or one that is cut off", path);
	else
		check_say(check, CHECK_WARNING, "image-unread", NULL,
			  "%s: could not be looked into: %s", path, strerror(-error));
}

/* A command line with its words on lines of their own, up to a comment. */
static const char *one_a_line(struct arena *arena, const char *cmdline)
{
	char *text = arena_copy(arena, cmdline, strlen(cmdline));

	for (char *blank = text; blank && (blank = strpbrk(blank, " \t"));)
		*blank = '\n';
	return text ? text : "";
}

/* Whether a command line has the small image run first. */
static bool asks_for_front(struct arena *arena, const char *cmdline)
{
	char *text = arena_copy(arena, cmdline, strlen(cmdline));
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token))
		if (streq(token.key, "rdinit") && token.value)
			return streq(token.value, INIT_PATH);
	return false;
}

/*
 * A unified image has the command line built in. What makes one adds words of its
 * own, but takes none away. Where there is cmdline.d, it is made of more than this.
 */
static void check_unified(struct check *check, struct arena *arena, const char *path,
			  const char *built_in)
{
	const char *wanted = root_read(&check->root, "/etc/kernel/cmdline"), *lacking;

	if (!wanted || *root_list(&check->root, "/etc/cmdline.d"))
		return;
	lacking = check_find_lacking(arena, one_a_line(arena, wanted), one_a_line(arena, built_in));
	if (lacking)
		check_say(check, CHECK_WARNING, "unified-cmdline", CHECK_REGENERATE,
			  "%s: the command line in it lacks %s of /etc/kernel/cmdline", path,
			  lacking);
}

/* Looks among the small images that lie where boot loaders look, for one with this kernel's
 * modules. */
static void check_fronts(struct check *check, const struct installed *installed,
			 struct arena *arena)
{
	const char *release = installed->kernel->release, *path = NULL, *seen = NULL;
	struct image_content content = { 0 };
	struct initramfs initramfs;

	while ((path = kernels_next_front(&check->root, path))) {
		struct image_check image = { check, installed, &content, path, NULL };

		image.fix = root_print(&check->root, "vfio-early image --kernel %s --output %s",
				       release, path);
		initramfs_start(&initramfs, arena, image_content_keep);
		if (initramfs_read(&initramfs, root_path(&check->root, path)) ||
		    !image_content_find(&content, &initramfs, release, true))
			continue;
		seen = path;
		if (!image_content_has_module(&content, "vfio-pci.ko") &&
		    !image_content_has_module(&content, "modules.dep.bin"))
			continue;
		check_content(&image);
		return;
	}
	check_say(check, CHECK_WARNING, "image-front",
		  root_print(&check->root,
			     "vfio-early image --kernel %s --output /boot/vfio-early-%s.img",
			     release, release),
		  seen ? "no image for rdinit=" INIT_PATH " has modules of kernel %s"
		       : "kernel %s is to start with rdinit=" INIT_PATH
			 ", but no image of `vfio-early image' was found",
		  release);
}

static void check_image(struct check *check, const struct installed *installed,
			const struct kernel_image *image, struct arena *arena)
{
	const char *path = image->path, *cmdline = image->options;
	struct image_content content;
	struct initramfs initramfs;
	struct image_check checked = { check, installed, &content, path, CHECK_REGENERATE };
	int error = 0;

	initramfs_start(&initramfs, arena, image_content_keep);
	for (const char *const *part = image->parts; *part && !error; part++) {
		path = *part;
		error = initramfs_read(&initramfs, root_path(&check->root, path));
	}
	if (initramfs.cmdline) {
		cmdline = initramfs.cmdline;
		check_unified(check, arena, path, cmdline);
	}
	if (error) {
		say_unreadable(check, &initramfs, path, error);
	} else if (asks_for_front(arena, cmdline ? cmdline : check->cmdline)) {
		if (image_content_find(&content, &initramfs, installed->kernel->release, true))
			check_content(&checked);
		else
			check_fronts(check, installed, arena);
	} else if (image_content_find(&content, &initramfs, installed->kernel->release, false)) {
		check_content(&checked);
	} else {
		check_missing(&checked);
	}
}

/* Whether the kernel has the driver at all. */
static void check_driver(struct check *check, struct arena *arena,
			 const struct installed *installed)
{
	struct needed_module *needed;

	if (installed->modules &&
	    needed_list(installed->modules, arena, "vfio-pci", &needed) == -ENOENT)
		check_say(
			check, CHECK_ERROR, "kernel-without", NULL,
			"kernel %s has vfio-pci neither as a module nor built in: with it, nothing "
			"can be taken; install one that has",
			installed->kernel->release);
}

/* Gives what an image of this kernel would be given now. */
static int collect(struct check *check, struct installed *installed, struct arena *arena)
{
	const struct embed_request request = {
		.kernel = installed->kernel->release,
		.modules = installed->kernel->directory,
		.root = *check->root.path ? check->root.path : NULL,
	};
	struct module_places places = { .directory = installed->kernel->directory };
	int error = embed_collect(&installed->embed, arena, &request);

	if (!*check->root.path)
		host_list_keep_or_say(&installed->embed.needs, arena);
	else
		places.configuration = root_path(&check->root, "/etc/modprobe.d");
	if (module_open(&places, &installed->modules))
		installed->modules = NULL;
	/* What is wrong with the config is said elsewhere. */
	return error == -ENOMEM ? error : 0;
}

static void check_kernel(struct check *check, struct installed *installed)
{
	struct arena *arena = arena_create(IMAGE_ARENA_SIZE);
	size_t mark;

	if (!arena || collect(check, installed, arena)) {
		arena_destroy(arena);
		return;
	}
	check_driver(check, arena, installed);
	if (!installed->kernel->images)
		check_say(check, CHECK_WARNING, "image-unknown", CHECK_REGENERATE,
			  "kernel %s is installed, but no image of it was found",
			  installed->kernel->release);
	mark = arena_mark(arena);
	for (const struct kernel_image *image = installed->kernel->images; image;
	     image = image->next) {
		check_image(check, installed, image, arena);
		arena_rewind(arena, mark);
	}
	if (installed->modules)
		module_close(installed->modules);
	arena_destroy(arena);
}

void check_images(struct check *check)
{
	struct installed installed = { 0 };

	if (check->kernels)
		check_installed(check, &installed);
	for (installed.kernel = check->kernels; installed.kernel;
	     installed.kernel = installed.kernel->next) {
		struct installed one = installed;

		check_kernel(check, &one);
	}
	if (installed.program)
		munmap((void *)installed.program, installed.program_size);
}
