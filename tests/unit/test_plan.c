// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What plan.c decides: groups, refusals and findings. The other guards are in
 * test_plan_guard.c, the order of actions in test_plan_actions.c.
 */
#include "plan/plan.h"

#include <string.h>

#include "machine.h"
#include "plan_text.h"
#include "unit.h"

/*
 * A desktop: a card with four functions behind a root port, its twin in its own group, an
 * integrated boot display, a chipset slot with disk, sound and SMBus in one group, two
 * disks, a card in one group with dummy host bridges, and an SR-IOV NIC.
 */
static const struct function desktop_functions[] = {
	FUNCTION("0000:00:00.0", 0x060000, 0, 0x8086, 0x3e30),
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:00:02.0", 0x030000, 2, 0x8086, 0x3e98, .driver = "i915",
		 .boot_display = true),
	FUNCTION("0000:00:1f.0", 0x060100, 8, 0x8086, 0xa305),
	FUNCTION("0000:00:1f.2", 0x010601, 8, 0x8086, 0xa352, .driver = "ahci"),
	FUNCTION("0000:00:1f.3", 0x040300, 8, 0x8086, 0xa348, .driver = "snd_hda_intel"),
	FUNCTION("0000:00:1f.4", 0x0c0500, 8, 0x8086, 0xa323, .driver = "i801_smbus"),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .driver = "snd_hda_intel"),
	FUNCTION("0000:01:00.2", 0x0c0330, 1, 0x10de, 0x1ad8, .driver = "xhci_hcd"),
	FUNCTION("0000:01:00.3", 0x0c8000, 1, 0x10de, 0x1ad9),
	FUNCTION("0000:02:00.0", 0x030000, 15, 0x10de, 0x1f91, .driver = "nouveau"),
	FUNCTION("0000:03:00.0", 0x010802, 16, 0x144d, 0xa808, .driver = "nvme"),
	FUNCTION("0000:04:00.0", 0x010802, 17, 0x144d, 0xa808, .driver = "nvme"),
	FUNCTION("0000:05:00.0", 0x060000, 18, 0x1022, 0x1482),
	FUNCTION("0000:05:00.1", 0x060400, 18, 0x1022, 0x1483, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:05:01.0", 0x038000, 18, 0x1002, 0x731f, .driver = "amdgpu"),
	FUNCTION("0000:06:00.0", 0x020000, 19, 0x8086, 0x1572, .driver = "i40e",
		 .virtual_functions = 4),
	FUNCTION("0000:06:02.0", 0x020000, 20, 0x8086, 0x154c, .driver = "iavf"),
	FUNCTION("0000:07:00.0", 0x020000, -1, 0x8086, 0x15f3, .driver = "igc"),
};
static const struct machine desktop = MACHINE(desktop_functions, IOMMU_ON);

/* The boot display is a card with an audio function, each in its own group. */
static const struct function split_functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:00:02.0", 0x038000, 2, 0x8086, 0x3e98, .driver = "i915"),
	FUNCTION("0000:01:00.0", 0x030000, 3, 0x10de, 0x1f91, .driver = "nouveau",
		 .boot_display = true, .parent = "0000:00:01.0"),
	FUNCTION("0000:01:00.1", 0x040300, 3, 0x10de, 0x10fa, .driver = "snd_hda_intel"),
	FUNCTION("0000:02:00.0", 0x020000, 3, 0x8086, 0x15f3, .driver = "igc"),
	FUNCTION("0000:03:00.0", 0x010802, 3, 0x144d, 0xa808, .driver = "nvme"),
	FUNCTION("0000:03:00.1", 0x088000, 3, 0x144d, 0xa809),
};
static const struct machine split = MACHINE(split_functions, IOMMU_ON);

/* Without an IOMMU nothing has a group. */
static const struct function bare_functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, -1, 0x8086, 0x1901, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:01:00.0", 0x030000, -1, 0x10de, 0x1f91, .driver = "nouveau",
		 .boot_display = true),
	FUNCTION("0000:01:00.1", 0x040300, -1, 0x10de, 0x10fa, .driver = "snd_hda_intel"),
	FUNCTION("0000:02:00.0", 0x010802, -1, 0x144d, 0xa808, .driver = "nvme"),
};
static const struct machine bare = MACHINE(bare_functions, IOMMU_OFF_INTEL);

