// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/boot_loader.h"
#include "check/check.h"
#include "lib/modprobe_conf.h"
#include "lib/mountinfo.h"
#include "lib/text.h"

#define DRIVERCTL_DIRECTORY "/etc/driverctl.d"

/* A line of modprobe.d, and the file that it is in. */
struct line {
	const char *file, *name;
	struct modprobe_line line;
};

static bool in_list(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_same_name(name, list[i]))
			return true;
	return false;
}

static bool is_vfio(const char *module)
{
	return strncmp(module, "vfio", 4) == 0;
}

/* Drivers that guides tell people to keep away from devices. */
static bool is_native(const char *module)
{
	static const char *const natives[] = {
		"nouveau",
		"nvidia",
		"nvidia_drm",
		"nvidia_modeset",
		"nvidia_uvm",
		"nvidiafb",
		"amdgpu",
		"radeon",
		"i915",
		"xe",
		"rivafb",
		"rivatv",
		"nv",
		"snd_hda_intel",
		"snd_hda_codec_hdmi",
		"xhci_hcd",
		"xhci_pci",
		"i2c_nvidia_gpu",
		"ucsi_ccg",
		"nvidia_gpu",
	};

	return in_list(module, natives, ARRAY_SIZE(natives));
}

/* Whether a package brings the file, so that it says nothing of what the user wants. */
static bool is_packaged(const struct line *line)
{
	return strstarts(line->file, "/usr/lib/") || strstarts(line->file, "/lib/");
}

/*
 * The command that runs an expression of sed(1) over the line's file. One that is not in
 * MODPROBE_CONF_DIRECTORY is copied there first, where it overrides the file that it comes from,
 * which may be another's to write.
 */
static const char *edit(const struct check *check, const struct line *line, const char *options,
			const char *expression)
{
	const char *own = root_print(&check->root, MODPROBE_CONF_DIRECTORY "/%s", line->name);
	const char *copy = "";

	if (!streq(own, line->file))
		copy = root_print(&check->root, "cp -u %s " MODPROBE_CONF_DIRECTORY "/ && ",
				  text_quote(check->arena, line->file));
	return root_print(&check->root, "%ssed %s '%s' %s && vfio-early regenerate", copy, options,
			  expression, text_quote(check->arena, own));
}

/* Returns the command that comments the line out. */
static const char *comment_out(const struct check *check, const struct line *line)
{
	const char *range = root_print(&check->root, "%u", line->line.number);

	if (line->line.last > line->line.number)
		range = root_print(&check->root, "%u,%u", line->line.number, line->line.last);
	return edit(check, line, "-i", root_print(&check->root, "%ss/^/# /", range));
}

/* Returns the command that removes a parameter from the line, or comments it out if it is alone. */
static const char *take_off(const struct check *check, const struct line *line, const char *key,
			    bool alone)
{
	if (alone || line->line.last > line->line.number)
		return comment_out(check, line);
	return edit(check, line, "-Ei",
		    root_print(&check->root, "%us/ %s[^ ]*//", line->line.number, key));
}

/* Checks a line such as "options vfio-pci ids=10de:1f91 disable_vga=1". */
static void check_options(struct check *check, const struct line *line, const char *module,
			  char *rest)
{
	static const char *const takers[][2] = { { "vfio-pci", "ids=" },
						 { "pci-stub", "ids=" },
						 { "xen-pciback", "hide=" } };
	const char *word, *value = NULL, *key = NULL, *taker = NULL;
	size_t words = 0;

	while ((word = mountinfo_word(&rest))) {
		words++;
		for (size_t i = 0; i < ARRAY_SIZE(takers); i++) {
			size_t length = strlen(takers[i][1]);

			if (!text_same_name(module, takers[i][0]) ||
			    strncmp(word, takers[i][1], length) != 0 || !word[length])
				continue;
			taker = takers[i][0];
			key = takers[i][1];
			value = word + length;
		}
	}
	if (taker)
		check_say(
			check, CHECK_WARNING, "ids", take_off(check, line, key, words == 1),
			"%s:%u gives %s to %s, %s: not needed: vfio-early binds by address, so an "
			"identical card stays with the host",
			line->file, line->line.number, value, taker,
			*key == 'i' ? "every device with that id" : "as soon as it loads");
}

static void check_blacklist(struct check *check, const struct line *line, const char *module)
{
	if (is_vfio(module))
		check_say(check, CHECK_ERROR, "blacklist", comment_out(check, line),
			  "%s:%u blacklists %s, so it is not loaded and nothing can be taken",
			  line->file, line->line.number, module);
	else if (is_native(module) && !is_packaged(line))
		check_say(check, CHECK_NOTE, "blacklist", comment_out(check, line),
			  "%s:%u blacklists %s: not needed by vfio-early, and the host's other "
			  "devices lose the driver",
			  line->file, line->line.number, module);
}

