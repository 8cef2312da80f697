// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files that stand on libkmod share; module.h is what others use. */

#include <libkmod.h>

struct module_context {
	struct kmod_ctx *kmod;
};
