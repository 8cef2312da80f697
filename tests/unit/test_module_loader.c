// SPDX-License-Identifier: GPL-2.0-or-later
/* The processes that load in advance, and loading itself, with libkmod replaced. */
#include "boot/module_loader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/log.h"
#include "unit.h"

pid_t __wrap_fork(void);
pid_t __real_fork(void);

/* Later than any test. */
#define FAR deadline_after(INT64_C(3600000))

/* What the fakes do, and what was done to them. */
struct script {
	int open_result;
	bool no_processes;
	bool one_process; /* only one process can be started */
	bool iommu_dies;  /* its process, before it has loaded anything */
	unsigned int processes;
	bool blocks; /* loading in advance, until something is written to the pipe */
	int pipe[2];
	unsigned int opened;
	atomic_uint iommu;    /* how often its module was loaded */
	atomic_bool shared;   /* what both processes need is loaded */
	atomic_uint log_anew; /* how many log files were begun */
	char loaded[256];
	char dependencies[64];
	atomic_int ahead; /* the process that loaded dependencies */
};

/* Shared with the processes. */
static struct script *script;

pid_t __wrap_fork(void)
{
	script->processes++;
	if (script->no_processes || (script->one_process && script->processes == 1)) {
		errno = EAGAIN;
		return -1;
	}
	return __real_fork();
}

void log_start_anew(void)
{
	script->log_anew++;
}

int module_open(const struct module_places *places, struct module_context **result)
{
	(void)places;
	script->opened++;
	*result = script->open_result ? NULL : (struct module_context *)script;
	return script->open_result;
}

int module_load(struct module_context *context, const char *name)
{
	if (context != (struct module_context *)script || streq(name, "missing"))
		return -ENOENT;
	if (streq(name, MODULE_IOMMU)) {
		script->iommu++;
		return 0;
	}
	strcat(strcat(script->loaded, name), " ");
	return streq(name, "blacklisted") ? MODULE_BLACKLISTED : 0;
}

void module_load_dependencies(struct module_context *context, const char *name, const char *other,
			      const struct module_call *wait)
{
	char byte;

	(void)context;
	if (streq(name, MODULE_IOMMU)) {
		assert_null(other);
		assert_null(wait);
		if (script->iommu_dies)
			raise(SIGKILL);
		/* Late on purpose: a caller that does not wait shows. */
		usleep(20000);
		script->shared = true;
		return;
	}
	script->ahead = getpid();
	snprintf(script->dependencies, sizeof(script->dependencies), "%s but for %s", name, other);
	wait->function(wait->argument);
	if (!script->shared)
		strcat(script->dependencies, ", all by itself");
	if (script->blocks && read(script->pipe[0], &byte, 1) != 1)
		strcat(script->dependencies, " (and the pipe broke)");
}

static int start(void **state)
{
	(void)state;
	memset(script, 0, sizeof(*script));
	return pipe(script->pipe);
}

