// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files that use libkmod. All others include module.h. */

#include <libkmod.h>

struct module_context {
	struct kmod_ctx *kmod;
};
