// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes into an image. The search for the host's needs is replaced. */
#include "image/embed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/needs.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "scratch.h"
#include "unit.h"

struct place {
	struct scratch scratch;
	struct arena *arena;
	char modules[160];
	struct embed_request request;
	struct embed embed;
};

static struct host_needs shown;
static struct host_roots asked;
static unsigned int searches;

int host_find_needs(struct host_needs *needs, struct arena *arena, const struct host_roots *roots)
{
	(void)arena;
	asked = *roots;
	searches++;
	*needs = shown;
	return 0;
}

static int create(void **state)
{
	static struct place place;

	place = (struct place){ 0 };
	scratch_create(&place.scratch);
	place.arena = arena_create(0);
	snprintf(place.modules, sizeof(place.modules), "%s/modules", place.scratch.path);
	place.request.root = place.scratch.path;
	place.request.modules = place.modules;
	shown = (struct host_needs){ 0 };
	searches = 0;
	*state = &place;
	return 0;
}

static int destroy(void **state)
{
	struct place *place = *state;

	arena_destroy(place->arena);
	scratch_remove(&place->scratch);
	return 0;
}

/* Collects and compares the files' paths and the modules' names. */
static void check(struct place *place, const char *row, const char *files, const char *modules)
{
	struct text got_files = { .used = 0 }, got_modules = { .used = 0 };

	check_number(row, embed_collect(&place->embed, place->arena, &place->request), 0);
	for (const struct embed_file *file = place->embed.modprobe; file; file = file->next) {
		text_add(&got_files, "%s ", file->path);
		assert_int_equal(file->length, strlen(file->text));
	}
	for (const struct embed_name *module = place->embed.modules; module; module = module->next)
		text_add(&got_modules, "%s ", module->name);
	check_text(row, got_files.bytes, files);
	check_text(row, got_modules.bytes, modules);
}

#define ALWAYS "vfio-pci vfio_iommu_type1 "

static void test_nothing(void **state)
{
	struct place *place = *state;

	check(place, "nothing", "", ALWAYS);
	assert_null(place->embed.config);
	assert_null(place->embed.host);
	assert_int_equal(place->embed.needs.source, HOST_LIST_NONE);
	assert_null(place->embed.needs.gaps);
	assert_null(place->embed.settings.problems);
}

#define VIRTIO_ALIASES                            \
	"alias virtio:d00000017v* virtio_iommu\n" \
	"alias virtio:d00000001v* virtio_net\n"   \
	"alias vfio_pci:v000015B3d* mlx5_vfio_pci\n"

/* A virtio-iommu's driver goes in where it may be needed and is a module. */
static void test_iommu(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "modules/modules.alias", VIRTIO_ALIASES);
	check(place, "none", "", ALWAYS);
	place->request.generic = true;
	check(place, "generic", "", ALWAYS "virtio_iommu virtio_pci ");
	place->request.generic = false;
	scratch_write(&place->scratch, "sys/firmware/acpi/tables/VIOT", "");
	check(place, "VIOT", "", ALWAYS "virtio_iommu virtio_pci ");
	scratch_write(&place->scratch, "modules/modules.alias", "");
	check(place, "built in", "", ALWAYS);
}

/* Images of a system that confirms trials say so, and can read their record. */
static void test_confirms(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "modules/modules.alias", "alias fs-efivarfs efivarfs\n");
	shown = (struct host_needs){ .text = "protect = 02:00.0\n" };
	check(place, "no", "", ALWAYS);
	assert_string_equal(place->embed.host->text, "protect = 02:00.0\n");
	scratch_link(&place->scratch, "sbin/init", "/lib/systemd/systemd");
	scratch_link(&place->scratch,
		     "etc/systemd/system/sysinit.target.wants/vfio-early-confirm.service",
		     "/usr/lib/systemd/system/vfio-early-confirm.service");
	check(place, "yes", "", ALWAYS "efivarfs ");
	assert_string_equal(place->embed.host->text, "protect = 02:00.0\nconfirms = on\n");
	place->request.generic = true;
	check(place, "generic", "", ALWAYS);
	assert_null(place->embed.host);
	place->request.generic = false;
	scratch_write(&place->scratch, "modules/modules.alias", "");
	check(place, "built in", "", ALWAYS);
}

