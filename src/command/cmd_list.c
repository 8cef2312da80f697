// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "command/listing.h"
#include "command/options.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/terminal.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/survey.h"

struct options {
	struct preview preview;
	bool all;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	PREVIEW_HOST,
	PREVIEW_IDS,
	{ .name = "all",
	  .help = "show bridges and idle parts of the chipset too, and more details",
	  .offset = offsetof(struct options, all) },
	{ .name = "tree",
	  .help = "show the functions behind each bridge",
	  .offset = offsetof(struct options, preview.behind) },
	PREVIEW_JSON,
	{ .name = "addresses",
	  .help = "print only addresses and names, separated by a tab",
	  .offset = offsetof(struct options, preview.addresses) },
};

static const struct option_table table = {
	.command = "list",
	.arguments = "[SELECTOR...]",
	.help = "Shows the IOMMU groups with what can be taken, what is taken, and what keeps the\n"
		"others with the host. With selectors: only the groups of the functions that\n"
		"they pick.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Says what did not parse. Returns an exit_code. */
static int complain(struct arena *arena, const struct settings *settings)
{
	for (const struct problem *problem = settings->problems; problem; problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(arena, problem));
	return settings->problems ? EXIT_MALFORMED : EXIT_DONE;
}

/*
 * Says which selectors match nothing. Bridges, and devices that cannot be taken by
 * themselves, are shown. Returns an exit_code.
 */
static int complain_of_absent(const struct run *run, const struct settings *filter)
{
	struct plan plan;
	int code = EXIT_DONE;

	if (plan_make(&plan, run->arena, filter, &run->topology))
		return EXIT_PARTLY;
	for (size_t i = 0; i < plan.finding_count; i++) {
		if (plan.findings[i].kind == FINDING_BRIDGES ||
		    (plan.findings[i].kind == FINDING_BEHIND_VMD && plan.findings[i].device))
			continue;
		text_print(stderr, "vfio-early: %s\n",
			   explain_finding(run->arena, &plan.findings[i]));
		code = EXIT_PARTLY;
	}
	return code;
}

static int write_listing(const struct listing *listing, const struct preview *preview)
{
	static char buffer[65536];
	struct terminal terminal;

	/* musl's buffer is one kilobyte. A terminal gets each line at once. */
	setvbuf(stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof(buffer));
	if (preview->json) {
		listing_json(listing, stdout);
	} else if (preview->addresses) {
		listing_addresses(listing, stdout);
	} else {
		terminal_open(&terminal, stdout);
		if (preview->behind)
			return listing_tree(listing, &terminal);
		listing_text(listing, &terminal);
	}
	return 0;
}

static int list(struct run *run, struct options *options, const struct settings *filter)
{
	struct preview *preview = &options->preview;
	bool filtered = filter->devs.count > 0;
	/* What selectors pick is wanted, whatever it is. */
	struct listing listing = { .run = run, .all = options->all || filtered };
	int error, code = complain(run->arena, filter);

	/* Showing everything would not be what was asked for. */
	if (code && !filtered)
		return code;
	error = preview_plan(preview, run);
	if (error)
		return EXIT_PARTLY;
	listing.source = preview->source;
	listing.ids = preview_find_ids(preview);
	error = listing_make(&listing, run, &preview->tree, filtered ? filter : NULL);
	if (!error)
		error = write_listing(&listing, preview);
	if (error)
		return preview_complain("list", error) ? EXIT_PARTLY : EXIT_DONE;
	fflush(stdout);
	if (filtered)
		code |= complain_of_absent(run, filter);
	return code ? code : complain(run->arena, &run->settings);
}

static int run_list(int count, char *const *arguments)
{
	struct options options = { .preview.survey = survey_all };
	struct preview *preview = &options.preview;
	int code, first = options_read(&table, &options, count, arguments, &code), error;
	struct settings filter;
	struct run *run;

	if (first < 0)
		return code;
	run = run_create();
	if (!run)
		return preview_complain("list", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	settings_init(&filter, run->arena);
	for (error = 0; !error && first < count; first++)
		error = settings_add_argument(&filter, arguments[first], first == count - 1);
	if (!error)
		error = preview_read(preview, run, 0, NULL);
	code = error ? EXIT_PARTLY : list(run, &options, &filter);
	preview_close(preview);
	run_destroy(run);
	return code;
}

const struct command command_list = {
	.name = "list",
	.arguments = "[--all] [--tree] [SELECTOR...]",
	.help = "Show the IOMMU groups, and which can be taken, are taken, or stay with the host.",
	.run = run_list,
};
