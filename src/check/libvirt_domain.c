// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/libvirt_domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

#define BLANKS " \t\r\n"

struct tag {
	char *name; /* with a NUL after it */
	char *attributes;
	bool ends;	/* </name> */
	bool is_closed; /* <name/> */
};

void libvirt_domain_open(struct libvirt_domain *domain, char *text)
{
	*domain = (struct libvirt_domain){ .text = text, .line = 1, .lines = 1 };
}

/* Moves on to a place and counts the lines up to there. */
static void move_to(struct libvirt_domain *domain, char *place)
{
	for (; domain->text < place; domain->text++)
		domain->lines += *domain->text == '\n';
}

/* Skips up to the end of what began here. Returns 0 or -EINVAL. */
static int skip(struct libvirt_domain *domain, const char *end)
{
	char *place = strstr(domain->text, end);

	if (!place)
		return -EINVAL;
	move_to(domain, place + strlen(end));
	return 0;
}

/* Returns the '>' of a tag that begins at text, outside of quotes; NULL for none. */
static char *end_of_tag(char *text)
{
	char quote = '\0';

	for (; *text; text++) {
		if (*text == quote)
			quote = '\0';
		else if (quote)
			continue;
		else if (*text == '"' || *text == '\'')
			quote = *text;
		else if (*text == '<')
			return NULL;
		else if (*text == '>')
			return text;
	}
	return NULL;
}

/* Cuts the next tag off. Returns 1, 0 at the end, or -EINVAL. */
static int next_tag(struct libvirt_domain *domain, struct tag *tag)
{
	for (;;) {
		char *start = strchr(domain->text, '<'), *end;
		int error = 0;

		if (!start)
			return 0;
		move_to(domain, start + 1);
		domain->line = domain->lines;
		start++;
		if (strncmp(start, "!--", 3) == 0)
			error = skip(domain, "-->");
		else if (strncmp(start, "![CDATA[", 8) == 0)
			error = skip(domain, "]]>");
		else if (*start == '?' || *start == '!')
			error = skip(domain, ">");
		if (error)
			return error;
		if (*start == '?' || *start == '!')
			continue;
		end = end_of_tag(start);
		if (!end)
			return -EINVAL;
		move_to(domain, end + 1);
		*end = '\0';
		tag->is_closed = end > start && end[-1] == '/';
		if (tag->is_closed)
			end[-1] = '\0';
		tag->ends = *start == '/';
		tag->name = start + tag->ends;
		tag->attributes = tag->name + strcspn(tag->name, BLANKS);
		if (*tag->attributes)
			*tag->attributes++ = '\0';
		return 1;
	}
}

/* Returns the value of an attribute and its length; NULL if there is none. */
static const char *find(const struct tag *tag, const char *name, size_t *length)
{
	const char *text = tag->attributes;

	for (;;) {
		size_t letters;
		const char *start;

		text += strspn(text, BLANKS);
		letters = strcspn(text, "=" BLANKS);
		start = text + letters + strspn(text + letters, BLANKS);
		if (*start != '=')
			return NULL;
		start += 1 + strspn(start + 1, BLANKS);
		if (*start != '"' && *start != '\'')
			return NULL;
		*length = strcspn(start + 1, *start == '"' ? "\"" : "'");
		if (letters == strlen(name) && memcmp(text, name, letters) == 0)
			return start + 1;
		text = start + 1 + *length;
		text += *text != '\0';
	}
}

static bool has(const struct tag *tag, const char *name, const char *wanted)
{
	size_t length;
	const char *value = find(tag, name, &length);

	return value && length == strlen(wanted) && memcmp(value, wanted, length) == 0;
}

/*
 * Reads a number as libvirt does (virXMLPropUInt()), which may be missing where there is a default.
 * Returns false if it is none, or more than most.
 */
static bool read_number(const struct tag *tag, const char *name, unsigned long most,
			unsigned long *number)
{
	size_t length;
	const char *value = find(tag, name, &length);
	char *end;

	if (!value)
		return true;
	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	*number = strtoul(value, &end, 0);
	return !errno && end == value + length && *number <= most;
}

static int read_address(const struct tag *tag, struct pci_address *address)
{
	unsigned long domain = 0, bus = 0x100, slot = 0x20, function = 0;

	if (!read_number(tag, "domain", UINT32_MAX, &domain) ||
	    !read_number(tag, "bus", 0xff, &bus) || !read_number(tag, "slot", 0x1f, &slot) ||
	    !read_number(tag, "function", 7, &function) || bus > 0xff || slot > 0x1f)
		return -EINVAL;
	*address = (struct pci_address){ .domain = (uint32_t)domain,
					 .bus = (uint8_t)bus,
					 .device = (uint8_t)slot,
					 .function = (uint8_t)function };
	return 1;
}

int libvirt_domain_next(struct libvirt_domain *domain, struct pci_address *address)
{
	struct tag tag;
	int found;

	while ((found = next_tag(domain, &tag)) > 0) {
		bool opens = !tag.ends && !tag.is_closed;

		if (streq(tag.name, "hostdev")) {
			domain->in_hostdev = opens && has(&tag, "type", "pci");
			domain->in_source = false;
		} else if (streq(tag.name, "source")) {
			domain->in_source = opens && domain->in_hostdev;
		} else if (streq(tag.name, "address") && domain->in_source && !tag.ends) {
			found = read_address(&tag, address);
			break;
		}
	}
	/* Nothing more is read after a fault. */
	if (found < 0)
		domain->text += strlen(domain->text);
	return found;
}
