// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "command/import.h"
#include "lib/terminal.h"
#include "lib/text.h"

/* What is printed is a config: everything but its lines is a comment. */
struct sheet {
	const struct import *import;
	FILE *out;
	size_t width;
	const char *title; /* of the next part, until its first line */
	bool begun;
};

/* Writes a comment that goes on over further lines, which begin with further more blanks. */
static void comment(struct sheet *sheet, size_t indent, size_t further, const char *text)
{
	size_t column = indent + 1;

	if (sheet->title) {
		if (sheet->begun)
			fputc('\n', sheet->out);
		text_print(sheet->out, "# %s\n", sheet->title);
	}
	sheet->title = NULL;
	sheet->begun = true;
	text_print(sheet->out, "#%*s", (int)indent, "");
	for (bool first = true; *text; first = false) {
		size_t length = strcspn(text, " ");
		char *word = arena_copy(sheet->import->arena, text, length);
		size_t columns = word ? terminal_columns(word) : 0;

		if (!first && column + 1 + columns > sheet->width) {
			text_print(sheet->out, "\n");
			text_print(sheet->out, "#%*s", (int)(indent + further), "");
			column = indent + further + 1;
		} else if (!first) {
			fputc(' ', sheet->out);
			column++;
		}
		text_print(sheet->out, "%s", word ? word : "?");
		column += columns;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', sheet->out);
}

static void print_sources(struct sheet *sheet, const struct import_device *entry)
{
	for (const struct import_source *source = entry->sources; source; source = source->next)
		comment(sheet, 3, 2, import_name_place(sheet->import, source->line));
}

/* Returns whether the same lines name both. */
static bool same_sources(const struct import_device *a, const struct import_device *b)
{
	const struct import_source *first = a->sources, *second = b->sources;

	while (first && second && first->line == second->line) {
		first = first->next;
		second = second->next;
	}
	return !first && !second;
}

/* Prints the devices from entry up to end, which the same lines name. */
static void print_alike(struct sheet *sheet, const struct import_device *entry,
			const struct import_device *end)
{
	const char *names = "";

	for (const struct import_device *next = entry; names && next != end; next = next->next)
		names = arena_print(sheet->import->arena, "%s%s%s", names, *names ? ", " : "",
				    next->name);
	if (names)
		names = arena_print(sheet->import->arena, "%s: named by", names);
	comment(sheet, 1, 2, names ? names : "?");
	print_sources(sheet, entry);
	for (; entry != end; entry = entry->next)
		text_print(sheet->out,
			   entry->picked ? "# %s is picked by the config already\n" : "devs = %s\n",
			   entry->picked ? entry->name : entry->selector);
}

static void print_devices(struct sheet *sheet)
{
	const struct import_device *entry = sheet->import->devices;

	while (entry) {
		const struct import_device *end = entry->next;

		while (end && !end->why && !entry->why && same_sources(entry, end))
			end = end->next;
		if (!entry->why)
			print_alike(sheet, entry, end);
		entry = end;
	}
	sheet->title = "Not taken over:";
	for (entry = sheet->import->devices; entry; entry = entry->next) {
		const char *text;

		if (!entry->why)
			continue;
		text = arena_print(sheet->import->arena, "%s: %s", entry->name, entry->why);
		comment(sheet, 1, 2, text ? text : "?");
		print_sources(sheet, entry);
	}
}

static void print_lines(struct sheet *sheet, enum import_verdict verdict, const char *title)
{
	sheet->title = title;
	for (const struct import_line *line = sheet->import->lines; line; line = line->next) {
		const char *place, *text;

		if (line->verdict != verdict)
			continue;
		place = import_name_place(sheet->import, line->line);
		text = arena_print(sheet->import->arena, "%s%s%s", place,
				   *line->line->text ? ": " : "", line->line->text);
		comment(sheet, 1, 2, text ? text : "?");
		if (line->why)
			comment(sheet, 3, 0, line->why);
	}
}

void import_print(const struct import *import, FILE *out)
{
	struct sheet sheet = { .import = import, .out = out };
	struct terminal terminal;

	terminal_open(&terminal, out);
	sheet.width = terminal.width;
	print_devices(&sheet);
	print_lines(&sheet, IMPORT_NEEDLESS, "Not needed then:");
	print_lines(&sheet, IMPORT_KEPT, "Stays as it is:");
}
