// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel's modules and modprobe.d, as module.c reads them through libkmod. Nothing is
 * loaded into the kernel: the two system calls for that are answered here, and the
 * capability is dropped too. Lines are those of tree.h, below modules/ and modprobe.d/,
 * or
 *
 *   dep PATH: PATH...     an entry of modules.dep, under the module's name
 *   alias PATTERN MODULE  one of modules.alias
 *   builtin NAME          one of modules.builtin
 *   answer NUMBER...      the kernel's results for modules, in turn
 *   load NAME, variant MODALIAS, advance NAME OTHER, list NAME   calls to make
 *
 * The indexes are written as for an image: libkmod trusts these files, and a damaged one
 * ends the process.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "image/depmod_index.h"
#include "lib/util.h"
#include "machine/module.h"
#include "tree.h"

#define ASKED_MAX   16
#define ENTRIES_MAX 256

/* The entries of an index. */
struct entries {
	struct depmod_index_entry items[ENTRIES_MAX];
	size_t count;
};

static struct entries dep, alias, builtin;
static char *asked[ASKED_MAX];
static size_t asked_count;
static int answers[8];
static size_t answer_count, answered;

long __wrap_init_module(const void *module, unsigned long length, const char *arguments);
long __wrap_syscall(long number, ...);
int __wrap_system(const char *command);

/* The C library has these, but no header declares them. */
int capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data);
int capset(struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data);

static int answer(void)
{
	int error = answer_count ? answers[answered++ % answer_count] : 0;

	errno = error;
	return error ? -1 : 0;
}

long __wrap_init_module(const void *module, unsigned long length, const char *arguments)
{
	FUZZ_CHECK(length == 0 || module);
	FUZZ_CHECK(arguments);
	return answer();
}

long __wrap_syscall(long number, ...)
{
	FUZZ_CHECK(number == SYS_finit_module);
	return answer();
}

/* An image may lack a shell: whatever modprobe.d says, none is run. */
int __wrap_system(const char *command)
{
	(void)command;
	FUZZ_CHECK(!"a shell was started");
}

static void drop_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	const uint32_t module = CAP_TO_MASK(CAP_SYS_MODULE);
	static bool dropped;

	if (dropped)
		return;
	dropped = true;
	FUZZ_CHECK(capget(&header, data) == 0);
	data[0].effective &= ~module;
	data[0].permitted &= ~module;
	FUZZ_CHECK(capset(&header, data) == 0);
}

/* Skips what depmod's files or indexes cannot hold. */
static void add(struct entries *entries, const char *key, const char *value)
{
	if (entries->count == ENTRIES_MAX || !*key || !*value)
		return;
	for (const char *c = key; *c; c++)
		if (*c & 0x80)
			return;
	entries->items[entries->count] = (struct depmod_index_entry){
		.key = key, .value = value, .priority = (unsigned int)entries->count
	};
	entries->count++;
}

/* An entry of modules.dep has the kernel's name of the module. */
static void add_dep(const char *path)
{
	static char names[ENTRIES_MAX][64];
	size_t length = strcspn(path, ":"), start = length;
	char *name = names[dep.count % ENTRIES_MAX];

	while (start && path[start - 1] != '/')
		start--;
	snprintf(name, sizeof(names[0]), "%.*s", (int)(length - start), path + start);
	name[strcspn(name, ".")] = '\0';
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	add(&dep, name, path);
}

static void write_index(struct entries *entries, const char *path)
{
	char *data;
	size_t size;

	FUZZ_CHECK(depmod_index_make(entries->items, entries->count, &data, &size) == 0);
	tree_add_file(path, data, size);
	free(data);
}

static void add_alias(char *pattern)
{
	char *name = strchr(pattern, ' ');

	if (!name)
		return;
	*name++ = '\0';
	add(&alias, pattern, name);
}

static void add_answers(char *text)
{
	char *word;

	while ((word = strsep(&text, " ")) && answer_count < ARRAY_SIZE(answers))
		answers[answer_count++] = atoi(word) & 0xff;
}

