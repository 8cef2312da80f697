// SPDX-License-Identifier: GPL-2.0-or-later
/* What functions are called. */
#include <string.h>

#include "command/listing.h"
#include "lib/util.h"

const char *listing_name(const struct listing *listing, const struct device *device,
			 char buffer[static LISTING_NAME_SIZE])
{
	if (!listing->ids || device->gone)
		return NULL;
	return pci_device_name(listing->source, listing->ids, &device->id, buffer,
			       LISTING_NAME_SIZE);
}

const char *listing_class(const struct listing *listing, const struct device *device,
			  char buffer[static LISTING_NAME_SIZE])
{
	return pci_class_name(listing->source, listing->ids, device->class, buffer,
			      LISTING_NAME_SIZE);
}

const char *listing_short_class(const struct listing *listing, const struct device *device,
				char buffer[static LISTING_NAME_SIZE])
{
	return pci_class_short_name(listing->source, listing->ids, device->class, buffer,
				    LISTING_NAME_SIZE);
}

/* Returns whether a word only says what kind of company it is, or what it makes. */
static bool is_company_word(const char *word, size_t length)
{
	static const char *const words[] = {
		"Co",	       "Co.",		"Company",	  "Corp", "Corp.", "Corporation",
		"Inc",	       "Inc.",		"Limited",	  "LLC",  "Ltd",   "Ltd.",
		"Electronics", "Technology",	"Technologies",	  "AG",	  "GmbH",  "Group",
		"Systems",     "Semiconductor", "Semiconductors",
	};

	while (length && word[length - 1] == ',')
		length--;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == length && strncmp(word, words[i], length) == 0)
			return true;
	return false;
}

/*
 * Shortens a vendor in place: "Advanced Micro Devices, Inc. [AMD/ATI]" to "AMD/ATI",
 * "Samsung Electronics Co Ltd" to "Samsung". Its first word always stays.
 */
static void shorten_vendor(char *name)
{
	char *open = strchr(name, '['), *close = open ? strchr(open, ']') : NULL;
	size_t used = strcspn(name, " ");

	if (close && close > open + 1) {
		memmove(name, open + 1, (size_t)(close - open - 1));
		name[close - open - 1] = '\0';
		return;
	}
	while (name[used]) {
		const char *word = name + used + strspn(name + used, " ");
		size_t length = strcspn(word, " ");

		if (is_company_word(word, length))
			break;
		used = (size_t)(word - name) + length;
	}
	while (used > 1 && name[used - 1] == ',')
		used--;
	name[used] = '\0';
}

/* Keeps of "TU106 [GeForce RTX 2070]" what is in brackets, in place. */
static void keep_bracket(char *name)
{
	char *open = strchr(name, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close || close == open + 1)
		return;
	memmove(name, open + 1, (size_t)(close - open - 1));
	name[close - open - 1] = '\0';
}

const char *listing_describe(const struct listing *listing, const struct device *device, bool brief,
			     char text[static LISTING_TEXT_SIZE])
{
	char class[LISTING_NAME_SIZE], vendor[LISTING_NAME_SIZE], model[LISTING_NAME_SIZE];
	const char *kind = listing_short_class(listing, device, class);
	const char *ids = listing->ids;

	if (!ids || !pci_vendor_name(listing->source, ids, &device->id, vendor, sizeof(vendor))) {
		snprintf(text, LISTING_TEXT_SIZE, "%s: %04x:%04x", kind, device->id.vendor,
			 device->id.device);
		return text;
	}
	shorten_vendor(vendor);
	if (!pci_model_name(listing->source, ids, &device->id, model, sizeof(model)))
		snprintf(model, sizeof(model), "Device %04x", device->id.device);
	else if (brief && device->class >> 16 == PCI_CLASS_DISPLAY)
		keep_bracket(model);
	/* Some models begin with their vendor. */
	if (strncmp(model, vendor, strlen(vendor)) == 0)
		snprintf(text, LISTING_TEXT_SIZE, "%s: %s", kind, model);
	else
		snprintf(text, LISTING_TEXT_SIZE, "%s: %s %s", kind, vendor, model);
	return text;
}

void listing_addresses(const struct listing *listing, FILE *out)
{
	const struct topology *topology = &listing->run->topology;
	char address[PCI_ADDRESS_SIZE], text[LISTING_TEXT_SIZE], *colon;

	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];

		if (!listing->functions[i].shown || device->gone ||
		    device->class >> 16 == PCI_CLASS_BRIDGE)
			continue;
		listing_describe(listing, device, false, text);
		/* What shells match with an address that is being typed has no colon. */
		colon = strchr(text, ':');
		if (colon)
			*colon = ',';
		fprintf(out, "%s\t%s\n", pci_address_format(&device->address, address), text);
	}
}
