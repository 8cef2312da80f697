// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/plan.h"
#include "unit.h"

/*
 * Writes "group{member,member}" for each group: ':' before a member left alone, the
 * reason after one to blame, '!' before a refused group.
 */
void plan_text_groups(const struct plan *plan, struct text *text);

/* Writes " SELECTOR:kind" for each finding, with the devices that it names. */
void plan_text_findings(const struct plan *plan, struct text *text);
