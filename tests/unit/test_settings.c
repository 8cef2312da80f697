// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read from a file and a command line. Origins are in test_settings_places.c. */
#include "settings/settings.h"

#include <stdio.h>

#include "settings_text.h"

static int create(void **state)
{
	*state = arena_create(0);
	return 0;
}

static int destroy(void **state)
{
	arena_destroy(*state);
	return 0;
}

#define MEANT(key) "; did you mean 'vfio_early." key "'?"

#define UNKNOWN                                                        \
	"not a selector; write an address (01:00.0), a slot (01:00), " \
	"a path (00:01.0/00.0), an id (10de:1f91), a class (class:0300) or boot_vga"

struct row {
	const char *config;
	const char *cmdline;
	const char *settings;
};

static void check_rows(struct arena *arena, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct settings settings;
		struct text text;
		char name[512];

		snprintf(name, sizeof(name), "file |%s| command line |%s|",
			 rows[i].config ? rows[i].config : "",
			 rows[i].cmdline ? rows[i].cmdline : "");
		settings_read(&settings, arena, rows[i].config, rows[i].cmdline);
		settings_render(&settings, &text);
		check_text(name, text.bytes, rows[i].settings);
		arena_rewind(arena, 0);
	}
}

static const struct row config_rows[] = {
	{ "", NULL, "" },
	{ "\n\n\n", NULL, "" },
	{ "# a comment\n   # another\n\t#\n", NULL, "" },
	{ "devs = 01:00.0\n", NULL, "devs=01:00.0; " },
	{ "devs = 01:00.0", NULL, "devs=01:00.0; " },
	{ "devs=01:00.0", NULL, "devs=01:00.0; " },
	{ "\t devs\t=\t01:00.0 \t\n", NULL, "devs=01:00.0; " },
	{ "devs = 01:00.0 # the card\n", NULL, "devs=01:00.0; " },
	{ "devs = 01:00.0#the card\n", NULL, "devs=01:00.0; " },
	{ "#devs = 01:00.0\n", NULL, "" },
	{ "devs = 01:00.0\r\nwait = 5\r\n\r\n# comment\r\n", NULL, "devs=01:00.0; wait=5; " },
	{ "devs = 01:00.0, 10de:* ,class:03\tboot_vga,,!02:00\n", NULL,
	  "devs=01:00.0,10de:*,class:03,boot_vga,!02:00; " },
	{ "devs =\n", NULL, "" },
	{ "devs = ,,,01:00.0\n", NULL, "devs=01:00.0; " },
	/* A repeated key adds to a list and replaces any other value. */
	{ "devs = 01:00.0\ndevs = 02:00.0\n", NULL, "devs=01:00.0,02:00.0; " },
	{ "wait = 1\nwait = 2\n", NULL, "wait=2; " },
	{ "members = 00:01.0/00.0@10de:1f91:1458:3ffc, 01:00.1@10de:*\n", NULL,
	  "members=00:01.0/00.0@10de:1f91:1458:3ffc,01:00.1@10de:*; " },
	{ "members = 01:00.0@10de:1f91\n", "vfio_early.members=02:00.0@10de:1f91",
	  "members=02:00.0@10de:1f91; " },
	{ "force = 00:17.0\nprotect = 03:00.0@144d:a808\n", NULL,
	  "force=00:17.0; protect=03:00.0@144d:a808; " },
	{ "driver = auto\n", NULL, "driver=auto; " },
	{ "driver = mlx5_vfio_pci\n", NULL, "driver=mlx5_vfio_pci; " },
	{ "driver = vfio_pci\n", NULL, "" },
	{ "driver = pci_stub\n", NULL, "driver=pci-stub; " },
	{ "driver = auto\ndriver = vfio-pci\n", NULL, "" },
	{ "wait = 0\ntimeout = 1\n", NULL, "timeout=1; " },
	{ "wait = 3600\ntimeout = 3600\n", NULL, "wait=3600; timeout=3600; " },
	{ "wait = 0007\n", NULL, "wait=7; " },
	{ "debug = on\ndry_run = yes\n", NULL, "debug; dry_run; " },
	{ "debug = 1\ndry_run = true\n", NULL, "debug; dry_run; " },
	{ "debug = y\ndebug = off\ndry_run = on\ndry_run = 0\n", NULL, "" },
	{ "debug = on\ndebug = no\n", NULL, "" },
	{ "debug = on\ndebug = false\n", NULL, "" },
	{ "debug = on\ndebug = n\n", NULL, "" },
};

