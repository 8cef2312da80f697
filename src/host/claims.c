// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "host/search.h"
#include "lib/modprobe_conf.h"
#include "lib/text.h"
#include "machine/address.h"
#include "settings/claim.h"

#define DRIVERCTL_DIRECTORY "etc/driverctl.d"

struct claim_visit {
	struct host_search *search;
	const char *root;
};

static void add_claim(struct host_search *search, const char *selector, const char *claimant)
{
	struct host_claim *claim = arena_allocate(search->arena, 1, sizeof(*claim));

	if (!claim) {
		search->error = -ENOMEM;
		return;
	}
	claim->selector = search_print(search, "%s", selector);
	claim->claimant = claimant;
	*search->last_claim = claim;
	search->last_claim = &claim->next;
}

/* A file is named "pci-0000:01:00.0" and holds the driver that its service binds. */
static int visit_override(void *context, const char *name)
{
	struct claim_visit *visit = context;
	struct host_search *search = visit->search;
	const char *address = name + strlen("pci-");
	struct pci_address parsed;
	char *driver;

	if (strncmp(name, "pci-", strlen("pci-")) != 0 ||
	    pci_address_parse(address, strlen(address), &parsed))
		return 0;
	driver = search_read_file(
		search, search_print(search, "%s/" DRIVERCTL_DIRECTORY "/%s", visit->root, name));
	if (!driver)
		return 0;
	driver[strcspn(driver, " \t\n")] = '\0';
	text_make_printable(driver);
	add_claim(search, address,
		  search_print(search, "driverctl set-override %s %.64s", address, driver));
	return 0;
}

/* Reads a line such as "options vfio-pci ids=10de:1f91 disable_vga=1". */
static void read_options(struct host_search *search, char *line, const char *file)
{
	static const char *const parameters[][2] = { { "vfio-pci", "ids=" },
						     { "pci-stub", "ids=" },
						     { "xen-pciback", "hide=" } };
	const char *keyword = mountinfo_word(&line), *module = mountinfo_word(&line), *word;
	char selector[CLAIM_SIZE];

	if (!module || !streq(keyword, "options"))
		return;
	while ((word = mountinfo_word(&line))) {
		for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
			const char *list = word + strlen(parameters[i][1]);

			if (!text_same_name(module, parameters[i][0]) ||
			    strncmp(word, parameters[i][1], strlen(parameters[i][1])) != 0)
				continue;
			while (claim_next(&list, selector))
				add_claim(search, selector,
					  search_print(search, "options %s %s in %s",
						       parameters[i][0], parameters[i][1], file));
		}
	}
}

/* Where a path of the host is. */
static const char *locate(void *context, const char *path)
{
	const struct claim_visit *visit = context;

	return arena_print(visit->search->arena, "%s%s", visit->root, path);
}

static void read_modprobe(struct claim_visit *visit)
{
	struct host_search *search = visit->search;
	struct modprobe_file *file;
	int error = modprobe_conf_read(search->arena, locate, visit, &file);

	if (error)
		search->error = error;
	for (; file; file = file->next) {
		const char *path = text_printable(search->arena, file->path);
		char *text = file->text;
		struct modprobe_line line = { 0 };

		while (modprobe_conf_next_line(&text, &line))
			read_options(search, line.text, path);
	}
}

void claims_add(struct host_search *search, const char *root)
{
	struct claim_visit visit = { .search = search, .root = root };
	/* Any directory will do. */
	struct sysfs files = { .root = root, .fd = search->root };

	sysfs_list(&files, DRIVERCTL_DIRECTORY, visit_override, &visit);
	read_modprobe(&visit);
}
