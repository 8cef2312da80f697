// SPDX-License-Identifier: GPL-2.0-or-later
/* Which network links carry a route, and the file that keeps them. */
#include "host/links.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

#define HEADINGS \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

/* The rest of a line of route, after the flags. */
#define REST "\t0\t0\t100\t00000000\t0\t0\t0\n"

/* The start of a line of ipv6_route, before the flags. */
#define ZEROS	     "00000000000000000000000000000000"
#define ROUTE_6(to)  to " 40 " ZEROS " 00 " ZEROS " 00000100 00000001 00000000 "
#define GLOBAL	     "fd000000000000000000000000000000"
#define LINK_LOCAL   "fe800000000000000000000000000000"
#define LINK_LOCAL_B "febf0000000000000000000000000000"
#define SITE_LOCAL   "fec00000000000000000000000000000"
#define MULTICAST    "ff000000000000000000000000000000"

/* The links of every test: what is below class/net. */
static void make_links(const struct scratch *scratch)
{
	static const char *const files[][2] = {
		{ "eth0/address", "52:54:00:00:00:01\n" },
		{ "eth0/device/vendor", "0x8086\n" },
		{ "eth1/address", "52:54:00:00:00:02\n" },
		{ "eth1/device/vendor", "0x8086\n" },
		{ "wwan0/address", "\n" },
		{ "wwan0/device/vendor", "" },
		/* A bridge over a bond over eth1. */
		{ "br0/address", "52:54:00:00:00:03\n" },
		{ "br0/lower_bond0/x", "" },
		{ "bond0/address", "52:54:00:00:00:02\n" },
		{ "bond0/lower_eth1/x", "" },
		/* One whose port is gone. */
		{ "br1/address", "52:54:00:00:00:04\n" },
		{ "br1/lower_eth9/x", "" },
		{ "docker0/address", "02:42:00:00:00:01\n" },
		{ "docker0/lower_veth1/x", "" },
		{ "veth1/address", "02:42:00:00:00:02\n" },
		{ "tun0/address", "" },
		{ "lo/device/x", "" },
		/* Two that cannot be: each lies on the other. */
		{ "loop0/lower_loop1/x", "" },
		{ "loop1/lower_loop0/x", "" },
	};
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "sys/class/net/%s", files[i][0]);
		scratch_write(scratch, path, files[i][1]);
	}
}

static const struct {
	const char *route, *route_6; /* the tables; NULL for none */
	const char *links;
} tables[] = {
	{ NULL, NULL, "" },
	{ HEADINGS, "", "" },
	{ HEADINGS "eth0\t00000000\t0101A8C0\t0003" REST, NULL, "eth0 52:54:00:00:00:01;" },
	{ HEADINGS "eth0\t00000000\t0101A8C0\t0003" REST "eth0\t0001A8C0\t00000000\t0001" REST
		   "eth1\t0002A8C0\t00000000\t0001" REST,
	  NULL, "eth0 52:54:00:00:00:01;eth1 52:54:00:00:00:02;" },
	/* Not up, rejected, a line without an end, and a route that leads nowhere. */
	{ HEADINGS "eth0\t00000000\t0101A8C0\t0002" REST, NULL, "" },
	{ HEADINGS "eth0\t00000000\t0101A8C0\t0203" REST, NULL, "" },
	{ HEADINGS "eth0\t00000000\t0101A8C0", NULL, "" },
	{ HEADINGS "*\t00000000\t00000000\t0200" REST, NULL, "" },
	{ HEADINGS "../../../sys/class/net/eth0\t00000000\t00000000\t0001" REST, NULL, "" },
	/* Links with and without a device. */
	{ HEADINGS "wwan0\t00000000\t00000000\t0001" REST, NULL, "wwan0 -;" },
	{ HEADINGS "br0\t00000000\t00000000\t0001" REST, NULL, "br0 52:54:00:00:00:03;" },
	{ HEADINGS "br1\t00000000\t00000000\t0001" REST, NULL, "" },
	{ HEADINGS "docker0\t000011AC\t00000000\t0001" REST "tun0\t0000080A\t00000000\t0001" REST
		   "lo\t0000007F\t00000000\t0001" REST,
	  NULL, "" },
	{ HEADINGS "loop0\t00000000\t00000000\t0001" REST, NULL, "" },
	{ HEADINGS "absent0\t00000000\t00000000\t0001" REST, NULL, "" },
	/* IPv6. */
	{ NULL, ROUTE_6(GLOBAL) "00000001     eth0\n", "eth0 52:54:00:00:00:01;" },
	{ NULL, ROUTE_6(ZEROS) "00450003     eth0\n", "eth0 52:54:00:00:00:01;" },
	{ NULL, ROUTE_6(SITE_LOCAL) "00000001     eth0\n", "eth0 52:54:00:00:00:01;" },
	{ NULL, ROUTE_6(LINK_LOCAL) "00000001     eth0\n" ROUTE_6(MULTICAST) "00000001     eth0\n",
	  "" },
	{ NULL, ROUTE_6(LINK_LOCAL_B) "00000001     eth0\n", "" },
	{ NULL, ROUTE_6(ZEROS) "00200200       lo\n", "" },
	{ NULL, ROUTE_6(GLOBAL) "00000201     eth0\n", "" },
	{ NULL, ROUTE_6(GLOBAL) "80200001     eth0\n", "" },
	{ NULL, ROUTE_6(GLOBAL) "00100001     eth0\n", "" },
	{ NULL, ROUTE_6(GLOBAL) "00000000     eth0\n", "" },
	{ NULL, ROUTE_6(GLOBAL) "00000001\n", "" },
	{ HEADINGS "eth0\t00000000\t0101A8C0\t0003" REST,
	  ROUTE_6(GLOBAL) "00000001     eth0\n" ROUTE_6(GLOBAL) "00000001     eth1\n",
	  "eth0 52:54:00:00:00:01;eth1 52:54:00:00:00:02;" },
};

