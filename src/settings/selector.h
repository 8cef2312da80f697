// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/address.h"
#include "machine/device.h"
#include "settings/refusal.h"

/* How many bridges a path may go through; the kernel's buses allow fewer. */
#define SELECTOR_HOPS_MAX 16

enum selector_kind {
	SELECTOR_FUNCTION, /* 0000:01:00.0 */
	SELECTOR_SLOT,	   /* 01:00, 01:00.* */
	SELECTOR_PATH,	   /* 00:01.0/00.0 */
	SELECTOR_ID,	   /* 10de:1f91, 10de:*, pci:10de:1f91:1458:3ffc */
	SELECTOR_CLASS,	   /* class:0300, class:03 */
	SELECTOR_BOOT_VGA, /* boot_vga */
};

/* Where the user wrote something: columns and lines count from 1. */
struct origin {
	const char *source; /* "command line" or a file's path */
	unsigned int line;  /* 0 where the source has no lines */
	unsigned int column;
};

/* An id to compare with; a part that is negative matches anything. */
struct id_pattern {
	int32_t vendor;
	int32_t device;
	int32_t subsystem_vendor;
	int32_t subsystem_device;
};

struct selector {
	enum selector_kind kind;
	bool exclude;		    /* written with '!' */
	struct pci_address address; /* of a function, a slot, or a path's first step */
	unsigned int hop_count;
	struct {
		uint8_t device;
		uint8_t function;
	} hops[SELECTOR_HOPS_MAX]; /* a path's further steps, downwards */
	struct id_pattern id;
	uint32_t class; /* compared under class_mask with all 24 bits */
	uint32_t class_mask;
	bool has_identity; /* written with '@' */
	struct id_pattern identity;
	enum refusal reason; /* of force: all that it waives; REFUSAL_NONE where none was named */
	const char *text;    /* as written, '!' and '@' included */
	const char *purpose; /* what the host needs it for; NULL where a user wrote it */
	struct origin origin;
};

/* The error in a selector, and the byte it is at. */
struct selector_error {
	const char *reason; /* static */
	size_t offset;
};

/*
 * Parses the first length bytes of text. Returns 0 and fills all of selector
 * but its reason, text and origin, or -EINVAL and fills error.
 */
int selector_parse(const char *text, size_t length, struct selector *selector,
		   struct selector_error *error);

/* Whether the place or kind that a selector names is this device's; ignores '!' and '@'. */
bool selector_matches(const struct selector *selector, const struct device *device);

/* Whether the id after '@' is this device's; true where there is none. */
bool selector_identity_holds(const struct selector *selector, const struct device *device);

/* Whether the id is one that the pattern allows. */
bool id_pattern_matches(const struct id_pattern *pattern, const struct pci_id *id);
