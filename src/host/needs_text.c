// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the needs found by the search as text. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "host/needs.h"
#include "host/search.h"

/* Text that is measured while bytes is NULL, then written. */
struct output {
	char *bytes;
	size_t length, room;
};

static void put(struct output *output, const char *format, ...) PRINTF_FORMAT(2, 3);

static void put(struct output *output, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(output->bytes ? output->bytes + output->length : NULL,
			   output->bytes ? output->room - output->length : 0, format, arguments);
	va_end(arguments);
	output->length += length > 0 ? (size_t)length : 0;
}

/* Writes "/, /boot and 1,198 more". */
static void put_words(struct output *output, const struct host_words *words)
{
	size_t kept = words->count < HOST_WORDS_MAX ? words->count : HOST_WORDS_MAX;
	size_t more = words->count - kept;

	for (size_t i = 0; i < kept; i++)
		put(output, "%s%s", i ? ", " : "", words->words[i]);
	if (more >= 1000)
		put(output, " and %zu,%03zu more", more / 1000, more % 1000);
	else if (more)
		put(output, " and %zu more", more);
}

static bool is_protected(const struct host_search *search, const char *selector)
{
	const struct host_device *device = search->devices;

	while (device && (device->network || !streq(device->selector, selector)))
		device = device->next;
	return device != NULL;
}

static void put_device(struct output *output, const struct host_device *device)
{
	if (device->network) {
		put(output, "network = %s  # ", device->selector);
		put_words(output, &device->parts);
		put(output, ": ");
		put_words(output, &device->uses);
		put(output, "\n");
	} else {
		put(output, "protect = %s  # ", device->selector);
		put_words(output, &device->uses);
		put(output, " (");
		put_words(output, &device->parts);
		put(output, ")\n");
	}
}

static void put_question(struct output *output, const struct host_question *question)
{
	put_words(output, &question->uses);
	put(output, ": %s", question->text);
}

static void put_all(struct output *output, const struct host_search *search)
{
	put(output, HOST_HEADING);
	for (const struct host_device *device = search->devices; device; device = device->next)
		if (!device->network || !is_protected(search, device->selector))
			put_device(output, device);
	for (const struct host_claim *claim = search->claims; claim; claim = claim->next)
		put(output, "claimed = %s  # %s\n", claim->selector, claim->claimant);
	for (const struct host_question *question = search->questions; question;
	     question = question->next) {
		put(output, "# could not be resolved: ");
		put_question(output, question);
		put(output, "\n");
	}
}

/* Allocates the measured size. Returns false when memory runs out. */
static bool make_room(struct host_search *search, struct output *output)
{
	output->room = output->length + 1;
	output->length = 0;
	output->bytes = arena_allocate(search->arena, output->room, 1);
	if (!output->bytes)
		search->error = -ENOMEM;
	return output->bytes != NULL;
}

const char *needs_text_make(struct host_search *search)
{
	struct output output = { NULL, 0, 0 };

	put_all(&output, search);
	if (!make_room(search, &output))
		return NULL;
	put_all(&output, search);
	return output.bytes;
}

void needs_text_list_gaps(struct host_search *search, struct host_gap **gaps)
{
	*gaps = NULL;
	for (const struct host_question *question = search->questions; question;
	     question = question->next) {
		struct host_gap *gap = arena_allocate(search->arena, 1, sizeof(*gap));
		struct output output = { NULL, 0, 0 };

		if (!gap) {
			search->error = -ENOMEM;
			return;
		}
		put_question(&output, question);
		if (!make_room(search, &output))
			return;
		put_question(&output, question);
		gap->text = output.bytes;
		*gaps = gap;
		gaps = &gap->next;
	}
}
