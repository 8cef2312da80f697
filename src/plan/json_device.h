// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/json_writer.h"
#include "machine/device.h"
#include "settings/settings.h"

/* Members that several JSON documents share, with the same meaning in each. */

/* Writes a device's address, or null if device is NULL. */
void json_device_address(struct json *json, const char *key, const struct device *device);

/* Writes the first members of an object about a device: its ids and its place. */
void json_device_identity(struct json *json, const struct device *device);

/* Writes where something was written: "source", and "line" and "column" if known. */
void json_origin(struct json *json, const struct origin *origin);

/* Writes the array "problems": what the user wrote that could not be used. */
void json_problems(const struct settings *settings, struct json *json);