/* A disk disappeared while it was read, or could not be read. */
static const struct function gone_functions[] = {
	FUNCTION("0000:01:00.0", 0x020000, 1, 0x8086, 0x15f3),
	FUNCTION("0000:01:00.1", 0, 1, 0, 0, .gone = true),
	FUNCTION("0000:02:00.0", 0x020000, 2, 0x8086, 0x15f3),
};
static const struct machine gone = MACHINE(gone_functions, IOMMU_ON);

/* A VMD whose domain does not exist yet, as at boot. */
static const struct function vmd_functions[] = {
	FUNCTION("0000:00:0e.0", 0x010400, 2, 0x8086, 0x9a0b, .driver = "vmd"),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
};
static const struct machine vmd = MACHINE(vmd_functions, IOMMU_ON);

/* A disk behind a VMD shares its group with a NIC; the VMD is in another. */
static const struct function vmd_shared_functions[] = {
	FUNCTION("0000:00:0e.0", 0x010400, 2, 0x8086, 0x9a0b, .driver = "vmd"),
	FUNCTION("0000:03:00.0", 0x020000, 3, 0x8086, 0x15f3, .driver = "igc"),
	FUNCTION("10000:01:00.0", 0x010802, 3, 0x144d, 0xa808, .driver = "nvme",
		 .vmd = "0000:00:0e.0"),
};
static const struct machine vmd_shared = MACHINE(vmd_shared_functions, IOMMU_ON);

struct row {
	const struct machine *machine;
	const char *cmdline; /* "vfio_early." is put before each word */
	const char *groups;
	const char *findings;
};

#define CARD "1{:00:01.0,01:00.0,01:00.1,01:00.2,01:00.3}"

static const struct row groups_taken[] = {
	{ &desktop, "", "", "" },
	{ &desktop, "devs=", "", "" },
	{ &desktop, "devs=01:00.0", CARD, "" },
	{ &desktop, "devs=01:00.3", CARD, "" },
	{ &desktop, "devs=01:00", CARD, "" },
	{ &desktop, "devs=10de:1f91", CARD " 15{02:00.0}", "" },
	{ &desktop, "devs=02:00.0,01:00.0", CARD " 15{02:00.0}", "" },
	{ &desktop, "devs=10de:10fa", CARD, "" },
	{ &desktop, "devs=class:0c8000", CARD, "" },
	/* Neighbouring addresses do not matter, groups do. */
	{ &desktop, "devs=02:00.0", "15{02:00.0}", "" },
	/* Listing twice changes nothing. */
	{ &desktop, "devs=01:00.0,01:00,10de:1ad8", CARD, "" },
	{ &desktop, "devs=03:00.0", "16{03:00.0}", "" },
	{ &desktop, "devs=144d:a808", "16{03:00.0} 17{04:00.0}", "" },
	{ &desktop, "devs=boot_vga", "2{00:02.0}", "" },
	{ &desktop, "devs=00:02.0", "2{00:02.0}", "" },
	/* Bridges of every kind stay with the host and hinder nothing. */
	{ &desktop, "devs=05:01.0", "18{:05:00.0,:05:00.1,05:01.0}", "" },
	{ &desktop, "devs=06:02.0", "20{06:02.0}", "" },
	/* '!' excludes what others pick. */
	{ &desktop, "devs=10de:*,!02:00.0", CARD, "" },
	{ &desktop, "devs=class:03,!boot_vga,!05:01.0", CARD " 15{02:00.0}", "" },
	{ &desktop, "devs=!boot_vga,!05:01.0,class:03", CARD " 15{02:00.0}", "" },
	/* A '!' that excludes nothing stops the taking. */
	{ &desktop, "devs=!01:00.0", "", " !01:00.0:excludes-nothing there 01:00.0" },
	{ &desktop, "devs=class:03,!0c:00.0", "", " !0c:00.0:excludes-nothing" },
	{ &desktop, "devs=class:03,!class:12", "", " !class:12:excludes-nothing" },
	{ &desktop, "devs=01:00.0,!03:00.0", "", " !03:00.0:excludes-nothing there 03:00.0" },
	/* The boot display is known, and nobody picks it. */
	{ &desktop, "devs=01:00.0,!boot_vga", CARD, "" },
	{ &desktop, "devs=01:00.0,!01:00.0", "", "" },
	{ &desktop, "devs=10de:1f91,!10de:1f91", "", "" },
	/* '!' goes by place, whatever id is there now. */
	{ &desktop, "devs=10de:1f91,!02:00.0@10de:1f91", CARD, "" },
	{ &desktop, "devs=10de:1f91,!02:00.0@10de:ffff", CARD,
	  " !02:00.0@10de:ffff:identity there 02:00.0" },
	{ &desktop, "devs=01:00.0@10de:1f91", CARD, "" },
	{ &desktop, "devs=01:00.0@10de:*", CARD, "" },
	{ &desktop, "devs=boot_vga@8086:3e98", "2{00:02.0}", "" },
};