static void test_config(void **state)
{
	static const char text[] = "devs = 01:00.0\nnonsense\ndriver = nvgrace-gpu-vfio-pci\n";
	struct place *place = *state;

	scratch_write(&place->scratch, "etc/vfio-early.conf", text);
	check(place, "config", "", ALWAYS "nvgrace-gpu-vfio-pci ");
	assert_string_equal(place->embed.config->path, CONFIG_PATH);
	assert_string_equal(place->embed.config->text, text);
	assert_int_equal(place->embed.settings.devs.count, 1);
	assert_int_equal(place->embed.settings.problems->origin.line, 2);
	assert_null(place->embed.settings.problems->next);
}

/* Boot takes nothing with a config that says why it was not read, whatever else lists devices. */
static void check_mark(struct place *place, const char *reason)
{
	struct settings settings;

	assert_non_null(place->embed.config);
	assert_true(place->embed.config_unread);
	assert_string_equal(place->embed.config->path, CONFIG_PATH);
	settings_init(&settings, place->arena);
	assert_int_equal(settings_read_config(&settings, CONFIG_PATH, place->embed.config->text),
			 0);
	assert_int_equal(settings_read_cmdline(&settings, "vfio_early.devs=01:00.0"), 0);
	assert_ptr_equal(settings_find_stop(&settings), settings.problems);
	assert_non_null(settings.problems);
	assert_null(settings.problems->next);
	assert_string_equal(settings.problems->text, reason);
	assert_int_equal(settings.problems->origin.column, 0);
}

static void test_other_config(void **state)
{
	struct place *place = *state;
	char path[256];

	snprintf(path, sizeof(path), "%s/other", place->scratch.path);
	scratch_write(&place->scratch, "etc/vfio-early.conf", "driver = a\n");
	scratch_write(&place->scratch, "other", "driver = pci-stub\n");
	place->request.config = path;
	check(place, "other", "", ALWAYS "pci-stub ");
	assert_string_equal(place->embed.config->path, CONFIG_PATH);
	assert_int_equal(unlinkat(place->scratch.fd, "other", 0), 0);
	assert_int_equal(embed_collect(&place->embed, place->arena, &place->request), -ENOENT);
	/* Everything else is there. */
	assert_non_null(place->embed.modules);
	check_mark(place, "not read: No such file or directory");
}

static void test_unreadable_config(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "etc/vfio-early.conf/x", "");
	assert_int_equal(embed_collect(&place->embed, place->arena, &place->request), 0);
	check_mark(place, "not read: it is not a regular file");
	assert_string_equal(place->embed.settings.problems->text,
			    "not read: it is not a regular file");
	assert_string_equal(place->embed.modules->name, "vfio-pci");
}

static const char aliases[] = "# Aliases extracted from modules themselves.\n"
			      "alias pci:v00008086d* e1000e\n"
			      "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\n"
			      "alias vfio_pci:v000015B3d0000101Fsv*sd*bc*sc*i* mlx5-vfio-pci\n"
			      "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
			      "alias vfio_pci:v000019E5d0000A251sv*sd*bc*sc*i* hisi_acc_vfio_pci\n"
			      "alias xvfio_pci:v1 wrong\n"
			      "alias vfio_pci:v1 $(wrong)\n"
			      "alias vfio_pci:v2 \n"
			      "vfio_pci:v1 wrong\n";

static void test_variants(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "modules/modules.alias", aliases);
	check(place, "one driver", "", ALWAYS);
	scratch_write(&place->scratch, "etc/vfio-early.conf", "driver = auto\n");
	check(place, "auto", "", ALWAYS "mlx5_vfio_pci hisi_acc_vfio_pci ");
	/* Any boot may choose any profile. */
	scratch_write(&place->scratch, "etc/vfio-early.conf",
		      "[profile a]\ndriver = auto\n[profile b]\ndriver = pci-stub\n");
	check(place, "profiles", "", ALWAYS "mlx5_vfio_pci hisi_acc_vfio_pci pci-stub ");
	scratch_write(&place->scratch, "etc/vfio-early.conf", "driver = auto\n");
	assert_int_equal(unlinkat(place->scratch.fd, "modules/modules.alias", 0), 0);
	check(place, "no aliases", "", ALWAYS);
}

/* The next boot's command line may list devices too. */
static void test_command_line(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "modules/modules.alias", aliases);
	scratch_write(&place->scratch, "proc/cmdline", "quiet vfio_early.driver=auto\n");
	check(place, "auto", "", ALWAYS "mlx5_vfio_pci hisi_acc_vfio_pci ");
	scratch_write(&place->scratch, "proc/cmdline", "quiet vfio_early.driver=pci-stub bad\n");
	scratch_write(&place->scratch, "etc/vfio-early.conf", "driver = vfio_pci\n");
	check(place, "named", "", ALWAYS "pci-stub ");
	assert_null(place->embed.settings.problems);
	place->request.generic = true;
	check(place, "another machine's", "", ALWAYS);
}

