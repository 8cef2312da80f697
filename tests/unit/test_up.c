// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a machine is up: a systemctl that answers as the test says, and a tree of files. */
#include "host/up.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

/* What systemctl says of each unit. */
#define UNIT(id, load, active, entered)                           \
	"Id=" id "\nLoadState=" load "\nActiveState=" active "\n" \
	"ActiveEnterTimestampMonotonic=" entered "\n"
#define MULTI	      UNIT("multi-user.target", "loaded", "active", "9000000") "\n"
#define MULTI_AS(how) UNIT("multi-user.target", "loaded", how, "0") "\n"
#define TEXT_ONLY     UNIT("multi-user.target", "loaded", "active", "9000000") "\n"
#define GRAPHICAL     UNIT("graphical.target", "loaded", "active", "9000000") "\n"
#define NO_MANAGER    UNIT("display-manager.service", "not-found", "inactive", "0")
#define OLD	      "20000000"
#define YOUNG	      "45000000"
#define NOW	      50000000

#define SESSION(type, seat, state, since) \
	"# This is private data. Do not parse.\nUID=42\nCLASS=greeter\n" type seat state since
#define TYPE(type) "TYPE=" type "\n"
#define SEAT	   "SEAT=seat0\n"
#define STATE(how) "STATE=" how "\n"
#define SINCE(at)  "REALTIME=1700000000000000\nMONOTONIC=" at "\n"
#define GREETER	   SESSION(TYPE("x11"), SEAT, STATE("active"), SINCE(OLD))

struct machine {
	struct arena *arena;
	struct scratch scratch;
	char root[128], systemctl[160], proc[160], sysfs[160], program[160];
	struct up_roots roots;
};

static void program_write(const struct machine *machine, const char *name, const char *text)
{
	scratch_write(&machine->scratch, name, text);
	assert_int_equal(fchmodat(machine->scratch.fd, name, 0755, 0), 0);
}

static void machine_create(struct machine *machine)
{
	const char *path;

	machine->arena = arena_create(4 << 20);
	scratch_create(&machine->scratch);
	path = machine->scratch.path;
	snprintf(machine->systemctl, sizeof(machine->systemctl), "%s/systemctl", path);
	snprintf(machine->proc, sizeof(machine->proc), "%s/proc", path);
	snprintf(machine->sysfs, sizeof(machine->sysfs), "%s/sys", path);
	snprintf(machine->program, sizeof(machine->program), "%s/program", path);
	machine->roots = (struct up_roots){
		.root = path,
		.systemctl = machine->systemctl,
		.links = { machine->proc, machine->sysfs },
	};
	/* It answers only what it is really asked. */
	program_write(machine, "systemctl",
		      "#!/bin/sh\n[ \"$*\" = \"show --property=Id,LoadState,ActiveState,"
		      "ActiveEnterTimestampMonotonic multi-user.target default.target "
		      "display-manager.service\" ] && exec cat \"${0%/*}/said\"\n");
}

static void machine_remove(struct machine *machine)
{
	scratch_remove(&machine->scratch);
	arena_destroy(machine->arena);
}

/* Compares the reasons, each with a ';' after it. */
static void check_up(struct machine *machine, const char *row, const struct up_wanted *wanted,
		     const char *reasons)
{
	struct text text = { 0 };
	struct up_reason *reason;

	check_number(row, up_find(&reason, machine->arena, &machine->roots, wanted, NOW), 0);
	for (; reason; reason = reason->next) {
		check_clean(reason->text);
		text_add(&text, "%s;", reason->text);
	}
	check_text(row, text.bytes, reasons);
}

