// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/json_writer.h"
#include "machine/device.h"
#include "settings/settings.h"

/* Parts that several documents share; a name means the same in all of them. */

/* A device's address, or null where there is no device. */
void json_device_address(struct json *json, const char *key, const struct device *device);

/* Prints the first members of an object about a device: its identity and its place. */
void json_device_identity(struct json *json, const struct device *device);

/* Where something was written: "source", and "line" and "column" where they are known. */
void json_origin(struct json *json, const struct origin *origin);

/* The array "problems": what the user wrote that could not be used. */
void json_problems(const struct settings *settings, struct json *json);
