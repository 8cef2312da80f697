// SPDX-License-Identifier: GPL-2.0-or-later
/* The thread that loads in advance, and loading itself, with libkmod replaced. */
#include "boot/module_loader.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*function)(void *argument), void *argument);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*function)(void *argument), void *argument);

/* Later than any test. */
#define FAR deadline_after(INT64_C(3600000))

static struct {
	int open_result;
	bool no_threads;
	bool one_thread; /* only one thread can be started */
	unsigned int threads;
	bool blocks; /* loading in advance, until something is written to the pipe */
	int pipe[2];
	atomic_uint opened; /* counted by two threads at once, like iommu */
	atomic_uint iommu;  /* how often its module was loaded */
	atomic_bool shared; /* what both threads need is loaded */
	char loaded[256];
	char dependencies[64];
	pthread_t ahead;
} script;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*function)(void *argument), void *argument)
{
	script.threads++;
	return script.no_threads || (script.one_thread && script.threads == 1)
		       ? EAGAIN
		       : __real_pthread_create(thread, attributes, function, argument);
}

int module_open(const struct module_places *places, struct module_context **result)
{
	(void)places;
	script.opened++;
	script.ahead = pthread_self();
	*result = (struct module_context *)&script;
	return script.open_result;
}

void module_close(struct module_context *context)
{
	(void)context;
}

int module_load(struct module_context *context, const char *name)
{
	if (context != (struct module_context *)&script || streq(name, "missing"))
		return -ENOENT;
	if (streq(name, MODULE_IOMMU)) {
		script.iommu++;
		return 0;
	}
	strcat(strcat(script.loaded, name), " ");
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
		/* Late on purpose: a caller that does not wait shows. */
		usleep(20000);
		script.shared = true;
		return;
	}
	snprintf(script.dependencies, sizeof(script.dependencies), "%s but for %s", name, other);
	wait->function(wait->argument);
	if (!script.shared)
		strcat(script.dependencies, ", all by itself");
	if (script.blocks && read(script.pipe[0], &byte, 1) != 1)
		strcat(script.dependencies, " (and the pipe broke)");
}

static int start(void **state)
{
	(void)state;
	memset(&script, 0, sizeof(script));
	return pipe(script.pipe);
}

static int end(void **state)
{
	(void)state;
	close(script.pipe[0]);
	close(script.pipe[1]);
	return 0;
}

static struct module_loader begin(struct module_loader_threads *loader, const char *driver)
{
	*loader = (struct module_loader_threads){ .deadline = FAR };
	module_loader_start(loader, driver);
	return module_loader_interface(loader);
}

static void test_answers(void **state)
{
	struct module_loader_threads loader;
	struct module_loader modules = begin(&loader, NULL);

	(void)state;
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_int_equal(modules.load(modules.context, "missing"), -ENOENT);
	assert_int_equal(modules.load(modules.context, "blacklisted"), MODULE_BLACKLISTED);
	assert_int_equal(modules.load(modules.context, "mlx5_vfio_pci"), 0);
	assert_string_equal(script.loaded, "vfio-pci blacklisted mlx5_vfio_pci ");
	assert_string_equal(script.dependencies, "");
	assert_int_equal(script.opened, 1);
	assert_false(pthread_equal(script.ahead, pthread_self()));
}

/* The driver's dependencies are loaded, but not the driver, which would bind devices. */
static void test_in_advance(void **state)
{
	struct module_loader_threads loader;
	struct module_loader modules = begin(&loader, "vfio-pci");

	(void)state;
	/* Once this returns, loading in advance is done. */
	assert_int_equal(modules.load(modules.context, "x"), 0);
	assert_string_equal(script.dependencies, "vfio-pci but for vfio_iommu_type1");
	assert_string_equal(script.loaded, "x ");
	assert_int_equal(script.iommu, 1);
	/* A module loaded in advance is loaded again when asked for. */
	assert_int_equal(modules.load(modules.context, MODULE_IOMMU), 0);
	assert_int_equal(script.iommu, 2);
	assert_int_equal(script.opened, 2);
}

static void test_no_threads(void **state)
{
	struct module_loader_threads loader;
	struct module_loader modules;

	(void)state;
	script.no_threads = true;
	modules = begin(&loader, "vfio-pci");
	assert_int_equal(script.opened, 0);
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_int_equal(modules.load(modules.context, MODULE_IOMMU), 0);
	assert_string_equal(script.dependencies, "");
	assert_string_equal(script.loaded, "vfio-pci ");
	assert_int_equal(script.iommu, 1);
	assert_int_equal(script.opened, 1);
}

/* The driver's thread does not wait for one that was never started. */
static void test_one_thread(void **state)
{
	struct module_loader_threads loader;
	struct module_loader modules;

	(void)state;
	script.one_thread = true;
	modules = begin(&loader, "vfio-pci");
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_string_equal(script.dependencies,
			    "vfio-pci but for vfio_iommu_type1, all by itself");
	assert_int_equal(script.iommu, 0);
	assert_int_equal(modules.load(modules.context, MODULE_IOMMU), 0);
	assert_int_equal(script.iommu, 1);
}

static void test_no_modules(void **state)
{
	struct module_loader_threads loader;
	struct module_loader modules;

	(void)state;
	script.open_result = -ENOMEM;
	modules = begin(&loader, "vfio-pci");
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ENOMEM);
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ENOMEM);
	assert_string_equal(script.loaded, "");
	assert_string_equal(script.dependencies, "");
}

/* A module whose init never returns delays nothing past the deadline. */
static void test_too_late(void **state)
{
	struct module_loader_threads loader;
	struct module_loader modules;

	(void)state;
	script.blocks = true;
	modules = begin(&loader, "vfio-pci");
	loader.deadline = (struct deadline){ 0 };
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ETIMEDOUT);
	assert_int_equal(modules.load(modules.context, "vfio-pci"), -ETIMEDOUT);
	assert_string_equal(script.loaded, "");
	/* Once it returns, everything works again. */
	assert_int_equal(write(script.pipe[1], "", 1), 1);
	loader.deadline = FAR;
	assert_int_equal(modules.load(modules.context, "vfio-pci"), 0);
	assert_string_equal(script.loaded, "vfio-pci ");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),    TEST(test_in_advance), TEST(test_no_threads),
		TEST(test_one_thread), TEST(test_no_modules), TEST(test_too_late),
	};

	return cmocka_run_group_tests_name("module_loader", tests, NULL, NULL);
}