static const struct row config_errors[] = {
	{ "nonsense\n", NULL, "[" CONFIG ":1:1 'nonsense': not KEY = VALUE]" },
	{ "\n  nonsense here \n", NULL, "[" CONFIG ":2:3 'nonsense here': not KEY = VALUE]" },
	{ "nonsense\r\n", NULL, "[" CONFIG ":1:1 'nonsense': not KEY = VALUE]" },
	{ "gpu = 01:00.0\n", NULL, "[" CONFIG ":1:1 'gpu': unknown key" KNOWN "]" },
	{ "# x\n\n\t gpu = 01:00.0", NULL, "[" CONFIG ":3:3 'gpu': unknown key" KNOWN "]" },
	{ "= 01:00.0\n", NULL, "[" CONFIG ":1:1 '': unknown key" KNOWN "]" },
	{ "Devs = 01:00.0\n", NULL, "[" CONFIG ":1:1 'Devs': unknown key; did you mean 'devs'?]" },
	{ "vfio_early.devs = 01:00.0\n", NULL,
	  "[" CONFIG ":1:1 'vfio_early.devs': unknown key; did you mean 'devs'?]" },
	{ "members = 01:00.0, 10de:1f91,boot_vga@10de:1f91\n", NULL,
	  "[" CONFIG ":1:11 members: '01:00.0': not PATH@ID as vfio-early pin writes it][" CONFIG
	  ":1:20 members: '10de:1f91': not PATH@ID as vfio-early pin writes it][" CONFIG
	  ":1:30 members: 'boot_vga@10de:1f91': not PATH@ID as vfio-early pin writes it]" },
	{ "claimed = 01:00.0\n", NULL, "[" CONFIG ":1:1 'claimed': unknown key" KNOWN "]" },
	/* A NUL in a file, as textfile.h passes it on. */
	{ "wait = 1\nde\032vs = 01:00.0\ntimeout = 5 # \032\ntimeout = 6\n", NULL,
	  "wait=1; timeout=6; [" CONFIG
	  ":2:3 this line has a NUL byte and is not used: is the file damaged, or UTF-16?][" CONFIG
	  ":3:15 this line has a NUL byte and is not used: is the file damaged, or UTF-16?]" },
	{ "[section]\n", NULL, "[" CONFIG ":1:1 '[section]': not KEY = VALUE]" },
	/* The column is that of the wrong byte, and the rest still counts. */
	{ "devs = 01:00.8\n", NULL,
	  "[" CONFIG ":1:13 devs: '01:00.8': a function is a dot and one digit from 0 to 7]" },
	{ "devs = 01:00.0, nvidia ,02:00.0\n", NULL,
	  "devs=01:00.0,02:00.0; [" CONFIG ":1:17 devs: 'nvidia': " UNKNOWN "]" },
	{ "\ndevs=1:00.0,02:00.0,01:00.9\n", NULL,
	  "devs=02:00.0; [" CONFIG ":2:6 devs: '1:00.0': a bus number is two hexadecimal digits; "
	  "did you mean '01:00.0'?]"
	  "[" CONFIG ":2:26 devs: '01:00.9': a function is a dot and one digit from 0 to 7]" },
	{ "force = !01:00.0\n", NULL,
	  "[" CONFIG ":1:9 force: '!01:00.0': '!' is allowed in devs only]" },
	{ "protect = 03:00, !01:00.0\n", NULL,
	  "protect=03:00; [" CONFIG ":1:18 protect: '!01:00.0': '!' is allowed in devs only]" },
	{ "wait = 3601\n", NULL,
	  "[" CONFIG ":1:8 wait: '3601': not a number of seconds from 0 to 3600]" },
	{ "wait = -1\n", NULL,
	  "[" CONFIG ":1:8 wait: '-1': not a number of seconds from 0 to 3600]" },
	{ "wait = 5s\n", NULL,
	  "[" CONFIG ":1:8 wait: '5s': not a number of seconds from 0 to 3600]" },
	{ "wait = 99999999999999999999\n", NULL,
	  "[" CONFIG ":1:8 wait: '99999999999999999999': not a number of seconds from 0 to 3600]" },
	{ "wait = 4294967301\n", NULL,
	  "[" CONFIG ":1:8 wait: '4294967301': not a number of seconds from 0 to 3600]" },
	{ "wait =\n", NULL, "[" CONFIG ":1:7 wait: '': not a number of seconds from 0 to 3600]" },
	{ "timeout = 0\n", NULL,
	  "[" CONFIG ":1:11 timeout: '0': not a number of seconds from 1 to 3600]" },
	{ "timeout = 1 2\n", NULL,
	  "[" CONFIG ":1:11 timeout: '1 2': not a number of seconds from 1 to 3600]" },
	{ "debug = maybe\n", NULL, "[" CONFIG ":1:9 debug: 'maybe': neither on nor off]" },
	{ "debug = ON\n", NULL,
	  "[" CONFIG ":1:9 debug: 'ON': neither on nor off; did you mean 'on'?]" },
	{ "rescue = on\n", NULL, "[" CONFIG ":1:10 rescue: 'on': neither take nor nothing]" },
	{ "rescue =\n", NULL, "[" CONFIG ":1:9 rescue: '': neither take nor nothing]" },
	/* Trials. */
	{ "trial = off\nconfirm = /usr/local/bin/is-it-up\nconfirm_within = 300\n", NULL,
	  "trial=off; confirm=/usr/local/bin/is-it-up; confirm_within=300; " },
	{ "trial = off\n", "vfio_early.trial=on", "trial=on; " },
	{ "trial = never\n", NULL, "[" CONFIG ":1:9 trial: 'never': neither on nor off]" },
	{ "confirm = is-it-up\n", NULL,
	  "[" CONFIG ":1:11 confirm: 'is-it-up': not the path of a program]" },
	{ "confirm = /usr/bin/ping -c 1 gate\n", NULL,
	  "[" CONFIG ":1:11 confirm: '/usr/bin/ping -c 1 gate': not the path of a program]" },
	{ "confirm = /bin/a\n", "vfio_early.confirm=",
	  "confirm=/bin/a; [" SETTINGS_SOURCE_CMDLINE
	  ":20 confirm: '': not the path of a program]" },
	{ "boot = nothing\n", NULL, "boot=nothing; " },
	{ "boot = take\nboot = nothing\nrescue = take\n", NULL, "rescue=take; boot=nothing; " },
	{ "boot = nothing\n", "vfio_early.boot=take", "" },
	{ "boot = on\n", NULL, "[" CONFIG ":1:8 boot: 'on': neither take nor nothing]" },
	{ "confirm_within = soon\n", NULL,
	  "[" CONFIG ":1:18 confirm_within: 'soon': not a number of seconds from 0 to 3600]" },
	{ "confirms = on\n", NULL,
	  "[" CONFIG ":1:1 'confirms': unknown key; did you mean 'confirm'?]" },
	{ "debug =\n", NULL, "[" CONFIG ":1:8 debug: '': neither on nor off]" },
	{ "driver =\n", NULL, "[" CONFIG ":1:9 driver: '': not a driver name]" },
	{ "driver = ../x\n", NULL, "[" CONFIG ":1:10 driver: '../x': not a driver name]" },
	{ "driver = ..\n", NULL, "[" CONFIG ":1:10 driver: '..': not a driver name]" },
	{ "driver = a/b\n", NULL, "[" CONFIG ":1:10 driver: 'a/b': not a driver name]" },
	{ "driver = a b\n", NULL, "[" CONFIG ":1:10 driver: 'a b': not a driver name]" },
	{ "driver = (null)\n", NULL, "[" CONFIG ":1:10 driver: '(null)': not a driver name]" },
	{ "driver = a\x1b[31m\n", NULL, "[" CONFIG ":1:10 driver: 'a?[31m': not a driver name]" },
	{ "x\x07y\x7f\n", NULL, "[" CONFIG ":1:1 'x?y?': not KEY = VALUE]" },
};

