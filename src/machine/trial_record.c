// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/trial_record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/util.h"
#include "machine/efi_variable.h"

/* The GUID is nobody else's. */
#define VARIABLE "VfioEarlyTrial-9ee8e9ff-6c8c-46a6-9e34-95b381060607"

/* Changes with the layout. */
#define VERSION 1

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

/* The variable's bytes. It always has the same size, so that the firmware needs no more room. */
struct layout {
	uint8_t version;
	uint8_t pending; /* 0 or 1 */
	uint64_t boot;
	uint64_t configurations[TRIAL_RECORD_CONFIGURATIONS];
} __attribute__((packed));

int trial_record_open(void)
{
	return efi_variable_open();
}

int trial_record_read(int place, struct trial_record *record)
{
	struct layout layout;
	int size = efi_variable_read(place, VARIABLE, &layout, sizeof(layout));

	*record = (struct trial_record){ 0 };
	if (size == -ENOENT)
		return 0;
	if (size < 0)
		return size;
	if (size != sizeof(layout) || layout.version != VERSION || layout.pending > 1)
		return -EBADMSG;
	record->pending = layout.pending;
	record->boot = layout.boot;
	memcpy(record->configurations, layout.configurations, sizeof(layout.configurations));
	return 0;
}

int trial_record_write(int place, const struct trial_record *record)
{
	struct layout layout = { VERSION, record->pending, record->boot, { 0 } }, stayed;
	int error;

	memcpy(layout.configurations, record->configurations, sizeof(layout.configurations));
	error = efi_variable_write(place, VARIABLE, &layout, sizeof(layout));
	if (error)
		return error;
	return efi_variable_read(place, VARIABLE, &stayed, sizeof(stayed)) == sizeof(stayed) &&
			       memcmp(&layout, &stayed, sizeof(layout)) == 0
		       ? 0
		       : -EIO;
}

bool trial_record_has(const struct trial_record *record, uint64_t configuration)
{
	for (size_t i = record->pending; i < TRIAL_RECORD_CONFIGURATIONS; i++)
		if (record->configurations[i] == configuration)
			return true;
	return false;
}

void trial_record_begin(struct trial_record *record, uint64_t configuration, uint64_t boot)
{
	if (!record->pending)
		memmove(&record->configurations[1], record->configurations,
			sizeof(record->configurations) - sizeof(record->configurations[0]));
	record->pending = true;
	record->boot = boot;
	record->configurations[0] = configuration;
}

void trial_record_forget(struct trial_record *record)
{
	memmove(record->configurations, &record->configurations[1],
		sizeof(record->configurations) - sizeof(record->configurations[0]));
	record->configurations[TRIAL_RECORD_CONFIGURATIONS - 1] = 0;
	record->pending = false;
}

uint64_t trial_record_hash(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	while (size--)
		hash = (hash ^ *byte++) * 0x100000001b3;
	return hash;
}

uint64_t trial_record_boot(void)
{
	int fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t length;

	if (fd < 0)
		return 0;
	length = read(fd, text, sizeof(text));
	close(fd);
	return length > 0 ? trial_record_hash(TRIAL_RECORD_HASH, text, (size_t)length) : 0;
}
