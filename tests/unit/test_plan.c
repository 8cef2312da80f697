// SPDX-License-Identifier: GPL-2.0-or-later
/* What plan.c decides: groups, refusals and findings. Their order is in test_plan_actions.c. */
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#include "machine.h"
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

/* Writes an address without domain 0000. */
static const char *brief(const struct pci_address *address, char *text)
{
	pci_address_format(address, text);
	return strncmp(text, "0000:", 5) == 0 ? text + 5 : text;
}

/*
 * Writes "group{member,member}" for each group: ':' before a member left alone, the
 * reason after one to blame, '!' before a refused group.
 */
static void render_groups(const struct plan *plan, struct text *text)
{
	static const char *const refusals[] = {
		"none", "no-group", "gone", "behind",  "storage", "boot-display", "protected",
		"vfs",	"excluded", "new",  "network", "unknown", "console",	  "watchdog",
	};
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		text_add(text, "%s%s%d{", i ? " " : "", group->refused ? "!" : "", group->number);
		for (size_t j = 0; j < group->count; j++) {
			const struct member *member = &group->members[j];

			text_add(text, "%s%s%s", j ? "," : "",
				 member->role == ROLE_LEAVE ? ":" : "",
				 brief(&member->device->address, address));
			if (member->refusal != REFUSAL_NONE)
				text_add(text, "=%s", refusals[member->refusal]);
			/* Nothing is done yet, and nothing will be if it is left. */
			check_number("result", member->result,
				     group->refused || member->role == ROLE_LEAVE ? RESULT_LEFT
										  : RESULT_PENDING);
		}
		text_add(text, "}");
	}
}

static void render_findings(const struct plan *plan, struct text *text)
{
	static const char *const kinds[] = { "absent",	"identity",	    "bridges-only",
					     "behind",	"excludes-nothing", "unknown",
					     "mistyped" };
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->finding_count; i++) {
		const struct finding *finding = &plan->findings[i];

		text_add(text, " %s:%s", finding->selector->text, kinds[finding->kind]);
		if (finding->device)
			text_add(text, " there %s", brief(&finding->device->address, address));
		if (finding->moved)
			text_add(text, " moved %s", brief(&finding->moved->address, address));
	}
}

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
		render_groups(&run->plan, &text);
		render_findings(&run->plan, &found);
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

/* Whose driver keeps a group from being opened, by driver, header type and kernel. */
static const struct {
	const char *driver;
	uint32_t class;
	uint8_t header_type;
	bool old_kernel;
	bool blocks;
} blocks[] = {
	{ NULL, 0x060400, 1, false, false },
	{ "pcieport", 0x060400, 1, false, false },
	{ "pci-stub", 0x060400, 1, false, false },
	{ "vfio-pci", 0x060000, 0, false, false },
	{ "shpchp", 0x060400, 1, false, true },
	{ "shpchp", 0x060400, 1, true, false },
	{ "pcieport2", 0x060400, 1, false, true },
	{ "amd_nb", 0x060000, 0, false, true },
	{ "amd_nb", 0x060000, 0, true, true },
	{ "yenta_cardbus", 0x060700, 2, false, true },
	{ "yenta_cardbus", 0x060700, 2, true, false },
};

static void test_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		const struct function functions[] = {
			FUNCTION("0000:00:01.0", blocks[i].class, 1, 0x8086, 0x244e,
				 .header_type = blocks[i].header_type, .driver = blocks[i].driver),
			FUNCTION("0000:01:00.0", 0x020000, 1, 0x8086, 0x10d3, .driver = "e1000e"),
		};
		struct machine machine = MACHINE(functions, IOMMU_ON);
		struct run *run;

		machine.counts_no_owners = blocks[i].old_kernel;
		run = machine_plan(&machine, "vfio_early.devs=01:00.0");
		check_number(blocks[i].driver ? blocks[i].driver : "none",
			     machine_member(&run->plan, "0000:00:01.0")->blocks, blocks[i].blocks);
		assert_false(machine_member(&run->plan, "0000:01:00.0")->blocks);
		/* It is reported, but refuses nothing. */
		assert_false(run->plan.groups[0].refused);
		machine_forget(run);
	}
}

