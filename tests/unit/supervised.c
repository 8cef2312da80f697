// SPDX-License-Identifier: GPL-2.0-or-later
#include "supervised.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot/ask.h"
#include "boot/give_back.h"
#include "boot/hotplug.h"
#include "boot/lock.h"
#include "boot/module_loader.h"
#include "machine.h"
#include "machine/pci.h"
#include "plan/survey.h"
#include "unit.h"

struct script *script;

static const struct function functions[] = {
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

void module_loader_start(struct module_loaders *loaders, const char *driver, int not_theirs)
{
	(void)loaders;
	assert_int_not_equal(not_theirs, -1);
	script->loaders++;
	script->driver_in_advance = driver;
}

static int load(void *context, const char *name)
{
	assert_non_null(context);
	strcat(strcat(script->loaded, name), " ");
	return 0;
}

struct module_loader module_loader_interface(struct module_loaders *loaders)
{
	return (struct module_loader){ .context = loaders, .load = load };
}

void module_loader_end(struct module_loaders *loaders)
{
	assert_non_null(loaders);
	script->loaders_ended++;
}

enum iommu_state pci_iommu_state(const struct sysfs *sysfs)
{
	(void)sysfs;
	return script->iommu;
}

int ask_groups(struct run *run, const struct sysfs *sysfs, struct pci_source *source,
	       const struct deadline *deadline)
{
	(void)sysfs, (void)source;
	assert_int_not_equal(deadline_left(deadline), 0);
	script->asked++;
	run->asked = run->topology.devices;
	if (script->dies_in_ask)
		raise(SIGKILL);
	run->asked = NULL;
	return 0;
}

int ask_end(struct run *run, const struct sysfs *sysfs)
{
	assert_non_null(sysfs);
	if (!run->asked)
		return 0;
	run->asked = NULL;
	script->ask_ended++;
	script->ask_ended_by = getpid();
	return 0;
}

int lock_take(const char *path, const struct deadline *deadline, int *fd, pid_t *holder)
{
	bool workers = strcmp(path, "/sys/bus/pci/drivers_autoprobe") == 0;

	if (!workers)
		assert_string_equal(path, "/sys/bus/pci/drivers_probe");
	assert_int_not_equal(deadline_left(deadline), 0);
	script->locks++;
	*fd = -1;
	*holder = 4711;
	return workers ? script->worker_lock_result : script->lock_result;
}

int pci_open(const struct sysfs *sysfs, struct pci_source **result)
{
	(void)sysfs;
	*result = NULL;
	return 0;
}

void pci_close(struct pci_source *source)
{
	(void)source;
}

int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	struct run found = { .arena = arena };

	(void)settings, (void)source, (void)sysfs, (void)modules;
	script->surveys++;
	/* Each begins where the first did: what one that was not complete took is given back. */
	if (script->used_before && script->used_before != arena_mark(arena))
		return -EDOM;
	script->used_before = arena_mark(arena);
	if (script->dies_in_survey)
		raise(SIGKILL);
	if (script->survey_result)
		return script->survey_result;
	machine_survey(&found, &machine);
	*topology = found.topology;
	topology->late_groups = script->late_groups;
	return 0;
}

const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group)
{
	(void)topology;
	/* Only one that came may still lack its group. */
	assert_int_equal(with_group, script->waits > 0);
	return script->surveys > script->surveys_incomplete ? NULL : &settings->devs.items[0];
}

int hotplug_listen(void)
{
	return -ENOSYS;
}

void hotplug_wait(int fd, const struct deadline *deadline)
{
	(void)fd, (void)deadline;
	script->waits++;
}

void hotplug_settle(int fd)
{
	(void)fd;
	script->settled = script->surveys;
}

void execute(struct plan *plan, const struct execution *execution)
{
	script->executed++;
	script->session = getsid(0);
	script->kexec = execution->kexec;
	if (!execution->sysfs || !execution->loader || plan->group_count != 1)
		return;
	if (script->dies_in_execute)
		raise(SIGKILL);
	if (script->interrupts) {
		kill(getppid(), script->interrupts);
		script->stopped_by = 0;
		while (!execution->is_stopped(execution->context))
			sched_yield();
		script->stopped_by = script->interrupts;
		return;
	}
	if (script->undoes_longer) {
		struct timespec pause = { .tv_sec = 1, .tv_nsec = 500000000 };

		plan->undoing = true;
		nanosleep(&pause, NULL);
		plan->undoing = false;
		plan->groups[0].failed = true;
		plan->groups[0].members[0].result = RESULT_UNDONE;
		return;
	}
	plan->groups[0].members[0].result = RESULT_TAKEN;
}

void give_back_leftovers(struct plan *plan, const struct execution *execution)
{
	(void)plan, (void)execution;
}

int module_loader_modules(struct module_loaders *loaders, struct module_context **modules)
{
	assert_non_null(loaders);
	script->modules_opened++;
	*modules = (struct module_context *)script;
	return 0;
}

int module_find_values(struct module_context *context, const char *module, const char *parameter,
		       char **values)
{
	(void)context, (void)module, (void)parameter, (void)values;
	return -ENOENT;
}

int survey_claimed(struct topology *topology, struct arena *arena, const struct settings *settings,
		   struct pci_source *source)
{
	(void)topology, (void)arena, (void)settings, (void)source;
	return 0;
}

void execute_read_back(struct plan *plan, const struct sysfs *sysfs)
{
	(void)plan;
	script->read_back += sysfs->fd >= 0;
}

void undo_unfinished(struct plan *plan, const struct execution *execution, enum worker_end end)
{
	script->undone++;
	script->undone_by = getpid();
	script->undone_of = end;
	plan->groups[0].failed = execution->sysfs != NULL;
	plan->groups[0].members[0].result = RESULT_UNDONE;
}

struct run *supervised_start(const char *cmdline)
{
	struct run *run = run_create();

	assert_non_null(run);
	script = arena_allocate(run->arena, 1, sizeof(*script));
	assert_non_null(script);
	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	assert_null(run->settings.problems);
	return run;
}

void supervised_end(struct run *run)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	run_destroy(run);
}

int supervised_in_child(struct run *run)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		supervise(run);
		_exit(run->signal ? run_exit_code(run) : 100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
