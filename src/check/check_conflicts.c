// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/boot_loader.h"
#include "check/check.h"
#include "check/other_setup.h"
#include "lib/modprobe_conf.h"
#include "lib/text.h"

/* Returns the member with this address that will be taken; NULL for none. */
static const struct member *find_taken(const struct check *check, const struct pci_address *address)
{
	const struct plan *plan = &check->run->plan;

	for (size_t i = 0; check->planned && i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; !group->refused && j < group->count; j++)
			if (group->members[j].role == ROLE_TAKE &&
			    pci_address_compare(&group->members[j].device->address, address) == 0)
				return &group->members[j];
	}
	return NULL;
}

/* Returns whether a plan takes every device that a list of selectors picks. */
static bool takes_all(const struct check *check, const char *list)
{
	char *text = arena_copy(check->arena, list, strlen(list)), *word;
	const struct topology *topology = &check->run->topology;

	if (!text || !*text || !check->planned)
		return false;
	while ((word = strsep(&text, " "))) {
		struct selector selector = { 0 };
		struct selector_error error;
		bool any = false;

		if (selector_parse(word, strlen(word), &selector, &error))
			return false;
		for (size_t i = 0; i < topology->count; i++) {
			const struct device *device = &topology->devices[i];

			/* An id is not read of a device that has nothing to do with the plan. */
			if (!device->identified)
				return false;
			if (!selector_matches(&selector, device))
				continue;
			any = true;
			if (!find_taken(check, &device->address))
				return false;
		}
		if (!any)
			return false;
	}
	return true;
}

/*
 * The command that runs an expression of sed(1) over the line's file. One that is not in
 * MODPROBE_CONF_DIRECTORY is copied there first, where it overrides the file that it comes from,
 * which may be another's to write.
 */
static const char *edit(struct check *check, const struct other_line *line, const char *options,
			const char *expression, bool careful)
{
	const char *own = root_print(&check->root, MODPROBE_CONF_DIRECTORY "/%s", line->name);
	const char *copy = "";

	if (!streq(own, line->file))
		copy = root_print(&check->root, "cp -u %s " MODPROBE_CONF_DIRECTORY "/ && ",
				  text_quote(check->arena, line->file));
	return check_note_edit(
		check, (struct check_edit){
			       .command = root_print(
				       &check->root, "%ssed %s '%s' %s && vfio-early regenerate",
				       copy, options, expression, text_quote(check->arena, own)),
			       .path = own,
			       .source = line->file,
			       .script = expression,
			       .careful = careful,
		       });
}

/* Returns the command that comments the line out. */
static const char *comment_out(struct check *check, const struct other_line *line, bool careful)
{
	const char *range = root_print(&check->root, "%u", line->first);

	if (line->last > line->first)
		range = root_print(&check->root, "%u,%u", line->first, line->last);
	return edit(check, line, "-i", root_print(&check->root, "%ss/^/# /", range), careful);
}

/* Returns the command that removes a parameter from the line, or comments it out if it is alone. */
static const char *take_off(struct check *check, const struct other_line *line)
{
	bool careful = !takes_all(check, line->list);

	if (line->alone)
		return comment_out(check, line, careful);
	if (line->last > line->first)
		return comment_out(check, line, true);
	return edit(check, line, "-Ei",
		    root_print(&check->root, "%us/ %s[^ ]*//", line->first, line->key), careful);
}

/* Says what is left of a line of modprobe.d, or of a list of modules. */
static void say_ids(struct check *check, const struct other_line *line)
{
	check_say(check, CHECK_WARNING, "ids", take_off(check, line),
		  "%s:%u gives %s to %s, %s: not needed: vfio-early binds by address, so an "
		  "identical card stays with the host",
		  line->file, line->first, line->value, line->module,
		  *line->key == 'i' ? "every device with that id" : "as soon as it loads");
}

static void say_blacklist(struct check *check, const struct other_line *line)
{
	if (other_is_vfio(line->module))
		check_say(check, CHECK_ERROR, "blacklist", comment_out(check, line, false),
			  "%s:%u blacklists %s, so it is not loaded and nothing can be taken",
			  line->file, line->first, line->module);
	else if (!line->packaged)
		check_say(check, CHECK_NOTE, "blacklist", comment_out(check, line, true),
			  "%s:%u blacklists %s: not needed by vfio-early, and the host's other "
			  "devices lose the driver",
			  line->file, line->first, line->module);
}

static void say_softdep(struct check *check, const struct other_line *line)
{
	if (!line->packaged)
		check_say(check, CHECK_NOTE, "softdep", comment_out(check, line, true),
			  "%s:%u loads %s before %s: not needed, vfio-early runs before both",
			  line->file, line->first, line->value, line->module);
}

static void say_install(struct check *check, const struct other_line *line)
{
	check_say(check, CHECK_WARNING, "install", comment_out(check, line, true),
		  "%s:%u runs '%.200s' instead of loading %s: vfio-early loads the module "
		  "itself and replaces such scripts",
		  line->file, line->first, line->value, line->module);
}