static const struct {
	const char *line;
	bool concerns;
} lines[] = {
	{ "options vfio-pci ids=10de:1f91", true },
	{ "options vfio_pci disable_idle_d3=1", true },
	{ "  options\tvfio enable_unsafe_noiommu_mode=1", true },
	{ "softdep nouveau pre: vfio-pci", true },
	{ "softdep vfio-pci post: nouveau", true },
	{ "weakdep nouveau vfio_pci_core", true },
	{ "blacklist vfio_iommu_type1", true },
	{ "alias pci:v000010DEd* vfio-pci", true },
	{ "alias vfio_pci:v1 other", true },
	{ "install nouveau /sbin/modprobe vfio-pci", true },
	{ "remove vfio-pci /bin/true", true },
	{ "install vfio-pci \\\n /bin/true", true },
	{ "softdep nouveau \\\n pre: \\\n vfio", true },
	{ "softdep nouveau pre: \\\nvfio", true },
	/* kmod joins the lines as they stand. */
	{ "softdep nouveau pre:\\\nvfio", false },
	{ "options pci_stub ids=1:2", true },
	{ "options pci-stub ids=1:2", true },
	{ "options pci ids=1:2", false },
	{ "options snd vfio", false },
	{ "options snd model=vfio", false },
	{ "# options vfio-pci ids=10de:1f91", false },
	{ "#options vfio-pci ids=10de:1f91", false },
	{ "optionsx vfio-pci", false },
	{ "blacklist nouveau", false },
	{ "vfio-pci", false },
	{ "options", false },
	{ "blacklist nouveau\nvfio", false },
	{ "blacklist my-vfio-pci", false },
	{ "\\", false },
	{ "\\\n", false },
	{ "options \\", false },
	{ "", false },
	{ "\n\n\r\n\t", false },
	{ "blacklist nouveau\n\noptions vfio-pci a=b\n", true },
	{ "blacklist nouveau\r\noptions vfio-pci a=b\r\n", true },
};

static void test_lines(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "etc/vfio-early.conf", "driver = pci-stub\n");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		scratch_write(&place->scratch, "etc/modprobe.d/a.conf", lines[i].line);
		check(place, lines[i].line, lines[i].concerns ? "/etc/modprobe.d/a.conf " : "",
		      ALWAYS "pci-stub ");
		if (lines[i].concerns)
			assert_string_equal(place->embed.modprobe->text, lines[i].line);
	}
}

#define VFIO "options vfio-pci a=b\n"

static void test_directories(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, "etc/modprobe.d/b.conf", VFIO);
	scratch_write(&place->scratch, "etc/modprobe.d/a.conf", VFIO);
	scratch_write(&place->scratch, "etc/modprobe.d/README", VFIO);
	scratch_write(&place->scratch, "etc/modprobe.d/c.conf.bak", VFIO);
	scratch_write(&place->scratch, "etc/modprobe.d/.conf", VFIO);
	scratch_write(&place->scratch, "etc/modprobe.d/directory.conf/x.conf", VFIO);
	scratch_link(&place->scratch, "etc/modprobe.d/dangling.conf", "nowhere");
	scratch_write(&place->scratch, "run/modprobe.d/run.conf", VFIO);
	scratch_write(&place->scratch, "usr/local/lib/modprobe.d/local.conf", VFIO);
	scratch_write(&place->scratch, "usr/lib/modprobe.d/usr.conf", VFIO);
	scratch_write(&place->scratch, "usr/lib/modprobe.d/other.conf", "blacklist x\n");
	/* The same by another name, on a system with merged /usr. */
	scratch_link(&place->scratch, "lib", "usr/lib");
	check(place, "directories",
	      "/etc/modprobe.d/a.conf /etc/modprobe.d/b.conf "
	      "/usr/local/lib/modprobe.d/local.conf /etc/modprobe.d/run.conf "
	      "/usr/lib/modprobe.d/usr.conf ",
	      ALWAYS);
}

