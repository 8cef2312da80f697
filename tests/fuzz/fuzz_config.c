// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The config file, a kernel command line over it, and the host's needs: three sections
 * separated by lines "%%".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/util.h"

#define CONFIG "config"
#define HOST   "host"

static int read_all(struct settings *settings, const char *config, const char *cmdline,
		    const char *host)
{
	int error = settings_read_config(settings, CONFIG, config);

	if (!error)
		error = settings_read_cmdline(settings, cmdline);
	return error ? error : settings_read_host(settings, HOST, host);
}

static void check_same_list(const struct selector_list *before, const struct selector_list *after)
{
	FUZZ_CHECK(after->count >= before->count);
	for (size_t i = 0; i < before->count; i++)
		FUZZ_CHECK(after->items[i].text == before->items[i].text);
}

/* The host's needs only add to what is protected. */
static void check_host(const struct settings *before, const struct settings *after)
{
	check_same_list(&before->protect, &after->protect);
	check_same_list(&before->devs, &after->devs);
	check_same_list(&before->force, &after->force);
	FUZZ_CHECK(before->devs.count == after->devs.count);
	FUZZ_CHECK(before->force.count == after->force.count);
	FUZZ_CHECK(before->off == after->off && before->driver == after->driver);
	FUZZ_CHECK(before->wait_seconds == after->wait_seconds);
	FUZZ_CHECK(before->timeout_seconds == after->timeout_seconds);
	FUZZ_CHECK(before->debug == after->debug && before->dry_run == after->dry_run);
	for (size_t i = before->protect.count; i < after->protect.count; i++)
		FUZZ_CHECK(after->protect.items[i].purpose);
	FUZZ_CHECK(after->protect.count == 0 || after->origins[SETTING_PROTECT].source);
}

/* Read in the other order, the host's needs are protected too. */
static void check_order(const struct settings *settings, const char *cmdline, const char *host)
{
	struct settings other;
	size_t added = 0, found = 0;

	settings_init(&other, settings->arena);
	FUZZ_CHECK(settings_read_host(&other, HOST, host) == 0);
	added = other.protect.count;
	for (size_t i = 0; i < settings->protect.count; i++)
		found += streq(settings->protect.items[i].origin.source, HOST);
	FUZZ_CHECK(found == added);
	FUZZ_CHECK(settings_read_cmdline(&other, cmdline) == 0);
}

static void check_memory(const char *config, const char *cmdline, const char *host)
{
	struct arena *arena = arena_create(1 << 20);
	struct settings settings;
	int error;

	settings_init(&settings, arena);
	arena_fail_at(arena, 1 + fuzz_hash(config, strlen(config)) % 128);
	error = read_all(&settings, config, cmdline, host);
	FUZZ_CHECK(error == (arena_fail_at(arena, 0) ? -ENOMEM : 0));
	arena_destroy(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	const char *config = fuzz_section(&rest);
	const char *cmdline = fuzz_section(&rest), *host = fuzz_section(&rest);
	struct arena *arena = arena_create(1 << 20);
	struct settings settings, before;

	settings_init(&settings, arena);
	FUZZ_CHECK(settings_read_config(&settings, CONFIG, config) == 0);
	fuzz_check_settings(&settings);
	fuzz_check_places(&settings, CONFIG, config, true);
	FUZZ_CHECK(settings_read_cmdline(&settings, cmdline) == 0);
	before = settings;
	FUZZ_CHECK(settings_read_host(&settings, HOST, host) == 0);
	check_host(&before, &settings);
	fuzz_check_settings(&settings);
	fuzz_check_places(&settings, CONFIG, config, true);
	fuzz_check_places(&settings, SETTINGS_SOURCE_CMDLINE, cmdline, false);
	fuzz_check_places(&settings, HOST, host, true);
	check_order(&settings, cmdline, host);
	check_memory(config, cmdline, host);
	arena_destroy(arena);
	free(text);
	return 0;
}