static int end(void **state)
{
	(void)state;
	close(script->pipe[0]);
	close(script->pipe[1]);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

static struct module_loader begin(struct module_loaders *loaders, const char *driver)
{
	*loaders = (struct module_loaders){ .deadline = FAR };
	module_loader_start(loaders, driver, -1);
	return module_loader_interface(loaders);
}

static void test_answers(void **state)
{
	struct module_loaders loaders;
	struct module_loader modules = begin(&loaders, NULL);

	(void)state;
	assert_int_equal(script->processes, 0);
	assert_int_equal(script->opened, 0);
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_int_equal(modules.load(modules.context, "missing"), -ENOENT);
	assert_int_equal(modules.load(modules.context, "blacklisted"), MODULE_BLACKLISTED);
	assert_int_equal(modules.load(modules.context, "mlx5_vfio_pci"), 0);
	assert_string_equal(script->loaded, "vfio-pci blacklisted mlx5_vfio_pci ");
	assert_string_equal(script->dependencies, "");
	assert_int_equal(script->opened, 1);
	module_loader_end(&loaders);
}

/* The driver's dependencies are loaded, but not the driver, which would bind devices. */
static void test_in_advance(void **state)
{
	struct module_loaders loaders;
	struct module_loader modules = begin(&loaders, "vfio-pci");
	struct module_context *context;

	(void)state;
	/* Once this returns, loading in advance is done. */
	assert_int_equal(modules.load(modules.context, "x"), 0);
	assert_string_equal(script->dependencies, "vfio-pci but for vfio_iommu_type1");
	assert_string_equal(script->loaded, "x ");
	assert_int_equal(script->iommu, 1);
	assert_int_not_equal(script->ahead, getpid());
	assert_int_equal(script->log_anew, 2);
	/* A module loaded in advance is loaded again when asked for. */
	assert_int_equal(modules.load(modules.context, MODULE_IOMMU), 0);
	assert_int_equal(script->iommu, 2);
	/* The processes have what their parent opened. */
	assert_int_equal(module_loader_modules(&loaders, &context), 0);
	assert_ptr_equal(context, script);
	assert_int_equal(script->opened, 1);
	/* Nothing is left of them. */
	module_loader_end(&loaders);
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
}

static void test_no_processes(void **state)
{
	struct module_loaders loaders;
	struct module_loader modules;

	(void)state;
	script->no_processes = true;
	modules = begin(&loaders, "vfio-pci");
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_int_equal(modules.load(modules.context, MODULE_IOMMU), 0);
	assert_string_equal(script->dependencies, "");
	assert_string_equal(script->loaded, "vfio-pci ");
	assert_int_equal(script->iommu, 1);
	assert_int_equal(script->opened, 1);
	/* kill(-1) would end every process. */
	module_loader_end(&loaders);
}

/* The driver's process does not wait for one that was never started, or is dead. */
static void test_one_process(void **state)
{
	struct module_loaders loaders;
	struct module_loader modules;

	(void)state;
	for (int i = 0; i < 2; i++) {
		script->one_process = i == 0;
		script->iommu_dies = i == 1;
		script->loaded[0] = script->dependencies[0] = '\0';
		script->iommu = 0;
		modules = begin(&loaders, "vfio-pci");
		assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
		assert_string_equal(script->dependencies,
				    "vfio-pci but for vfio_iommu_type1, all by itself");
		assert_int_equal(script->iommu, 0);
		assert_int_equal(modules.load(modules.context, MODULE_IOMMU), 0);
		assert_int_equal(script->iommu, 1);
		module_loader_end(&loaders);
	}
}

static void test_no_modules(void **state)
{
	struct module_loaders loaders;
	struct module_loader modules;

	(void)state;
	script->open_result = -ENOMEM;
	modules = begin(&loaders, "vfio-pci");
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ENOMEM);
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ENOMEM);
	assert_string_equal(script->loaded, "");
	assert_string_equal(script->dependencies, "");
	assert_int_equal(script->processes, 0);
}

/* A module whose init never returns delays nothing past the deadline. */
static void test_too_late(void **state)
{
	struct module_loaders loaders;
	struct module_loader modules;

	(void)state;
	script->blocks = true;
	modules = begin(&loaders, "vfio-pci");
	loaders.deadline = (struct deadline){ 0 };
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ETIMEDOUT);
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ETIMEDOUT);
	assert_string_equal(script->loaded, "");
	/* Once it returns, everything works again. */
	assert_int_equal(write(script->pipe[1], "", 1), 1);
	loaders.deadline = FAR;
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_string_equal(script->loaded, "vfio-pci ");
	module_loader_end(&loaders);
}

/* Waits until no process is left that has the pipe's writing end. */
static void wait_for_end(const int ends[2])
{
	struct pollfd end = { .fd = ends[0] };

	close(ends[1]);
	assert_int_equal(poll(&end, 1, 60000), 1);
	close(ends[0]);
}

/* A process that hangs is killed when the work ends, */
static void test_killed(void **state)
{
	struct module_loaders loaders;
	int ends[2];

	(void)state;
	script->blocks = true;
	assert_int_equal(pipe(ends), 0);
	begin(&loaders, "vfio-pci");
	module_loader_end(&loaders);
	wait_for_end(ends);
}

/* and when its parent does, however that dies. */
static void test_parent_dies(void **state)
{
	struct module_loaders loaders;
	int ends[2];
	pid_t parent;

	(void)state;
	script->blocks = true;
	assert_int_equal(pipe(ends), 0);
	parent = __real_fork();
	if (parent == 0) {
		begin(&loaders, "vfio-pci");
		while (!script->ahead || !script->iommu)
			usleep(1000);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	wait_for_end(ends);
}

/* The parent's pipe ends with the parent, though a process hangs. */
static void test_not_theirs(void **state)
{
	struct module_loaders loaders = { .deadline = FAR };
	int ends[2];

	(void)state;
	script->blocks = true;
	assert_int_equal(pipe(ends), 0);
	module_loader_start(&loaders, "vfio-pci", ends[1]);
	wait_for_end(ends);
	assert_int_equal(waitpid(loaders.pids[MODULE_LOADER_DRIVER], NULL, WNOHANG), 0);
	module_loader_end(&loaders);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),	TEST(test_in_advance),	TEST(test_no_processes),
		TEST(test_one_process), TEST(test_no_modules),	TEST(test_too_late),
		TEST(test_killed),	TEST(test_parent_dies), TEST(test_not_theirs),
	};

	script = mmap(NULL, sizeof(*script), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (script == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("module_loader", tests, NULL, NULL);
}