static const struct {
	const char *row, *said, *reasons;
} targets[] = {
	{ "up", MULTI TEXT_ONLY NO_MANAGER, "" },
	{ "up, graphical", MULTI GRAPHICAL NO_MANAGER, "" },
	{ "starting", MULTI_AS("inactive") TEXT_ONLY NO_MANAGER, "multi-user.target is inactive;" },
	{ "a manager that nothing starts",
	  MULTI TEXT_ONLY UNIT("xdm.service", "loaded", "inactive", "0"), "" },
	{ "masked", MULTI GRAPHICAL UNIT("display-manager.service", "masked", "inactive", "0"),
	  "" },
	{ "manager active", MULTI GRAPHICAL UNIT("xdm.service", "loaded", "active", OLD), "" },
	{ "manager young", MULTI GRAPHICAL UNIT("xdm.service", "loaded", "active", YOUNG),
	  "the display manager xdm.service has only just started;" },
	{ "just too young", MULTI GRAPHICAL UNIT("xdm.service", "loaded", "active", "40000001"),
	  "the display manager xdm.service has only just started;" },
	{ "just old enough", MULTI GRAPHICAL UNIT("xdm.service", "loaded", "active", "40000000"),
	  "" },
	{ "manager failed", MULTI GRAPHICAL UNIT("xdm.service", "loaded", "failed", "0"),
	  "the display manager xdm.service is failed;" },
	{ "manager starts", MULTI GRAPHICAL UNIT("xdm.service", "loaded", "activating", OLD),
	  "the display manager xdm.service is activating;" },
	{ "manager broken",
	  MULTI GRAPHICAL UNIT("display-manager.service", "bad-setting", "inactive", "0"),
	  "the display manager display-manager.service is inactive;" },
	{ "two reasons", MULTI_AS("failed") GRAPHICAL UNIT("xdm.service", "loaded", "failed", "0"),
	  "multi-user.target is failed;the display manager xdm.service is failed;" },
	{ "no answer", "",
	  "systemctl does not say whether multi-user.target is active: Invalid argument;" },
	{ "half an answer", MULTI TEXT_ONLY,
	  "systemctl does not say whether multi-user.target is active: Invalid argument;" },
};

static void test_targets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct machine machine;

		machine_create(&machine);
		scratch_write(&machine.scratch, "said", targets[i].said);
		check_up(&machine, targets[i].row, &(struct up_wanted){ 0 }, targets[i].reasons);
		machine_remove(&machine);
	}
}

static void test_systemctl(void **state)
{
	struct machine machine;

	(void)state;
	machine_create(&machine);
	/* It fails where systemd is not PID 1. */
	program_write(&machine, "systemctl", "#!/bin/sh\nexit 1\n");
	check_up(&machine, "fails", &(struct up_wanted){ 0 },
		 "systemctl does not say whether multi-user.target is active: Input/output "
		 "error;");
	unlinkat(machine.scratch.fd, "systemctl", 0);
	check_up(&machine, "missing", &(struct up_wanted){ 0 },
		 "systemctl does not say whether multi-user.target is active: No such file or "
		 "directory;");
	machine_remove(&machine);
}

#define NO_SCREEN "the display manager %s has not had a screen for 10 seconds;"

static const struct {
	const char *row, *session;
	bool screen;
} sessions[] = {
	{ "none", NULL, false },
	{ "greeter", GREETER, true },
	{ "wayland", SESSION(TYPE("wayland"), SEAT, STATE("online"), SINCE(OLD)), true },
	{ "young", SESSION(TYPE("x11"), SEAT, STATE("active"), SINCE(YOUNG)), false },
	{ "closing", SESSION(TYPE("x11"), SEAT, STATE("closing"), SINCE(OLD)), false },
	{ "console", SESSION(TYPE("tty"), SEAT, STATE("active"), SINCE(OLD)), false },
	{ "remote", SESSION(TYPE("x11"), "", STATE("active"), SINCE(OLD)), false },
	{ "no time", SESSION(TYPE("x11"), SEAT, STATE("active"), ""), false },
	{ "empty", "", false },
};

