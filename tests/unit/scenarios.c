// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenarios.h"

#include <errno.h>

#include "machine/module.h"
#include "unit.h"

/* A card behind a bridge, a NIC, and a disk beside a sound function, with options. */
#define MACHINE_OF(gpu, audio, nic)                                                               \
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,                   \
		 .driver = "pcieport"),                                                           \
		FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, gpu),                       \
		FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, audio),                     \
		FUNCTION("0000:02:00.0", 0x020000, 2, 0x15b3, 0x101e, nic),                       \
		FUNCTION("0000:03:00.0", 0x010601, 3, 0x8086, 0xa352, .driver = "ahci"),          \
		FUNCTION("0000:03:00.1", 0x040300, 3, 0x8086, 0xa348, .driver = "snd_hda_intel"), \
		FUNCTION("0000:04:00.0", 0x020000, 4, 0x15b3, 0x101e, .driver = "mlx5_core")

static const struct function bound_functions[] = {
	MACHINE_OF(.driver = "nouveau", .driver = "snd_hda_intel", .driver = "mlx5_core"),
};
static const struct function free_functions[] = { MACHINE_OF(, , ) };
static const struct function mixed_functions[] = {
	MACHINE_OF(.driver = "vfio-pci", .override = "none", .driver = "mlx5_core"),
};
static const struct function variant_functions[] = {
	MACHINE_OF(.driver = "nouveau", .driver = "snd_hda_intel", .variant = "mlx5_vfio_pci"),
};
static const struct function free_override_functions[] = {
	MACHINE_OF(.override = "vfio-pci", .driver = "snd_hda_intel", .driver = "mlx5_core"),
};
#define BOUND_OVERRIDE .driver = "nouveau", .override = "vfio-pci"
static const struct function bound_override_functions[] = {
	MACHINE_OF(BOUND_OVERRIDE, .driver = "snd_hda_intel", .driver = "mlx5_core"),
};
#define CONSOLE .driver = "nouveau", .framebuffer = "efi-framebuffer.0"
static const struct function console_functions[] = {
	MACHINE_OF(CONSOLE, .driver = "snd_hda_intel", .driver = "mlx5_core"),
};
#define FREE_CONSOLE .framebuffer = "efi-framebuffer.0"
static const struct function free_console_functions[] = { MACHINE_OF(FREE_CONSOLE, , ) };
#define TAKEN	   .driver = "vfio-pci", .override = "vfio-pci"
#define BOUND_NONE .driver = "nouveau", .override = "none"
static const struct function bound_none_functions[] = {
	MACHINE_OF(BOUND_NONE, .override = "none", .driver = "mlx5_core"),
};
static const struct function taken_functions[] = { MACHINE_OF(TAKEN, TAKEN, TAKEN) };

#define TAKEN_XE .driver = "xe-vfio-pci", .override = "xe-vfio-pci"
static const struct function taken_xe_functions[] = {
	MACHINE_OF(TAKEN_XE, TAKEN_XE, .driver = "mlx5_core"),
};

static const struct machine bound = MACHINE(bound_functions, IOMMU_ON);
static const struct machine free_ = MACHINE(free_functions, IOMMU_ON);
static const struct machine mixed = MACHINE(mixed_functions, IOMMU_ON);
static const struct machine variant = MACHINE(variant_functions, IOMMU_ON);
static const struct machine free_override = MACHINE(free_override_functions, IOMMU_ON);
static const struct machine bound_override = MACHINE(bound_override_functions, IOMMU_ON);
static const struct machine bound_none = MACHINE(bound_none_functions, IOMMU_ON);
static const struct machine taken_xe = MACHINE(taken_xe_functions, IOMMU_ON);
static const struct machine console = MACHINE(console_functions, IOMMU_ON);
static const struct machine free_console = MACHINE(free_console_functions, IOMMU_ON);
static const struct machine taken = MACHINE(taken_functions, IOMMU_ON);

#define GPU   "0000:01:00.0"
#define AUDIO "0000:01:00.1"
#define NIC   "0000:02:00.0"

static void built_in(void)
{
	kernel_register("vfio-pci");
	kernel.type1_loaded = true;
}

static void no_module(void)
{
	kernel_driver("vfio-pci")->load_result = -ENOENT;
}

static void blacklisted(void)
{
	kernel_driver("vfio-pci")->load_result = MODULE_BLACKLISTED;
}

static void damaged(void)
{
	kernel_driver("vfio-pci")->load_result = -ENOEXEC;
}

static void no_variant(void)
{
	kernel_driver("mlx5_vfio_pci")->load_result = -ENOENT;
}

