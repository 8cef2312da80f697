// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/cmdline.h"
#include "settings/claim.h"
#include "settings/settings_parse.h"
#include "settings/suggest.h"

static const char own_name[] = SETTINGS_OWN_NAME;

/* Returns the parameter's name after "vfio_early"; NULL if it is not ours. */
static const char *own_parameter(const char *key)
{
	const char *rest = key + sizeof(own_name) - 1;

	return settings_starts_with_name(key, own_name) && (*rest == '\0' || *rest == '.') ? rest
											   : NULL;
}

static void turn_off(struct settings *settings, bool off)
{
	if (!(settings->leave_out & SETTINGS_BIT_OFF))
		settings->off = off;
	else if (off)
		settings->left_out |= SETTINGS_BIT_OFF;
	else
		settings->left_out &= ~SETTINGS_BIT_OFF;
}

/*
 * Parses the rescue switch. Whoever writes an unknown value is probably in trouble, so
 * only a clear "on" is not taken for "off"; the unknown value becomes a problem.
 */
static int read_rescue_switch(struct settings *settings, const char *value,
			      const struct origin *origin)
{
	bool on;

	if (value && settings_parse_switch(value, &on)) {
		turn_off(settings, !on);
		return 0;
	}
	turn_off(settings, true);
	return settings_complain(
		settings,
		&(struct complaint){ .origin = origin, .key = SETTING_COUNT, .dropped = true },
		"vfio_early: " PIECE ": neither on nor off; treated as off", value ? value : "");
}

bool settings_is_repair(const struct cmdline_token *token)
{
	static const char words[][10] = { "recovery", "single", "rescue", "emergency",
					  "s",	      "S",	"1",	  "-b" };
	static const char unit[] = "systemd.unit";

	if (token->value)
		return streq(token->key, unit) && (streq(token->value, "rescue.target") ||
						   streq(token->value, "emergency.target"));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (streq(token->key, words[i]))
			return true;
	return false;
}

/* Keeps the word that starts the system for repair. Returns 0 or -ENOMEM: it restricts. */
static int note_repair(struct settings *settings, const struct cmdline_token *token)
{
	if (settings->leave_out & SETTINGS_BIT_OFF || !settings_is_repair(token))
		return 0;
	settings->repair = token->key;
	if (token->value)
		settings->repair = arena_print(settings->arena, "%s=%s", token->key, token->value);
	return settings->repair ? 0 : -ENOMEM;
}

/* Parsed as in drivers/iommu/{intel,amd} and arch/x86/kernel/pci-dma.c. */
static const struct {
	char key[12], parameter[16];
	bool turns_on_again;
} iommu_parameters[] = {
	{ "intel_iommu", "intel_iommu=off", true },
	{ "amd_iommu", "amd_iommu=off", false },
	{ "iommu", "iommu=off", false },
};

/* Sets or clears the parameter's bits by the words of its value; the last word wins. */
static void note_iommu_parameter(unsigned int *off, const struct cmdline_token *token)
{
	for (size_t i = 0; token->value && i < ARRAY_SIZE(iommu_parameters); i++) {
		if (!streq(token->key, iommu_parameters[i].key))
			continue;
		for (const char *word = token->value; word; word = strchr(word, ',')) {
			word += *word == ',';
			if (strncmp(word, "off", 3) == 0)
				*off |= 1U << i;
			else if (iommu_parameters[i].turns_on_again && strncmp(word, "on", 2) == 0)
				*off &= ~(1U << i);
		}
	}
}

int settings_add_claims(struct settings *settings, const char *list, const char *claimant,
			const struct origin *origin)
{
	size_t first = settings->claimed.count;
	char text[CLAIM_SIZE];
	int result = 0;

	while (!result && claim_next(&list, text))
		result = settings_read_selector(settings, SETTING_CLAIMED, text, strlen(text),
						origin);
	for (; first < settings->claimed.count; first++)
		settings->claimed.items[first].purpose = claimant;
	return result;
}

/* Records the devices that a parameter gives to another driver. */
static int note_claims(struct settings *settings, const struct cmdline_token *token,
		       const struct origin *origin)
{
	static const char parameters[][17] = { "vfio_pci.ids", "pci_stub.ids", "xen_pciback.hide" };

	for (size_t i = 0; token->value && i < ARRAY_SIZE(parameters); i++) {
		const char *claimant;

		if (strlen(token->key) != strlen(parameters[i]) ||
		    !settings_starts_with_name(token->key, parameters[i]))
			continue;
		claimant =
			arena_print(settings->arena, "%s= on the kernel command line", token->key);
		return claimant ? settings_add_claims(settings, token->value, claimant, origin)
				: -ENOMEM;
	}
	return 0;
}

/* A list whose continuation may follow in the next words. */
struct pending_list {
	enum setting_key key; /* SETTING_COUNT for none */
	struct origin origin;
	const char *text; /* the parameter as it was probably meant */
	bool cut;	  /* ended by a blank, or ends in a comma */
};

