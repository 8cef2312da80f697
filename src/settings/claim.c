// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/claim.h"

#include <stdio.h>
#include <string.h>

#include "settings/selector.h"

/* The kernel's "any" (PCI_ANY_ID), and a part that is not written. */
#define ANY (~0U)

static bool is_id(unsigned int number)
{
	return number <= 0xffff || number == ANY;
}

/* Writes ":1f91", or ":*". */
static void format_part(char *text, unsigned int number)
{
	snprintf(text, sizeof(":1f91"), number == ANY ? ":*" : ":%04x", number);
}

/* Parses as vfio_pci_fill_ids() does. Ignores the class after the subsystem, which few write. */
static bool format_ids(const char *word, char text[static CLAIM_SIZE])
{
	unsigned int ids[4] = { ANY, ANY, ANY, ANY };
	size_t parts;

	if (sscanf(word, "%x:%x:%x:%x", &ids[0], &ids[1], &ids[2], &ids[3]) < 2 || ids[0] == ANY)
		return false;
	parts = ids[2] == ANY && ids[3] == ANY ? 2 : 4;
	for (size_t i = 0; i < parts; i++) {
		if (!is_id(ids[i]))
			return false;
		format_part(text + strlen(text), ids[i]);
	}
	/* Removes the first colon. */
	memmove(text, text + 1, strlen(text));
	return true;
}

/* Returns whether it is a plain id or address, without what only selectors have. */
static bool is_claim(const char *text)
{
	struct selector_error error;
	struct selector selector;

	return selector_parse(text, strlen(text), &selector, &error) == 0 && !selector.exclude &&
	       !selector.has_identity &&
	       (selector.kind == SELECTOR_FUNCTION || selector.kind == SELECTOR_SLOT ||
		selector.kind == SELECTOR_ID);
}

bool claim_next(const char **list, char text[static CLAIM_SIZE])
{
	for (;;) {
		char word[CLAIM_SIZE];
		size_t length;

		*list += strspn(*list, "(), ");
		length = strcspn(*list, "(), ");
		if (length == 0)
			return false;
		snprintf(word, sizeof(word), "%.*s", (int)length, *list);
		*list += length;
		text[0] = '\0';
		if (length >= sizeof(word))
			continue;
		if (strchr(word, '.'))
			strcpy(text, word);
		else if (!format_ids(word, text))
			continue;
		if (is_claim(text))
			return true;
	}
}
