// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/check_image.h"
#include "host/confirms.h"
#include "image/module_closure.h"
#include "lib/elf_file.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "settings/config.h"
#include "settings/profile.h"

const char *check_reinstall(const struct check *check)
{
	if (root_has(&check->root, "/usr/share/doc/vfio-early/copyright"))
		return "apt-get install --reinstall vfio-early";
	if (root_has(&check->root, "/usr/bin/dnf") || root_has(&check->root, "/usr/bin/dnf5"))
		return "dnf reinstall vfio-early";
	if (root_has(&check->root, "/usr/bin/zypper"))
		return "zypper install --force vfio-early";
	if (root_has(&check->root, "/usr/bin/pacman"))
		return "pacman -S vfio-early";
	if (root_has(&check->root, "/sbin/apk"))
		return "apk fix vfio-early";
	return "make install   # in the sources of vfio-early";
}

/* What puts us into images of mkinitfs, and the line in its configuration that sources it. */
#define MKINITFS_CONF VFIO_EARLY_LIBDIR "/mkinitfs.conf"
#define MKINITFS_LINE "[ ! -e " MKINITFS_CONF " ] || . " MKINITFS_CONF

static bool has_mkinitfs_line(const struct check *check)
{
	const char *text = root_read(&check->root, "/etc/mkinitfs/mkinitfs.conf");

	return text && strstr(text, MKINITFS_LINE);
}

static bool has_hook(const struct check *check, enum generator generator)
{
	switch (generator) {
	case GENERATOR_INITRAMFS_TOOLS:
		return root_has(&check->root, "/usr/share/initramfs-tools/hooks/vfio-early") &&
		       root_has(&check->root,
				"/usr/share/initramfs-tools/scripts/init-top/00-vfio-early");
	case GENERATOR_DRACUT:
		return root_has(&check->root,
				"/usr/lib/dracut/modules.d/50vfio-early/module-setup.sh");
	case GENERATOR_MKINITCPIO:
		return root_has(&check->root, "/usr/lib/initcpio/install/vfio-early") ||
		       root_has(&check->root, "/etc/initcpio/install/vfio-early");
	case GENERATOR_MKINITFS:
		return root_has(&check->root, MKINITFS_CONF);
	default:
		return true;
	}
}

/* Returns whether mkinitcpio's settings or a drop-in name the hook. */
static bool has_mkinitcpio_hook(const struct check *check)
{
	static const char directory[] = "/etc/mkinitcpio.conf.d";
	const char *text = root_read(&check->root, "/etc/mkinitcpio.conf");
	bool found = text && strstr(text, "vfio-early");

	for (const char *const *name = root_list(&check->root, directory); *name; name++) {
		text = root_read(&check->root, root_print(&check->root, "%s/%s", directory, *name));
		found = found || (text && strstr(text, "vfio-early"));
	}
	return found;
}

/* Returns how to get the program into a generator's images. */
static const char *fix_missing(const struct check *check, enum generator generator)
{
	if (!has_hook(check, generator))
		return check_reinstall(check);
	if (generator == GENERATOR_MKINITCPIO && !has_mkinitcpio_hook(check))
		return "ln -s " VFIO_EARLY_LIBDIR "/mkinitcpio.conf "
		       "/etc/mkinitcpio.conf.d/vfio-early.conf && " CHECK_REGENERATE;
	if (generator == GENERATOR_MKINITFS && !has_mkinitfs_line(check))
		return "echo '" MKINITFS_LINE
		       "' >>/etc/mkinitfs/mkinitfs.conf && " CHECK_REGENERATE;
	if (generator == GENERATOR_BOOSTER)
		return "vfio-early image --output /boot/vfio-early.img   # before the initramfs in "
		       "the boot entry, with rdinit=" INIT_PATH;
	return CHECK_REGENERATE;
}

void check_missing(const struct image_check *image)
{
	enum generator generator = image->content->generator;
	const char *name = generator_name(generator);

	check_say(image->check, CHECK_ERROR, "image-without", fix_missing(image->check, generator),
		  "%s: vfio-early is not in it%s%s%s, so it will not run with kernel %s",
		  image->path, name ? " (" : "", name ? name : "", name ? ")" : "",
		  image->installed->kernel->release);
}

/*
 * Returns why a program cannot run in an image; NULL if it can. Generators add the
 * libraries of a dynamic program; the small image has none.
 */
