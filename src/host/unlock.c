// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that unlock encrypted disks, besides keyboards: see crypttab(5). */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/search.h"
#include "lib/cmdline.h"
#include "lib/text.h"
#include "lib/util.h"

/* Who may log in to unlock. Without these files dropbear and tinyssh let nobody in. */
static const char *const login_files[] = {
	"etc/dropbear/initramfs/authorized_keys",
	"etc/dropbear-initramfs/authorized_keys",
	"etc/dropbear/root_key",
	"etc/tinyssh/root_key",
};

/* The parts of clevis that go into images. */
static const char *const clevis_files[] = {
	"usr/share/initramfs-tools/hooks/clevis",
	"usr/lib/dracut/modules.d/60clevis-pin-tang",
	"usr/lib/dracut/modules.d/50clevis-pin-tang",
	"usr/lib/initcpio/hooks/clevis",
};

/* What crypttab(5) and the kernel command line ask for. */
struct unlocking {
	struct host_search *search;
	bool asked;   /* the boot waits for something to be unlocked */
	bool network; /* unlocking needs the network */
};

/*
 * Adds the device that a piece of a key names. The name ends at any of its colons or with
 * the text, because names in /dev/disk/by-path have colons too.
 */
static void add_named(struct host_search *search, const char *piece)
{
	char *name = (char *)search_print(search, "%s", piece), *colon;
	const char *number;

	while (!(number = block_name_find_number(search, name)) && (colon = strrchr(name, ':')))
		*colon = '\0';
	if (number)
		search_block(search, number);
	else
		search_named_block(search, name);
}

static bool is_random(const char *key)
{
	return streq(key, "/dev/urandom") || streq(key, "/dev/random") || streq(key, "/dev/hwrng");
}

/*
 * Adds the disk of a key or header: "/key:UUID=1234" (crypttab(5), rd.luks.key=),
 * "/dev/disk/by-label/STICK:/key" (Debian's passdev), "UUID=1234:ext4:/key" (Arch Linux's
 * cryptkey=), or a file. A file on / needs nothing more than /, or is in the image.
 */
static void add_key(struct host_search *search, const char *use, const char *key)
{
	const char *piece = key;
	const struct mount *mount;

	if (is_random(key))
		return;
	search_begin_use(search, use);
	while (*piece) {
		if (block_name_is_tag(piece) || strstarts(piece, "/dev/")) {
			add_named(search, piece);
			return;
		}
		piece += strcspn(piece, ":");
		piece += *piece == ':';
	}
	mount = key[0] == '/' ? mount_find(search, key) : NULL;
	if (mount && !streq(mount->point, "/"))
		search_mount(search, mount);
}

/* Context of a callback of sysfs_list(). */
struct unlock_visit {
	struct host_search *search;
	bool found;
};

static void add_listed(struct unlock_visit *visit, const char *link, const char *name)
{
	const char *path = path_read_link(visit->search, link);

	visit->found |= path != NULL;
	if (path)
		path_add(visit->search, path, name);
}

/* A FIDO2 key's report descriptor begins with the FIDO Alliance's usage page, 0xf1d0. */
static int visit_hidraw(void *context, const char *name)
{
	struct unlock_visit *visit = context;
	const char *link = search_print(visit->search, "class/hidraw/%s", name);
	char descriptor[4097];

	if (sysfs_read(&visit->search->sysfs,
		       search_print(visit->search, "%s/device/report_descriptor", link), descriptor,
		       sizeof(descriptor)) >= 3 &&
	    memcmp(descriptor, "\x06\xd0\xf1", 3) == 0)
		add_listed(visit, link, name);
	return 0;
}

/* A smart card reader or a similar token has USB interface class 0b. */
static int visit_usb(void *context, const char *name)
{
	struct unlock_visit *visit = context;
	const char *link = search_print(visit->search, "bus/usb/devices/%s", name);
	char class[8];

	if (sysfs_read(&visit->search->sysfs,
		       search_print(visit->search, "%s/bInterfaceClass", link), class,
		       sizeof(class)) > 0 &&
	    streq(class, "0b"))
		add_listed(visit, link, name);
	return 0;
}

static int visit_tpm(void *context, const char *name)
{
	struct unlock_visit *visit = context;

	add_listed(visit, search_print(visit->search, "class/tpm/%s", name), name);
	return 0;
}

/* Adds the tokens in a directory of sysfs. Returns whether there were any. */
static bool add_token(struct host_search *search, const char *use, const char *directory,
		      int (*look)(void *context, const char *name))
{
	struct unlock_visit visit = { .search = search };

	search_begin_use(search, use);
	sysfs_list(&search->sysfs, directory, look, &visit);
	return visit.found;
}

