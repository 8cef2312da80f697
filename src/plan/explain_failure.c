// SPDX-License-Identifier: GPL-2.0-or-later
/* What went wrong when a group was to be taken, and with the modules for it. */
#include <errno.h>
#include <string.h>

#include "lib/say.h"
#include "machine/module.h"
#include "plan/explain.h"

/* "group 13", or the device itself where it has no group. */
static const char *group_title(struct arena *arena, const struct planned_group *group)
{
	char text[PCI_ADDRESS_SIZE];

	if (group->number < 0)
		return SAY(arena, "%s",
			   pci_address_format(&group->members[0].device->address, text));
	return SAY(arena, "group %d", group->number);
}

static const char *bind_cause(int error)
{
	switch (-error) {
	case EINVAL:
		return "the driver does not support this device, or finds no IOMMU for it; see the "
		       "kernel's line above";
	case EBUSY:
		return "virtual functions are enabled on it, or its group is in use";
	case EAGAIN:
		return "the IOMMU was not ready for it";
	case ENODEV:
		return "the device is gone, or the driver did not accept it";
	case ENOENT:
		return "no such driver is registered";
	default:
		return NULL;
	}
}

static const char *load_cause(int error)
{
	switch (-error) {
	case -MODULE_BLACKLISTED:
		return "it is blacklisted in modprobe.d or by modprobe.blacklist=";
	case ENOENT:
		return "this image or kernel lacks the module; rebuild the image with vfio-early's "
		       "hook";
	case ENOEXEC:
		return "the file is damaged or was built for another kernel";
	case EKEYREJECTED:
	case ENOKEY:
		return "this kernel does not trust its signature";
	case EPERM:
		return "the kernel refuses all further modules, or this one: see module_blacklist= "
		       "on its command line";
	case ETIMEDOUT:
		return "the kernel may be waiting for a driver that is still starting a device";
	default:
		return NULL;
	}
}

const char *explain_cause(enum step step, int error)
{
	switch (step) {
	case STEP_LOAD:
		return load_cause(error);
	case STEP_BIND:
		return bind_cause(error);
	case STEP_EVICT_FRAMEBUFFER:
	case STEP_UNBIND:
		return error == -ETIMEDOUT ? "the driver waits for its users to finish" : NULL;
	case STEP_RESET:
		return "it does not come back from it; switch the machine off and on";
	case STEP_OVERRIDE:
	case STEP_READ_BACK:
		return error == -ENOENT || error == -ENODEV ? "the device is gone" : NULL;
	case STEP_NONE:
		break;
	}
	return NULL;
}

static const char *error_text(int error)
{
	return error == MODULE_BLACKLISTED ? "not allowed" : strerror(-error);
}

static const char *step_phrase(struct arena *arena, const struct member *member)
{
	const char *before = member->device->driver ? member->device->driver : "its driver";

	switch (member->failed_step) {
	case STEP_RESET:
		return "could not be reset after kexec";
	case STEP_OVERRIDE:
		return "could not set driver_override";
	case STEP_EVICT_FRAMEBUFFER:
		return SAY(arena, "could not free its memory from %s",
			   member->device->framebuffer ? member->device->framebuffer
						       : "the firmware's framebuffer");
	case STEP_LOAD:
		return SAY(arena, "could not load %s", member->driver);
	case STEP_UNBIND:
		return SAY(arena, "could not unbind from %s", before);
	case STEP_BIND:
		return SAY(arena, "could not bind to %s", member->driver);
	case STEP_READ_BACK:
		return "could not confirm its driver";
	case STEP_NONE:
		break;
	}
	return "ran out of time";
}

const char *explain_failure(struct arena *arena, const struct planned_group *group)
{
	const struct member *member = NULL;
	const char *stuck = "", *cause;
	bool interrupted = false;
	size_t stuck_count = 0;
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < group->count; i++) {
		if (!member && group->members[i].failed_step != STEP_NONE)
			member = &group->members[i];
		stuck_count += group->members[i].result == RESULT_STUCK;
		interrupted |= group->members[i].error == -EINTR;
	}
	if (stuck_count)
		stuck = SAY(arena,
			    "; %zu of its devices could not be given back: "
			    "reboot with vfio_early=off",
			    stuck_count);
	if (group->joined)
		return SAY(
			arena, "%s given back to the host: %s joined it after it was decided on%s",
			group_title(arena, group), pci_address_format(&group->joiner, text), stuck);
	if (!member)
		return SAY(arena, "%s given back to the host: %s%s", group_title(arena, group),
			   interrupted ? "the run was interrupted" : "time ran out", stuck);
	cause = explain_cause(member->failed_step, member->error);
	return SAY(arena, "%s given back to the host: %s %04x:%04x %s: %s%s%s%s%s",
		   group_title(arena, group), pci_address_format(&member->device->address, text),
		   member->device->id.vendor, member->device->id.device, step_phrase(arena, member),
		   error_text(member->error), cause ? " (" : "", cause ? cause : "",
		   cause ? ")" : "", stuck);
}

const char *explain_reset(struct arena *arena, const struct member *member)
{
	const struct pci_id *id = &member->device->id;
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(&member->device->address, text);
	switch (member->reset) {
	case RESET_DONE:
		return SAY(arena, "%s %04x:%04x reset after kexec", text, id->vendor, id->device);
	case RESET_FAILED:
		return SAY(arena,
			   "%s %04x:%04x could not be reset after kexec: %s; if a virtual machine "
			   "cannot use it, reboot without kexec",
			   text, id->vendor, id->device, strerror(-member->reset_error));
	case RESET_NO_WAY:
		return SAY(arena,
			   "%s %04x:%04x not reset after kexec: the kernel has no way to reset it "
			   "alone; if a virtual machine cannot use it, reboot without kexec",
			   text, id->vendor, id->device);
	case RESET_NOT_TRIED:
		break;
	}
	return NULL;
}

const char *explain_module(struct arena *arena, const struct planned_module *module)
{
	const char *cause = load_cause(module->error);

	return SAY(arena,
		   "module %s not loaded: %s%s%s%s; the devices are bound, but a virtual machine "
		   "may be unable to open them until it is loaded",
		   module->name, error_text(module->error), cause ? " (" : "", cause ? cause : "",
		   cause ? ")" : "");
}
