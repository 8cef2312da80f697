// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/check_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/module_closure.h"
#include "lib/elf_file.h"
#include "lib/file.h"
#include "lib/paths.h"
#include "lib/text.h"

/* Address space, not memory. */
#define IMAGE_ARENA_SIZE ((size_t)1 << 30)

/* Reads the program that images get. Returns 0 or -errno. */
static int read_program(struct check *check, struct installed *installed)
{
	int fd = file_open(AT_FDCWD, root_path(&check->root, CHECK_PROGRAM_PATH));
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

/* Reports what is wrong with that program. */
static void check_installed(struct check *check, struct installed *installed)
{
	struct elf_machine machine = elf_native_machine();
	int error = read_program(check, installed);
	enum elf_fault fault = ELF_GOOD;

	/* The root being checked may be another machine's. */
	if (!error && *check->root.path)
		elf_find_machine(installed->program, installed->program_size, &machine);
	if (!error)
		fault = elf_find_fault(installed->program, installed->program_size, &machine);
	if (error)
		check_say(check, CHECK_ERROR, "program", check_reinstall(check),
			  CHECK_PROGRAM_PATH " is missing, so no image can get it");
	else if (fault && fault != ELF_DYNAMIC)
		check_say(check, CHECK_ERROR, "program", check_reinstall(check),
			  CHECK_PROGRAM_PATH " %s, so no image can run it", elf_fault_text(fault));
}

/* Reports why an image cannot be read. */
static void say_unreadable(struct check *check, const struct initramfs *initramfs, const char *path,
			   int error)
{
	if (error == -EACCES || error == -EPERM)
		check_say(check, CHECK_WARNING, "image-unread", "sudo vfio-early check",
			  "%s: only root may read it", path);
	else if (initramfs->missing)
		check_say(check, CHECK_WARNING, "image-unread", NULL,
			  "%s: could not be read without %s: install it", path, initramfs->missing);
	else if (error == -EBADMSG)
		check_say_unbootable(
			check, "image-unread", CHECK_REGENERATE,
			"%s: it is truncated, or not an image that a kernel can unpack", path);
	else
		check_say(check, CHECK_WARNING, "image-unread", NULL, "%s: could not be read: %s",
			  path, strerror(-error));
}

/* Returns a command line with each word on a line of its own, up to a comment. */
static const char *one_a_line(struct arena *arena, const char *cmdline)
{
	char *text = arena_copy(arena, cmdline, strlen(cmdline));

	for (char *blank = text; blank && (blank = strpbrk(blank, " \t"));)
		*blank = '\n';
	return text ? text : "";
}

/*
 * Checks the command line built into a unified image. Its maker adds words but removes
 * none. With cmdline.d, there is more than this file.
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

/* Returns the first small image found that has these modules; NULL for none. */
static const char *find_front(struct check *check, struct arena *arena, const char *release)
{
	struct image_content content;
	struct initramfs initramfs;
	const char *path = NULL;

	while ((path = kernels_next_front(&check->root, path))) {
		initramfs_start(&initramfs, arena, image_content_keep);
		if (!initramfs_read(&initramfs, root_path(&check->root, path)) &&
		    image_content_find(&content, &initramfs, release, true) &&
		    (image_content_has_module(&content, "vfio-pci.ko") ||
		     image_content_has_module(&content, "modules.dep.bin")))
			return path;
	}
	return NULL;
}

/* Returns what boots an image: its entry, or the path of a unified one without an entry. */
static const char *name_of(const struct kernel_image *image)
{
	return image->entry ? image->entry : image->path;
}

/* Returns how an entry gets the small image that it asks for: a command, and what to edit then. */
static const char *front_fix(struct check *check, const struct kernel_image *image,
			     const char *release, const char *stray)
{
	const char *entry = image->entry ? image->entry : "the boot entry";

	if (!stray)
		stray = root_print(&check->root, "/boot/vfio-early-%s.img", release);
	return root_print(&check->root,
			  "vfio-early image --kernel %s --output %s   # and have %s load it before "
			  "the initramfs",
			  text_quote(check->arena, release), text_quote(check->arena, stray),
			  image->addons ? "a boot entry other than the unified image" : entry);
}

/* Returns an image's name in a finding. */
static const char *title_of(struct check *check, const struct kernel_image *image)
{
	if (!image->entry || streq(image->entry, image->path))
		return image->path;
	return root_print(&check->root, "%s (boot entry %s)", image->path, image->entry);
}

/* Reports an entry with rdinit= that loads no image with the program. */
static void say_no_front(struct check *check, const struct kernel_image *image, struct arena *arena,
			 const char *release)
{
	const char *stray = find_front(check, arena, release);

	check_say_unbootable(check, "image-front", front_fix(check, image, release, stray),
			     "%s: its command line has rdinit=" INIT_PATH
			     ", but no file that it loads has " INIT_PATH
			     "%s%s%s: it does not boot",
			     name_of(image), stray ? "; " : "", stray ? stray : "",
			     stray ? " has, but this entry does not load that file" : "");
}

/*
 * Checks for an image that no readable boot entry names. It is unknown what is loaded
 * before it, so small images found are only looked at.
 */
static void check_unknown_front(struct check *check, const struct installed *installed,
				const struct kernel_image *image, struct arena *arena)
{
	const char *release = installed->kernel->release;
	const char *stray = find_front(check, arena, release);
	struct image_content content;
	struct initramfs initramfs;
	struct image_check checked = { check, installed, &content, stray, NULL, true };

	if (!stray) {
		check_say_unbootable(
			check, "image-front", front_fix(check, image, release, stray),
			"kernel %s starts with rdinit=" INIT_PATH
			", but no image from `vfio-early image' has its modules: it does not boot",
			release);
		return;
	}
	checked.fix =
		root_print(&check->root, "vfio-early image --kernel %s --output %s",
			   text_quote(check->arena, release), text_quote(check->arena, stray));
	initramfs_start(&initramfs, arena, image_content_keep);
	if (!initramfs_read(&initramfs, root_path(&check->root, stray)) &&
	    image_content_find(&content, &initramfs, release, true))
		check_content(&checked);
	check_say(check, CHECK_WARNING, "entry-unknown", NULL,
		  "%s: no boot entry names it, so it is unknown whether the boot loader loads %s "
		  "before it, as rdinit=" INIT_PATH " requires",
		  image->path, stray);
}

/* Returns whether an entry of this kernel is known. */
static bool has_entry(const struct kernel *kernel)
{
	const struct kernel_image *image = kernel->images;

	while (image && !image->entry)
		image = image->next;
	return image != NULL;
}

/*
 * Reads all parts of an image. Returns 0, or -errno with the failing part in *path.
 * *cmdline is the kernel's command line: a unified image's own, unless its entry has
 * another and Secure Boot is off; addons add to either.
 */
static int read_parts(struct check *check, const struct kernel_image *image,
		      struct initramfs *initramfs, const char **path, const char **cmdline)
{
	const char *const *next;
	int error = 0;

	initramfs->profile = image->profile;
	for (next = image->parts; *next && !error; next++) {
		*path = *next;
		error = initramfs_read(initramfs, root_path(&check->root, *next));
	}
	if (image->options && !(initramfs->cmdline && check_secure_boot(check)))
		initramfs->cmdline = image->options;
	for (next = image->addons; next && *next && !error; next++) {
		*path = *next;
		error = initramfs_read_addon(initramfs, root_path(&check->root, *next));
	}
	*cmdline = initramfs->cmdline ? initramfs->cmdline : check->cmdline;
	return error;
}

/* Returns whether an entry starts a system for repair. */
static bool is_for_repair(const struct check *check, const char *cmdline)
{
	char *text = arena_copy(check->arena, cmdline, strlen(cmdline));
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token))
		if (settings_is_repair(&token))
			return true;
	return false;
}

