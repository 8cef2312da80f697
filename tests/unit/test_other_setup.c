// SPDX-License-Identifier: GPL-2.0-or-later
/* What other set-ups of a system say about devices. */
#include "check/other_setup.h"

#include <string.h>

#include "scratch.h"
#include "unit.h"

struct fixture {
	struct scratch scratch;
	struct arena *arena;
	struct root root;
	struct other_lines lines;
};

static void open_fixture(struct fixture *fixture)
{
	scratch_create(&fixture->scratch);
	fixture->arena = arena_create(4 << 20);
	assert_non_null(fixture->arena);
	assert_int_equal(root_open(&fixture->root, fixture->arena, fixture->scratch.path), 0);
	other_open(&fixture->lines, &fixture->root);
}

static void close_fixture(struct fixture *fixture)
{
	root_close(&fixture->root);
	arena_destroy(fixture->arena);
	scratch_remove(&fixture->scratch);
}

/* A line of text for each that was found: "ids /etc/f:2-3 vfio-pci alone [10de:1f02]". */
static void check_lines(const char *row, const struct fixture *fixture, const char *wanted)
{
	static const char *const kinds[] = { "ids",	"blacklist", "softdep",
					     "install", "preload",   "driverctl",
					     "script",	"machine",   "unclear" };
	struct text got = { 0 };

	for (const struct other_line *line = fixture->lines.first; line; line = line->next) {
		text_add(&got, "%s %s:%u", kinds[line->kind], line->file ? line->file : "cmdline",
			 line->first);
		if (line->last != line->first)
			text_add(&got, "-%u", line->last);
		if (line->module)
			text_add(&got, " %s", line->module);
		text_add(&got, "%s", line->alone ? " alone" : "");
		if (*line->list)
			text_add(&got, " [%s]", line->list);
		text_add(&got, "\n");
	}
	check_text(row, got.bytes, wanted);
}

struct row {
	const char *name, *path, *text, *wanted;
};

static void check_rows(const struct row *rows, size_t count,
		       void (*find)(struct other_lines *lines))
{
	for (size_t i = 0; i < count; i++) {
		struct fixture fixture;

		open_fixture(&fixture);
		scratch_write(&fixture.scratch, rows[i].path, rows[i].text);
		find(&fixture.lines);
		check_lines(rows[i].name, &fixture, rows[i].wanted);
		close_fixture(&fixture);
	}
}

static void test_modprobe(void **state)
{
	static const struct row rows[] = {
		{ "ids", "etc/modprobe.d/a.conf",
		  "options vfio_pci ids=10de:1f02,10de:10f9:1:2\r\n",
		  "ids /etc/modprobe.d/a.conf:1 vfio-pci alone [10de:1f02 10de:10f9:0001:0002]\n" },
		{ "the rest stays", "etc/modprobe.d/a.conf",
		  "options vfio-pci ids=10de:1f02 disable_vga=1\n",
		  "ids /etc/modprobe.d/a.conf:1 vfio-pci [10de:1f02]\n" },
		{ "joined lines", "etc/modprobe.d/a.conf",
		  "#\noptions vfio-pci ids=10de:1f02,\\\n10de:10f9\n",
		  "ids /etc/modprobe.d/a.conf:2-3 vfio-pci alone [10de:1f02 10de:10f9]\n" },
		{ "no ids", "etc/modprobe.d/a.conf", "options vfio-pci ids= disable_vga=1\n", "" },
		{ "softdep", "etc/modprobe.d/a.conf",
		  "softdep nouveau pre: vfio-pci\nsoftdep xe pre: drm vfio-pci\n"
		  "softdep vfio-pci post: vfio\n",
		  "softdep /etc/modprobe.d/a.conf:1 nouveau alone\n"
		  "softdep /etc/modprobe.d/a.conf:2 xe\n" },
		{ "install", "etc/modprobe.d/a.conf",
		  "install vfio-pci /sbin/x.sh\ninstall nouveau /bin/true\ninstall nouveau x\n",
		  "install /etc/modprobe.d/a.conf:1 vfio-pci\n"
		  "blacklist /etc/modprobe.d/a.conf:2 nouveau\n" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), other_find_modprobe);
}

static void test_modules(void **state)
{
	static const struct row rows[] = {
		{ "a list", "etc/modules", "# vfio\nloop\n  vfio_pci ids=1 # x\r\nvfio",
		  "preload /etc/modules:3 vfio_pci alone\npreload /etc/modules:4 vfio alone\n" },
		{ "modules-load.d", "etc/modules-load.d/v.conf", "vfio\n",
		  "preload /etc/modules-load.d/v.conf:1 vfio alone\n" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), other_find_modules);
}