static const char *find_fault(const struct image_check *image, const struct cpio_member *program)
{
	struct elf_machine machine = elf_native_machine();
	enum elf_fault fault;

	if (!(program->mode & 0111))
		return "is not executable";
	/* The contents are stored under the file's first name. */
	if (program->linked || !program->data)
		return NULL;
	/* The root being checked may be another machine's. */
	elf_find_machine(image->installed->program, image->installed->program_size, &machine);
	fault = elf_find_fault(program->data, program->size, &machine);
	if (!fault || (fault == ELF_DYNAMIC && image->content->generator != GENERATOR_FRONT))
		return NULL;
	return elf_fault_text(fault);
}

static void check_program(const struct image_check *image)
{
	const struct cpio_member *program = image->content->program;
	const struct installed *installed = image->installed;
	const char *fault = find_fault(image, program);

	if (fault && image->front)
		check_say_unbootable(image->check, "image-program", image->fix,
				     "%s: the program in it %s, and the kernel starts that first: "
				     "it does not boot",
				     image->path, fault);
	else if (fault)
		check_say(image->check, CHECK_ERROR, "image-program", image->fix,
			  "%s: the program in it %s, so it will not run", image->path, fault);
	else if (program->data && installed->program &&
		 (program->size != installed->program_size ||
		  memcmp(program->data, installed->program, program->size) != 0))
		check_say(image->check, CHECK_WARNING, "image-program", image->fix,
			  "%s: the program in it is not the installed one", image->path);
}

/* Returns whether two texts have the same settings. */
static bool same_settings(struct arena *arena, const char *a, const char *b)
{
	struct settings one, other;

	settings_init(&one, arena);
	settings_init(&other, arena);
	/* Any boot may choose any profile. */
	if (!streq(a + profile_common_length(a), b + profile_common_length(b)))
		return false;
	if (settings_read_config(&one, CONFIG_PATH, a) ||
	    settings_read_config(&other, CONFIG_PATH, b))
		return false;
	for (enum setting_key key = 0; key < SETTING_COUNT; key++) {
		const char *value = setting_value(&one, key, arena);
		const char *other_value = setting_value(&other, key, arena);

		if (!value || !other_value || !streq(value, other_value))
			return false;
	}
	return true;
}

static void check_config(const struct image_check *image)
{
	const struct embed_file *file = image->installed->embed.config;
	const struct cpio_member *member = image->content->config;
	const char *ours = file ? file->text : "";
	const char *theirs = member && member->data ? member->data : "";
	struct arena *arena = image->content->initramfs->arena;

	if ((member && (member->linked || !member->data)) || streq(ours, theirs))
		return;
	if (!same_settings(arena, ours, theirs))
		check_say(image->check, CHECK_ERROR, "image-config", image->fix,
			  "%s: %s, so the boot uses other settings", image->path,
			  member ? "the config in it differs from " CONFIG_PATH
				 : CONFIG_PATH " is not in it");
	else if (member)
		check_say(image->check, CHECK_WARNING, "image-config", image->fix,
			  "%s: " CONFIG_PATH " in it is older, but its settings are the same",
			  image->path);
}

/*
 * Returns the next line that sets something, without its comment, and moves *text on;
 * NULL at the end.
 */
static const char *next_setting(struct arena *arena, const char **text)
{
	while (**text) {
		const char *line = *text;
		size_t length = strcspn(line, "\n"), end = strcspn(line, "#\n");

		*text += length + (line[length] == '\n');
		while (end && strchr(" \t", line[end - 1]))
			end--;
		if (end)
			return arena_copy(arena, line, end);
	}
	return NULL;
}

const char *check_find_lacking(struct arena *arena, const char *list, const char *other)
{
	const char *line, *candidate;

	while ((line = next_setting(arena, &list))) {
		const char *rest = other;

		while ((candidate = next_setting(arena, &rest)) && !streq(candidate, line))
			;
		if (!candidate)
			return line;
	}
	return NULL;
}

/* Reports that an image has this host's configuration but not the host's needs. */
static void say_no_list(const struct image_check *image)
{
	/* Without the running system or a kept list, none can be made. */
	const char *fix = image->installed->embed.host
				  ? image->fix
				  : root_print(&image->check->root, "%s   # once this system runs",
					       image->fix);

	check_say(image->check, CHECK_WARNING, "image-no-host-list", fix,
		  "%s: it has no list of what this host needs, so it does not know which devices "
		  "to protect",
		  image->path);
}