/* Checks a line such as "softdep nouveau pre: vfio-pci". */
static void check_softdep(struct check *check, const struct line *line, const char *module,
			  char *rest)
{
	const char *word;

	while (!is_vfio(module) && !is_packaged(line) && (word = mountinfo_word(&rest))) {
		if (!is_vfio(word))
			continue;
		check_say(check, CHECK_NOTE, "softdep", comment_out(check, line),
			  "%s:%u loads %s before %s: not needed, vfio-early runs before both",
			  line->file, line->line.number, word, module);
		return;
	}
}

static void check_install(struct check *check, const struct line *line, const char *module,
			  const char *command)
{
	if (is_vfio(module))
		check_say(check, CHECK_WARNING, "install", comment_out(check, line),
			  "%s:%u runs '%.200s' instead of loading %s: vfio-early loads the module "
			  "itself and replaces such scripts",
			  line->file, line->line.number, command, module);
	else if (is_native(module) && (strstr(command, "/false") || strstr(command, "/true")))
		check_blacklist(check, line, module);
}

static void check_line(struct check *check, const struct line *line, char *text)
{
	const char *keyword = mountinfo_word(&text), *module = mountinfo_word(&text);

	if (!keyword || !module)
		return;
	if (streq(keyword, "options"))
		check_options(check, line, module, text);
	else if (streq(keyword, "blacklist"))
		check_blacklist(check, line, module);
	else if (streq(keyword, "softdep"))
		check_softdep(check, line, module, text);
	else if (streq(keyword, "install"))
		check_install(check, line, module, text ? text + strspn(text, " \t") : "");
}

/* Where a path of the root is. */
static const char *locate(void *context, const char *path)
{
	return root_path(context, path);
}

static void check_modprobe(struct check *check)
{
	struct modprobe_file *file;

	/* What could not be read for want of memory is said by who checks. */
	modprobe_conf_read(check->arena, locate, (void *)&check->root, &file);
	for (; file; file = file->next) {
		struct line line = { .file = file->path, .name = file->name };
		char *text = file->text;

		while (modprobe_conf_next_line(&text, &line.line))
			check_line(check, &line, line.line.text);
	}
}

/* Checks a list of modules to load, one on each line. */
static void check_module_list(struct check *check, const char *file)
{
	char *text = root_read(&check->root, file), *line;

	while ((line = strsep(&text, "\n"))) {
		line += strspn(line, " \t");
		if (!is_vfio(line))
			continue;
		check_say(check, CHECK_NOTE, "preload",
			  root_print(&check->root,
				     "sed -i '/^[ \\t]*vfio/s/^/# /' %s && vfio-early regenerate",
				     text_quote(check->arena, file)),
			  "%s loads %.*s and maybe more: not needed, vfio-early loads them", file,
			  (int)strcspn(line, " \t"), line);
		return;
	}
}

static void check_module_lists(struct check *check)
{
	static const char directory[] = "/etc/modules-load.d";

	/* On Debian the directory has a link to this file. */
	check_module_list(check, "/etc/modules");
	check_module_list(check, "/etc/initramfs-tools/modules");
	for (const char *const *name = root_list(&check->root, directory); *name; name++)
		if (root_ends_with(*name, ".conf") && !streq(*name, "modules.conf"))
			check_module_list(check,
					  root_print(&check->root, "%s/%s", directory, *name));
}

/* Returns the member with this address that will be taken; NULL for none. */
static const struct member *find_taken(const struct check *check, const char *address)
{
	const struct plan *plan = &check->run->plan;
	struct pci_address wanted;

	if (!check->planned || pci_address_parse(address, strlen(address), &wanted))
		return NULL;
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; !group->refused && j < group->count; j++)
			if (group->members[j].role == ROLE_TAKE &&
			    pci_address_compare(&group->members[j].device->address, &wanted) == 0)
				return &group->members[j];
	}
	return NULL;
}

/* Checks files "pci-0000:01:00.0" that hold a driver's name, which a service binds after boot. */
static void check_driverctl(struct check *check)
{
	for (const char *const *name = root_list(&check->root, DRIVERCTL_DIRECTORY); *name;
	     name++) {
		const char *address = *name + strlen("pci-"), *fix;
		const struct member *member;
		char *driver;

		if (strncmp(*name, "pci-", strlen("pci-")) != 0)
			continue;
		member = find_taken(check, address);
		driver = root_read(&check->root,
				   root_print(&check->root, DRIVERCTL_DIRECTORY "/%s", *name));
		if (!member || !driver)
			continue;
		driver[strcspn(driver, " \t\n")] = '\0';
		fix = root_print(&check->root, "driverctl --noprobe unset-override %s",
				 text_quote(check->arena, address));
		if (text_same_name(driver, member->driver))
			check_say(check, CHECK_NOTE, "driverctl", fix,
				  "driverctl also gives %s to %.64s: not needed, vfio-early does "
				  "so earlier",
				  address, driver);
		else
			check_say(check, CHECK_ERROR, "driverctl", fix,
				  "driverctl will give %s to %.64s after boot and so undo the work "
				  "of vfio-early",
				  address, driver);
	}
}