static void test_generators(void **state)
{
	static const struct row rows[] = {
		{ "mkinitcpio", "etc/mkinitcpio.conf",
		  "#MODULES=(vfio)\nMODULES=(vfio_pci vfio ext4) # vfio\nHOOKS=(vfio)\n",
		  "preload /etc/mkinitcpio.conf:2 vfio_pci\n" },
		{ "mkinitcpio, alone", "etc/mkinitcpio.conf.d/v.conf", "MODULES+=(vfio_pci)\r\n",
		  "preload /etc/mkinitcpio.conf.d/v.conf:1 vfio_pci alone\n" },
		{ "mkinitcpio, several lines", "etc/mkinitcpio.conf",
		  "MODULES=(\n  vfio\n  # vfio_pci\n  ext4\n)\nvfio\n",
		  "preload /etc/mkinitcpio.conf:2 vfio alone\n" },
		{ "mkinitcpio, as a string", "etc/mkinitcpio.conf", "MODULES=\"vfio_pci xe\"",
		  "preload /etc/mkinitcpio.conf:1 vfio_pci\n" },
		{ "mkinitcpio, without end", "etc/mkinitcpio.conf", "MODULES=(vfio",
		  "preload /etc/mkinitcpio.conf:1 vfio alone\n" },
		{ "dracut", "etc/dracut.conf.d/v.conf",
		  "force_drivers+=\" vfio_pci vfio \"\nadd_drivers+=' nvme vfio '\n"
		  "omit_drivers+=\" vfio \"\n",
		  "preload /etc/dracut.conf.d/v.conf:1 vfio_pci alone\n"
		  "preload /etc/dracut.conf.d/v.conf:2 vfio\n" },
		{ "dracut, no quotes", "etc/dracut.conf", "add_drivers=vfio\n",
		  "preload /etc/dracut.conf:1 vfio alone\n" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), other_find_generators);
}

static void test_driverctl(void **state)
{
	static const struct row rows[] = {
		{ "an override", "etc/driverctl.d/pci-0000:01:00.0", "vfio-pci\n",
		  "driverctl /etc/driverctl.d/pci-0000:01:00.0:0 vfio-pci [0000:01:00.0]\n" },
		{ "of another bus", "etc/driverctl.d/vmbus-1", "vfio-pci\n", "" },
		{ "no address", "etc/driverctl.d/pci-$(reboot)", "vfio-pci\n", "" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), other_find_driverctl);
}

static void test_scripts(void **state)
{
#define LOOP                                      \
	"for DEV in $DEVS; do\n echo vfio-pci > " \
	"/sys/bus/pci/devices/$DEV/driver_override\ndone\nmodprobe -i vfio-pci\n"
	static const struct row rows[] = {
		{ "in initramfs-tools", "etc/initramfs-tools/scripts/init-top/gpu",
		  "#!/bin/sh\n# DEVS=\"0000:09:00.0\"\nDEVS=\"0000:01:00.0 0000:01:00.1\"\n" LOOP,
		  "script /etc/initramfs-tools/scripts/init-top/gpu:3 alone [0000:01:00.0 "
		  "0000:01:00.1]\n" },
		{ "an array", "usr/local/bin/vfio-pci-override.sh",
		  "DEVS=(\"0000:01:00.0\" '0000:01:00.1') # mine\r\n" LOOP,
		  "script /usr/local/bin/vfio-pci-override.sh:1 alone [0000:01:00.0 "
		  "0000:01:00.1]\n" },
		{ "an array without quotes", "usr/bin/vfio.sh", "D=(0000:01:00.0)\n" LOOP,
		  "script /usr/bin/vfio.sh:1 alone [0000:01:00.0]\n" },
		{ "more than addresses", "etc/initcpio/hooks/v",
		  "DEVS=\"0000:01:00.0 $MORE\"\n" LOOP,
		  "script /etc/initcpio/hooks/v:1 [0000:01:00.0]\n" },
		{ "more than a variable", "etc/initcpio/hooks/v",
		  "DEVS=\"0000:01:00.0\" run\n" LOOP,
		  "script /etc/initcpio/hooks/v:1 [0000:01:00.0]\n" },
		{ "no end", "etc/initcpio/hooks/v", "DEVS=\"0000:01:00.0\n" LOOP,
		  "script /etc/initcpio/hooks/v:1 [0000:01:00.0]\n" },
		{ "in a loop", "usr/lib/dracut/modules.d/20vfio/v.sh",
		  "for d in 0000:01:00.0; do\n echo vfio-pci >/sys/bus/pci/devices/$d/"
		  "driver_override; done",
		  "script /usr/lib/dracut/modules.d/20vfio/v.sh:1 [0000:01:00.0]\n" },
		{ "in a path", "usr/local/sbin/vfio",
		  "echo vfio-pci >/sys/bus/pci/devices/0000:01:00.0/driver_override\n",
		  "script /usr/local/sbin/vfio:1 [0000:01:00.0]\n" },
		{ "a rule of its own", "usr/bin/vfio-pci-override.sh",
		  "for i in /sys/bus/pci/devices/*/boot_vga; do\n echo vfio-pci > "
		  "driver_override\ndone\n",
		  "unclear /usr/bin/vfio-pci-override.sh:0\n" },
		{ "no driver_override", "usr/bin/vfio-list", "echo 0000:01:00.0\n", "" },
		{ "another program's", "usr/bin/dpdk", "0000:01:00.0 driver_override vfio\n", "" },
		{ "our own", "etc/initramfs-tools/scripts/init-top/00-vfio-early",
		  "0000:01:00.0 driver_override vfio\n", "" },
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), other_find_scripts);
}