static void check_host(const struct image_check *image)
{
	const struct embed_file *file = image->installed->embed.host;
	const struct cpio_member *member = image->content->host;
	struct arena *arena = image->content->initramfs->arena;
	const char *lacking, *surplus;

	if (!member && image->content->config)
		say_no_list(image);
	/* A chroot or container cannot tell what the machine needs. */
	if (!file || !member || !member->data)
		return;
	lacking = check_find_lacking(arena, file->text, member->data);
	surplus = check_find_lacking(arena, member->data, file->text);
	if ((lacking && strstarts(lacking, setting_name(SETTING_CONFIRMS))) ||
	    (surplus && strstarts(surplus, setting_name(SETTING_CONFIRMS))))
		check_say(
			image->check, CHECK_WARNING, "image-host", image->fix,
			lacking ? "%s: it was built before this system confirmed trials, so a new "
				  "configuration is taken at every boot, whether it comes up or not"
				: "%s: it was built when this system confirmed trials "
				  "(" HOST_CONFIRM_UNIT
				  "), so a new configuration is taken once and then never again",
			image->path);
	else if (lacking)
		check_say(image->check, CHECK_WARNING, "image-host", image->fix,
			  "%s: it was built when this host needed other devices, and lacks: %s",
			  image->path, lacking);
	else if (surplus)
		check_say(image->check, CHECK_WARNING, "image-host", image->fix,
			  "%s: it was built when this host needed other devices, and still has: %s",
			  image->path, surplus);
}

static void check_modprobe(const struct image_check *image)
{
	for (const struct embed_file *file = image->installed->embed.modprobe; file;
	     file = file->next) {
		const char *name = strrchr(file->path, '/') + 1;
		const struct cpio_member *member = image_content_modprobe(image->content, name);

		if (member && (member->linked || !member->data))
			continue;
		if (!member || member->size != file->length ||
		    memcmp(member->data, file->text, file->length) != 0)
			check_say(image->check, CHECK_WARNING, "image-modprobe", image->fix,
				  "%s: %s %s", image->path, file->path,
				  member ? "in it is out of date" : "is not in it");
	}
}

/* A module that the running system can load later is not essential. */
static bool is_vital(const struct image_check *image, const char *module, const char *needed)
{
	const struct settings *settings = &image->check->run->settings;
	const char *driver = settings->driver ? settings->driver : "vfio-pci";

	return text_same_name(module, driver) && strncmp(needed, "vfio_iommu", 10) != 0;
}

/* Returns whether the image is asked for this module directly, so that it is checked by itself. */
static bool has_own_turn(const struct image_check *image, const struct closure_module *needed,
			 const char *current)
{
	const struct embed_name *name = image->installed->embed.modules;

	while (name && !text_same_name(name->name, needed->name))
		name = name->next;
	return name && !text_same_name(name->name, current);
}

static void check_modules(const struct image_check *image)
{
	struct arena *arena = image->content->initramfs->arena;
	const struct installed *installed = image->installed;

	for (const struct embed_name *name = installed->embed.modules; name; name = name->next) {
		struct closure_module *needed;

		if (!installed->modules ||
		    module_closure_list(installed->modules, arena, name->name, &needed))
			continue;
		for (; needed; needed = needed->next) {
			bool vital = is_vital(image, name->name, needed->name);

			if (!needed->path || has_own_turn(image, needed, name->name) ||
			    image_content_has_module(image->content, needed->path))
				continue;
			check_say(image->check, vital ? CHECK_ERROR : CHECK_WARNING, "image-module",
				  image->fix, "%s: the module %s of kernel %s is not in it%s",
				  image->path, needed->name, installed->kernel->release,
				  vital ? ": nothing can be taken" : "");
			break;
		}
	}
}

static void check_order(const struct image_check *image)
{
	bool works;
	const char *order = image_content_order(image->content, &works);

	if (order)
		check_say(image->check, works ? CHECK_WARNING : CHECK_ERROR, "image-order",
			  has_hook(image->check, image->content->generator)
				  ? image->fix
				  : check_reinstall(image->check),
			  "%s: vfio-early in it %s", image->path, order);
}

void check_content(const struct image_check *image)
{
	check_program(image);
	check_order(image);
	check_config(image);
	check_modules(image);
	check_modprobe(image);
	check_host(image);
}