static void no_type1(void)
{
	kernel.type1_result = -ENOENT;
}

static void probe_fails(void)
{
	kernel_device(AUDIO)->probe_error = -EINVAL;
}

static void probe_fails_silently(void)
{
	probe_fails();
	kernel_device(AUDIO)->silent = true;
}

static void probe_of_both_groups_fails(void)
{
	probe_fails();
	kernel_device(NIC)->probe_error = -EBUSY;
}

static void audio_is_stolen(void)
{
	kernel_device(AUDIO)->stolen = true;
}

static void gpu_hangs(void)
{
	kernel_device(GPU)->hangs = true;
}

static void audio_hangs(void)
{
	kernel_device(AUDIO)->hangs = true;
}

static void gpu_hangs_in_undo(void)
{
	probe_fails();
	kernel_device(GPU)->vfio_hangs = true;
}

static void native_refuses(void)
{
	probe_fails();
	kernel_device(GPU)->native_refuses = true;
}

static void times_out(void)
{
	kernel_driver("vfio-pci")->load_result = -ETIMEDOUT;
}

/* After the survey, a driver took a device that had none. */
static void nic_was_bound_meanwhile(void)
{
	struct kernel_device *nic = kernel_device(NIC);

	kernel_register("mlx5_core");
	nic->native = nic->driver = nic->driver_before = "mlx5_core";
}

static void nic_was_bound_and_fails(void)
{
	nic_was_bound_meanwhile();
	kernel_device(NIC)->probe_error = -EINVAL;
}

/* Somebody unbound it before us; its driver is still loaded. */
static void nic_was_unbound(void)
{
	kernel_register("mlx5_core");
	kernel_device(NIC)->native = "mlx5_core";
	kernel_device(NIC)->probe_error = -EINVAL;
	kernel_device(NIC)->driver_before = "mlx5_core";
	kernel_device(NIC)->free_before = true;
}

static void gpu_removes_framebuffer(void)
{
	kernel_device(GPU)->removes_framebuffer = true;
}

static void framebuffer_was_removed(void)
{
	kernel_device(GPU)->framebuffer = NULL;
	kernel_device(GPU)->framebuffer_bound = false;
}

static void audio_vanishes(void)
{
	kernel_device(AUDIO)->vanishes = true;
}

#define CARD	 "vfio_early.devs=01:00.0"
#define CARD_NIC "vfio_early.devs=02:00.0,01:00"
#define AUTO	 " vfio_early.driver=auto"