/* Returns whether it is one that mkinitcpio's hook leaves without vfio-early on purpose. */
static bool is_fallback(const struct kernel_image *image)
{
	const char *name = strrchr(image->path, '/');

	return strstr(name ? name : image->path, "fallback") != NULL;
}

/* Returns the command that rebuilds the small image that an entry loads; NULL if it loads none. */
static const char *front_command(struct check *check, const struct kernel_image *image,
				 const char *release)
{
	for (const char *const *part = image->parts; *part; part++)
		if (kernels_is_front(&check->root, *part))
			return root_print(&check->root, "vfio-early image --kernel %s --output %s",
					  text_quote(check->arena, release),
					  text_quote(check->arena, *part));
	return NULL;
}

/* Judges an image by the command line that it starts with. */
static void judge_parts(struct image_check *checked, const struct kernel_image *image,
			struct initramfs *initramfs, const char *cmdline)
{
	struct check *check = checked->check;
	const struct installed *installed = checked->installed;
	const char *release = installed->kernel->release;
	struct image_content *content = (struct image_content *)checked->content;
	bool front = kernels_asks_for_front(initramfs->arena, cmdline);
	/* Nothing is loaded before a unified image. */
	bool known = image->entry || initramfs->unified;

	checked->front = front && known;
	if (checked->front && front_command(check, image, release))
		checked->fix = front_command(check, image, release);
	if (image_content_find(content, initramfs, release, front)) {
		check_content(checked);
		if (checked->front && !image_content_has(content, "init"))
			check_say_unbootable(
				check, "image-front", NULL,
				"%s: it loads the image for rdinit=" INIT_PATH
				" but no initramfs with /init after it: it does not boot",
				name_of(image));
	} else if (checked->front) {
		say_no_front(check, image, initramfs->arena, release);
	} else if (front) {
		if (!has_entry(installed->kernel))
			check_unknown_front(check, installed, image, initramfs->arena);
	} else if (image->entry && is_for_repair(check, cmdline)) {
		check_say(check, CHECK_NOTE, "image-without", NULL,
			  "%s: vfio-early is not in it, so this repair entry takes nothing",
			  title_of(check, image));
	} else if (is_fallback(image)) {
		check_say(check, CHECK_NOTE, "image-without", NULL,
			  "%s: vfio-early is not in it, so this fallback image takes nothing",
			  title_of(check, image));
	} else {
		check_missing(checked);
	}
}