static void say_preload(struct check *check, const struct other_line *line)
{
	static const char script[] = "/^[ \\t]*vfio/s/^/# /";
	const char *fix = check_note_edit(
		check, (struct check_edit){
			       .command = root_print(&check->root,
						     "sed -i '%s' %s && vfio-early regenerate",
						     script, text_quote(check->arena, line->file)),
			       .path = line->file,
			       .source = line->file,
			       .script = script,
			       .careful = true });

	check_say(check, CHECK_NOTE, "preload", fix,
		  "%s loads %s and maybe more: not needed, vfio-early loads them", line->file,
		  line->module);
}

static void say_driverctl(struct check *check, const struct other_line *line)
{
	struct pci_address address;
	const struct member *member;
	const char *fix;

	if (pci_address_parse(line->value, strlen(line->value), &address))
		return;
	member = find_taken(check, &address);
	if (!member)
		return;
	fix = check_note_edit(
		check,
		(struct check_edit){ .command = root_print(&check->root,
							   "driverctl --noprobe unset-override %s",
							   text_quote(check->arena, line->value)),
				     .path = line->file,
				     .source = line->file });
	if (text_same_name(line->module, member->driver))
		check_say(check, CHECK_NOTE, "driverctl", fix,
			  "driverctl also gives %s to %.64s: not needed, vfio-early does "
			  "so earlier",
			  line->value, line->module);
	else
		check_say(check, CHECK_ERROR, "driverctl", fix,
			  "driverctl will give %s to %.64s after boot and so undo the work "
			  "of vfio-early",
			  line->value, line->module);
}

static void say(struct check *check, const struct other_line *line)
{
	switch (line->kind) {
	case OTHER_IDS:
		say_ids(check, line);
		break;
	case OTHER_BLACKLIST:
		say_blacklist(check, line);
		break;
	case OTHER_SOFTDEP:
		say_softdep(check, line);
		break;
	case OTHER_INSTALL:
		say_install(check, line);
		break;
	case OTHER_DRIVERCTL:
		say_driverctl(check, line);
		break;
	case OTHER_PRELOAD:
		say_preload(check, line);
		break;
	default:
		break;
	}
}

/* Says what is left of a parameter on the kernel command line. */
static void say_parameter(struct check *check, const struct other_line *line)
{
	const char *whole = line->text;
	const char *fix = check_parameter_fix(check, BOOT_LOADER_REMOVE, whole);

	if (line->kind == OTHER_IDS && !takes_all(check, line->list))
		check_be_careful(check, fix);
	if (line->kind == OTHER_IDS)
		check_say(check, CHECK_WARNING, "ids", fix,
			  "%s on the kernel command line takes every device with those ids: not "
			  "needed, vfio-early binds by address",
			  whole);
	else if (line->kind == OTHER_PRELOAD)
		check_say(check, CHECK_NOTE, "preload", fix,
			  "%s on the kernel command line: not needed, vfio-early loads vfio-pci",
			  whole);
	else if (other_is_vfio(line->module))
		check_say(check, CHECK_ERROR, "blacklist", fix,
			  "%s on the kernel command line keeps vfio-pci out: nothing can be taken",
			  whole);
	else
		check_say(check, CHECK_NOTE, "blacklist", fix,
			  "%s on the kernel command line: not needed by vfio-early, and the host's "
			  "other devices lose the driver",
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
	const char *value = token->value ? token->value : "";
	const char *whole =
		token->value ? root_print(&check->root, "%s=%s", token->key, value) : token->key;
	struct other_line line = { 0 };

	if (other_read_parameter(&check->root, token->key, token->value, &line))
		say_parameter(check, &line);
	else if (is_framebuffer(token->key, value))
		check_say(check, CHECK_NOTE, "framebuffer",
			  check_parameter_fix(check, BOOT_LOADER_REMOVE, whole),
			  "%s on the kernel command line: not needed, vfio-early releases the "
			  "firmware framebuffer of a display%s",
			  whole,
			  streq(token->key, "nofb") ? "; no kernel has this parameter"
						    : " that it takes");
	else if (streq(token->key, "pcie_acs_override"))
		check_say(check, CHECK_WARNING, "acs-override",
			  check_be_careful(check,
					   check_parameter_fix(check, BOOT_LOADER_REMOVE, whole)),
			  "%s on the kernel command line: mainline kernels ignore it; where it "
			  "works, it splits groups on paper only, and a guest's device may reach "
			  "its neighbours' memory",
			  whole);
}

void check_conflicts(struct check *check)
{
	char *text = arena_copy(check->arena, check->cmdline, strlen(check->cmdline));
	const struct other_line *before = NULL;
	struct cmdline_token token;
	struct other_lines lines;
	size_t position = 0;

	/* If nothing is listed, these are used on purpose. */
	if (!run_is_wanted(check->run))
		return;
	while (text && cmdline_next(text, &position, &token))
		check_token(check, &token);
	other_open(&lines, &check->root);
	other_find_modprobe(&lines);
	other_find_driverctl(&lines);
	other_find_modules(&lines);
	for (const struct other_line *line = lines.first; line; before = line, line = line->next)
		/* One command is for all modules of a list. */
		if (line->kind != OTHER_PRELOAD || !before || !streq(before->file, line->file))
			say(check, line);
}
