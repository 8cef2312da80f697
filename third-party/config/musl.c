// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of musl that are linked in place of its own, which are 25 KB of tables and code
 * that nothing here uses:
 *
 * - fnmatch() asks for the class and the case of wide characters. Module aliases are ASCII.
 * - sscanf() reads through a FILE, floating point numbers and wide characters too. The kernel's
 *   files have none.
 *
 * A static link takes the first definition of a name, so these stand before libc.a.
 */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#define ASCII_END 0x80

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc has other names. */

static const char class_names[][8] = { "alnum", "alpha", "blank", "cntrl", "digit", "graph",
				       "lower", "print", "punct", "space", "upper", "xdigit" };

wctype_t wctype(const char *name)
{
	for (size_t i = 0; i < sizeof(class_names) / sizeof(*class_names); i++)
		if (strcmp(class_names[i], name) == 0)
			return i + 1;
	return 0;
}

int iswctype(wint_t c, wctype_t type)
{
	if (c >= ASCII_END)
		return 0;
	switch (type) {
	case 1:
		return isalnum((int)c);
	case 2:
		return isalpha((int)c);
	case 3:
		return isblank((int)c);
	case 4:
		return iscntrl((int)c);
	case 5:
		return isdigit((int)c);
	case 6:
		return isgraph((int)c);
	case 7:
		return islower((int)c);
	case 8:
		return isprint((int)c);
	case 9:
		return ispunct((int)c);
	case 10:
		return isspace((int)c);
	case 11:
		return isupper((int)c);
	case 12:
		return isxdigit((int)c);
	default:
		return 0;
	}
}

wint_t towlower(wint_t c)
{
	return c < ASCII_END ? (wint_t)tolower((int)c) : c;
}

wint_t towupper(wint_t c)
{
	return c < ASCII_END ? (wint_t)toupper((int)c) : c;
}

/* Skips what isspace() skips. */
static const char *skip_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Returns a hexadecimal digit's value, or 16 for another character. */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

/* Reads a number. Returns where it ends, or NULL if there is none, or one that is too large. */
static const char *scan_number(const char *text, const char *end, unsigned int base,
			       unsigned long long *value)
{
	bool negative = text < end && *text == '-', any = false;

	if (text < end && (*text == '-' || *text == '+'))
		text++;
	if (base == 16 && end - text > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' &&
	    digit_value(text[2]) < base)
		text += 2;
	for (*value = 0; text < end && digit_value(*text) < base; text++, any = true) {
		if (*value > (ULLONG_MAX - digit_value(*text)) / base)
			return NULL;
		*value = *value * base + digit_value(*text);
	}
	if (negative)
		*value = -*value;
	return any ? text : NULL;
}

struct conversion {
	bool kept;
	size_t width; /* 0 for none */
	int longs;
	char letter;
};

/* Reads what stands behind a "%". Returns where its letter is. */
static const char *read_conversion(const char *format, struct conversion *conversion)
{
	*conversion = (struct conversion){ .kept = *format != '*' };
	format += !conversion->kept;
	for (; isdigit((unsigned char)*format); format++)
		conversion->width = conversion->width * 10 + (size_t)(*format - '0');
	for (; *format == 'l'; format++)
		conversion->longs++;
	conversion->letter = *format;
	return format;
}

static void store_number(va_list *arguments, int longs, unsigned long long value)
{
	if (longs == 0)
		*va_arg(*arguments, unsigned int *) = (unsigned int)value;
	else if (longs == 1)
		*va_arg(*arguments, unsigned long *) = (unsigned long)value;
	else
		*va_arg(*arguments, unsigned long long *) = value;
}

/* Converts the beginning of text. Returns where the rest begins, or NULL if it does not fit. */
static const char *convert(const char *text, const struct conversion *conversion,
			   va_list *arguments)
{
	const char *end =
		text + (conversion->width ? strnlen(text, conversion->width) : strlen(text));
	unsigned long long value;
	const char *word = text;

	switch (conversion->letter) {
	case 'd':
	case 'u':
		text = scan_number(text, end, 10, &value);
		break;
	case 'x':
		text = scan_number(text, end, 16, &value);
		break;
	case 's':
		while (text < end && !isspace((unsigned char)*text))
			text++;
		if (conversion->kept) {
			char *copy = va_arg(*arguments, char *);

			memcpy(copy, word, (size_t)(text - word));
			copy[text - word] = '\0';
		}
		return text;
	default:
		return NULL;
	}
	if (text && conversion->kept)
		store_number(arguments, conversion->longs, value);
	return text;
}

/* Knows %d, %u, %x and %s, with *, a width, l or ll, and %n. Others end it. */
static int scan(const char *text, const char *format, va_list *arguments)
{
	const char *start = text;
	struct conversion conversion;
	int count = 0;

	for (; *format; format++) {
		if (isspace((unsigned char)*format)) {
			text = skip_space(text);
		} else if (*format != '%') {
			if (*text != *format)
				return *text || count ? count : EOF;
			text++;
		} else {
			format = read_conversion(format + 1, &conversion);
			if (conversion.letter == 'n') {
				*va_arg(*arguments, int *) = (int)(text - start);
				continue;
			}
			text = skip_space(text);
			if (!*text)
				return count ? count : EOF;
			text = convert(text, &conversion, arguments);
			if (!text)
				return count;
			count += conversion.kept;
		}
	}
	return count;
}

int sscanf(const char *text, const char *format, ...)
{
	va_list arguments;
	int count;

	va_start(arguments, format);
	count = scan(text, format, &arguments);
	va_end(arguments);
	return count;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
