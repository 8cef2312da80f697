// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/depmod_index.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in libkmod-index.c. */
#define INDEX_MAGIC	    0xB007F457
#define INDEX_VERSION	    0x00020001
#define INDEX_NODE_PREFIX   0x80000000
#define INDEX_NODE_VALUES   0x40000000
#define INDEX_NODE_CHILDREN 0x20000000
#define INDEX_CHILDREN	    128

/* A stream and the number of bytes written. */
struct output {
	FILE *out;
	uint32_t used;
};

static void put(struct output *output, const void *data, size_t size)
{
	fwrite(data, 1, size, output->out);
	output->used += (uint32_t)size;
}

static void put_number(struct output *output, uint32_t number)
{
	number = htonl(number);
	put(output, &number, sizeof(number));
}

/* Returns the length of the common prefix of sorted entries' keys, from depth on. */
static size_t common_length(const struct depmod_index_entry *entries, size_t count, size_t depth)
{
	const char *first = entries[0].key + depth;
	const char *last = entries[count - 1].key + depth;
	size_t length = 0;

	while (first[length] && first[length] == last[length])
		length++;
	return length;
}

static uint32_t put_node(struct output *output, const struct depmod_index_entry *entries,
			 size_t count, size_t depth);

/* Writes the children of a node: a subtree for each character at depth. */
static void put_children(struct output *output, const struct depmod_index_entry *entries,
			 size_t count, size_t depth, uint32_t children[INDEX_CHILDREN])
{
	for (size_t i = 0; i < count;) {
		unsigned char letter = (unsigned char)entries[i].key[depth];
		size_t same = 1;

		while (i + same < count && (unsigned char)entries[i + same].key[depth] == letter)
			same++;
		children[letter] = put_node(output, entries + i, same, depth + 1);
		i += same;
	}
}

/*
 * Writes the tree of sorted entries whose keys are equal up to depth. Returns its offset
 * and the flags of its parts.
 */
static uint32_t put_node(struct output *output, const struct depmod_index_entry *entries,
			 size_t count, size_t depth)
{
	uint32_t children[INDEX_CHILDREN] = { 0 };
	size_t length = count ? common_length(entries, count, depth) : 0;
	size_t values = 0, first, last;
	uint32_t place;

	while (values < count && !entries[values].key[depth + length])
		values++;
	put_children(output, entries + values, count - values, depth + length, children);
	place = output->used;
	if (length) {
		put(output, entries[0].key + depth, length);
		put(output, "", 1);
		place |= INDEX_NODE_PREFIX;
	}
	if (values < count) {
		first = (unsigned char)entries[values].key[depth + length];
		last = (unsigned char)entries[count - 1].key[depth + length];
		put(output, (char[]){ (char)first, (char)last }, 2);
		for (size_t i = first; i <= last; i++)
			put_number(output, children[i]);
		place |= INDEX_NODE_CHILDREN;
	}
	if (values) {
		put_number(output, (uint32_t)values);
		for (size_t i = 0; i < values; i++) {
			put_number(output, entries[i].priority);
			put(output, entries[i].value, strlen(entries[i].value) + 1);
		}
		place |= INDEX_NODE_VALUES;
	}
	return place;
}

static int compare(const void *a, const void *b)
{
	const struct depmod_index_entry *one = a, *other = b;
	int order = strcmp(one->key, other->key);

	if (order)
		return order;
	return one->priority < other->priority ? -1 : one->priority > other->priority;
}

int depmod_index_make(struct depmod_index_entry *entries, size_t count, char **data, size_t *size)
{
	struct output output = { 0 };
	uint32_t root;

	for (size_t i = 0; i < count; i++)
		for (const char *c = entries[i].key; *c; c++)
			if ((unsigned char)*c >= INDEX_CHILDREN)
				return -EINVAL;
	*data = NULL;
	output.out = open_memstream(data, size);
	if (!output.out)
		return -ENOMEM;
	if (count)
		qsort(entries, count, sizeof(*entries), compare);
	put_number(&output, INDEX_MAGIC);
	put_number(&output, INDEX_VERSION);
	put_number(&output, 0);
	root = htonl(put_node(&output, entries, count, 0));
	if (fclose(output.out)) {
		free(*data);
		return -ENOMEM;
	}
	/* Known only now, because a node follows its children. */
	memcpy(*data + 2 * sizeof(root), &root, sizeof(root));
	return 0;
}