/* Like add_token() for tokens that can be unplugged. */
static void add_plugged(struct host_search *search, const char *use, const char *directory,
			int (*look)(void *context, const char *name))
{
	if (!add_token(search, use, directory, look))
		search_note_gap(search, "it is not plugged in, so its controller is unknown");
}

/* Reads the options of crypttab(5) or rd.luks.options=. name is the disk they are for. */
static void read_options(struct unlocking *unlocking, const char *name, const char *options)
{
	struct host_search *search = unlocking->search;
	const char *header = journal_find_option(options, "header");

	if (header)
		add_key(search, search_print(search, "the header of %.40s", name),
			search_print(search, "%.*s", (int)strcspn(header, ","), header));
	if (journal_find_option(options, "fido2-device"))
		add_plugged(search, "unlocking by FIDO2 key", "class/hidraw", visit_hidraw);
	if (journal_find_option(options, "pkcs11-uri"))
		add_plugged(search, "unlocking by smart card", "bus/usb/devices", visit_usb);
	if (journal_find_option(options, "tpm2-device"))
		add_token(search, "unlocking by TPM", "class/tpm", visit_tpm);
	unlocking->network |= journal_find_option(options, "_netdev") != NULL;
}

/* Returns whether the boot waits for the disk, in the initramfs or later. */
static bool is_needed(const char *options)
{
	return journal_find_option(options, "initramfs") ||
	       journal_find_option(options, "x-initrd.attach") ||
	       (!journal_find_option(options, "noauto") && !journal_find_option(options, "nofail"));
}

static void read_line(struct unlocking *unlocking, char *line)
{
	struct host_search *search = unlocking->search;
	char *name = mountinfo_word(&line), *device = mountinfo_word(&line);
	const char *key = mountinfo_word(&line), *options = mountinfo_word(&line);

	if (!name || name[0] == '#' || !device || !is_needed(options ? options : ""))
		return;
	text_make_printable(name);
	if (key && is_random(key))
		return;
	unlocking->asked = true;
	if (key)
		add_key(search, search_print(search, "the key of %.40s", name), key);
	if (options)
		read_options(unlocking, name, options);
}

static void read_crypttab(struct unlocking *unlocking, const char *path)
{
	char *text = search_read_needed(unlocking->search, path), *line;

	while ((line = strsep(&text, "\n")))
		read_line(unlocking, line);
}

/* Skips the UUID with which systemd's values may begin: "1234-ab=discard". */
static const char *skip_uuid(const char *value)
{
	size_t length = strspn(value, "0123456789abcdefABCDEF-");

	return length && value[length] == '=' ? value + length + 1 : value;
}

static void read_cmdline(struct unlocking *unlocking)
{
	struct host_search *search = unlocking->search;
	char *text = search_read_proc(search, "cmdline");
	struct cmdline_token token;
	size_t position = 0;

	while (text && cmdline_next(text, &position, &token)) {
		const char *key = token.key, *value = token.value ? token.value : "";

		key += strstarts(key, "rd.") ? 3 : 0;
		if (streq(key, "luks.key") || streq(key, "cryptkey"))
			add_key(search, search_print(search, "the key of %s=", token.key),
				skip_uuid(value));
		else if (streq(key, "luks.options"))
			read_options(unlocking, "the disks", skip_uuid(value));
		else if (streq(key, "neednet") && (streq(value, "1") || streq(value, "yes")))
			unlocking->network = true;
	}
}

static bool has_any(const struct host_search *search, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (faccessat(search->root, paths[i], F_OK, 0) == 0)
			return true;
	return false;
}

/*
 * Adds the network that unlocks disks. clevis may use a TPM just as well, which only the
 * unread disks tell, so the host then counts as reached by the network.
 */
static void add_network(struct host_search *search, bool sure)
{
	const char *use = sure ? "unlocking over the network" : "clevis may unlock over it";

	search->network = !sure;
	if (!network_add_ip_parameter(search, use)) {
		search_begin_use(search, use);
		search_network(search);
	}
	search->network = false;
}

void unlock_add(struct host_search *search)
{
	struct unlocking unlocking = { .search = search };

	read_crypttab(&unlocking, "etc/crypttab");
	read_crypttab(&unlocking, "etc/crypttab.initramfs");
	read_cmdline(&unlocking);
	if (!unlocking.asked && !keyboard_cmdline_unlocks(search))
		return;
	if (unlocking.network || has_any(search, login_files, ARRAY_SIZE(login_files)))
		add_network(search, true);
	else if (has_any(search, clevis_files, ARRAY_SIZE(clevis_files)))
		add_network(search, false);
}