static const struct function guarded_functions[] = {
	FUNCTION("0000:01:00.0", 0x020000, 1, 0x8086, 0x15f3, .driver = "igc"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x8086, 0x15f4),
	FUNCTION("0000:02:00.0", 0x010802, 2, 0x144d, 0xa808, .driver = "nvme"),
	FUNCTION("0000:03:00.0", 0x070002, 3, 0x1b36, 0x0002, .console = "ttyS4"),
	FUNCTION("0000:04:00.0", 0x0c0500, 4, 0x8086, 0xa323, .watchdog = "watchdog0"),
	FUNCTION("0000:05:00.0", 0x080501, 5, 0x1022, 0x7906),
	FUNCTION("0000:05:00.1", 0x040300, 5, 0x1022, 0x7907),
};
static const struct machine guarded = MACHINE(guarded_functions, IOMMU_ON);

/* The list of the host's needs; NULL for an image without one. */
static const struct {
	const char *host, *cmdline, *groups;
} guarded_rows[] = {
#define SEEN	SETTINGS_HOST_HEADING "\n"
#define NETWORK "network = 01:00.0@8086:15f3  # default route on eth0\n"
	{ NETWORK, "devs=01:00.1", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=class:02", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=01:00", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=8086:15f3", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=01:00.0", "1{01:00.0,01:00.1}" },
	{ NETWORK, "devs=class:02,01:00.0", "1{01:00.0,01:00.1}" },
	{ NETWORK, "devs=01:00.1 force=01:00.0", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=01:00.1 force=network:01:00.0", "1{01:00.0,01:00.1}" },
	{ SEEN, "devs=01:00.1", "1{01:00.0,01:00.1}" },
	{ SEEN, "devs=class:0108", "2{02:00.0}" },
	{ NULL, "devs=class:0108", "!2{02:00.0=unknown}" },
	{ NULL, "devs=144d:a808", "!2{02:00.0=unknown}" },
	{ NULL, "devs=02:00.*", "!2{02:00.0=unknown}" },
	{ NULL, "devs=02:00.0", "2{02:00.0}" },
	/* An empty file is no list. */
	{ "", "devs=class:0108", "!2{02:00.0=unknown}" },
	{ NULL, "devs=class:0108 force=02:00.0", "!2{02:00.0=unknown}" },
	{ NULL, "devs=class:0108 force=host-unknown:02:00.0", "2{02:00.0}" },
	{ NULL, "devs=01:00.1", "!1{01:00.0=unknown,01:00.1}" },
	{ NULL, "devs=01:00.1,01:00.0", "1{01:00.0,01:00.1}" },
	/* Waiving that it is not listed does not waive that the host may need it. */
	{ NULL, "devs=05:00.1", "!5{05:00.0=storage,05:00.1}" },
	{ NULL, "devs=05:00.1 force=05:00.0", "!5{05:00.0=unknown,05:00.1}" },
	{ NULL, "devs=05:00.1 force=storage:class:08", "!5{05:00.0=unknown,05:00.1}" },
	{ NULL, "devs=05:00.1,05:00.0", "5{05:00.0,05:00.1}" },
	{ NULL, "devs=05:00.1 force=storage:05:00.0,host-unknown:05:00.0", "5{05:00.0,05:00.1}" },
	{ SEEN, "devs=05:00.1 force=storage:class:08", "5{05:00.0,05:00.1}" },
	/* Not even by its address. */
	{ SEEN, "devs=03:00.0", "!3{03:00.0=console}" },
	{ SEEN, "devs=03:00.0 force=03:00.0", "!3{03:00.0=console}" },
	{ SEEN, "devs=03:00.0 force=console:03:00.0", "3{03:00.0}" },
	{ SEEN, "devs=04:00.0", "!4{04:00.0=watchdog}" },
	{ SEEN, "devs=04:00.0 force=watchdog:04:00.0", "4{04:00.0}" },
};

static void test_guarded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(guarded_rows); i++) {
		struct run *run = machine_run();
		struct text cmdline = { .used = 0 }, groups = { .used = 0 };
		const char *host = guarded_rows[i].host;
		const char *force = strstr(guarded_rows[i].cmdline, " force");

		text_add(&cmdline, "vfio_early.%.*s%s%s",
			 force ? (int)(force - guarded_rows[i].cmdline) : 200,
			 guarded_rows[i].cmdline, force ? " vfio_early." : "",
			 force ? force + 1 : "");
		run->settings.host_known = false;
		assert_int_equal(settings_read_cmdline(&run->settings, cmdline.bytes), 0);
		if (host)
			assert_int_equal(settings_read_host(&run->settings, "host", host), 0);
		assert_null(run->settings.problems);
		machine_survey(run, &guarded);
		assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology),
				 0);
		render_groups(&run->plan, &groups);
		check_text(cmdline.bytes, groups.bytes, guarded_rows[i].groups);
		machine_forget(run);
	}
}

