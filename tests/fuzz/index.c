// SPDX-License-Identifier: GPL-2.0-or-later
#include "index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tree.h"
#include "util.h"

#define INDEX_MAGIC   0xb007f457
#define INDEX_VERSION 0x00020001

#define NODE_CHILDREN 0x20000000
#define NODE_VALUES   0x40000000

/* Longer ones would make the nodes go too deep. */
#define KEY_MAX 200

struct output {
	unsigned char bytes[1 << 20];
	size_t used;
};

static struct output output;

bool index_add(struct index *index, char *key, char *value)
{
	size_t length = strlen(key);

	if (index->count == INDEX_ENTRIES_MAX || !length || length > KEY_MAX || !*value)
		return false;
	for (const char *c = key; *c; c++)
		if (*c & 0x80)
			return false;
	index->entries[index->count].key = key;
	index->entries[index->count++].value = value;
	return true;
}

static void put(const void *bytes, size_t length)
{
	FUZZ_CHECK(output.used + length <= sizeof(output.bytes));
	memcpy(output.bytes + output.used, bytes, length);
	output.used += length;
}

static void put_number(uint32_t number)
{
	unsigned char bytes[] = { (unsigned char)(number >> 24), (unsigned char)(number >> 16),
				  (unsigned char)(number >> 8), (unsigned char)number };

	put(bytes, sizeof(bytes));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Writes the node of all entries from first to end, whose keys are the same up to depth. */
static uint32_t write_node(const struct index *index, size_t first, size_t end, size_t depth)
{
	uint32_t children[128] = { 0 }, offset;
	size_t values = 0, start;
	unsigned char low = 127, high = 0;

	while (first + values < end && !index->entries[first + values].key[depth])
		values++;
	for (size_t i = first + values; i < end; i = start) {
		unsigned char letter = (unsigned char)index->entries[i].key[depth];

		for (start = i;
		     start < end && (unsigned char)index->entries[start].key[depth] == letter;)
			start++;
		children[letter] = write_node(index, i, start, depth + 1);
		low = letter < low ? letter : low;
		high = letter;
	}
	offset = (uint32_t)output.used;
	if (high) {
		offset |= NODE_CHILDREN;
		put(&low, 1);
		put(&high, 1);
		for (unsigned int i = low; i <= high; i++)
			put_number(children[i]);
	}
	if (values) {
		offset |= NODE_VALUES;
		put_number((uint32_t)values);
	}
	for (size_t i = first; i < first + values; i++) {
		put_number((uint32_t)i);
		put(index->entries[i].value, strlen(index->entries[i].value) + 1);
	}
	return offset;
}

void index_write(struct index *index, const char *path)
{
	uint32_t root;

	qsort(index->entries, index->count, sizeof(index->entries[0]), compare);
	output.used = 0;
	put_number(INDEX_MAGIC);
	put_number(INDEX_VERSION);
	put_number(0);
	root = write_node(index, 0, index->count, 0);
	for (unsigned int i = 0; i < 4; i++)
		output.bytes[8 + i] = (unsigned char)(root >> (24 - 8 * i));
	tree_add_file(path, output.bytes, output.used);
}