static void test_config(void **state)
{
	check_rows(*state, config_rows, ARRAY_SIZE(config_rows));
}

static void test_config_errors(void **state)
{
	check_rows(*state, config_errors, ARRAY_SIZE(config_errors));
}

#define CMDLINE SETTINGS_SOURCE_CMDLINE

static const struct row cmdline_rows[] = {
	{ NULL, "", "" },
	{ NULL, "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet\n", "" },
	{ NULL, "vfio_early.devs=01:00.0\n", "devs=01:00.0; " },
	{ NULL, "vfio_early.devs=\"01:00.0 02:00.0\" quiet", "devs=01:00.0,02:00.0; " },
	{ NULL, "\"vfio_early.devs=01:00.0 02:00.0\"", "devs=01:00.0,02:00.0; " },
	{ NULL, "vfio_early.devs=01:00.0,!01:00.1,boot_vga", "devs=01:00.0,!01:00.1,boot_vga; " },
	{ NULL, "vfio_early.devs=01:00.0 vfio_early.devs=02:00.0", "devs=01:00.0,02:00.0; " },
	{ NULL, "vfio-early.devs=01:00.0", "devs=01:00.0; " },
	{ NULL, "vfio_early.dry-run vfio-early.debug", "debug; dry_run; " },
	{ NULL, "vfio_early.debug", "debug; " },
	{ NULL, "vfio_early.debug=off", "" },
	{ NULL, "vfio_early.wait=3 vfio_early.timeout=20 vfio_early.driver=auto",
	  "driver=auto; wait=3; timeout=20; " },
	{ NULL, "vfio_early.wait=3 vfio_early.wait=4", "wait=4; " },
	/* Not ours. */
	{ NULL, "vfio.devs=01:00.0 devs=01:00.0 initrd=/boot/vfio-early.img", "" },
	{ NULL, "vfio_early.devs=01:00.0 quiet ro splash 3 5 --", "devs=01:00.0; " },
	{ NULL, "quiet ro single nomodeset vfio_early.devs=01:00.0",
	  "devs=01:00.0; repair=single; " },
	{ NULL, "recovery vfio_early.rescue=take", "repair=recovery; rescue=take; " },
	{ "rescue = take\n", "vfio_early.rescue=nothing emergency", "repair=emergency; " },
	{ NULL, "quiet -- 1", "repair=1; " },
	{ NULL, "-b", "repair=-b; " },
	{ NULL, "S s", "repair=s; " },
	{ NULL, "systemd.unit=emergency.target", "repair=systemd.unit=emergency.target; " },
	{ NULL, "systemd.unit=rescue.target", "repair=systemd.unit=rescue.target; " },
	{ NULL, "systemd.unit=multi-user.target single=1 nosingle rescued 5", "" },
	/* The rescue switch. */
	{ NULL, "vfio_early=off vfio_early.devs=01:00.0", "off; devs=01:00.0; " },
	{ NULL, "vfio_early=0", "off; " },
	{ NULL, "vfio_early=no", "off; " },
	{ NULL, "vfio-early=off", "off; " },
	{ NULL, "vfio_early=\"off\"", "off; " },
	{ NULL, "vfio_early=on", "" },
	{ NULL, "vfio_early=off vfio_early=on", "" },
	{ NULL, "vfio_early=on vfio_early=off", "off; " },
	/* Reasons for having no groups. */
	{ NULL, "intel_iommu=off", "iommu_off=intel_iommu=off; " },
	{ NULL, "amd_iommu=off", "iommu_off=amd_iommu=off; " },
	{ NULL, "iommu=off", "iommu_off=iommu=off; " },
	{ NULL, "intel_iommu=sm_on,off", "iommu_off=intel_iommu=off; " },
	{ NULL, "intel_iommu=on iommu=pt", "" },
	/* The kernel takes the last word of the first, and the first of the others. */
	{ NULL, "intel_iommu=off quiet intel_iommu=on", "" },
	{ NULL, "intel_iommu=off,on", "" },
	{ NULL, "intel_iommu=on intel_iommu=off", "iommu_off=intel_iommu=off; " },
	{ NULL, "intel_iommu=off intel_iommu=strict", "iommu_off=intel_iommu=off; " },
	{ NULL, "intel_iommu=off iommu=off intel_iommu=on", "iommu_off=iommu=off; " },
	{ NULL, "iommu=off intel_iommu=off intel_iommu=on", "iommu_off=iommu=off; " },
	{ NULL, "amd_iommu=off amd_iommu=on", "iommu_off=amd_iommu=off; " },
	{ NULL, "iommu=off iommu=on", "iommu_off=iommu=off; " },
	/* Claims of others. Words that are no device are not ours to judge. */
	{ NULL, "vfio-pci.ids=10de:1f91,10de:10fa:1458:3ffc vfio_pci.ids=1002:731f",
	  "claimed=10de:1f91,10de:10fa:1458:3ffc,1002:731f; " },
	{ NULL, "vfio-pci.ids=10DE:*,,nonsense,8086:,:1,1:2,ffffffff:ffffffff,12345:1",
	  "claimed=0001:0002; " },
	{ NULL, "pci-stub.ids=10de:ffffffff,8086:1539:1458,8086:1539:ffffffff:e000:020000:ffff00",
	  "claimed=10de:*,8086:1539:1458:*,8086:1539:*:e000; " },
	{ NULL, "xen-pciback.hide=(0000:01:00.0)(01:00.1)(01:0.0)(02:00.*)",
	  "claimed=0000:01:00.0,01:00.1,02:00.*; " },
	{ NULL, "vfio-pci.ids vfio-pci.ids= vfio-pci.idsX=10de:1f91 vfio.ids=10de:1f91", "" },
	{ NULL, "intel_iommu iommu", "" },
	/* The command line overrides the file. */
	{ "devs = 01:00.0\n", "vfio_early.devs=02:00.0", "devs=02:00.0; " },
	{ "devs = 01:00.0, 03:00.0\n", "vfio_early.devs=02:00.0 vfio_early.devs=04:00.0",
	  "devs=02:00.0,04:00.0; " },
	{ "devs = 01:00.0\n", "quiet", "devs=01:00.0; " },
	{ "devs = 01:00.0\n", "vfio_early.devs=", "" },
	{ "devs = 01:00.0\nforce = 00:17.0\n", "vfio_early.devs=02:00.0",
	  "devs=02:00.0; force=00:17.0; " },
	{ "driver = auto\nwait = 9\ndebug = on\n",
	  "vfio_early.driver=vfio-pci vfio_early.wait=0 vfio_early.debug=off", "" },
	{ "devs = 01:00.0\n", "vfio_early=off", "off; devs=01:00.0; " },
};