const struct scenario scenarios[] = {
	{ "bound card", &bound, CARD, .groups = "1:taken,taken" },
	{ "free card", &free_, CARD, .groups = "1:taken,taken" },
	{ "two groups", &bound, CARD_NIC, .groups = "1:taken,taken 2:taken" },
	{ "two groups and a refused one", &bound, CARD_NIC ",03:00.1",
	  .groups = "1:taken,taken 2:taken 3:left,left" },
	{ "built in", &bound, CARD_NIC, built_in, .groups = "1:taken,taken 2:taken" },
	{ "built in and free", &free_, CARD_NIC, built_in, .groups = "1:taken,taken 2:taken" },
	{ "partly taken, override none", &mixed, CARD, .groups = "1:already,taken" },
	{ "all taken", &taken, CARD_NIC, .groups = "1:already,already 2:already" },
	{ "variants", &variant, CARD_NIC AUTO, .groups = "1:taken,taken 2:taken" },
	{ "override set, free", &free_override, CARD, .groups = "1:taken,taken" },
	{ "override set, bound", &bound_override, CARD, .groups = "1:taken,taken" },
	{ "override none, bound", &bound_none, CARD, .groups = "1:taken,taken" },
	{ "bound meanwhile", &free_, CARD_NIC, nic_was_bound_meanwhile,
	  .groups = "1:taken,taken 2:taken" },
	{ "no vfio_iommu_type1", &bound, CARD, no_type1, .groups = "1:taken,taken" },
	{ "another driver", &bound, CARD " vfio_early.driver=mlx5_vfio_pci",
	  .groups = "1:taken,taken" },

	{ "driver called otherwise than its module", &bound, CARD " vfio_early.driver=xe_vfio_pci",
	  .groups = "1:taken,taken" },
	{ "driver called otherwise than its module, free", &free_,
	  CARD " vfio_early.driver=xe_vfio_pci", .groups = "1:taken,taken" },
	{ "driver called otherwise than its module, taken", &taken_xe,
	  CARD " vfio_early.driver=xe_vfio_pci", .groups = "1:already,already" },
	{ "driver called otherwise than its module, probe fails", &bound,
	  CARD " vfio_early.driver=xe_vfio_pci", probe_fails, true,
	  .groups = "!1:undone,undone(bind -22)" },

	{ "framebuffer", &console, CARD, .groups = "1:taken,taken" },
	{ "framebuffer, free", &free_console, CARD_NIC, gpu_removes_framebuffer,
	  .groups = "1:taken,taken 2:taken" },
	{ "framebuffer gone meanwhile", &console, CARD, framebuffer_was_removed, true,
	  .groups = "1:taken,taken" },

	{ "framebuffer, no module", &console, CARD, no_module, true,
	  .groups = "!1:undone(load -2),undone" },
	{ "framebuffer, probe fails", &free_console, CARD, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22)" },
	{ "no module", &bound, CARD_NIC, no_module, true,
	  .groups = "!1:undone(load -2),undone !2:undone(load -2)" },
	{ "no module, override set", &bound_override, CARD, no_module, true,
	  .groups = "!1:left(load -2),undone" },
	{ "blacklisted", &bound, CARD, blacklisted, true, .groups = "!1:undone(load 1),undone" },
	{ "damaged module", &free_, CARD, damaged, true, .groups = "!1:undone(load -8),undone" },
	{ "no variant for one group", &variant, CARD_NIC AUTO, no_variant, true,
	  .groups = "1:taken,taken !2:undone(load -2)" },
	{ "no such driver", &bound, CARD " vfio_early.driver=vfio-cdx", NULL, true,
	  .groups = "!1:undone(load -2),undone" },
	{ "probe fails", &bound, CARD_NIC, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22) 2:taken" },
	{ "probe fails, free", &free_, CARD_NIC, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22) 2:taken" },
	/*
	 * Alone: another group's module would bind a member that has its override from
	 * elsewhere.
	 */
	{ "probe fails, override set", &free_override, CARD, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22)" },
	{ "probe fails, override set, bound", &bound_override, CARD_NIC, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22) 2:taken" },
	{ "probe fails, partly taken", &mixed, CARD_NIC, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22) 2:taken" },
	{ "probe fails before 5.14", &bound, CARD_NIC, probe_fails_silently, true,
	  .groups = "!1:undone,undone(bind -19) 2:taken" },
	{ "probe fails in both groups", &bound, CARD_NIC, probe_of_both_groups_fails, true,
	  .groups = "!1:undone,undone(bind -22) !2:undone(bind -16)" },
	{ "taken back at once", &bound, CARD_NIC, audio_is_stolen, true,
	  .groups = "!1:undone,undone(bind -19) 2:taken" },
	{ "first unbind hangs", &bound, CARD_NIC, gpu_hangs, true, true,
	  .groups = "!1:stuck(unbind -110),undone 2:taken" },
	{ "second unbind hangs", &bound, CARD_NIC, audio_hangs, true, true,
	  .groups = "!1:undone,stuck(unbind -110) 2:taken" },
	{ "undo hangs", &bound, CARD_NIC, gpu_hangs_in_undo, true, true,
	  .groups = "!1:stuck,undone(bind -22) 2:taken" },
	{ "probe fails, override none, bound", &bound_none, CARD_NIC, probe_fails, true,
	  .groups = "!1:undone,undone(bind -22) 2:taken" },
	{ "bound meanwhile, probe fails", &free_, CARD_NIC, nic_was_bound_and_fails, true,
	  .groups = "1:taken,taken !2:undone(bind -22)" },
	{ "unbound before, probe fails", &free_, CARD_NIC, nic_was_unbound, true,
	  .groups = "1:taken,taken !2:undone(bind -22)" },
	{ "its own driver refuses it", &bound, CARD_NIC, native_refuses, true, true,
	  .groups = "!1:stuck,undone(bind -22) 2:taken" },
	{ "load times out", &bound, CARD, times_out, true,
	  .groups = "!1:undone(load -110),undone" },
	{ "a member vanishes", &bound, CARD_NIC, audio_vanishes, true,
	  .groups = "!1:undone,undone(bind -19) 2:taken" },
};
const size_t scenario_count = ARRAY_SIZE(scenarios);

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; i < scenario_count; i++)
		if (streq(scenarios[i].name, name))
			return &scenarios[i];
	fail_msg("no scenario '%s'", name);
	return NULL;
}

struct execution scenario_boot(const struct scenario *scenario)
{
	kernel_boot(scenario->machine);
	if (scenario->prepare)
		scenario->prepare();
	return kernel_execution();
}
