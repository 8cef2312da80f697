// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/address.h"
#include "machine/device.h"
#include "settings/refusal.h"

/* How many bridges a path may cross; the kernel's buses allow fewer. */
#define SELECTOR_HOPS_MAX 16

enum selector_kind {
	SELECTOR_FUNCTION, /* 0000:01:00.0 */
	SELECTOR_SLOT,	   /* 01:00, 01:00.* */
	SELECTOR_PATH,	   /* 00:01.0/00.0 */
	SELECTOR_ID,	   /* 10de:1f91, 10de:*, pci:10de:1f91:1458:3ffc */
	SELECTOR_CLASS,	   /* class:0300, class:03 */
	SELECTOR_BOOT_VGA, /* boot_vga */
};

/* Where the user wrote something. Lines and columns count from 1. */
struct origin {
	const char *source; /* "command line" or a file's path */
	unsigned int line;  /* 0 for a source without lines */
	unsigned int column;
};

/* An id to compare with. A negative part matches anything. */
struct id_pattern {
	int32_t vendor;
	int32_t device;
	int32_t subsystem_vendor;
	int32_t subsystem_device;
};

struct selector {
	enum selector_kind kind;
	bool exclude;		    /* begins with '!' */
	struct pci_address address; /* of a function, a slot, or the first step of a path */
	unsigned int hop_count;
	struct {
		uint8_t device;
		uint8_t function;
	} hops[SELECTOR_HOPS_MAX]; /* further steps of a path, downwards */
	struct id_pattern id;
	uint32_t class; /* 24 bits, compared under class_mask */
	uint32_t class_mask;
	bool has_identity; /* has '@' */
	struct id_pattern identity;
	enum refusal reason; /* in force, the only reason that it waives; REFUSAL_NONE if none is
				named */
	const char *text;    /* as written, with '!' and '@' */
	const char *purpose; /* why the host needs it; NULL for a user's selector */
	struct origin origin;
};

/* An error in a selector and its offset in bytes. */
struct selector_error {
	const char *reason; /* static */
	size_t offset;
};

/*
 * Parses the first length bytes of text. Returns 0 and fills in all of selector but its
 * reason, text, purpose and origin, or returns -EINVAL and fills in error.
 */
int selector_parse(const char *text, size_t length, struct selector *selector,
		   struct selector_error *error);

/*
 * Returns whether the selector's place or kind matches the device, without regard to '!'
 * and '@'.
 */
bool selector_matches(const struct selector *selector, const struct device *device);

/* Returns whether the id after '@' matches the device; true if there is none. */
bool selector_identity_holds(const struct selector *selector, const struct device *device);

/* Returns whether the pattern matches the id. */
bool id_pattern_matches(const struct id_pattern *pattern, const struct pci_id *id);
