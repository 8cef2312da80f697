// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/image_content.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/modprobe_conf.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "lib/util.h"

#define INIT_TOP_SCRIPT "/scripts/init-top/00-vfio-early"

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool image_content_keep(const char *path)
{
	static const char *const names[] = { "vfio-early",
					     "vfio-early.conf",
					     "vfio-early.host.conf",
					     "host.conf",
					     "vfio-early.service",
					     "ORDER",
					     "config",
					     "init" };
	const char *name = name_of(path);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(name, names[i]))
			return true;
	return strstr(path, "modprobe.d/") != NULL;
}

/* Returns the member of exactly this path; NULL for none. */
static const struct cpio_member *find_at(const struct initramfs *initramfs, const char *path)
{
	const struct cpio_member *member = initramfs->reader.members;

	while (member && !streq(member->path, path + (*path == '/')))
		member = member->next;
	return member;
}

static bool has_part(const struct initramfs *initramfs, const char *part)
{
	for (const struct cpio_member *member = initramfs->reader.members; member;
	     member = member->next)
		if (strstr(member->path, part))
			return true;
	return false;
}

static enum generator find_generator(const struct initramfs *initramfs)
{
	if (initramfs_find(initramfs, "scripts/init-top/ORDER") ||
	    find_at(initramfs, "conf/initramfs.conf"))
		return GENERATOR_INITRAMFS_TOOLS;
	if (has_part(initramfs, "lib/dracut/"))
		return GENERATOR_DRACUT;
	if (find_at(initramfs, "buildconfig") || find_at(initramfs, "init_functions"))
		return GENERATOR_MKINITCPIO;
	if (find_at(initramfs, "etc/booster.init.yaml"))
		return GENERATOR_BOOSTER;
	if (has_part(initramfs, "nlplug-findfs"))
		return GENERATOR_MKINITFS;
	return GENERATOR_UNKNOWN;
}

bool image_content_find(struct image_content *content, const struct initramfs *initramfs,
			const char *release, bool front)
{
	*content = (struct image_content){ .initramfs = initramfs };
	if (front) {
		content->generator = GENERATOR_FRONT;
		content->program = find_at(initramfs, INIT_PATH);
		content->config = find_at(initramfs, INIT_CONFIG_PATH);
		content->host = find_at(initramfs, INIT_HOST_CONFIG_PATH);
	} else {
		content->generator = find_generator(initramfs);
		content->systemd = initramfs_find(initramfs, "lib/systemd/systemd") != NULL;
		/* In some images sbin is only a link. */
		content->program = initramfs_find(initramfs, "sbin/vfio-early");
		if (!content->program)
			content->program = initramfs_find(initramfs, "bin/vfio-early");
		content->config = find_at(initramfs, CONFIG_PATH);
		content->host = find_at(initramfs, HOST_CONFIG_PATH);
	}
	content->modules = arena_print(initramfs->arena, "modules/%s/", release);
	return content->program != NULL;
}

const char *generator_name(enum generator generator)
{
	switch (generator) {
	case GENERATOR_INITRAMFS_TOOLS:
		return "initramfs-tools";
	case GENERATOR_DRACUT:
		return "dracut";
	case GENERATOR_MKINITCPIO:
		return "mkinitcpio";
	case GENERATOR_BOOSTER:
		return "booster";
	case GENERATOR_MKINITFS:
		return "mkinitfs";
	case GENERATOR_FRONT:
		return "vfio-early image";
	case GENERATOR_UNKNOWN:
		break;
	}
	return NULL;
}

/* Returns the position of a word in a list, counted from 1; 0 if it is missing. */
static size_t find_word(const char *list, size_t length, const char *word)
{
	size_t wanted = strlen(word), number = 0;

	while (length) {
		size_t blanks = strspn(list, " \t\"'()"), end;

		if (blanks >= length)
			break;
		list += blanks;
		length -= blanks;
		end = strcspn(list, " \t\"'()\n");
		end = end < length ? end : length;
		number++;
		if (end == wanted && memcmp(list, word, wanted) == 0)
			return number;
		list += end;
		length -= end;
	}
	return 0;
}

/*
 * ORDER has a line for each script, '/scripts/init-top/udev "$@"', followed by one that
 * sources its results (hook-functions, cache_run_scripts()).
 */
static const char *order_of_scripts(const struct image_content *content, bool *works)
{
	const struct cpio_member *order =
		initramfs_find(content->initramfs, "scripts/init-top/ORDER");
	const struct cpio_member *script = find_at(content->initramfs, INIT_TOP_SCRIPT);
	const char *own, *first, *udev;

	*works = false;
	if (!script || !order)
		return "is not run: its script is not in init-top";
	if (!(script->mode & 0111))
		return "is not run: its script in init-top is not executable";
	if (!order->data)
		return NULL;
	own = strstr(order->data, INIT_TOP_SCRIPT " ");
	first = strstr(order->data, "/scripts/init-top/");
	udev = strstr(order->data, "/scripts/init-top/udev ");
	if (!own)
		return "is not run: init-top's ORDER does not name it";
	if (udev && udev < own)
		return "runs after udev, when drivers already have the devices";
	*works = true;
	return own == first ? NULL : "is not the first script of init-top";
}

