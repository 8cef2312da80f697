// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of musl that are linked in place of its own, which are 19 KB of tables and
 * arithmetic that nothing here uses:
 *
 * - fnmatch() asks for the class and the case of wide characters. Module aliases are ASCII.
 * - sscanf() can read floating point numbers. The kernel's files have none.
 *
 * A static link takes the first definition of a name, so these stand before libc.a.
 */
#include <ctype.h>
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

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* musl's src/internal/floatscan.h. No format here asks for a floating point number. */
long double __floatscan(void *file, int precision, int accept_no_conversion);

long double __floatscan(void *file, int precision, int accept_no_conversion)
{
	(void)file;
	(void)precision;
	(void)accept_no_conversion;
	return 0;
}