static void test_machines(void **state)
{
	static const struct row rows[] = {
		{ "a domain", "etc/libvirt/qemu/win 11.xml",
		  "<domain>\n<hostdev type='pci'><source>\n<address bus='0x01' slot='0'/>",
		  "machine /etc/libvirt/qemu/win 11.xml:3 win 11 [0000:01:00.0]\n" },
		{ "a domain that is none", "etc/libvirt/qemu/a.xml", "<domain>\n<",
		  "unclear /etc/libvirt/qemu/a.xml:2\n" },
		{ "no domain", "etc/libvirt/qemu/a.xml.bak", "<", "" },
		{ "Proxmox VE", "etc/pve/qemu-server/100.conf",
		  "name: win\nhostpci0: 0000:01:00,pcie=1,x-vga=1\r\nhostpci10: host=02:00.0;"
		  "02:00.1\nhostpcix: 1\n[snapshot]\nhostpci0: 03:00.0\n",
		  "machine /etc/pve/qemu-server/100.conf:2 100 [0000:01:00]\n"
		  "machine /etc/pve/qemu-server/100.conf:3 100 [02:00.0 02:00.1]\n" },
		{ "Proxmox VE, other devices", "etc/pve/qemu-server/100.conf",
		  "hostpci0: 00:02.0,mdev=i915-GVTg_V5_4\nhostpci1: mapping=gpu,pcie=1\n"
		  "hostpci2: all\nhostpci3: 10de:1f02\nhostpci4:\nhostpci5: !01:00.0\n"
		  "hostpci6: pcie=1\n",
		  "unclear /etc/pve/qemu-server/100.conf:1\n"
		  "unclear /etc/pve/qemu-server/100.conf:3\n"
		  "unclear /etc/pve/qemu-server/100.conf:4\n"
		  "unclear /etc/pve/qemu-server/100.conf:5\n"
		  "unclear /etc/pve/qemu-server/100.conf:6\n"
		  "unclear /etc/pve/qemu-server/100.conf:7\n" },
		{ "mappings", "etc/pve/mapping/pci.cfg",
		  "gpu\n\tmap id=10de:1f91,iommugroup=13,node=pve1,path=0000:01:00.0;0000:01:00.1\n"
		  "\tmap node=pve2,path=0000:02:00\nbad\n\tmdev 1\n\tmap path=*\n\tmap node=x\n",
		  "machine /etc/pve/mapping/pci.cfg:2 gpu [0000:01:00.0 0000:01:00.1]\n"
		  "machine /etc/pve/mapping/pci.cfg:3 gpu [0000:02:00]\n"
		  "unclear /etc/pve/mapping/pci.cfg:6\nunclear /etc/pve/mapping/pci.cfg:7\n" },
	};
	struct fixture fixture;

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), other_find_machines);
	open_fixture(&fixture);
	scratch_write(&fixture.scratch, "etc/hostname", "pve2.lan\n");
	scratch_write(&fixture.scratch, "etc/pve/mapping/pci.cfg",
		      "gpu\n\tmap node=pve1,path=01:00.0\n\tmap node=pve2,path=02:00.0\n");
	other_find_machines(&fixture.lines);
	check_lines("another node", &fixture, "machine /etc/pve/mapping/pci.cfg:3 gpu [02:00.0]\n");
	close_fixture(&fixture);
}