static bool is_selector(const char *text, size_t length)
{
	struct selector selector;
	struct selector_error error;

	return selector_parse(text, length, &selector, &error) == 0;
}

/*
 * Returns whether a piece has a colon and only characters of addresses and ids: no other
 * word does.
 */
static bool is_like_address(const char *piece, size_t length)
{
	return memchr(piece, ':', length) && strspn(piece, "0123456789abcdefABCDEF:./*@") >= length;
}

/* Returns whether a piece parses as a selector, or would but for a mistake. */
static bool reads_as_selector(const char *piece, size_t length)
{
	char meant[SUGGEST_SIZE];

	return *piece == '!' || *piece == '@' || is_selector(piece, length) ||
	       is_like_address(piece, length) ||
	       (strcspn(piece, ":.@") < length && suggest_selector(piece, length, meant));
}

/* Separators between selectors; blanks in a quoted list. */
#define SEPARATORS ", \t"

/*
 * Returns whether a word without '=' holds a selector. Words of the kernel and init
 * ("quiet", "single", "3", "--") do not.
 */
static bool holds_selector(const char *word)
{
	if (!*word)
		return true; /* empty quotes: the list may go on after them */
	for (;;) {
		size_t length = strcspn(word, SEPARATORS);

		if (reads_as_selector(word, length))
			return true;
		if (!word[length])
			return false;
		word += length + 1;
	}
}

/* Returns whether a piece of a list parses as a selector, in force after a guard's name. */
static bool is_list_word(enum setting_key key, const char *piece, size_t length)
{
	size_t named = key == SETTING_FORCE ? refusal_name_length(piece, length) : 0;

	if (named && refusal_find(piece, named) == REFUSAL_NONE)
		return false;
	named += named != 0;
	return is_selector(piece + named, length - named);
}

/* Returns whether the value of a list's parameter parses. */
static bool parses(enum setting_key key, const char *parameter)
{
	const char *piece = strchr(parameter, '=') + 1;

	for (;;) {
		size_t length = strcspn(piece, SEPARATORS);

		if (!is_list_word(key, piece, length))
			return false;
		if (!piece[length])
			return true;
		piece += length + 1;
	}
}

/* Reports that the pending list was cut off, if it was. Returns 0 or -ENOMEM. */
static int end_list(struct settings *settings, struct pending_list *list)
{
	enum setting_key key = list->key;

	list->key = SETTING_COUNT;
	if (key == SETTING_COUNT || !list->cut)
		return 0;
	if (strchr(list->text, '\0')[-1] == ',')
		return settings_add_cut_list(settings, key, &list->origin);
	return settings_add_split_list(settings, key, &list->origin,
				       parses(key, list->text) ? list->text : NULL);
}

static int begin_list(struct settings *settings, struct pending_list *list, enum setting_key key,
		      const struct cmdline_token *token, const struct origin *origin)
{
	*list = (struct pending_list){ .key = key, .origin = *origin };
	list->cut = settings_is_cut(token->value);
	list->text =
		arena_print(settings->arena, "vfio_early.%s=%s", setting_name(key), token->value);
	return list->text ? 0 : -ENOMEM;
}

/* Returns whether the blank between a list and the next word splits a selector, or -ENOMEM. */
static int splits_selector(const char *list, const char *word, struct arena *arena)
{
	const char *comma = strrchr(list, ','), *last = comma ? comma + 1 : strchr(list, '=') + 1;
	size_t length = strcspn(word, ",");
	const char *joined = arena_print(arena, "%s%.*s", last, (int)length, word);

	if (!joined)
		return -ENOMEM;
	return is_selector(joined, strlen(joined)) &&
	       !(is_selector(last, strlen(last)) && is_selector(word, length));
}

/*
 * Appends a word that belongs to the pending list. A word with half a pair of quotes
 * does: the other half may be in the list. Returns 1 if it belongs, 0, or -ENOMEM.
 */
static int continue_list(struct settings *settings, struct pending_list *list,
			 const struct cmdline_token *token)
{
	int length = (int)strcspn(token->key, "\"");
	bool empty;
	int cut;
	char *text;

	if (list->key == SETTING_COUNT || token->value ||
	    !(token->misquoted || holds_selector(token->key)))
		return 0;
	empty = strchr(list->text, '\0')[-1] == '=';
	cut = settings_is_cut(list->text)
		      ? 1
		      : splits_selector(list->text, token->key, settings->arena);
	if (cut < 0)
		return cut;
	text = arena_print(settings->arena, "%s%s%.*s", list->text, empty || cut ? "" : ",", length,
			   token->key);
	for (char *blank = text; blank && (blank = strpbrk(blank, " \t"));)
		*blank = ',';
	list->text = text;
	list->cut = true;
	return text ? 1 : -ENOMEM;
}

static bool is_key(const char *text)
{
	return settings_find_key(text) < SETTING_CLAIMED;
}

