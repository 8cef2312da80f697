// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What kernel_model.c, the driver core, and kernel_sysfs.c, its files in sysfs, share. */

#include "kernel_model.h"

/* Returns the device with this address. Fails the test if there is none. */
struct kernel_device *kernel_find_device(const char *text, size_t length);

/* Returns the driver of this name; NULL for none. */
struct kernel_driver *kernel_find_driver(const char *name, size_t length);

/* Begins a step, and ends it: the worker may end before or after it. */
void kernel_step(void);
void kernel_step_done(size_t number);

/* reset_store(). Returns 0 or -errno; the device keeps its lock if it does not come back. */
int kernel_reset(struct kernel_device *device, const char *text);

/* driver_override_store(). Returns 0. */
int kernel_write_override(struct kernel_device *device, const char *text);

/* bind_store() and unbind_store(). driver may be NULL or not registered. Return 0 or -errno. */
int kernel_bind(const struct kernel_driver *driver, struct kernel_device *device);
int kernel_unbind(const struct kernel_driver *driver, struct kernel_device *device);

/* drivers_probe. Returns success even if no driver was bound. */
int kernel_drivers_probe(struct kernel_device *device);