static void say_missing(struct check *check, const struct kernel_image *image)
{
	check_say_unbootable(check, "entry-file", NULL,
			     "boot entry %s names %s, which does not exist: it does not boot",
			     image->entry, image->missing);
}

static void check_image(struct check *check, const struct installed *installed,
			const struct kernel_image *image, struct arena *arena)
{
	const char *path = image->path, *cmdline, *built_in;
	struct image_content content;
	struct initramfs initramfs;
	struct image_check checked = {
		check, installed, &content, title_of(check, image), CHECK_REGENERATE, false
	};
	int error;

	if (image->missing) {
		say_missing(check, image);
		return;
	}
	initramfs_start(&initramfs, arena, image_content_keep);
	error = read_parts(check, image, &initramfs, &path, &cmdline);
	built_in = initramfs.cmdline;
	if (built_in && !image->options && image->profile == 0)
		check_unified(check, arena, image->path, built_in);
	if (image->unresolved)
		check_say(check, CHECK_NOTE, "entry-variable", NULL,
			  "boot entry %s: the value of $%s is unknown, so its command line was "
			  "checked only in part",
			  image->entry, image->unresolved);
	if (error)
		say_unreadable(check, &initramfs, path, error);
	else if (initramfs.kernelless)
		check_say_unbootable(check, "image-kernel", CHECK_REGENERATE,
				     "%s: this unified kernel image has no kernel (section "
				     ".linux): it does not boot",
				     title_of(check, image));
	else
		judge_parts(&checked, image, &initramfs, cmdline);
}

/* Whatever could not be judged is reported. */
static void say_no_memory(struct check *check, const char *what, const char *name)
{
	check_say(check, CHECK_ERROR, "memory", NULL,
		  "%s %s could not be checked: not enough memory (%zu MiB of address space; see "
		  "ulimit -v)",
		  what, name, IMAGE_ARENA_SIZE >> 20);
}