/* Where groups come late: what may still join, by its place, and what may not. */
static const struct function late_functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x1b36, 0x000c, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:00:02.0", 0x060400, -1, 0x1b36, 0x000e, .header_type = 1),
	FUNCTION("0000:00:03.0", 0x020000, 4, 0x8086, 0x10d3, .driver = "e1000e"),
	FUNCTION("0000:00:04.0", 0x010802, -1, 0x1b36, 0x0010),
	FUNCTION("0000:01:00.0", 0x010802, -1, 0x1b36, 0x0010, .parent = "0000:00:01.0"),
	FUNCTION("0000:01:00.1", 0x020000, 2, 0x8086, 0x10d3, .driver = "e1000e",
		 .parent = "0000:00:01.0"),
	FUNCTION("0000:02:01.0", 0x020000, 3, 0x8086, 0x100e, .driver = "e1000",
		 .parent = "0000:00:02.0"),
	FUNCTION("0000:02:02.0", 0x010802, -1, 0x1b36, 0x0010, .parent = "0000:00:02.0"),
	FUNCTION("0000:03:00.0", 0x020000, 5, 0x8086, 0x10d3, .parent = "0000:00:02.0"),
	FUNCTION("0000:03:00.1", 0x060400, -1, 0x1b36, 0x000e, .header_type = 1,
		 .parent = "0000:00:02.0"),
};

static void test_late_groups(void **state)
{
	static const struct {
		const char *cmdline;
		bool refused;
	} rows[] = {
		{ "vfio_early.devs=00:03.0", false }, /* on the root bus beside 00:04.0 */
		{ "vfio_early.devs=00:04.0", true },
		{ "vfio_early.devs=01:00.1", true },  /* another function of its slot has none */
		{ "vfio_early.devs=02:01.0", true },  /* a device of its bus has none */
		{ "vfio_early.devs=03:00.0", false }, /* only a bridge has none */
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const struct machine late = { .functions = late_functions,
					      .count = ARRAY_SIZE(late_functions),
					      .late_groups = i % 2 };
		struct run *run = machine_plan(&late, rows[i / 2].cmdline);
		const struct planned_group *group = &run->plan.groups[0];
		/* Elsewhere, what has no group never gets one. */
		bool refused = rows[i / 2].refused && (late.late_groups || group->number < 0);

		check_number(rows[i / 2].cmdline, group->refused, refused);
		if (refused)
			check_number(rows[i / 2].cmdline, group->members[0].refusal,
				     REFUSAL_NO_GROUP);
		machine_forget(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guarded), cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_findings),
		cmocka_unit_test(test_blocks),	cmocka_unit_test(test_late_groups),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
