// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "plan/guard.h"
#include "plan/plan.h"
#include "plan/run.h"

/*
 * Turns outcomes into the sentences that users read: each names the device and what to do
 * next. This is the only place that does, so that log, plan and report agree. The run's
 * arena owns the texts, or they are static. None is NULL unless said otherwise.
 */

/* Returns where something was written: "/etc/vfio-early.conf:3:8" or "command line:34". */
const char *explain_origin(struct arena *arena, const struct origin *origin);

/* Returns what did not parse and where. */
const char *explain_problem(struct arena *arena, const struct problem *problem);

/*
 * Returns why nothing is taken although devices are listed: what could not be used. NULL
 * if nothing stops the taking.
 */
const char *explain_stop(struct arena *arena, const struct settings *settings);

/* Returns why a selector took nothing, or why it restricts and stops the taking. */
const char *explain_finding(struct arena *arena, const struct finding *finding);

/* Returns why a group was refused: its first member that a guard holds, and what waives it. */
const char *explain_refusal(const struct run *run, const struct planned_group *group);

/* Returns why a guard holds a member, waived or not: "it carries the host's network". */
const char *explain_hold(const struct run *run, const struct member *member,
			 const struct hold *hold);

/* Returns the value of force= that waives a group's refusal; NULL if nothing does. */
const char *explain_force(const struct run *run, const struct planned_group *group);

/*
 * Returns whether a device is an integrated Intel GPU: some kernels give it no IOMMU
 * without intel_iommu=on.
 */
bool explain_wants_intel_iommu(const struct device *device);

/* Returns why no device has a group and what to do about it; NULL if the IOMMU is on. */
const char *explain_iommu(const struct run *run);

/* Returns why a group was undone: the failed step and its likely cause. */
const char *explain_failure(struct arena *arena, const struct planned_group *group);

/* Returns what became of resetting a taken member after kexec; NULL if it was not tried. */
const char *explain_reset(struct arena *arena, const struct member *member);

/* Returns what to do about a bridge whose driver keeps a taken group from being opened. */
const char *explain_block(struct arena *arena, const struct member *member);

/*
 * Returns what was or would be done with a member, "nouveau -> vfio-pci", and which guard
 * was waived for it.
 */
const char *explain_member(const struct run *run, const struct member *member);

/*
 * Returns why taking the member turns a screen dark: "the screen goes dark: ...". NULL
 * unless it is the boot display or shows the firmware's framebuffer.
 */
const char *explain_dark(struct arena *arena, const struct member *member);

/* Returns the sentence about a member that goes away with its VMD. */
const char *explain_lost(struct arena *arena, const struct member *member);

/* Returns which other tool claims a taken member; NULL for none. */
const char *explain_claim(struct arena *arena, const struct member *member);

/*
 * Returns what became of a device that ids= names and the plan does not take, and how to
 * take it with its whole group.
 */
const char *explain_leftover(const struct run *run, const struct leftover *leftover);

/* Returns the selector to add to devs to take it; NULL if the host needs it. */
const char *explain_leftover_selector(struct arena *arena, const struct leftover *leftover);

/* Returns why an entry of protect keeps a device with the host. */
const char *explain_protection(struct arena *arena, const struct device *device,
			       const struct selector *selector);

/* Returns the selector that matches this function alone: "00:01.0/00.0@10de:1f91:1458:3ffc". */
const char *explain_pin(struct arena *arena, const struct device *device);

/* Returns the sentence about a module that failed to load but is not required. */
const char *explain_module(struct arena *arena, const struct planned_module *module);

/* Returns why the whole run ended early; NULL if it did not. */
const char *explain_end(const struct run *run);

/* Returns why a plan has neither groups nor findings; NULL if it has, or the run ended early. */
const char *explain_nothing_picked(const struct run *run);

/*
 * Returns what there is to say of the run's trial: what confirms it, or why devices stay with
 * the host; NULL if it is none (run_trial).
 */
const char *explain_trial(const struct run *run);

/* Returns the run in one line, with the time it took. */
const char *explain_summary(const struct run *run);

/* Returns why the command line, or boot = nothing, keeps everything from being touched
 * (settings_are_off()). */
const char *explain_off(const struct run *run);

/* Returns the likely cause of a step's error; NULL if the error says enough. Static. */
const char *explain_cause(enum step step, int error);
