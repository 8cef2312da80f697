// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/run.h"

/*
 * Checks what must hold of any plan, whatever the machine: a group goes as a
 * whole or not at all, nothing is done to what stays, nothing that a guard is
 * for goes unless force has it, and actions come in the order that wins.
 */
void plan_check(const struct plan *plan, const struct settings *settings,
		const struct topology *topology);

/* Writes all reports of the run and checks that each is what it claims to be. */
void plan_check_reports(struct run *run);
