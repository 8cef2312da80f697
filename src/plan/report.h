// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "machine/pci.h"
#include "plan/run.h"

/* Counts up when a field changes its meaning or goes; new ones may come at any time. */
#define REPORT_SCHEMA 1

/* Says what a run did in log lines: one a device, refusal, failure and problem, one summary. */
void report_log(const struct run *run);

/* Writes what a run did, or would do, as JSON. */
void report_json(const struct run *run, FILE *out);

/*
 * Writes what a plan would do as text for people. names may be NULL; else
 * devices get their names from the file ids.
 */
void report_text(const struct run *run, FILE *out, struct pci_source *names, const char *ids);

/*
 * Writes report.json, and devices with one taken address a line, in the
 * directory at path, which is made if it is not there. Each is written beside its
 * place and renamed into it. One that gave up waiting for another run saves nothing: the
 * report is the other's. Returns 0 or -errno.
 */
int report_save(const struct run *run, const char *path);