static void test_parameters(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	scratch_write(&fixture.scratch, "boot/grub/grub.cfg", "");
	scratch_write(&fixture.scratch, "etc/default/grub",
		      "# vfio-pci.ids=1:2\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet "
		      "vfio_pci.ids=10de:1f02,10de:10f9 root=UUID=a\"\n"
		      "GRUB_CMDLINE_LINUX=vfio-pci.ids=10de:1ada\n"
		      "X='modprobe.blacklist=nouveau,foo rd.driver.pre=vfio-pci,nvme'\n");
	other_find_parameters(&fixture.lines, "ro vfio-pci.ids=10de:1f02 module_blacklist=foo "
					      "rd.driver.pre=vfio-pci vfio-pci.ids\n");
	check_lines("parameters", &fixture,
		    "ids cmdline:0 vfio-pci [10de:1f02]\n"
		    "preload cmdline:0 vfio-pci alone\n"
		    "ids /etc/default/grub:2 vfio-pci [10de:1f02 10de:10f9]\n"
		    "ids /etc/default/grub:3 vfio-pci [10de:1ada]\n"
		    "blacklist /etc/default/grub:4 nouveau\n"
		    "preload /etc/default/grub:4 vfio-pci\n");
	close_fixture(&fixture);
}

static void find_all(struct other_lines *lines)
{
	other_find_parameters(lines, "vfio-pci.ids=10de:1f02");
	other_find_modprobe(lines);
	other_find_modules(lines);
	other_find_generators(lines);
	other_find_driverctl(lines);
	other_find_scripts(lines);
	other_find_machines(lines);
}

/* Links lead nowhere outside of the root, and no file is too strange. */
static void test_hostile(void **state)
{
	static char large[(1 << 20) + 1];
	struct fixture fixture;

	(void)state;
	memset(large, 'a', sizeof(large) - 1);
	open_fixture(&fixture);
	scratch_write(&fixture.scratch, "outside", "options vfio-pci ids=1:2\nvfio\n");
	scratch_link(&fixture.scratch, "etc/modprobe.d/a.conf",
		     arena_print(fixture.arena, "%s/outside", fixture.scratch.path));
	scratch_link(&fixture.scratch, "etc/modules", "modules");
	scratch_write(&fixture.scratch, "etc/modules-load.d/v.conf", large);
	scratch_write(&fixture.scratch, "etc/libvirt/qemu/large.xml", large);
	scratch_write(&fixture.scratch, "etc/modprobe.d/b.conf/c", "");
	find_all(&fixture.lines);
	check_lines("hostile", &fixture,
		    "ids cmdline:0 vfio-pci [10de:1f02]\n"
		    "unclear /etc/libvirt/qemu/large.xml:0\n");
	close_fixture(&fixture);
}

/* When memory runs out, less is found and nothing else happens. */
static void test_memory(void **state)
{
	(void)state;
	for (size_t count = 1; count < 400; count++) {
		struct fixture fixture;
		bool failed;

		open_fixture(&fixture);
		scratch_write(&fixture.scratch, "etc/modprobe.d/a.conf",
			      "options vfio-pci ids=10de:1f02\nsoftdep a pre: vfio\n");
		scratch_write(&fixture.scratch, "etc/mkinitcpio.conf", "MODULES=(vfio)\n");
		scratch_write(&fixture.scratch, "etc/driverctl.d/pci-0000:01:00.0", "vfio-pci\n");
		scratch_write(&fixture.scratch, "etc/pve/qemu-server/1.conf",
			      "hostpci0: host=01:00.0,mapping=a\nhostpci1: 01:00.0\n");
		arena_fail_at(fixture.arena, count);
		find_all(&fixture.lines);
		failed = arena_fail_at(fixture.arena, 0);
		close_fixture(&fixture);
		if (!failed)
			return;
	}
	fail_msg("an allocation always fails");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modprobe),   cmocka_unit_test(test_modules),
		cmocka_unit_test(test_generators), cmocka_unit_test(test_driverctl),
		cmocka_unit_test(test_scripts),	   cmocka_unit_test(test_machines),
		cmocka_unit_test(test_parameters), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