/* Returns the text after a line's first word, if that is word. */
static char *after(char *line, const char *word)
{
	size_t length = strlen(word);

	return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

static bool is_question(char *line)
{
	return after(line, "load") || after(line, "variant") || after(line, "advance") ||
	       after(line, "list");
}

/* The indexes come last and are never directories. */
static void add_to_tree(char *line)
{
	if (!strstr(line, ".bin/"))
		tree_add_line(line);
}

static void read_line(char *line)
{
	char *rest;

	if ((rest = after(line, "dep")))
		add_dep(rest);
	else if ((rest = after(line, "alias")))
		add_alias(rest);
	else if ((rest = after(line, "builtin")))
		add(&builtin, rest, rest);
	else if ((rest = after(line, "answer")))
		add_answers(rest);
	else if (!is_question(line))
		add_to_tree(line);
	else if (asked_count < ASKED_MAX)
		asked[asked_count++] = line;
}

static void read_input(char *text)
{
	char *line;

	dep.count = alias.count = builtin.count = 0;
	asked_count = answer_count = answered = 0;
	tree_begin();
	tree_add_directory("modprobe.d");
	while ((line = fuzz_line(&text)))
		read_line(line);
	write_index(&dep, "modules/modules.dep.bin");
	write_index(&alias, "modules/modules.alias.bin");
	write_index(&builtin, "modules/modules.builtin.bin");
	write_index(&(struct entries){ .count = 0 }, "modules/modules.symbols.bin");
}

static void count_call(void *argument)
{
	++*(size_t *)argument;
}

static void ask_variant(struct module_context *context, const char *modalias)
{
	char driver[16];
	int error;

	memset(driver, '#', sizeof(driver));
	error = module_find_variant(context, modalias, driver, sizeof(driver));
	FUZZ_CHECK(error <= 0 && error > -4096);
	FUZZ_CHECK(error || memchr(driver, '\0', sizeof(driver)));
	FUZZ_CHECK(error || !streq(driver, "vfio_pci"));
}

/* Modules that were listed; each must come once. */
struct listing {
	char names[64][64];
	size_t count;
};

static int list_one(void *argument, const char *name, const char *path)
{
	struct listing *listing = argument;

	FUZZ_CHECK(name && *name && (!path || *path));
	for (size_t i = 0; i < listing->count; i++)
		if (strncmp(listing->names[i], name, sizeof(listing->names[i]) - 1) == 0)
			return 0;
	if (listing->count == ARRAY_SIZE(listing->names))
		return -E2BIG;
	snprintf(listing->names[listing->count++], sizeof(listing->names[0]), "%s", name);
	return 1;
}

/* A dumped index has one line for each entry. */
static void check_dump(struct module_context *context, enum module_index index,
		       const struct entries *entries)
{
	FILE *file = tmpfile();
	char *line = NULL;
	size_t size = 0, count = 0;

	FUZZ_CHECK(file && module_dump_index(context, index, fileno(file)) == 0);
	rewind(file);
	for (; getline(&line, &size, file) > 0; count++) {
		const char *text = line;
		bool found = false;

		line[strcspn(line, "\n")] = '\0';
		/* Lines of modules.alias begin so. */
		if (index == MODULE_INDEX_ALIASES && strncmp(line, "alias ", 6) == 0)
			text += 6;
		for (size_t i = 0; !found && i < entries->count; i++) {
			size_t length = strlen(entries->items[i].key);

			found = strncmp(text, entries->items[i].key, length) == 0 &&
				text[length] == ' ' &&
				streq(text + length + 1, entries->items[i].value);
		}
		FUZZ_CHECK(found);
	}
	FUZZ_CHECK(count == entries->count);
	free(line);
	fclose(file);
}

static void ask(struct module_context *context, const char *line)
{
	char *words = strdup(line), *rest = words;
	const char *word = strsep(&rest, " "), *name = strsep(&rest, " ");
	struct listing listing = { .count = 0 };
	size_t calls = 0;
	struct module_call wait = { count_call, &calls };
	int error;

	if (streq(word, "load")) {
		error = module_load(context, name);
		FUZZ_CHECK(error <= MODULE_BLACKLISTED && error > -4096);
	} else if (streq(word, "variant")) {
		ask_variant(context, name);
	} else if (streq(word, "list")) {
		error = module_list_needed(context, name, list_one, &listing);
		FUZZ_CHECK(error <= 0 && error > -4096);
	} else {
		module_load_dependencies(context, name, rest, &wait);
		FUZZ_CHECK(calls <= 1);
	}
	free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), directory[512], configuration[512];
	const struct module_places places = { directory, configuration };
	struct module_context *context;
	const char *root;

	drop_rights();
	read_input(text);
	root = tree_apply();
	snprintf(directory, sizeof(directory), "%s/modules", root);
	snprintf(configuration, sizeof(configuration), "%s/modprobe.d", root);
	if (module_open(&places, &context) == 0) {
		check_dump(context, MODULE_INDEX_DEPENDENCIES, &dep);
		check_dump(context, MODULE_INDEX_ALIASES, &alias);
		for (size_t i = 0; i < asked_count; i++)
			ask(context, asked[i]);
		module_close(context);
	}
	free(text);
	return 0;
}
