// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/trial.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/util.h"
#include "machine/trial_record.h"

/* Exists if the firmware is UEFI's (drivers/firmware/efi/efi.c, efisubsys_init()). */
#define EFI_PATH "/sys/firmware/efi"

/* With its NUL, so that two texts are not one. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return trial_record_hash(hash, text, strlen(text) + 1);
}

/* Continues with the kernel's version: of "6.12.3-arch1-1" only "6.12". */
static uint64_t hash_kernel(uint64_t hash)
{
	struct utsname kernel = { 0 };
	char *end;

	uname(&kernel);
	end = strchr(kernel.release, '.');
	end = end ? strchr(end + 1, '.') : NULL;
	if (end)
		*end = '\0';
	return hash_text(hash, kernel.release);
}

static uint64_t hash_members(uint64_t hash, const struct plan *plan)
{
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; !group->refused && j < group->count; j++) {
			const struct device *device = group->members[j].device;
			char address[PCI_ADDRESS_SIZE];

			hash = hash_text(hash, pci_address_format(&device->address, address));
			hash = trial_record_hash(hash, &device->id, sizeof(device->id));
		}
	}
	return hash;
}

static uint64_t fingerprint(const struct run *run)
{
	uint64_t hash = hash_kernel(TRIAL_RECORD_HASH);

	/* The keys from trial on are not about devices. */
	for (enum setting_key key = 0; key < SETTING_TRIAL; key++) {
		const char *value = setting_value(&run->settings, key, run->arena);

		hash = hash_text(hash, value ? value : "");
	}
	return hash_members(hash, &run->plan);
}

/* Looks for the configuration in the record, and adds it. Stores errors in run. */
static enum run_trial decide(struct run *run, int place)
{
	uint64_t configuration = fingerprint(run), boot = trial_record_boot();
	struct trial_record record;

	run->trial_error = trial_record_read(place, &record);
	if (run->trial_error)
		return run->trial_error == -EBADMSG ? RUN_TRIAL_DAMAGED : RUN_TRIAL_UNRECORDED;
	if (trial_record_has(&record, configuration))
		return RUN_TRIAL_NONE;
	/* Two images of one boot may both have the program. */
	if (record.pending && record.configurations[0] == configuration)
		return record.boot == boot ? RUN_TRIAL_RUNNING : RUN_TRIAL_STOOD_DOWN;
	trial_record_begin(&record, configuration, boot);
	run->trial_error = trial_record_write(place, &record);
	return run->trial_error ? RUN_TRIAL_UNRECORDED : RUN_TRIAL_RUNNING;
}

/*
 * The same where GRUB keeps the record. It has written before the kernel was started what is to
 * be written, and passes on what it knows (hook/grub-trial): a word, and the configurations that
 * have come up.
 */
static enum run_trial decide_by_grub(struct run *run, const char *record)
{
	static const struct {
		char word[11];
		uint8_t trial; /* enum run_trial */
	} words[] = {
		{ "recorded", RUN_TRIAL_RUNNING },
		{ "failed", RUN_TRIAL_STOOD_DOWN },
		{ "unwritable", RUN_TRIAL_UNRECORDED },
		{ "idle", RUN_TRIAL_UNARMED },
	};
	size_t length = strcspn(record, ",");
	char configuration[17];

	run->configuration = fingerprint(run);
	snprintf(configuration, sizeof(configuration), "%016" PRIx64, run->configuration);
	if (strstr(record, configuration))
		return RUN_TRIAL_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].word) == length &&
		    strncmp(record, words[i].word, length) == 0) {
			if (words[i].trial == RUN_TRIAL_UNRECORDED)
				run->trial_error = -EROFS;
			return words[i].trial;
		}
	return RUN_TRIAL_DAMAGED;
}

bool trial_allows(struct run *run, const struct module_loader *loader)
{
	int place;

	if (run->trial)
		return !run_stands_down(run);
	run->trial = RUN_TRIAL_NONE;
	if (!run->at_boot || !settings_has_trials(&run->settings))
		return true;
	if (access(EFI_PATH, F_OK) < 0) {
		if (run->settings.grub)
			run->trial = decide_by_grub(run, run->settings.grub);
		return !run_stands_down(run);
	}
	loader->load(loader->context, "efivarfs");
	place = trial_record_open();
	run->trial = RUN_TRIAL_UNRECORDED;
	run->trial_error = place;
	if (place >= 0) {
		run->trial = decide(run, place);
		close(place);
	}
	return !run_stands_down(run);
}