/* Checks entries whose kernels have no modules here: only whether they find the program. */
static void check_strangers(struct check *check)
{
	for (const struct kernel_image *image = check->strangers; image; image = image->next) {
		struct arena *arena = arena_create(IMAGE_ARENA_SIZE);
		struct image_content content;
		struct initramfs initramfs = { 0 };
		const char *path = image->path, *cmdline = "";
		int error = -ENOMEM;

		if (!arena)
			say_no_memory(check, "boot entry", image->entry);
		if (arena) {
			initramfs_start(&initramfs, arena, image_content_keep);
			error = read_parts(check, image, &initramfs, &path, &cmdline);
		}
		/* An entry that asks for the small image is ours, whatever its kernel. */
		if (arena && image->missing && image->options &&
		    kernels_asks_for_front(arena, image->options))
			say_missing(check, image);
		else if (!error && !image->missing && kernels_asks_for_front(arena, cmdline) &&
			 !image_content_find(&content, &initramfs, "", true))
			say_no_front(check, image, arena, "KERNEL");
		else if (arena && image->missing)
			check_say(check, CHECK_NOTE, "entry-unknown", NULL,
				  "boot entry %s could not be checked: %s was not found",
				  image->entry, image->missing);
		else if (arena)
			check_say(check, CHECK_NOTE, "entry-unknown", NULL,
				  "boot entry %s could not be checked: its kernel has no modules "
				  "here",
				  image->entry);
		arena_destroy(arena);
	}
}

static void say_unread(struct check *check)
{
	for (const struct boot_unread *unread = check->unread; unread; unread = unread->next)
		check_say(check, CHECK_NOTE, "entry-unread",
			  unread->error == -EACCES ? "sudo vfio-early check" : NULL,
			  "%s could not be read (%s): its boot entries were not checked",
			  unread->path, strerror(-unread->error));
}

/* Reports whether the kernel has the driver. */
static void check_driver(struct check *check, struct arena *arena,
			 const struct installed *installed)
{
	struct closure_module *needed;
	int error = installed->modules_error;

	if (!error)
		error = module_closure_list(installed->modules, arena, "vfio-pci", &needed);
	if (error && error != -ENOENT)
		check_say(check, CHECK_WARNING, "kernel-unread", NULL,
			  "kernel %s: could not find out whether it has vfio-pci: %s",
			  installed->kernel->release, strerror(-error));
	else if (error)
		check_say(check, CHECK_ERROR, "kernel-without", NULL,
			  "kernel %s has no vfio-pci, neither as a module nor built in: nothing "
			  "can be taken with it; install a kernel that has",
			  installed->kernel->release);
}

/* Collects what an image of this kernel would get now. Returns 0 or -ENOMEM. */
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
	installed->modules_error = module_open(&places, &installed->modules);
	if (installed->modules_error)
		installed->modules = NULL;
	/* Problems of the config are reported elsewhere. */
	return error == -ENOMEM ? error : 0;
}

static void check_kernel(struct check *check, struct installed *installed)
{
	struct arena *arena = arena_create(IMAGE_ARENA_SIZE);
	size_t mark;

	if (!arena || collect(check, installed, arena)) {
		say_no_memory(check, "kernel", installed->kernel->release);
		arena_destroy(arena);
		return;
	}
	check_driver(check, arena, installed);
	if (!installed->kernel->images)
		check_say(check, CHECK_WARNING, "image-unknown", CHECK_REGENERATE,
			  "kernel %s is installed, but no image for it was found",
			  installed->kernel->release);
	mark = arena_mark(arena);
	for (const struct kernel_image *image = installed->kernel->images; image;
	     image = image->next) {
		check_image(check, installed, image, arena);
		arena_rewind(arena, mark);
	}
	if (installed->modules)
		module_close(installed->modules);
	if (arena->refused)
		say_no_memory(check, "all of kernel", installed->kernel->release);
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
	check_strangers(check);
	say_unread(check);
	if (installed.program)
		munmap((void *)installed.program, installed.program_size);
}
