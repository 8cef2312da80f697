// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/boot_loader.h"
#include "check/check.h"

#define UNSAFE_PARAMETER "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
#define FIRMWARE_SETUP	 "systemctl reboot --firmware-setup"

/* Only EFI lets a command enter the firmware's set-up. */
static const char *firmware_fix(const struct check *check)
{
	return root_has(&check->root, "/sys/firmware/efi") ? FIRMWARE_SETUP : NULL;
}

static void say_absent(struct check *check, const char *cpuinfo)
{
	const char *add = "";

	if (platform_is_virtual(cpuinfo)) {
		check_say(check, CHECK_ERROR, "iommu-absent", NULL,
			  "this virtual machine has no IOMMU: give it one (QEMU: -machine "
			  "q35,kernel-irqchip=split -device intel-iommu,intremap=on)");
		return;
	}
	switch (check->platform) {
	case PLATFORM_INTEL:
		if (!check_parameter(check, "intel_iommu", NULL))
			add = "; the kernel may then need intel_iommu=on";
		check_say(check, CHECK_ERROR, "iommu-absent", firmware_fix(check),
			  "the firmware reports no IOMMU: turn on \"VT-d\" (\"Intel Virtualization "
			  "Technology for Directed I/O\") in its setup%s",
			  add);
		return;
	case PLATFORM_AMD:
		check_say(check, CHECK_ERROR, "iommu-absent", firmware_fix(check),
			  "the firmware reports no IOMMU: set \"IOMMU\" (\"AMD-Vi\", often under "
			  "\"AMD CBS\" or \"NBIO\") to Enabled in its setup, not to Auto");
		return;
	case PLATFORM_ARM:
		check_say(check, CHECK_ERROR, "iommu-absent", "dmesg | grep -i smmu",
			  "no IOMMU is in use: the kernel found no usable SMMU in the firmware's "
			  "tables (ACPI IORT, or iommu-map in the device tree): turn the SMMU on "
			  "in the firmware setup, or update the firmware");
		return;
	case PLATFORM_TREE:
		check_say(check, CHECK_ERROR, "iommu-absent", "dmesg | grep -i iommu",
			  "no IOMMU is in use: the device tree gives the PCI host bridge none "
			  "(iommu-map), or this kernel has no driver for it");
		return;
	case PLATFORM_POWER:
		check_say(check, CHECK_ERROR, "iommu-absent", "dmesg | grep -i iommu",
			  "no IOMMU is in use: POWER machines have one in each PCI host bridge, "
			  "and the kernel turns it on: the kernel log says what went wrong");
		return;
	case PLATFORM_UNKNOWN:
		break;
	}
	check_say(check, CHECK_ERROR, "iommu-absent", firmware_fix(check),
		  "no IOMMU is in use, and the firmware reports none: turn it on in the firmware "
		  "setup, if this machine has one");
}

/* A parameter turns it off; "off" may be among other words of its value. */
static void say_turned_off(struct check *check)
{
	const char *name = check->run->settings.iommu_off, *whole, *value;

	name = root_print(&check->root, "%.*s", (int)strcspn(name, "="), name);
	whole = check_parameter(check, name, &value);
	check_say(check, CHECK_ERROR, "iommu-off",
		  check_parameter_fix(check, BOOT_LOADER_REMOVE, whole ? whole : name),
		  "the IOMMU is off: %s is on the kernel command line",
		  whole ? whole : check->run->settings.iommu_off);
}

static void say_off(struct check *check, enum iommu_state state)
{
	const char *value = "";

	if (check->run->settings.iommu_off) {
		say_turned_off(check);
		return;
	}
	if (state == IOMMU_ABSENT) {
		say_absent(check, root_read(&check->root, "/proc/cpuinfo"));
		return;
	}
	if (state == IOMMU_OFF_VIRTIO) {
		check_say(check, CHECK_ERROR, "iommu-off",
			  "modprobe -a virtio_iommu virtio_pci && vfio-early regenerate",
			  "the IOMMU is off: this machine's is a virtio-iommu, whose driver is "
			  "not loaded");
		return;
	}
	if (state == IOMMU_OFF_INTEL && !check_parameter(check, "intel_iommu", &value)) {
		check_say(check, CHECK_ERROR, "iommu-off",
			  check_parameter_fix(check, BOOT_LOADER_ADD, "intel_iommu=on"),
			  "the IOMMU is off: the firmware has VT-d, but this kernel uses it only "
			  "with intel_iommu=on");
		return;
	}
	check_say(
		check, CHECK_ERROR, "iommu-off", "dmesg | grep -iE 'DMAR|IOMMU|AMD-Vi'",
		"the IOMMU is off, although the firmware describes %s%s%s: the kernel log says why",
		state == IOMMU_OFF_INTEL ? "VT-d" : "AMD-Vi",
		*value ? " and the command line has intel_iommu=" : "", value);
}