static void list(struct text *text, const struct link *link)
{
	for (; link; link = link->next)
		text_add(text, "%s %s%s%s;", link->name, link->address, link->device ? " " : "",
			 link->device ? link->device : "");
}

static void test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		struct arena *arena = arena_create(1 << 20);
		struct scratch scratch;
		char proc[160], sysfs[160], row[32];
		const struct link_roots roots = { proc, sysfs };
		struct text text = { 0 };
		struct link *links;

		scratch_create(&scratch);
		snprintf(row, sizeof(row), "table %zu", i);
		snprintf(proc, sizeof(proc), "%s/proc", scratch.path);
		snprintf(sysfs, sizeof(sysfs), "%s/sys", scratch.path);
		make_links(&scratch);
		if (tables[i].route)
			scratch_write(&scratch, "proc/net/route", tables[i].route);
		if (tables[i].route_6)
			scratch_write(&scratch, "proc/net/ipv6_route", tables[i].route_6);
		check_number(row, links_find(&links, arena, &roots), 0);
		list(&text, links);
		check_text(row, text.bytes, tables[i].links);
		scratch_remove(&scratch);
		arena_destroy(arena);
	}
}

static void test_memory(void **state)
{
	struct arena *arena = arena_create(1 << 20);
	struct scratch scratch;
	char proc[160], sysfs[160];
	const struct link_roots roots = { proc, sysfs };
	struct link *links;
	size_t at = 1;

	(void)state;
	scratch_create(&scratch);
	snprintf(proc, sizeof(proc), "%s/proc", scratch.path);
	snprintf(sysfs, sizeof(sysfs), "%s/sys", scratch.path);
	assert_int_equal(links_find(&links, arena, &roots), -ENOENT);
	make_links(&scratch);
	scratch_write(&scratch, "proc/net/route", HEADINGS "eth0\t00000000\t0\t0003" REST);
	for (;; at++) {
		int error;

		arena_fail_at(arena, at);
		error = links_find(&links, arena, &roots);
		if (!arena_fail_at(arena, 0))
			break;
		assert_int_equal(error, -ENOMEM);
	}
	assert_true(at > 3);
	scratch_remove(&scratch);
	arena_destroy(arena);
}

static void test_file(void **state)
{
	static const struct {
		const char *text;
		int error;
		const char *links;
	} files[] = {
		{ "", 0, "" },
		{ "eth0 52:54:00:00:00:01\n", 0, "eth0 52:54:00:00:00:01;" },
		{ "eth0 52:54:00:00:00:01\nwwan0 -\n", 0, "eth0 52:54:00:00:00:01;wwan0 -;" },
		{ "eth0\n", -EINVAL, NULL },
		{ "eth0 52:54:00:00:00:01 0000:03:00.0\n", 0,
		  "eth0 52:54:00:00:00:01 0000:03:00.0;" },
		{ "eth0 52:54:00:00:00:01 0000:03:00.0 x\n", -EINVAL, NULL },
	};
	struct arena *arena = arena_create(1 << 20);
	struct scratch scratch;
	struct link *links;
	char path[192];

	(void)state;
	scratch_create(&scratch);
	snprintf(path, sizeof(path), "%s/var/lib/links", scratch.path);
	assert_int_equal(links_read(&links, arena, path), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct text text = { 0 };

		scratch_write(&scratch, "var/lib/links", files[i].text);
		check_number(files[i].text, links_read(&links, arena, path), files[i].error);
		if (files[i].error)
			continue;
		list(&text, links);
		check_text(files[i].text, text.bytes, files[i].links);
		/* Written and read again it is the same. */
		snprintf(path, sizeof(path), "%s/new/links", scratch.path);
		check_number(files[i].text, links_write(links, arena, path), 0);
		check_text(files[i].text, scratch_read(&scratch, "new/links"), files[i].text);
		snprintf(path, sizeof(path), "%s/var/lib/links", scratch.path);
	}
	/* A directory in its place stays. */
	assert_int_equal(mkdirat(scratch.fd, "directory", 0755), 0);
	snprintf(path, sizeof(path), "%s/directory", scratch.path);
	assert_int_equal(links_write(NULL, arena, path), -EISDIR);
	arena_fail_at(arena, 1);
	assert_int_equal(links_write(&(struct link){ .name = "a", .address = "-" }, arena, path),
			 -ENOMEM);
	scratch_remove(&scratch);
	arena_destroy(arena);
}

static void test_same(void **state)
{
	const struct link second = { "wwan0", "-", NULL, NULL };
	const struct link first = { "eth0", "52:54:00:00:00:01", (struct link *)&second, NULL };
	static const struct {
		const char *name, *address;
		bool same;
	} links[] = {
		{ "eth0", "52:54:00:00:00:01", true },
		{ "enp1s0", "52:54:00:00:00:01", true }, /* its name follows its place */
		{ "eth0", "52:54:00:00:00:99", true },	 /* a random address */
		{ "eth1", "52:54:00:00:00:02", false },
		{ "wwan0", "-", true },
		{ "wwan1", "-", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		const struct link link = { links[i].name, links[i].address, NULL, NULL };

		check_number(links[i].name, links_have(&first, &link), links[i].same);
		assert_false(links_have(NULL, &link));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
