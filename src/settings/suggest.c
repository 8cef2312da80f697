// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/util.h"
#include "settings/selector.h"

#define WORD_MAX 31

/* A domain, a bus, a device and a function. */
#define PARTS_MAX 4

static char fold(char c)
{
	if (c == '-')
		return '_';
	return (char)tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t suggest_distance(const char *text, size_t length, const char *word)
{
	/* Three rows of the usual table: the current, the last and the one before. */
	size_t rows[3][WORD_MAX + 1], *now = rows[0], *last = rows[1], *before = rows[2];
	size_t word_length = strlen(word);
	size_t apart = length > word_length ? length - word_length : word_length - length;

	/* Nearly every word of a command line is far from ours, and nobody asks how far. */
	if (apart >= SUGGEST_FAR)
		return apart;
	if (length > WORD_MAX || word_length > WORD_MAX)
		return SUGGEST_SIZE;
	for (size_t j = 0; j <= word_length; j++)
		now[j] = j;
	for (size_t i = 1; i <= length; i++) {
		size_t *unused = before;

		before = last;
		last = now;
		now = unused;
		now[0] = i;
		for (size_t j = 1; j <= word_length; j++) {
			char a = fold(text[i - 1]), b = fold(word[j - 1]);

			now[j] = least(last[j - 1] + (a != b), 1 + least(last[j], now[j - 1]));
			if (i > 1 && j > 1 && a == fold(word[j - 2]) && b == fold(text[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return now[word_length];
}

size_t suggest_word(const char *text, const char *const *words, size_t count)
{
	size_t length = strlen(text), found = count, nearest = length > 4 ? 3 : length > 1 ? 2 : 1;

	for (size_t i = 0; i < count; i++) {
		size_t distance = suggest_distance(text, length, words[i]);

		if (distance < nearest) {
			nearest = distance;
			found = i;
		}
	}
	return found;
}

static bool parses(const char *text)
{
	struct selector selector;
	struct selector_error error;

	return selector_parse(text, strlen(text), &selector, &error) == 0;
}

/* Returns the number of hexadecimal digits; 0 if there is anything else or more than eight. */
static size_t count_digits(const char *text)
{
	size_t length = strlen(text);
	uint32_t value;

	return length <= 8 && hex_parse(text, length, &value) ? length : 0;
}

/* Splits text at any separator of numbers. Returns the number of parts. */
static size_t split(char *text, const char *parts[PARTS_MAX])
{
	size_t count = 0;

	for (char *rest = text, *part; (part = strsep(&rest, ":.;-_/"));) {
		if (part[0] == '0' && part[1] == 'x')
			part += 2;
		if (count == PARTS_MAX || !count_digits(part))
			return 0;
		parts[count++] = part;
	}
	return count;
}

/* Joins numbers as an id or an address. A number one digit short gets a leading zero. */
static void join(const char *const parts[PARTS_MAX], size_t count, char out[static SUGGEST_SIZE])
{
	const char *bus, *slot;
	int written = 0;

	if (count < 2)
		return;
	bus = count == 4 ? parts[1] : parts[0];
	slot = count == 4 ? parts[2] : parts[1];
	if (count == 2 && strlen(parts[0]) > 2) {
		snprintf(out, SUGGEST_SIZE, "%s:%s", parts[0], parts[1]);
		return;
	}
	if (count == 4 && strlen(parts[1]) > 2) {
		snprintf(out, SUGGEST_SIZE, "%s:%s:%s:%s", parts[0], parts[1], parts[2], parts[3]);
		return;
	}
	if (count == 4)
		written = snprintf(out, SUGGEST_SIZE, "%s:", parts[0]);
	written += snprintf(out + written, SUGGEST_SIZE - (size_t)written, "%s%s:%s%s",
			    bus[1] ? "" : "0", bus, slot[1] ? "" : "0", slot);
	if (count > 2)
		snprintf(out + written, SUGGEST_SIZE - (size_t)written, ".%s", parts[count - 1]);
}

/* Replaces letters that look like digits. */
static void read_as_digits(char *text)
{
	for (; *text; text++) {
		if (*text == 'O' || *text == 'o')
			*text = '0';
		else if (*text == 'l' || *text == 'I' || *text == 'i')
			*text = '1';
	}
}

/* Suggests a class for "class=0300", "clas:300" and similar. */
static bool suggest_class(const char *text, char out[static SUGGEST_SIZE])
{
	size_t name = strcspn(text, ":=.;0123456789");
	char digits[17];

	if (name < 3 || suggest_distance(text, name, "class") > 2)
		return false;
	text += name + strspn(text + name, ":=.;");
	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	snprintf(digits, sizeof(digits), "%.16s", text);
	read_as_digits(digits);
	snprintf(out, SUGGEST_SIZE, "class:%s%s", strlen(digits) % 2 ? "0" : "", digits);
	return true;
}

/* Suggests a selector without its '!' and '@', or an id. */
static void suggest_part(char *text, char out[static SUGGEST_SIZE])
{
	static const char *const words[] = { "boot_vga" };
	const char *parts[PARTS_MAX];

	snprintf(out, SUGGEST_SIZE, "%s", text);
	if (suggest_word(text, words, 1) == 0 && strlen(text) > 4) {
		snprintf(out, SUGGEST_SIZE, "%s", words[0]);
	} else if (!suggest_class(text, out)) {
		read_as_digits(text);
		snprintf(out, SUGGEST_SIZE, "%s", text);
		if (!parses(text))
			join(parts, split(text, parts), out);
	}
}

bool suggest_selector(const char *text, size_t length, char out[static SUGGEST_SIZE])
{
	char copy[SUGGEST_SIZE], body[SUGGEST_SIZE], identity[SUGGEST_SIZE] = "", *at;
	bool excluded = length && text[0] == '!';
	struct selector selector;
	struct selector_error error;

	if (length < 2 || length >= SUGGEST_SIZE / 2)
		return false;
	/* '1' and '!' are one key; the others are beside it or look like it. */
	if (!excluded && selector_parse(text + 1, length - 1, &selector, &error) == 0 &&
	    !selector.exclude) {
		snprintf(out, SUGGEST_SIZE, "!%.*s", (int)length - 1, text + 1);
		if (strchr("1iIl|~-^", text[0]))
			return true;
	}
	snprintf(copy, sizeof(copy), "%.*s", (int)length - excluded, text + excluded);
	at = strchr(copy, '@');
	if (at) {
		*at = '\0';
		suggest_part(at + 1, identity);
	}
	suggest_part(copy, body);
	if (snprintf(out, SUGGEST_SIZE, "%s%s%s%s", excluded ? "!" : "", body, at ? "@" : "",
		     identity) >= SUGGEST_SIZE)
		return false;
	return parses(out) && (strlen(out) != length || strncmp(out, text, length) != 0);
}
