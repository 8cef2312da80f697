// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/generators/rdinit/run has modprobe(8) read indexes; here every branch is walked. */
#include "image/depmod_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define PREFIX	 0x80000000
#define VALUES	 0x40000000
#define CHILDREN 0x20000000
#define PLACE	 0x0fffffff

struct reader {
	const unsigned char *data;
	size_t size;
	size_t at;
};

static unsigned char take_byte(struct reader *reader)
{
	assert_true(reader->at < reader->size);
	return reader->data[reader->at++];
}

static uint32_t take_number(struct reader *reader)
{
	uint32_t number = 0;

	for (size_t i = 0; i < 4; i++)
		number = number << 8 | take_byte(reader);
	return number;
}

static void take_text(struct reader *reader, char *text)
{
	do
		*text = (char)take_byte(reader);
	while (*text++);
}

/* Writes "KEY PRIORITY VALUE" for everything below a node; key has the path to it. */
static void walk(const struct reader *file, uint32_t node, char *key, struct text *text)
{
	struct reader reader = { file->data, file->size, node & PLACE };
	char *end = key + strlen(key), value[64];
	uint32_t children[128] = { 0 };
	unsigned char first = 1, last = 0;

	if (node & PREFIX)
		take_text(&reader, end);
	end = key + strlen(key);
	if (node & CHILDREN) {
		first = take_byte(&reader);
		last = take_byte(&reader);
		assert_true(first && first <= last && last < 128);
		for (unsigned char letter = first; letter <= last; letter++)
			children[letter] = take_number(&reader);
	}
	for (uint32_t count = node & VALUES ? take_number(&reader) : 0; count; count--) {
		uint32_t priority = take_number(&reader);

		take_text(&reader, value);
		text_add(text, "%s %u %s\n", key, priority, value);
	}
	for (unsigned char letter = first; letter <= last; letter++) {
		if (!children[letter])
			continue;
		end[0] = (char)letter;
		end[1] = '\0';
		walk(file, children[letter], key, text);
	}
	*end = '\0';
}

static void check_index(struct depmod_index_entry *entries, size_t count, const char *wanted)
{
	char *data, key[64] = "";
	struct text text = { 0 };
	struct reader reader = { 0 };
	size_t size;

	assert_int_equal(depmod_index_make(entries, count, &data, &size), 0);
	reader.data = (unsigned char *)data;
	reader.size = size;
	assert_int_equal(take_number(&reader), 0xB007F457);
	assert_int_equal(take_number(&reader), 0x00020001);
	walk(&reader, take_number(&reader), key, &text);
	check_text("entries", text.bytes, wanted);
	free(data);
}

static void test_none(void **state)
{
	(void)state;
	check_index(NULL, 0, "");
}

static void test_one(void **state)
{
	struct depmod_index_entry entries[] = { { "vfio", "value", 7 } };

	(void)state;
	check_index(entries, ARRAY_SIZE(entries), "vfio 7 value\n");
}

/* A key that is the prefix of another, one that ends in a branch, and several values of one key. */
static void test_many(void **state)
{
	struct depmod_index_entry entries[] = {
		{ "vfio_pci_core", "5", 0 }, { "vfio", "3", 2 },     { "irqbypass", "1", 0 },
		{ "vfio", "2", 1 },	     { "vfio_pci", "4", 0 }, { "x*[~]", "6", 0 },
	};

	(void)state;
	check_index(entries, ARRAY_SIZE(entries),
		    "irqbypass 0 1\nvfio 1 2\nvfio 2 3\nvfio_pci 0 4\nvfio_pci_core 0 5\n"
		    "x*[~] 0 6\n");
}

static void test_not_ascii(void **state)
{
	struct depmod_index_entry entries[] = { { "vf\xc3\xacio", "value", 0 } };
	char *data;
	size_t size;

	(void)state;
	assert_int_equal(depmod_index_make(entries, 1, &data, &size), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_not_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