static void test_sessions(void **state)
{
	static const struct {
		const char *id;
		bool greeter;
	} managers[] = {
		{ "gdm.service", true },     { "gdm3.service", true }, { "sddm.service", true },
		{ "lightdm.service", true }, { "xdm.service", false }, { "greetd.service", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sessions); i++)
		for (size_t j = 0; j < ARRAY_SIZE(managers); j++) {
			struct machine machine;
			struct text text = { 0 }, reasons = { 0 };

			machine_create(&machine);
			text_add(&text,
				 "%sId=%s\nLoadState=loaded\nActiveState=active\n"
				 "ActiveEnterTimestampMonotonic=" OLD "\n",
				 MULTI GRAPHICAL, managers[j].id);
			scratch_write(&machine.scratch, "said", text.bytes);
			if (sessions[i].session)
				scratch_write(&machine.scratch, "run/systemd/sessions/c1",
					      sessions[i].session);
			if (managers[j].greeter && !sessions[i].screen)
				text_add(&reasons, NO_SCREEN, managers[j].id);
			check_up(&machine, sessions[i].row, &(struct up_wanted){ 0 },
				 reasons.bytes);
			machine_remove(&machine);
		}
}

/* One of several sessions is enough, and a FIFO beside it stops nothing. */
static void test_many_sessions(void **state)
{
	struct machine machine;

	(void)state;
	machine_create(&machine);
	scratch_write(&machine.scratch, "said",
		      MULTI GRAPHICAL UNIT("gdm.service", "loaded", "active", OLD));
	scratch_write(&machine.scratch, "run/systemd/sessions/1",
		      SESSION(TYPE("tty"), SEAT, STATE("active"), SINCE(OLD)));
	assert_int_equal(mkfifoat(machine.scratch.fd, "run/systemd/sessions/1.ref", 0600), 0);
	scratch_write(&machine.scratch, "run/systemd/sessions/c2", GREETER);
	check_up(&machine, "many", &(struct up_wanted){ 0 }, "");
	machine_remove(&machine);
}

static void test_links(void **state)
{
	const struct link lost = { "eth1", "52:54:00:00:00:02", NULL, NULL };
	const struct link before = { "eth0", "52:54:00:00:00:01", (struct link *)&lost, NULL };
	const struct up_wanted wanted = { .links = &before };
	struct machine machine;

	(void)state;
	machine_create(&machine);
	scratch_write(&machine.scratch, "said", MULTI TEXT_ONLY NO_MANAGER);
	check_up(&machine, "no sysfs", &wanted,
		 "the routes of this host cannot be read: No such file or directory;");
	scratch_write(&machine.scratch, "sys/class/net/eth0/device/vendor", "");
	scratch_write(&machine.scratch, "sys/class/net/eth0/address", "52:54:00:00:00:01\n");
	check_up(&machine, "no routes", &wanted,
		 "the network link eth0 (52:54:00:00:00:01), which carried a route before, "
		 "carries none;"
		 "the network link eth1 (52:54:00:00:00:02), which carried a route before, "
		 "carries none;");
	scratch_write(&machine.scratch, "proc/net/route",
		      "Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0101A8C0\t0003\n");
	check_up(&machine, "one route", &wanted,
		 "the network link eth1 (52:54:00:00:00:02), which carried a route before, "
		 "carries none;");
	scratch_write(&machine.scratch, "sys/class/net/enp2s0/device/vendor", "");
	scratch_write(&machine.scratch, "sys/class/net/enp2s0/address", "52:54:00:00:00:02\n");
	scratch_write(&machine.scratch, "proc/net/route",
		      "eth0\t00000000\t0101A8C0\t0003\nenp2s0\t0002A8C0\t00000000\t0001\n");
	check_up(&machine, "both, one renamed", &wanted, "");
	machine_remove(&machine);
}

