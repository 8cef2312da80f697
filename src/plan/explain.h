// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "plan/plan.h"
#include "plan/run.h"

/*
 * What happened, in the words that a user reads: one sentence each, with the
 * device it is about and what to do next. The only place where results are
 * turned into text, so that log, plan and report say the same. All texts are
 * of the run's arena or static; never NULL.
 */

/* Where something was written: "/etc/vfio-early.conf:3:8" or "command line:34". */
const char *explain_origin(struct arena *arena, const struct origin *origin);

/* Something that did not parse, with its place. */
const char *explain_problem(struct arena *arena, const struct problem *problem);

/* Why nothing is taken although devices are listed: what could not be used. NULL if none is. */
const char *explain_stop(struct arena *arena, const struct settings *settings);

/* A selector that took nothing, or that restricts and stops the taking. */
const char *explain_finding(struct arena *arena, const struct finding *finding);

/* Why a group was refused, with the first member to blame and what would waive it. */
const char *explain_refusal(const struct run *run, const struct planned_group *group);

/* The value of force= that would waive a group's refusal; NULL where none would. */
const char *explain_force(const struct run *run, const struct planned_group *group);

/* Whether a device is an integrated Intel GPU: some kernels leave it out without intel_iommu=on. */
bool explain_wants_intel_iommu(const struct device *device);

/* Why no device at all has a group, and what to do about it; NULL where the IOMMU is on. */
const char *explain_iommu(const struct run *run);

/* Why a group was undone, with the step that failed and its likely cause. */
const char *explain_failure(struct arena *arena, const struct planned_group *group);

/* A bridge whose driver keeps a group shut that was taken: what to do about it. */
const char *explain_block(struct arena *arena, const struct member *member);

/*
 * What became of one member that was taken, or would be: "nouveau -> vfio-pci",
 * and past which guard it was forced, if it was.
 */
const char *explain_member(const struct run *run, const struct member *member);

/*
 * Why a screen goes dark when the member is taken: "the screen goes dark: ...". NULL where it
 * is neither the boot display nor shows the firmware's framebuffer.
 */
const char *explain_dark(struct arena *arena, const struct member *member);

/* A member that goes away with its VMD. */
const char *explain_lost(struct arena *arena, const struct member *member);

/* Who else claims a member that was taken; NULL if nobody does. */
const char *explain_claim(struct arena *arena, const struct member *member);

/*
 * What became of a device that "ids=" names and the plan does not take, and how to take it
 * properly.
 */
const char *explain_leftover(const struct run *run, const struct leftover *leftover);

/* Returns what to add to devs to have it taken; NULL where the host needs it. */
const char *explain_leftover_selector(struct arena *arena, const struct leftover *leftover);

/* Why an entry of protect keeps a device with the host. */
const char *explain_protection(struct arena *arena, const struct device *device,
			       const struct selector *selector);

/* The selector that picks this function and no other: "00:01.0/00.0@10de:1f91:1458:3ffc". */
const char *explain_pin(struct arena *arena, const struct device *device);

/* A module that was not needed to bind but did not load. */
const char *explain_module(struct arena *arena, const struct planned_module *module);

/* Why the run as a whole ended early; NULL if it did not. */
const char *explain_end(const struct run *run);

/* The run in one line, with the time it took. */
const char *explain_summary(const struct run *run);

/* The likely cause of an error in a step; NULL where the error says it all. */
const char *explain_cause(enum step step, int error);