/* Returns whether the text contains one of our parameters, whose preceding blank was lost. */
static bool has_own_parameter(const char *text, bool ends_at_value)
{
	for (; *text; text++) {
		const char *rest;
		char key[16] = "";
		size_t length;

		if (!settings_starts_with_name(text, own_name))
			continue;
		rest = text + sizeof(own_name) - 1;
		length = strcspn(rest, "= \t\"");
		if (*rest == '.' && length <= sizeof(key))
			memcpy(key, rest + 1, length - 1);
		if (is_key(key) || *rest == '=' || (!*rest && ends_at_value))
			return true;
	}
	return false;
}

/*
 * Returns whether the text is our name with its start cut off by a blank:
 * "early.protect=01:00.0". Fewer than three letters of the rescue switch may be
 * another's.
 */
static bool is_rest_of_name(const char *text, size_t length, const char *key)
{
	return length < sizeof(own_name) - 1 && (key ? is_key(key) : length >= 3) &&
	       settings_starts_with_name(text, own_name + sizeof(own_name) - 1 - length);
}

/*
 * Joins a parameter's name that an '=' splits: "v=fio_early.protect=01:00.0". Stores it,
 * or NULL if it is not nearly ours. Returns 0 or -ENOMEM.
 */
static int join_split_name(const struct cmdline_token *token, struct arena *arena,
			   const char **joined)
{
	const char *dot = token->value ? strchr(token->value, '.') : NULL;
	size_t length = dot ? (size_t)(dot - token->value) + strcspn(dot, "=") : 0;
	const char *name;

	*joined = NULL;
	if (!dot)
		return 0;
	name = arena_print(arena, "%s=%.*s", token->key, (int)length, token->value);
	if (!name)
		return -ENOMEM;
	if (is_key(strrchr(name, '.') + 1) &&
	    suggest_distance(name, strrchr(name, '.') - name, own_name) <= 2)
		*joined = name;
	return 0;
}

/* Returns whether a foreign parameter was probably meant to be ours. */
static bool is_near_own(const struct cmdline_token *token)
{
	const char *key = token->key, *dot = strrchr(key, '.');
	size_t length = dot ? (size_t)(dot - key) : strlen(key);

	return settings_starts_with_name(key, own_name) ||
	       suggest_distance(key, length, own_name) <= 2 ||
	       ((dot || token->value) && is_rest_of_name(key, length, dot ? dot + 1 : NULL)) ||
	       has_own_parameter(key, token->value) ||
	       /* A value with a blank was quoted, so it is meant as written. */
	       (token->value && (token->misquoted || !strpbrk(token->value, " \t")) &&
		has_own_parameter(token->value, false));
}

static int read_token(struct settings *settings, const struct cmdline_token *token,
		      struct pending_list *list)
{
	struct origin origin = { .source = SETTINGS_SOURCE_CMDLINE,
				 .column = (unsigned int)token->column };
	const char *own = own_parameter(token->key), *split = NULL;
	int result = continue_list(settings, list, token);
	enum setting_key key;

	/* kexec-tools and kexec_file_load() add this parameter for a crash kernel. */
	settings->crash_kernel |= streq(token->key, "elfcorehdr");
	if (note_repair(settings, token))
		return -ENOMEM;
	if (result)
		return result < 0 ? result : 0;
	result = end_list(settings, list);
	if (result)
		return result;
	if (!own && join_split_name(token, settings->arena, &split))
		return -ENOMEM;
	if (split || (!own && is_near_own(token)))
		return settings_add_unknown(settings, &origin, "parameter",
					    split ? split : token->key, NULL);
	if (!own)
		return note_claims(settings, token, &origin);
	if (!*own)
		return read_rescue_switch(settings, token->value, &origin);
	key = settings_find_key(own + 1);
	if (key >= SETTING_CLAIMED && key != SETTING_GRUB)
		return settings_add_unknown(settings, &origin, "parameter", token->key, NULL);
	origin.column = (unsigned int)token->value_column;
	result = settings_read_value(settings, key, token->value, &origin);
	if (result || !settings_is_list(key) || !token->value)
		return result;
	return begin_list(settings, list, key, token, &origin);
}

int settings_read_cmdline(struct settings *settings, const char *text)
{
	char *copy = arena_copy(settings->arena, text, strlen(text));
	struct pending_list list = { .key = SETTING_COUNT };
	struct cmdline_token token;
	unsigned int iommus_off = 0;
	size_t position = 0;
	int result = 0;

	if (!copy)
		return -ENOMEM;
	while (!result && cmdline_next(copy, &position, &token)) {
		note_iommu_parameter(&iommus_off, &token);
		result = read_token(settings, &token, &list);
	}
	if (!result)
		result = end_list(settings, &list);
	/* Its keys are read after those that count more, because only now its name is known. */
	if (!result && settings->profile)
		result = settings_read_profile(settings, settings->profile,
					       &settings->origins[SETTING_PROFILE]);
	if (iommus_off)
		settings->iommu_off = iommu_parameters[ffs((int)iommus_off) - 1].parameter;
	return result;
}