/* A link that the configuration gives to a guest is missed only if no other carries a route. */
static void test_given_away(void **state)
{
	const struct link away = { "eth1", "52:54:00:00:00:02", NULL, "0000:03:00.0" };
	const struct link before = { "eth0", "52:54:00:00:00:01", (struct link *)&away,
				     "0000:02:00.0" };
	const struct up_wanted wanted = { .links = &before };
	struct machine machine;

	(void)state;
	machine_create(&machine);
	scratch_write(&machine.scratch, "said", MULTI TEXT_ONLY NO_MANAGER);
	scratch_write(&machine.scratch, "sys/class/net/eth0/device/vendor", "");
	scratch_write(&machine.scratch, "sys/class/net/eth0/address", "52:54:00:00:00:01\n");
	scratch_link(&machine.scratch, "sys/bus/pci/devices/0000:03:00.0/driver",
		     "../../../../bus/pci/drivers/vfio-pci");
	check_up(&machine, "the last", &wanted,
		 "the network link eth0 (52:54:00:00:00:01), which carried a route before, "
		 "carries none;"
		 "the network link eth1 (52:54:00:00:00:02), which carried a route before, "
		 "carries none;");
	scratch_write(&machine.scratch, "proc/net/route", "eth0\t00000000\t0101A8C0\t0003\n");
	check_up(&machine, "another is there", &wanted, "");
	unlinkat(machine.scratch.fd, "sys/bus/pci/devices/0000:03:00.0/driver", 0);
	scratch_link(&machine.scratch, "sys/bus/pci/devices/0000:03:00.0/driver",
		     "../../../../bus/pci/drivers/igb");
	check_up(&machine, "the host's own driver", &wanted,
		 "the network link eth1 (52:54:00:00:00:02), which carried a route before, "
		 "carries none;");
	machine_remove(&machine);
}

static void test_program(void **state)
{
	static const struct {
		const char *text; /* NULL for none */
		const char *reason;
	} programs[] = {
		{ "#!/bin/sh\nexit 0\n", "" },
		{ "#!/bin/sh\nexit 3\n", "exited with status 3;" },
		{ "#!/bin/sh\nkill -TERM $$\n", "was ended by signal 15;" },
		{ "#!/nonexistent/sh\n", "could not be run: No such file or directory;" },
		{ NULL, "could not be run: No such file or directory;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct machine machine;
		struct up_wanted wanted = { 0 };
		struct text text = { 0 };

		machine_create(&machine);
		wanted.program = machine.program;
		scratch_write(&machine.scratch, "said", MULTI TEXT_ONLY NO_MANAGER);
		if (programs[i].text)
			program_write(&machine, "program", programs[i].text);
		if (*programs[i].reason)
			text_add(&text, "confirm = %s %s", machine.program, programs[i].reason);
		check_up(&machine, "program", &wanted, text.bytes);
		machine_remove(&machine);
	}
}

/* What is known to be missing need not be asked for. */
static void test_program_last(void **state)
{
	struct up_wanted wanted = { 0 };
	struct machine machine;

	(void)state;
	machine_create(&machine);
	wanted.program = machine.program;
	program_write(&machine, "program", "#!/bin/sh\n: >\"${0%/*}/ran\"\n");
	scratch_write(&machine.scratch, "said", MULTI_AS("activating") TEXT_ONLY NO_MANAGER);
	check_up(&machine, "not yet", &wanted, "multi-user.target is activating;");
	assert_null(scratch_read(&machine.scratch, "ran"));
	scratch_write(&machine.scratch, "said", MULTI TEXT_ONLY NO_MANAGER);
	check_up(&machine, "now", &wanted, "");
	assert_non_null(scratch_read(&machine.scratch, "ran"));
	machine_remove(&machine);
}

/* Without memory the machine is never taken to be up. */
static void test_memory(void **state)
{
	const struct link lost = { "eth1", "52:54:00:00:00:02", NULL, NULL };
	const struct up_wanted wanted = { .links = &lost };
	struct machine machine;
	struct up_reason *reasons;
	size_t at = 1;

	(void)state;
	machine_create(&machine);
	scratch_write(&machine.scratch, "said",
		      MULTI GRAPHICAL UNIT("gdm.service", "loaded", "active", OLD));
	scratch_write(&machine.scratch, "sys/class/net/eth0/device/vendor", "");
	for (;; at++) {
		int error;

		arena_fail_at(machine.arena, at);
		error = up_find(&reasons, machine.arena, &machine.roots, &wanted, NOW);
		if (!arena_fail_at(machine.arena, 0))
			break;
		assert_true(error == -ENOMEM || reasons);
	}
	assert_true(at > 3);
	machine_remove(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),	 cmocka_unit_test(test_systemctl),
		cmocka_unit_test(test_sessions), cmocka_unit_test(test_many_sessions),
		cmocka_unit_test(test_links),	 cmocka_unit_test(test_given_away),
		cmocka_unit_test(test_program),	 cmocka_unit_test(test_program_last),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
