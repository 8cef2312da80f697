// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel's modules, and modprobe.d, as module.c finds its way in them through
 * libkmod. Nothing gets into the kernel: the two system calls that would do it
 * are answered here, and the right to them is given up as well. Lines are
 * those of tree.h, below modules/ and modprobe.d/, or
 *
 *   dep PATH: PATH...     an entry of modules.dep, under the module's name
 *   alias PATTERN MODULE  one of modules.alias
 *   builtin NAME          one of modules.builtin
 *   answer NUMBER...      what the kernel says to modules, in turn
 *   load NAME, variant MODALIAS, advance NAME OTHER   what is asked for
 *
 * The indexes are written as depmod writes them: libkmod takes what is in
 * these files for granted, and a damaged one ends the process.
 */
#include <errno.h>
#include <libkmod.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "index.h"
#include "module.h"
#include "tree.h"
#include "util.h"

#define ASKED_MAX 16

static struct index dep, alias, builtin;
static const char *root;
static char *asked[ASKED_MAX];
static size_t asked_count;
static int answers[8];
static size_t answer_count, answered;

struct kmod_ctx *__real_kmod_new(const char *directory, const char *const *config);
struct kmod_ctx *__wrap_kmod_new(const char *directory, const char *const *config);
long __wrap_init_module(const void *module, unsigned long length, const char *arguments);
long __wrap_syscall(long number, ...);
int __wrap_system(const char *command);

/* The C library has them, but its headers do not. */
int capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data);
int capset(struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data);

struct kmod_ctx *__wrap_kmod_new(const char *directory, const char *const *config)
{
	char modules[512], modprobe[512];
	const char *const paths[] = { modprobe, NULL };

	FUZZ_CHECK(directory && config && config[0]);
	snprintf(modules, sizeof(modules), "%s/modules", root);
	snprintf(modprobe, sizeof(modprobe), "%s/modprobe.d", root);
	return __real_kmod_new(modules, paths);
}

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

/* No image need have a shell: whatever modprobe.d says, none is asked for. */
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

/* An entry of modules.dep goes by the name that the kernel has for the module. */
static void add_dep(char *path)
{
	size_t length = strcspn(path, ":");
	char *name = strndup(path, length), *slash = strrchr(name, '/'), *end;

	if (slash)
		memmove(name, slash + 1, strlen(slash));
	end = strchr(name, '.');
	if (end)
		*end = '\0';
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	if (!index_add(&dep, name, path))
		free(name);
}

static void add_alias(char *pattern)
{
	char *name = strchr(pattern, ' ');

	if (!name)
		return;
	*name++ = '\0';
	index_add(&alias, pattern, name);
}

static void add_answers(char *text)
{
	char *word;

	while ((word = strsep(&text, " ")) && answer_count < ARRAY_SIZE(answers))
		answers[answer_count++] = atoi(word) & 0xff;
}

static void read_line(char *line)
{
	if (strncmp(line, "dep ", 4) == 0)
		add_dep(line + 4);
	else if (strncmp(line, "alias ", 6) == 0)
		add_alias(line + 6);
	else if (strncmp(line, "builtin ", 8) == 0)
		index_add(&builtin, line + 8, line + 8);
	else if (strncmp(line, "answer ", 7) == 0)
		add_answers(line + 7);
	else if (strncmp(line, "load ", 5) && strncmp(line, "variant ", 8) &&
		 strncmp(line, "advance ", 8))
		tree_add_line(line);
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
	index_write(&dep, "modules/modules.dep.bin");
	index_write(&alias, "modules/modules.alias.bin");
	index_write(&builtin, "modules/modules.builtin.bin");
	index_write(&(struct index){ .count = 0 }, "modules/modules.symbols.bin");
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

static void ask(struct module_context *context, const char *line)
{
	char *words = strdup(line), *rest = words;
	const char *word = strsep(&rest, " "), *name = strsep(&rest, " ");
	size_t calls = 0;
	struct module_call wait = { count_call, &calls };
	int error;

	if (streq(word, "load")) {
		error = module_load(context, name);
		FUZZ_CHECK(error <= MODULE_BLACKLISTED && error > -4096);
	} else if (streq(word, "variant")) {
		ask_variant(context, name);
	} else {
		module_load_dependencies(context, name, rest, &wait);
		FUZZ_CHECK(calls <= 1);
	}
	free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct module_context *context;

	drop_rights();
	read_input(text);
	root = tree_apply();
	if (module_open(&context) == 0) {
		for (size_t i = 0; i < asked_count; i++)
			ask(context, asked[i]);
		module_close(context);
	}
	for (size_t i = 0; i < dep.count; i++)
		free(dep.entries[i].key);
	free(text);
	return 0;
}