static bool unit_comes_before(const char *unit, const char *other)
{
	static const char key[] = "Before=";

	for (const char *line = unit; line; line = strchr(line, '\n')) {
		size_t length;

		line += *line == '\n';
		length = strcspn(line, "\n");
		if (strncmp(line, key, sizeof(key) - 1) == 0 &&
		    find_word(line + sizeof(key) - 1, length - (sizeof(key) - 1), other))
			return true;
	}
	return false;
}

static const char *order_of_unit(const struct image_content *content, bool *works)
{
	static const char *const later[] = { "systemd-udevd.service",
					     "systemd-udev-trigger.service",
					     "systemd-modules-load.service" };
	const struct cpio_member *unit =
		initramfs_find(content->initramfs, "systemd/system/vfio-early.service");

	*works = false;
	if (!unit)
		return "is not run: its unit is missing";
	if (!initramfs_find(content->initramfs, "sysinit.target.wants/vfio-early.service"))
		return "is not run: sysinit.target does not want its unit";
	for (size_t i = 0; unit->data && i < ARRAY_SIZE(later); i++)
		if (!unit_comes_before(unit->data, later[i]))
			return "may run too late: its unit is not ordered before udev's and "
			       "modules-load's";
	*works = true;
	return NULL;
}

static const char *order_of_dracut(const struct image_content *content, bool *works)
{
	*works = initramfs_find(content->initramfs, "hooks/cmdline/00-vfio-early.sh") != NULL;
	return *works ? NULL : "is not run: its hook is not in cmdline";
}

/* /config has EARLYHOOKS="udev ..." in the order of HOOKS. */
static const char *order_of_mkinitcpio(const struct image_content *content, bool *works)
{
	static const char key[] = "EARLYHOOKS=";
	const struct cpio_member *config = find_at(content->initramfs, "config");
	const char *list = config && config->data ? strstr(config->data, key) : NULL;
	size_t length, own, udev;

	*works = false;
	if (!find_at(content->initramfs, "hooks/vfio-early") || !list)
		return "is not run: its hook is missing";
	list += sizeof(key) - 1;
	length = strcspn(list, "\n");
	own = find_word(list, length, "vfio-early");
	udev = find_word(list, length, "udev");
	if (!own)
		return "is not run: EARLYHOOKS does not name it";
	*works = true;
	return udev && udev < own
		       ? "runs after udev has started: put vfio-early before udev in HOOKS"
		       : NULL;
}

/* mkinitfs runs no hooks: hook/mkinitfs/mkinitfs.conf puts ours at the beginning of /init. */
static const char *order_of_mkinitfs(const struct image_content *content, bool *works)
{
	const struct cpio_member *init = find_at(content->initramfs, "init");

	*works = init && init->data && strstr(init->data, "/usr/sbin/vfio-early boot");
	return *works ? NULL : "is not run: its /init does not name it";
}

const char *image_content_order(const struct image_content *content, bool *works)
{
	*works = true;
	if (content->generator == GENERATOR_FRONT)
		return NULL;
	if (content->generator == GENERATOR_INITRAMFS_TOOLS)
		return order_of_scripts(content, works);
	if (content->systemd)
		return order_of_unit(content, works);
	if (content->generator == GENERATOR_DRACUT)
		return order_of_dracut(content, works);
	if (content->generator == GENERATOR_MKINITCPIO)
		return order_of_mkinitcpio(content, works);
	if (content->generator == GENERATOR_MKINITFS)
		return order_of_mkinitfs(content, works);
	*works = false;
	return "is there, but what made this image is unknown, and so is whether it runs";
}

bool image_content_has(const struct image_content *content, const char *path)
{
	return find_at(content->initramfs, path) != NULL;
}

static bool starts_alike(const char *a, const char *b, size_t length)
{
	size_t same = 0;

	while (same < length && a[same] == b[same])
		same++;
	return same == length;
}

bool image_content_has_module(const struct image_content *content, const char *path)
{
	const char *file = name_of(path);
	const char *end = strstr(file, ".ko");
	size_t length = end ? (size_t)(end - file) + 3 : strlen(file);

	for (const struct cpio_member *member = content->initramfs->reader.members; member;
	     member = member->next) {
		const char *name = name_of(member->path);

		if (starts_alike(name, file, length) && (!name[length] || name[length] == '.') &&
		    strstr(member->path, content->modules))
			return true;
	}
	return false;
}

const struct cpio_member *image_content_modprobe(const struct image_content *content,
						 const char *name)
{
	static const char *const front[] = { INIT_MODPROBE_DIRECTORY, NULL };
	const char *const *directory =
		content->generator == GENERATOR_FRONT ? front : modprobe_conf_directories;
	const struct cpio_member *member = NULL;
	char tail[512];

	for (; !member && *directory; directory++) {
		snprintf(tail, sizeof(tail), "%s/%s", &(*directory)[1], name);
		member = initramfs_find(content->initramfs, tail);
	}
	return member;
}