static const struct row cmdline_errors[] = {
	{ NULL, "vfio_early.de-s=01:00.0",
	  "[" CMDLINE ":1 'vfio_early.de-s': unknown parameter" MEANT("devs") "]" },
	{ NULL, "vfio_early.dryXrun",
	  "[" CMDLINE ":1 'vfio_early.dryXrun': unknown parameter" MEANT("dry_run") "]" },
	{ NULL, "vfio_early.rescue", "[" CMDLINE ":1 rescue: has no value]" },
	{ NULL, "quiet vfio_early.gpus=01:00.0",
	  "[" CMDLINE ":7 'vfio_early.gpus': unknown parameter" KNOWN_PARAMETERS "]" },
	/* A name that is nearly ours may be a lost restriction. */
	{ NULL, "xvfio_early.protect=01:00.0",
	  "[" CMDLINE ":1 'xvfio_early.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "v=fio_early.protect=01:00.0",
	  "[" CMDLINE ":1 'v=fio_early.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "fio_early.protect=01:00.0",
	  "[" CMDLINE ":1 'fio_early.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "vfio.early.protect=01:00.0",
	  "[" CMDLINE ":1 'vfio.early.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "VFIO_EARLY.protect=01:00.0",
	  "[" CMDLINE ":1 'VFIO_EARLY.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "vf o_early.protect=01:00.0",
	  "[" CMDLINE ":4 'o_early.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "quietvfio_early.protect=01:00.0",
	  "[" CMDLINE ":1 'quietvfio_early.protect': unknown parameter" MEANT("protect") "]" },
	{ NULL, "vfio_early.devs=01:00.0,!02:00.0 @10de:1f91 quiet 03:00.0",
	  "devs=01:00.0,!02:00.0; [" CMDLINE ":17 devs: a blank cuts off the list; did you mean "
	  "'vfio_early.devs=01:00.0,!02:00.0@10de:1f91'?]" },
	/* The blank is in the middle of a selector: its second half reads as none, what follows
	   does. */
	{ NULL, "vfio_early.devs=01:00.0,0000:02 0b.0,!03:00.0",
	  "devs=01:00.0; [" CMDLINE
	  ":30 devs: '0000:02': an id is four hexadecimal digits or *][" CMDLINE
	  ":17 devs: a blank cuts off the list: write it without blanks, or quote it]" },
	/* A blank in place of a digit: the rest is no address. */
	{ NULL, "vfio_early.devs=01:00.0 vfio_early.protect= 000:7e:02",
	  "devs=01:00.0; [" CMDLINE
	  ":44 protect: a blank cuts off the list: write it without blanks, or quote it]" },
	/* The blank precedes the quotes of a list that has blanks. */
	{ NULL, "vfio_early.devs=01:00.0 vfio_early.protect= \"boot_vga class:08\" quiet",
	  "devs=01:00.0; [" CMDLINE ":44 protect: a blank cuts off the list; did you mean "
	  "'vfio_early.protect=boot_vga,class:08'?]" },
	/* A word of force may begin with a guard's name. */
	{ NULL, "vfio_early.force=storage:01:00.0 02:00.0",
	  "force=storage:01:00.0; [" CMDLINE ":18 force: a blank cuts off the list; did you mean "
	  "'vfio_early.force=storage:01:00.0,02:00.0'?]" },
	/* A quote without its pair: the blanks before it were between both. */
	{ NULL, "vfio_early.protect=01:00.0 boot_vga\" quiet",
	  "protect=01:00.0; [" CMDLINE ":20 protect: a blank cuts off the list; did you mean "
	  "'vfio_early.protect=01:00.0,boot_vga'?]" },
	{ NULL, "vfio_early.protect=01:00.0 \"quiet\"", "protect=01:00.0; " },
	{ NULL, "vfio_early.devs=01:00.0,!02: 00.0",
	  "devs=01:00.0; [" CMDLINE
	  ":29 devs: '!02:': a device number is two hexadecimal digits][" CMDLINE
	  ":17 devs: a blank cuts off the list; did you mean "
	  "'vfio_early.devs=01:00.0,!02:00.0'?]" },
	{ NULL, "vfio_early.",
	  "[" CMDLINE ":1 'vfio_early.': unknown parameter" KNOWN_PARAMETERS "]" },
	{ NULL, "quiet vfio_early.devs", "[" CMDLINE ":7 devs: has no value]" },
	{ NULL, "vfio_early.wait", "[" CMDLINE ":1 wait: has no value]" },
	{ NULL, "vfio_early.devs=01:00.0,13,10de:1f9",
	  "devs=01:00.0; [" CMDLINE
	  ":25 devs: '13': looks like an IOMMU group number, which changes from boot to boot; list "
	  "a device of the group by its address][" CMDLINE
	  ":33 devs: '10de:1f9': an id is four hexadecimal digits or *]" },
	{ NULL, "a  \"vfio_early.devs=01:00.0 1:0\"",
	  "devs=01:00.0; [" CMDLINE
	  ":29 devs: '1:0': an id is four hexadecimal digits or *; did you mean '01:00'?]" },
	{ NULL, "vfio_early.devs=\"1:0\"",
	  "[" CMDLINE
	  ":18 devs: '1:0': an id is four hexadecimal digits or *; did you mean '01:00'?]" },
	{ NULL, "vfio_early.force=!01:00.0",
	  "[" CMDLINE ":18 force: '!01:00.0': '!' is allowed in devs only]" },
	{ NULL, "vfio_early.timeout=0",
	  "[" CMDLINE ":20 timeout: '0': not a number of seconds from 1 to 3600]" },
	{ NULL, "vfio_early.debug=perhaps",
	  "[" CMDLINE ":18 debug: 'perhaps': neither on nor off]" },
	{ NULL, "vfio_early.debug=", "[" CMDLINE ":18 debug: '': neither on nor off]" },
	/* A bad value leaves the good one. */
	{ "wait = 9\n", "vfio_early.wait=x",
	  "wait=9; [" CMDLINE ":17 wait: 'x': not a number of seconds from 0 to 3600]" },
	{ "driver = auto\n", "vfio_early.driver=a/b",
	  "driver=auto; [" CMDLINE ":19 driver: 'a/b': not a driver name]" },
	/* In doubt, off. */
	{ NULL, "vfio_early=of",
	  "off; [" CMDLINE ":1 vfio_early: 'of': neither on nor off; treated as off]" },
	{ NULL, "quiet vfio_early",
	  "off; [" CMDLINE ":7 vfio_early: '': neither on nor off; treated as off]" },
	{ NULL, "vfio_early=",
	  "off; [" CMDLINE ":1 vfio_early: '': neither on nor off; treated as off]" },
	/* Problems of the file come first. */
	{ "gpu = 1\n", "vfio_early.gpu=1",
	  "[" CONFIG ":1:1 'gpu': unknown key" KNOWN "]"
	  "[" CMDLINE ":1 'vfio_early.gpu': unknown parameter" KNOWN_PARAMETERS "]" },
};

