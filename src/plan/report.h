// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "machine/pci.h"
#include "plan/run.h"

/* Incremented when a field changes its meaning or goes. New fields do not count. */
#define REPORT_SCHEMA 1

/* Logs what a run did: a line for each device, refusal, failure and problem, and a summary. */
void report_log(const struct run *run);

/* Writes what a run did, or would do, as JSON. */
void report_json(const struct run *run, FILE *out);

/*
 * Writes what a plan would do as text for people. Looks device names up through names in
 * the file ids, unless names is NULL.
 */
void report_text(const struct run *run, FILE *out, struct pci_source *names, const char *ids);

/*
 * Writes report.json, devices with one taken address a line, and, of a trial, its state in
 * trial, into the directory at path, which is made if missing. Each file is written under another
 * name and renamed. A run that gave up waiting for another one saves nothing. Returns 0 or -errno.
 */
int report_save(const struct run *run, const char *path);
