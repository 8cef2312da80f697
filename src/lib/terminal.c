// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/text.h"
#include "lib/util.h"

#define WIDTH_USUAL 80
#define WIDTH_LEAST 40
#define WIDTH_MOST  1000

static size_t find_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long width = 0;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width && columns)
		width = strtoul(columns, NULL, 10);
	if (!width || width > WIDTH_MOST)
		return WIDTH_USUAL;
	return width < WIDTH_LEAST ? WIDTH_LEAST : width;
}

static bool wants_color(int fd)
{
	const char *type = getenv("TERM"), *none = getenv("NO_COLOR");

	return isatty(fd) && (!none || !*none) && type && *type && !streq(type, "dumb");
}

void terminal_open(struct terminal *terminal, FILE *out)
{
	int fd = fileno(out);

	*terminal = (struct terminal){
		.out = out,
		.width = find_width(fd),
		.colored = wants_color(fd),
	};
}

const char *terminal_style(const struct terminal *terminal, enum terminal_style style)
{
	static const char *const sequences[] = {
		[TERMINAL_PLAIN] = "\033[0m",	[TERMINAL_BOLD] = "\033[1m",
		[TERMINAL_DIM] = "\033[2m",	[TERMINAL_RED] = "\033[31m",
		[TERMINAL_YELLOW] = "\033[33m", [TERMINAL_GREEN] = "\033[32m",
	};

	return terminal->colored ? sequences[style] : "";
}

static void put_printable(FILE *out, const char *text, size_t length)
{
	while (length && *text) {
		size_t plain = text_plain_length(text, length);

		fwrite(text, 1, plain, out);
		text += plain;
		length -= plain;
		if (length) {
			fputc('?', out);
			text++;
			length--;
		}
	}
}

void terminal_put(const struct terminal *terminal, enum terminal_style style, const char *text)
{
	const char *end = terminal_style(terminal, TERMINAL_PLAIN);

	if (style != TERMINAL_PLAIN)
		fputs(terminal_style(terminal, style), terminal->out);
	put_printable(terminal->out, text, strlen(text));
	if (style != TERMINAL_PLAIN)
		fputs(end, terminal->out);
}

size_t terminal_columns(const char *text)
{
	size_t columns = 0;

	/* Continuation bytes of UTF-8 begin with the bits 10. */
	for (; *text; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}

/* Returns how many bytes of text fit into the columns, cut between words; at least one word. */
static size_t fitting_length(const char *text, size_t columns)
{
	size_t used = 0, length = 0;

	for (size_t i = 0; text[i]; i++) {
		if (text[i] == ' ' && i && text[i - 1] != ' ')
			length = i;
		used += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (used > columns && length)
			return length;
	}
	return used > columns && length ? length : strlen(text);
}

void terminal_wrap(const struct terminal *terminal, size_t column, size_t indent,
		   enum terminal_style style, const char *text)
{
	for (;;) {
		size_t room = terminal->width > column ? terminal->width - column : 1;
		size_t length = fitting_length(text, room);

		if (style != TERMINAL_PLAIN)
			fputs(terminal_style(terminal, style), terminal->out);
		put_printable(terminal->out, text, length);
		if (style != TERMINAL_PLAIN)
			fputs(terminal_style(terminal, TERMINAL_PLAIN), terminal->out);
		fputc('\n', terminal->out);
		text += length;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		fprintf(terminal->out, "%*s", (int)indent, "");
		column = indent;
	}
}
