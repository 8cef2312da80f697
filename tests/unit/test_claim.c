// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/claim.h"

#include "lib/util.h"
#include "unit.h"

static const struct {
	const char *list, *claims;
} lists[] = {
	{ "10de:1f91,8086:1539:1af4:1100", " 10de:1f91 8086:1539:1af4:1100" },
	{ "1:2", " 0001:0002" },
	{ "10de:ffffffff", " 10de:*" },
	{ "10de:1f91:ffffffff:ffffffff:30000", " 10de:1f91" },
	{ "(0000:01:00.0)(02:00.*)", " 0000:01:00.0 02:00.*" },
	/* Entries that no parser would accept are skipped. */
	{ "zz,,10de,12345:1,ffffffff:1,10de:1f91", " 10de:1f91" },
	{ "10de:ffffffff:1458:3ffc,10de:1f91:ffffffff:3ffc,8086:1539",
	  " 10de:*:1458:3ffc 10de:1f91:*:3ffc 8086:1539" },
	{ "(!01:00.1)(!01:00.1@10de:*)(01:00.0@10de:*)(01:00.0)", " 01:00.0" },
	{ "(00:01.0/00.0)(0000:01:00.0", " 0000:01:00.0" },
	{ "(00000000000000000000000000000000000000001:00.0.1)(02:00.0)", " 02:00.0" },
	{ "", "" },
	{ "() ,", "" },
};

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const char *list = lists[i].list;
		struct text got = { .used = 0 };
		char claim[CLAIM_SIZE];

		while (claim_next(&list, claim))
			text_add(&got, " %s", claim);
		assert_string_equal(got.bytes, lists[i].claims);
		assert_string_equal(list, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
