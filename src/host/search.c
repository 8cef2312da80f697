// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/search.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "lib/textfile.h"

/* How much of a gap's sentence, and of a word in a list, is kept. */
#define GAP_SIZE  256
#define WORD_SIZE 160

/* The largest table of /proc that is read. */
#define TABLE_SIZE_MAX ((size_t)32 << 20)

char *search_read_file(struct host_search *search, const char *path)
{
	char *text;
	int error = textfile_read(search->arena, path, &text);

	if (error == -ENOMEM)
		search->error = error;
	return error ? NULL : text;
}

/* Reads a file below the host's root. Returns 0 or -errno. */
static int read_at(struct host_search *search, const char *path, char **text)
{
	int fd = openat(search->root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error;

	if (fd < 0)
		return -errno;
	error = textfile_read_file(search->arena, fd, text);
	close(fd);
	if (error == -ENOMEM)
		search->error = error;
	return error;
}

char *search_read_at(struct host_search *search, const char *path)
{
	char *text = NULL;

	return read_at(search, path, &text) ? NULL : text;
}

char *search_read_needed(struct host_search *search, const char *path)
{
	char *text = NULL;
	int error = read_at(search, path, &text);

	if (error && error != -ENOENT && error != -ENOTDIR) {
		search_begin_use(search, search_print(search, "/%s", path));
		search_note_gap(search, "it could not be read: %s", strerror(-error));
	}
	return error ? NULL : text;
}

char *search_read_proc(struct host_search *search, const char *name)
{
	return search_read_file(search, search_print(search, "%s/%s", search->proc, name));
}

/* Returns the number of bytes up to the end of a file, at most TABLE_SIZE_MAX, or -errno. */
static ssize_t measure(int fd)
{
	char skipped[4096];
	ssize_t length, whole = 0;

	do {
		length = textfile_read_bytes(fd, skipped, sizeof(skipped));
		if (length < 0)
			return length;
		whole += length;
	} while (length == sizeof(skipped) && (size_t)whole < TABLE_SIZE_MAX);
	return whole;
}

/* Reads a file of unknown length, which is measured first. Returns 0 or -errno. */
static int read_whole(struct host_search *search, int fd, char **text)
{
	ssize_t length = measure(fd);
	/* It may grow meanwhile. */
	size_t room = length < 0 ? 0 : (size_t)length + 65536;
	char *nul;

	if (length < 0)
		return (int)length;
	if ((size_t)length >= TABLE_SIZE_MAX)
		return -EFBIG;
	*text = arena_allocate(search->arena, room + 1, 1);
	if (!*text)
		return -ENOMEM;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	length = textfile_read_bytes(fd, *text, room);
	if (length < 0)
		return (int)length;
	while ((nul = memchr(*text, '\0', (size_t)length)))
		*nul = TEXTFILE_NUL;
	return (size_t)length == room ? -EFBIG : 0;
}

char *search_read_table(struct host_search *search, const char *name)
{
	int fd = open(search_print(search, "%s/%s", search->proc, name),
		      O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = NULL;
	int error;

	if (fd < 0)
		return NULL;
	error = read_whole(search, fd, &text);
	close(fd);
	if (error == -ENOMEM)
		search->error = error;
	else if (error)
		search_note_gap(search, "%s: %s", name, strerror(-error));
	return error ? NULL : text;
}

const char *search_print(struct host_search *search, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length >= 0)
		text = arena_allocate(search->arena, (size_t)length + 1, 1);
	if (!text) {
		search->error = -ENOMEM;
		return "";
	}
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void search_begin_use(struct host_search *search, const char *use)
{
	search->use = use;
	search->use_number++;
	search->visit_count = 0;
}

/* FNV-1a. */
static uint32_t hash(const char *kind, const char *name)
{
	uint32_t value = 2166136261;

	for (; *kind; kind++)
		value = (value ^ (unsigned char)*kind) * 16777619;
	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619;
	return value;
}

struct host_entry *search_entry(struct host_search *search, const char *kind, const char *name,
				bool create)
{
	struct host_entry **place, *entry;

	if (!search->entries)
		search->entries =
			arena_allocate(search->arena, HOST_ENTRY_BUCKETS, sizeof(*search->entries));
	if (!search->entries) {
		search->error = -ENOMEM;
		return NULL;
	}
	place = &search->entries[hash(kind, name) % HOST_ENTRY_BUCKETS];
	for (entry = *place; entry; entry = entry->next)
		if (streq(entry->kind, kind) && streq(entry->name, name))
			return entry;
	if (!create)
		return NULL;
	entry = arena_allocate(search->arena, 1, sizeof(*entry));
	if (!entry) {
		search->error = -ENOMEM;
		return NULL;
	}
	*entry = (struct host_entry){ .kind = kind,
				      .name = search_print(search, "%s", name),
				      .next = *place };
	*place = entry;
	return entry;
}

bool search_enter(struct host_search *search, const char *what)
{
	struct host_entry *entry = search_entry(search, "visit", what, true);

	if (!entry || entry->last_use == search->use_number)
		return false;
	entry->last_use = search->use_number;
	search->visit_count++;
	return true;
}

/* Adds a word, unless it is there. owner and what identify the list. */
static void add_word(struct host_search *search, struct host_words *words, const char *what,
		     const char *owner, const char *word)
{
	size_t kept = words->count < HOST_WORDS_MAX ? words->count : HOST_WORDS_MAX;
	struct host_entry *entry;

	word = search_print(search, "%.*s", WORD_SIZE, word);
	for (size_t i = 0; i < kept; i++)
		if (streq(words->words[i], word))
			return;
	if (words->count < HOST_WORDS_MAX) {
		words->words[words->count++] = word;
		return;
	}
	entry = search_entry(search, what, search_print(search, "%s\n%s", owner, word), true);
	if (!entry || entry->value)
		return;
	entry->value = word;
	words->count++;
}

/* Records a find of the current search. */
static void record(struct host_search *search, const char *selector, const char *text)
{
	struct host_find *find;

	if (!search->trail)
		return;
	find = arena_allocate(search->arena, 1, sizeof(*find));
	if (!find) {
		search->error = -ENOMEM;
		return;
	}
	*find = (struct host_find){ .selector = selector,
				    .text = search_print(search, "%s", text) };
	*search->trail->last = find;
	search->trail->last = &find->next;
}

void search_add_device(struct host_search *search, const char *selector, const char *part)
{
	struct host_device *device = search->devices;
	const char *kind = search->network ? "network" : "protect";

	record(search, selector, part);
	while (device && (device->network != search->network || !streq(device->selector, selector)))
		device = device->next;
	if (!device) {
		device = arena_allocate(search->arena, 1, sizeof(*device));
		if (!device) {
			search->error = -ENOMEM;
			return;
		}
		*device = (struct host_device){ .selector = selector, .network = search->network };
		*search->last_device = device;
		search->last_device = &device->next;
	}
	add_word(search, &device->uses, kind, selector, search->use);
	add_word(search, &device->parts, "part", selector, part);
}

/* Records that text applies to the current use. */
static void note_question(struct host_search *search, const char *text)
{
	struct host_entry *entry = search_entry(search, "question", text, true);
	struct host_question *question;

	if (!entry)
		return;
	record(search, NULL, text);
	question = (struct host_question *)entry->value;
	if (!question) {
		question = arena_allocate(search->arena, 1, sizeof(*question));
		if (!question) {
			search->error = -ENOMEM;
			return;
		}
		question->text = entry->name;
		entry->value = question;
		*search->last_question = question;
		search->last_question = &question->next;
	}
	add_word(search, &question->uses, "asked", text, search->use);
}

void search_note_gap(struct host_search *search, const char *format, ...)
{
	char text[GAP_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_make_printable(text);
	note_question(search, text);
}

bool search_recall(struct host_search *search, const char *kind, const char *name,
		   struct host_entry **entry)
{
	const struct host_trail *known;
	struct host_trail *trail;

	*entry = search_entry(search, kind, name, true);
	known = *entry ? (*entry)->value : NULL;
	for (struct host_find *find = known ? known->first : NULL; find; find = find->next) {
		if (find->selector)
			search_add_device(search, find->selector, find->text);
		else
			note_question(search, find->text);
	}
	if (known)
		return true;
	if (!*entry || search->trail || search->visit_count > 1) {
		*entry = NULL;
		return false;
	}
	trail = arena_allocate(search->arena, 1, sizeof(*trail));
	if (!trail) {
		search->error = -ENOMEM;
		*entry = NULL;
		return false;
	}
	trail->last = &trail->first;
	search->trail = trail;
	return false;
}

static void keep(struct host_search *search, struct host_entry *entry)
{
	entry->value = search->trail;
	search->trail = NULL;
}

/* Puts a step behind those that the current one has added. */
static void add_step(struct host_search *search, const struct host_step *step)
{
	struct host_step *added = arena_allocate(search->arena, 1, sizeof(*added));

	if (!added) {
		search->error = -ENOMEM;
		return;
	}
	*added = *step;
	added->next = *search->next_step;
	*search->next_step = added;
	search->next_step = &added->next;
}

/* Adds a step and, unless one is being followed, follows all that it leads to. */
static void take_step(struct host_search *search, const struct host_step *first)
{
	const struct host_step *step;

	add_step(search, first);
	if (search->walking)
		return;
	search->walking = true;
	while ((step = search->steps)) {
		search->steps = step->next;
		search->next_step = &search->steps;
		if (step->kind == HOST_STEP_KEEP)
			keep(search, step->entry);
		else
			search->follow(search, step);
	}
	search->next_step = &search->steps;
	search->walking = false;
}

static void take_named_step(struct host_search *search, enum host_step_kind kind, const char *name)
{
	take_step(search,
		  &(struct host_step){ .kind = kind, .name = search_print(search, "%s", name) });
}

void search_block(struct host_search *search, const char *number)
{
	take_named_step(search, HOST_STEP_BLOCK, number);
}

void search_named_block(struct host_search *search, const char *name)
{
	take_named_step(search, HOST_STEP_NAMED, name);
}

void search_mount(struct host_search *search, const struct mount *mount)
{
	take_step(search, &(struct host_step){ .kind = HOST_STEP_MOUNT, .mount = mount });
}

void search_file(struct host_search *search, const char *path)
{
	take_named_step(search, HOST_STEP_FILE, path);
}

void search_zpool(struct host_search *search, const char *pool)
{
	take_named_step(search, HOST_STEP_POOL, pool);
}

void search_network(struct host_search *search)
{
	take_step(search, &(struct host_step){ .kind = HOST_STEP_NETWORK });
}

void search_keep(struct host_search *search, struct host_entry *entry)
{
	if (entry)
		take_step(search, &(struct host_step){ .kind = HOST_STEP_KEEP, .entry = entry });
}