/*
 * Returns whether interrupts bypass the IOMMU. Remapped chips have names that begin with
 * "IR-" in /proc/interrupts (arch/x86/kernel/apic, drivers/iommu). A system without these
 * chips is no PC.
 */
static bool is_remapping_off(const struct check *check)
{
	const char *text = root_read(&check->root, "/proc/interrupts");

	/* Others' chips are called "ITS-PCI-MSIX-0000:01:00.0", for example. */
	return text && (strstr(text, "IO-APIC") || strstr(text, " PCI-MSI")) &&
	       !strstr(text, " IR-");
}

static bool is_unsafe_allowed(const struct check *check)
{
	const char *text = root_read(&check->root, UNSAFE_PARAMETER), *value;

	if (text)
		return *text == 'Y' || *text == '1';
	return check_parameter(check, "vfio_iommu_type1.allow_unsafe_interrupts", &value) &&
	       (!*value || strchr("1yY", *value));
}

/* Returns the parameter that keeps it off; NULL for none. */
static const char *remapping_off_parameter(const struct check *check)
{
	const char *value, *found = check_parameter(check, "intremap", &value);

	if (found && strncmp(value, "off", 3) == 0)
		return found;
	return check_parameter(check, "nointremap", NULL);
}

static void check_remapping(struct check *check)
{
	const char *parameter = remapping_off_parameter(check), *fix;
	bool off = is_remapping_off(check), unsafe = is_unsafe_allowed(check);

	/* Elsewhere the interrupt controllers remap, and their chips have other names. */
	if (check->platform != PLATFORM_INTEL && check->platform != PLATFORM_AMD &&
	    check->platform != PLATFORM_UNKNOWN)
		return;
	if (!off) {
		if (unsafe)
			check_say(check, CHECK_WARNING, "interrupts-unsafe",
				  "grep -rl allow_unsafe_interrupts /etc/modprobe.d /proc/cmdline",
				  "allow_unsafe_interrupts is set but not needed: this machine "
				  "remaps interrupts; remove it where this command finds it");
		return;
	}
	if (parameter)
		fix = check_parameter_fix(check, BOOT_LOADER_REMOVE, parameter);
	else
		fix = firmware_fix(check);
	if (unsafe) {
		check_say(check, CHECK_WARNING, "interrupts-unsafe", fix,
			  "interrupts are not remapped and allow_unsafe_interrupts is set: a guest "
			  "can send any interrupt to the host, so run only guests that you trust");
		return;
	}
	if (!fix)
		fix = "echo 'options vfio_iommu_type1 allow_unsafe_interrupts=1' "
		      ">/etc/modprobe.d/vfio-interrupts.conf && vfio-early regenerate";
	check_say(check, CHECK_ERROR, "interrupts-unmapped", fix,
		  "interrupts are not remapped%s%s: no guest will start (Operation not permitted); "
		  "turn remapping on (usually x2APIC in the firmware) or, if you trust your "
		  "guests, set vfio_iommu_type1 allow_unsafe_interrupts=1",
		  parameter ? ", because the command line has " : "", parameter ? parameter : "");
}

/*
 * Returns whether the host's own devices are translated by the IOMMU
 * (Documentation/ABI/testing/sysfs-kernel-iommu_groups). Devices of vfio show "unmanaged"
 * or "DMA", depending on the kernel, so only those of host drivers count.
 */
static bool is_translating(const struct check *check)
{
	static const char directory[] = "/sys/kernel/iommu_groups";
	bool translating = false, identity = false;

	for (const char *const *name = root_list(&check->root, directory); *name; name++) {
		const char *text = root_read(
			&check->root, root_print(&check->root, "%s/%s/type", directory, *name));

		translating = translating || (text && strncmp(text, "DMA", 3) == 0);
		identity = identity || (text && strncmp(text, "identity", 8) == 0);
	}
	return translating && !identity;
}

static void check_passthrough(struct check *check)
{
	const char *value, *parameter = "iommu.passthrough=1";

	if (check->platform == PLATFORM_POWER)
		return;
	/* The short form is arch/x86's alone. */
	if (check->platform == PLATFORM_INTEL || check->platform == PLATFORM_AMD)
		parameter = "iommu=pt";
	if (check_parameter(check, "iommu.passthrough", NULL) ||
	    (check_parameter(check, "iommu", &value) && strstr(value, "pt")) ||
	    !is_translating(check))
		return;
	check_say(check, CHECK_NOTE, "iommu-translated",
		  check_parameter_fix(check, BOOT_LOADER_ADD, parameter),
		  "the IOMMU also translates the host's own devices: %s makes them faster, without "
		  "the protection from them; guests are unaffected",
		  parameter);
}

void check_iommu(struct check *check)
{
	enum iommu_state state = check->run->plan.iommu;

	if (!check->planned)
		return;
	if (state != IOMMU_ON) {
		say_off(check, state);
		return;
	}
	check_remapping(check);
	check_passthrough(check);
}