/* A file hides those of its name in later directories: the image must have the one that hides. */
static void test_hidden(void **state)
{
	struct place *place = *state;

	scratch_link(&place->scratch, "etc/modprobe.d/mask.conf", "/dev/null");
	scratch_write(&place->scratch, "usr/lib/modprobe.d/mask.conf", VFIO);
	scratch_write(&place->scratch, "etc/modprobe.d/mine.conf", VFIO);
	scratch_write(&place->scratch, "usr/lib/modprobe.d/mine.conf", "options vfio-pci c=d\n");
	scratch_write(&place->scratch, "etc/modprobe.d/quiet.conf", "blacklist x\n");
	scratch_write(&place->scratch, "usr/lib/modprobe.d/quiet.conf", "blacklist y\n");
	check(place, "hidden", "/etc/modprobe.d/mask.conf /etc/modprobe.d/mine.conf ", ALWAYS);
	assert_string_equal(place->embed.modprobe->text, "");
	assert_string_equal(place->embed.modprobe->next->text, VFIO);
}

static void test_host(void **state)
{
	static struct host_gap second = { .text = "/usr: nobody knows" };
	static struct host_gap first = { .text = "/: nobody knows", .next = &second };
	struct place *place = *state;
	char path[256];

	shown = (struct host_needs){ .text = "protect = 01:00.0  # /\n", .gaps = &first };
	check(place, "host", "", ALWAYS);
	assert_string_equal(place->embed.host->path, HOST_CONFIG_PATH);
	assert_string_equal(place->embed.host->text, shown.text);
	assert_int_equal(place->embed.needs.source, HOST_LIST_FOUND);
	assert_ptr_equal(place->embed.needs.gaps, &first);
	assert_string_equal(asked.root, place->scratch.path);
	snprintf(path, sizeof(path), "%s/proc", place->scratch.path);
	assert_string_equal(asked.proc, path);
	snprintf(path, sizeof(path), "%s/sys", place->scratch.path);
	assert_string_equal(asked.sysfs, path);
	place->request.generic = true;
	check(place, "generic", "", ALWAYS);
	assert_null(place->embed.host);
	assert_int_equal(searches, 1);
}

/* Boot must know that somebody looked, even if nothing was found. */
static void test_host_without_needs(void **state)
{
	struct place *place = *state;

	shown.text = HOST_HEADING;
	check(place, "nothing needed", "", ALWAYS);
	assert_string_equal(place->embed.host->path, HOST_CONFIG_PATH);
	assert_string_equal(place->embed.host->text, HOST_HEADING);
}

#define KEPT HOST_HEADING "protect = 00:17.0@8086:a352  # / (sda)\n"

/* In a chroot, the list kept by the running system goes in. */
static void test_kept_host(void **state)
{
	struct place *place = *state;

	scratch_write(&place->scratch, HOST_LIST_PATH + 1, KEPT);
	check(place, "kept", "", ALWAYS);
	assert_int_equal(place->embed.needs.source, HOST_LIST_KEPT);
	assert_string_equal(place->embed.host->path, HOST_CONFIG_PATH);
	assert_string_equal(place->embed.host->text, KEPT);
	place->request.generic = true;
	check(place, "generic", "", ALWAYS);
	assert_null(place->embed.host);
}

/* Running out of memory is reported, and nothing missing is read. */
static void test_no_memory(void **state)
{
	static struct host_gap gap = { .text = "/: nobody knows" };
	struct place *place = *state;
	size_t at = 0;
	bool failed;

	shown = (struct host_needs){ .text = "protect = 01:00.0\n", .gaps = &gap };
	scratch_write(&place->scratch, "etc/vfio-early.conf", "driver = auto\nx\n");
	scratch_write(&place->scratch, "modules/modules.alias", aliases);
	scratch_write(&place->scratch, "etc/modprobe.d/a.conf", VFIO);
	scratch_write(&place->scratch, "proc/cmdline", "vfio_early.driver=x\n");
	do {
		int result;

		arena_fail_at(place->arena, ++at);
		result = embed_collect(&place->embed, place->arena, &place->request);
		failed = arena_fail_at(place->arena, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
		arena_rewind(place->arena, 0);
	} while (failed);
	assert_true(at > 30);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),	 TEST(test_config),
		TEST(test_other_config), TEST(test_unreadable_config),
		TEST(test_variants),	 TEST(test_command_line),
		TEST(test_lines),	 TEST(test_directories),
		TEST(test_hidden),	 TEST(test_host),
		TEST(test_no_memory),	 TEST(test_host_without_needs),
		TEST(test_kept_host),	 TEST(test_iommu),
		TEST(test_confirms),
	};

	return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}
