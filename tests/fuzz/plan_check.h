// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/run.h"

/*
 * Checks any plan of any machine: a group goes as a whole or not at all, nothing is done
 * to what stays, nothing goes past a guard unless force waives it, and actions are in the
 * right order.
 */
void plan_check(const struct plan *plan, const struct settings *settings,
		const struct topology *topology);

/* Writes all reports of the run and checks their form. */
void plan_check_reports(struct run *run);