/* Checks lists of modules on the kernel command line. */
static void check_list_parameter(struct check *check, const char *whole, bool blacklist,
				 const char *value)
{
	const char *fix = boot_loader_command(&check->root, BOOT_LOADER_REMOVE, whole);
	bool vfio = false, native = false;

	while (*value) {
		size_t length = strcspn(value, ",");
		const char *module = root_print(&check->root, "%.*s", (int)length, value);

		vfio = vfio || is_vfio(module);
		native = native || is_native(module);
		value += length + (value[length] == ',');
	}
	if (blacklist && vfio)
		check_say(check, CHECK_ERROR, "blacklist", fix,
			  "%s on the kernel command line keeps vfio-pci out: nothing can be taken",
			  whole);
	else if (blacklist && native)
		check_say(check, CHECK_NOTE, "blacklist", fix,
			  "%s on the kernel command line: not needed by vfio-early, and the host's "
			  "other devices lose the driver",
			  whole);
	else if (!blacklist && vfio)
		check_say(check, CHECK_NOTE, "preload", fix,
			  "%s on the kernel command line: not needed, vfio-early loads vfio-pci",
			  whole);
}

static bool is_framebuffer(const char *key, const char *value)
{
	static const char *const drivers[] = { "efifb:off", "vesafb:off", "simplefb:off",
					       "simpledrm:off" };

	if (streq(key, "nofb"))
		return true;
	if (streq(key, "initcall_blacklist"))
		return strstr(value, "sysfb_init") != NULL;
	for (size_t i = 0; streq(key, "video") && i < ARRAY_SIZE(drivers); i++)
		if (strstr(value, drivers[i]))
			return true;
	return false;
}

static void check_token(struct check *check, const struct cmdline_token *token)
{
	static const char *const blacklists[] = { "modprobe.blacklist", "module_blacklist",
						  "rd.driver.blacklist" };
	static const char *const preloads[] = { "rd.driver.pre", "rd.modules-load",
						"modules-load" };
	static const char *const takers[] = { "vfio-pci.ids", "pci-stub.ids", "xen-pciback.hide" };
	const char *value = token->value ? token->value : "";
	const char *whole =
		token->value ? root_print(&check->root, "%s=%s", token->key, value) : token->key;

	if (in_list(token->key, blacklists, ARRAY_SIZE(blacklists)))
		check_list_parameter(check, whole, true, value);
	else if (in_list(token->key, preloads, ARRAY_SIZE(preloads)))
		check_list_parameter(check, whole, false, value);
	else if (*value && in_list(token->key, takers, ARRAY_SIZE(takers)))
		check_say(check, CHECK_WARNING, "ids",
			  boot_loader_command(&check->root, BOOT_LOADER_REMOVE, whole),
			  "%s on the kernel command line takes every device with those ids: not "
			  "needed, vfio-early binds by address",
			  whole);
	else if (is_framebuffer(token->key, value))
		check_say(check, CHECK_NOTE, "framebuffer",
			  boot_loader_command(&check->root, BOOT_LOADER_REMOVE, whole),
			  "%s on the kernel command line: not needed, vfio-early releases the "
			  "firmware framebuffer of a display%s",
			  whole,
			  streq(token->key, "nofb") ? "; no kernel has this parameter"
						    : " that it takes");
	else if (streq(token->key, "pcie_acs_override"))
		check_say(check, CHECK_WARNING, "acs-override",
			  boot_loader_command(&check->root, BOOT_LOADER_REMOVE, whole),
			  "%s on the kernel command line: mainline kernels ignore it; where it "
			  "works, it splits groups on paper only, and a guest's device may reach "
			  "its neighbours' memory",
			  whole);
}

void check_conflicts(struct check *check)
{
	char *text = arena_copy(check->arena, check->cmdline, strlen(check->cmdline));
	struct cmdline_token token;
	size_t position = 0;

	/* If nothing is listed, these are used on purpose. */
	if (!run_is_wanted(check->run))
		return;
	while (text && cmdline_next(text, &position, &token))
		check_token(check, &token);
	check_modprobe(check);
	check_driverctl(check);
	check_module_lists(check);
}