static void test_cmdline(void **state)
{
	check_rows(*state, cmdline_rows, ARRAY_SIZE(cmdline_rows));
}

static void test_cmdline_errors(void **state)
{
	check_rows(*state, cmdline_errors, ARRAY_SIZE(cmdline_errors));
}

/* Whether what could not be used stops the taking after the command line was read. */
static const struct {
	const char *config;
	const char *cmdline;
	bool stops;
} stops[] = {
	{ "devs = !01:00.O\n", NULL, true },
	{ "devs = !01:00.O\n", "vfio_early.devs=02:00.0", false },
	{ "devs = !01:00.O\n", "vfio_early.protect=02:00.0", true },
	{ "dry_run = yess\n", "vfio_early.dry_run=no", false },
	{ "wait = soon\n", NULL, false },
	/* A lost line break: no value of the first line's key replaces the second line. */
	{ "devs = 01:00.0 protect = 02:00.0\n", "vfio_early.devs=class:03", true },
	{ "devs = 01:00.0_protect=02:00.0\n", "vfio_early.devs=class:03", true },
	{ "wait = 5protect = 02:00.0\n", "vfio_early.wait=5", true },
	{ "debug = on dry_run = on\n", "vfio_early.debug=on", true },
	/* The same with a blank or a quote on the command line. */
	{ NULL, "vfio_early.devs=02:00.0,01:00.0vfio_early.dry_run", true },
	{ NULL, "vfio_early.devs=02:00.0,01:00.0\" vfio_early.dry_run", true },
	{ NULL, "vfio_early.driver=vfio-pcivfio_early.dry_run", true },
	{ NULL, "vfio_early.wait=5\" vfio_early.dry_run", true },
	{ NULL, "vfio_early.debug=on\" vfio_early.dry_run", true },
	{ NULL, "i\"nitrd=/boot/a.img vfio_early.protect=01:00.0", true },
	{ NULL, "initrd=\"/boot/a.img vfio_early.protect=01:00.0", true },
	{ NULL, "\"quiet\"\" vfio_early.protect=01:00.0", true },
	{ NULL, "dyndbg=\"file vfio_early.protect=01:00.0\"", false },
};

static void test_stops(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
		struct settings settings;

		settings_read(&settings, *state, stops[i].config, stops[i].cmdline);
		if (stops[i].stops != (settings_find_stop(&settings) != NULL))
			fail_msg("%s: the taking is %sstopped", stops[i].config,
				 stops[i].stops ? "not " : "");
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_config),	   TEST(test_config_errors), TEST(test_cmdline),
		TEST(test_cmdline_errors), TEST(test_stops),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