#define CHIPSET(disk) "8{00:1f.0,00:1f.2" disk ",00:1f.3,00:1f.4}"

static const struct row groups_refused[] = {
	/* A disk never counts as listed through its neighbours. */
	{ &desktop, "devs=00:1f.3", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=8086:a348", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=00:1f.3,00:1f.4,00:1f.0", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=class:04,!01:00.1", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=00:1f", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.*", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.2", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3,00:1f.2", CHIPSET(""), "" },
	{ &desktop, "devs=8086:a352", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3,class:0106", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.2@8086:a352", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3,00:1f.2@8086:ffff", "!" CHIPSET("=storage"),
	  " 00:1f.2@8086:ffff:identity there 00:1f.2" },
	{ &desktop, "devs=00:1f,!00:1f.2", "!" CHIPSET("=excluded"), "" },
	{ &desktop, "devs=00:1f.3 force=00:1f.2", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3 force=00:1f", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3 force=class:01", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3 force=00:1f.2@8086:a352", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3 force=00:1f.2@8086:ffff", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=00:1f.3 force=00:1f.3", "!" CHIPSET("=storage"), "" },
	/* A bare selector waives only that the device is not listed. */
	{ &desktop, "devs=01:00.0 protect=01:00.2 force=01:00.2",
	  "!1{:00:01.0,01:00.0,01:00.1,01:00.2=protected,01:00.3}", "" },
	{ &desktop, "devs=01:00,!01:00.2 force=01:00.2",
	  "!1{:00:01.0,01:00.0,01:00.1,01:00.2=excluded,01:00.3}", "" },
	{ &desktop, "devs=06:00.0 force=06:00.0", "!19{06:00.0=vfs}", "" },
	/* A word waives its own reason; '-' and '_' are equal. */
	{ &desktop, "devs=00:1f.3 force=storage:00:1f.2", CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3 force=protected:00:1f.2", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=00:1f.3 force=boot_display:00:1f.2", "!" CHIPSET("=storage"), "" },
	{ &desktop, "devs=00:1f.3 protect=00:1f.2 force=storage:00:1f.2", "!" CHIPSET("=protected"),
	  "" },
	{ &desktop, "devs=00:1f.3 protect=00:1f.2 force=protected:00:1f.2", "!" CHIPSET("=storage"),
	  "" },
	{ &desktop, "devs=00:1f.3 protect=00:1f.2 force=protected:00:1f.2,storage:00:1f.2",
	  CHIPSET(""), "" },
	{ &desktop, "devs=00:1f.3 protect=00:1f.2 force=protected:class:01,00:1f.2", CHIPSET(""),
	  "" },
	{ &desktop, "devs=06:00.0 force=virtual_functions:06:00.0", "19{06:00.0}", "" },
	/* force alone lists nothing. */
	{ &desktop, "force=00:1f.2,01:00.0", "", "" },
	/* The boot display. */
	{ &split, "devs=02:00.0 force=03:00",
	  "!3{01:00.0=boot-display,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=02:00.0,03:00.0",
	  "!3{01:00.0=boot-display,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=01:00.1,03:00.0", "3{01:00.0,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=10de:10fa,03:00.0", "3{01:00.0,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=01:00.0,03:00.0", "3{01:00.0,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=boot_vga,03:00.0", "3{01:00.0,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=02:00.0,03:00.0 force=boot_vga",
	  "3{01:00.0,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	{ &split, "devs=01:00.1,03:00.0,!boot_vga",
	  "!3{01:00.0=excluded,01:00.1,02:00.0,03:00.0,03:00.1}", "" },
	/* An excluded device picks nothing for its neighbour. */
	{ &split, "devs=02:00.0,01:00.1,!01:00.1,03:00.0",
	  "!3{01:00.0=boot-display,01:00.1=excluded,02:00.0,03:00.0,03:00.1}", "" },
	/* A listed neighbour does not list the disk. */
	{ &split, "devs=01:00,03:00.1", "!3{01:00.0,01:00.1,02:00.0,03:00.0=storage,03:00.1}", "" },
	{ &split, "devs=02:00.0",
	  "!3{01:00.0=boot-display,01:00.1,02:00.0,03:00.0=storage,03:00.1}", "" },
	/* Protected, listed or not. */
	{ &desktop, "devs=01:00.0 protect=01:00.0",
	  "!1{:00:01.0,01:00.0=protected,01:00.1,01:00.2,01:00.3}", "" },
	{ &desktop, "devs=01:00.0 protect=10de:1ad8",
	  "!1{:00:01.0,01:00.0,01:00.1,01:00.2=protected,01:00.3}", "" },
	{ &desktop, "devs=01:00.0 protect=01:00.2 force=protected:01:00.2", CARD, "" },
	{ &desktop, "devs=03:00.0 protect=03:00.0", "!16{03:00.0=protected}", "" },
	{ &desktop, "devs=03:00.0 protect=03:00.0@144d:a808", "!16{03:00.0=protected}", "" },
	/* The host's needs are protected by place, whatever is there now. */
	{ &desktop, "devs=03:00.0 protect=03:00.0@10de:1f91", "!16{03:00.0=protected}", "" },
	{ &desktop, "devs=03:00.0 protect=04:00.0", "16{03:00.0}", "" },
	/* The device with that id is in its place, so this one is another. */
	{ &desktop, "devs=03:00.0 protect=04:00.0@144d:a808", "16{03:00.0}", "" },
	/* It is not, so any device with its id may be it. */
	{ &desktop, "devs=03:00.0,04:00.0 protect=08:00.0@144d:a808",
	  "!16{03:00.0=protected} !17{04:00.0=protected}", "" },
	{ &desktop, "devs=03:00.0 protect=06:00.0@144d:a808", "!16{03:00.0=protected}", "" },
	{ &desktop, "devs=03:00.0 protect=08:00.0@144d:a808:1af4:1100", "!16{03:00.0=protected}",
	  "" },
	{ &desktop, "devs=03:00.0 protect=08:00.0@144d:a808:1af4:1101", "16{03:00.0}", "" },
	{ &desktop, "devs=03:00.0 protect=00:1c.0/00.0@144d:a808", "!16{03:00.0=protected}", "" },
	{ &desktop, "devs=03:00.0 protect=08:00.0@144d:a808 force=protected:03:00.0", "16{03:00.0}",
	  "" },
	{ &desktop, "devs=01:00.0 protect=08:00.0@144d:a808", CARD, "" },
	{ &desktop, "devs=01:00.0 protect=08:00.0@10de:1ad8",
	  "!1{:00:01.0,01:00.0,01:00.1,01:00.2=protected,01:00.3}", "" },
	{ &desktop, "devs=03:00.0 protect=class:03", "16{03:00.0}", "" },
	{ &desktop, "protect=03:00.0", "", "" },
	/* A bridge cannot be taken, so protecting it refuses nothing. */
	{ &desktop, "devs=01:00.0 protect=00:01.0", CARD, "" },
	/* Excluded, but its group cannot go without it. */
	{ &desktop, "devs=01:00,!01:00.2", "!1{:00:01.0,01:00.0,01:00.1,01:00.2=excluded,01:00.3}",
	  "" },
	{ &desktop, "devs=01:00,!01:00.2 force=excluded:01:00.2", CARD, "" },
	{ &desktop, "devs=01:00.0,!01:00.2,!01:00.3",
	  "!1{:00:01.0,01:00.0,01:00.1,01:00.2=excluded,01:00.3=excluded}", "" },
	{ &desktop, "devs=01:00.0,!00:01.0", CARD, "" },
	/* Members that differ from the pinned ones. */
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:1f91", "15{02:00.0}", "" },
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:1f91:1af4:1100", "15{02:00.0}", "" },
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:*", "15{02:00.0}", "" },
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:1f92", "!15{02:00.0=new}", "" },
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:1f91:1af4:1101", "!15{02:00.0=new}", "" },
	{ &desktop, "devs=02:00.0 members=01:00.0@10de:1f91", "!15{02:00.0=new}", "" },
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:1f92,02:00.0@10de:1f91", "15{02:00.0}", "" },
	{ &desktop, "devs=02:00.0 members=02:00.0@10de:1f91,0a:00.0@10de:1f91", "15{02:00.0}", "" },
	{ &desktop, "devs=02:00.0 members=", "15{02:00.0}", "" },
	/* Bridges are never members. */
	{ &desktop, "devs=05:01.0 members=05:01.0@1002:731f", "18{:05:00.0,:05:00.1,05:01.0}", "" },
	{ &desktop,
	  "devs=01:00.0,02:00.0 members=01:00.0@10de:1f91,01:00.1@10de:10fa,01:00.3@10de:1ad9",
	  "!1{:00:01.0,01:00.0,01:00.1,01:00.2=new,01:00.3} !15{02:00.0=new}", "" },
	{ &desktop,
	  "devs=01:00.0 members=01:00.0@10de:1f91,01:00.1@10de:10fa,01:00.3@10de:1ad9 "
	  "force=newcomer:01:00.2",
	  CARD, "" },
	/* Other reasons against a newcomer come first. */
	{ &desktop, "devs=00:1f.3 members=00:1f.3@8086:a348",
	  "!8{00:1f.0=new,00:1f.2=storage,00:1f.3,00:1f.4=new}", "" },
	{ &desktop, "devs=02:00.0 members=03:00.0@10de:1f91 protect=02:00.0",
	  "!15{02:00.0=protected}", "" },
	/* SR-IOV. */
	{ &desktop, "devs=06:00.0", "!19{06:00.0=vfs}", "" },
	{ &desktop, "devs=06:00.0 force=virtual-functions:06:00.0", "19{06:00.0}", "" },
	/* An unreadable device may be anything: no word waives that. */
	{ &gone, "devs=8086:15f3", "!1{01:00.0,01:00.1=gone} 2{02:00.0}", "" },
	{ &gone, "devs=01:00,!01:00.1", "", " !01:00.1:excludes-nothing" },
	{ &gone, "devs=01:00.0 force=01:00.1,01:00", "!1{01:00.0,01:00.1=gone}", "" },
	{ &gone, "devs=01:00.1", "", " 01:00.1:absent" },
	/* Nothing waives that a member is behind a VMD, or that it is an unlisted disk there. */
	{ &vmd_shared, "devs=03:00.0", "!3{03:00.0,10000:01:00.0=behind}", "" },
	{ &vmd_shared, "devs=03:00.0 force=10000:01:00.0", "!3{03:00.0,10000:01:00.0=behind}", "" },
	/* A refused group affects no other. */
	{ &desktop, "devs=06:00.0,02:00.0,00:1f.3",
	  "!" CHIPSET("=storage") " 15{02:00.0} !19{06:00.0=vfs}", "" },
	/* No group. */
	{ &desktop, "devs=07:00.0", "!-1{07:00.0=no-group}", "" },
	{ &desktop, "devs=07:00.0 force=07:00.0", "!-1{07:00.0=no-group}", "" },
	{ &desktop, "devs=07:00.0,02:00.0", "15{02:00.0} !-1{07:00.0=no-group}", "" },
	{ &desktop, "devs=07:00.0 protect=07:00.0", "!-1{07:00.0=no-group}", "" },
	{ &bare, "devs=01:00", "!-1{01:00.0=no-group} !-1{01:00.1=no-group}", "" },
	{ &bare, "devs=00:01.0,01:00.1", "!-1{01:00.1=no-group}",
	  " 00:01.0:bridges-only there 00:01.0" },
};

static const struct row findings[] = {
	{ &desktop, "devs=0a:00.0", "", " 0a:00.0:absent" },
	{ &desktop, "devs=0a:00", "", " 0a:00:absent" },
	{ &desktop, "devs=0a:00.0,02:00.0,10de:ffff", "15{02:00.0}",
	  " 0a:00.0:absent 10de:ffff:absent" },
	{ &desktop, "devs=10000:01:00.0", "", " 10000:01:00.0:behind" },
	/* A '!' typed as a digit makes a domain of five digits, which parses. */
	{ &desktop, "devs=class:03,10000:02:00.0", "", " 10000:02:00.0:mistyped there 02:00.0" },
	{ &desktop, "devs=a0000:02:00.0,class:03", "", " a0000:02:00.0:mistyped there 02:00.0" },
	{ &desktop, "devs=class:03,10000:02:00", "", " 10000:02:00:mistyped there 02:00.0" },
	{ &desktop, "devs=class:03,10000:02:00.0@10de:1f91", "",
	  " 10000:02:00.0@10de:1f91:mistyped there 02:00.0" },
	{ &desktop, "devs=01:00.0,10000:01:00.1", "", " 10000:01:00.1:mistyped there 01:00.1" },
	/* A '!' that would exclude nothing was not meant. */
	{ &desktop, "devs=01:00.0,10000:02:00.0", CARD, " 10000:02:00.0:behind" },
	{ &desktop, "devs=01:00.0,10000:0a:00.0", CARD, " 10000:0a:00.0:behind" },
	{ &desktop, "devs=01:00.0,0001:01:00.1", CARD, " 0001:01:00.1:absent" },
	/* A mistyped word of protect loses as much. */
	{ &desktop, "devs=class:03 protect=10000:02:00.0", "",
	  " 10000:02:00.0:mistyped there 02:00.0" },
	{ &desktop, "devs=01:00.0 protect=10000:02:00.0", CARD, "" },
	/* A device behind a VMD may appear later. */
	{ &vmd, "devs=01:00.0 protect=10000:01:00.0", "1{01:00.0}", "" },
	{ &vmd, "devs=01:00.0,10000:01:00.0", "", " 10000:01:00.0:mistyped there 01:00.0" },
	{ &desktop, "devs=00:01.0/00.0", "", " 00:01.0/00.0:absent" },
	{ &desktop, "devs=class:12", "", " class:12:absent" },
	{ &bare, "devs=boot_vga,!boot_vga", "", "" },
	{ &desktop, "devs=!0a:00.0", "", " !0a:00.0:excludes-nothing" },
	{ &desktop, "devs=0a:00.0@10de:1f91", "", " 0a:00.0@10de:1f91:absent moved 01:00.0" },
	{ &desktop, "devs=0a:00.0@10de:ffff", "", " 0a:00.0@10de:ffff:absent" },
	{ &desktop, "devs=03:00.0@10de:1f91", "",
	  " 03:00.0@10de:1f91:identity there 03:00.0 moved 01:00.0" },
	{ &desktop, "devs=03:00.0@10de:ffff", "", " 03:00.0@10de:ffff:identity there 03:00.0" },
	{ &desktop, "devs=boot_vga@10de:1f91", "",
	  " boot_vga@10de:1f91:identity there 00:02.0 moved 01:00.0" },
	/* The mismatch drops the pinned selector, not another that picks the device. */
	{ &desktop, "devs=02:00.0@10de:ffff,02:00.0", "15{02:00.0}",
	  " 02:00.0@10de:ffff:identity there 02:00.0" },
	{ &desktop, "devs=00:01.0", "", " 00:01.0:bridges-only there 00:01.0" },
	{ &desktop, "devs=8086:1901", "", " 8086:1901:bridges-only there 00:01.0" },
	{ &desktop, "devs=05:00", "", " 05:00:bridges-only there 05:00.1" },
	{ &desktop, "devs=00:00.0", "", " 00:00.0:bridges-only there 00:00.0" },
	{ &desktop, "devs=00:01.0@8086:1901", "",
	  " 00:01.0@8086:1901:bridges-only there 00:01.0 moved 00:01.0" },
	/* An ISA bridge is an endpoint. */
	{ &desktop, "devs=class:0601 force=00:1f.2", CHIPSET(""), "" },
	/* Bridges beside devices are no finding. */
	{ &desktop, "devs=class:06 force=00:1f.2", CHIPSET(""), "" },
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct text cmdline = { .used = 0 }, text = { .used = 0 }, found = { .used = 0 };
		char words[256], *rest = words, *word;
		struct run *run;

		assert_true(strlen(rows[i].cmdline) < sizeof(words));
		strcpy(words, rows[i].cmdline);
		while ((word = strsep(&rest, " ")))
			if (*word)
				text_add(&cmdline, "vfio_early.%s ", word);
		run = machine_plan(rows[i].machine, cmdline.bytes);
		plan_text_groups(&run->plan, &text);
		plan_text_findings(&run->plan, &found);
		check_text(rows[i].cmdline, text.bytes, rows[i].groups);
		check_text(rows[i].cmdline, found.bytes, rows[i].findings);
		assert_int_equal(run->plan.iommu, rows[i].machine->iommu);
		machine_forget(run);
	}
}

static void test_taken(void **state)
{
	(void)state;
	check_rows(groups_taken, ARRAY_SIZE(groups_taken));
}

static void test_refused(void **state)
{
	(void)state;
	check_rows(groups_refused, ARRAY_SIZE(groups_refused));
}

static void test_findings(void **state)
{
	(void)state;
	check_rows(findings, ARRAY_SIZE(findings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_findings),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
