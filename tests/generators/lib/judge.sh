# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # run's variables
#
# Judges the findings in the real root with the judge of tests/vm: what it says about the
# time after vfio-early holds here for the start of the real root. The image drives
# devices first, so nothing taken may have had a driver before.

run_log()
{
	: "$1"
	sed -n 's/^\[[^]]*\] \(vfio-early: .*\)/\1/p' "$found/dmesg"
}

kernel_log_since()
{
	cat "$found/dmesg"
}

old_driver()
{
	: "$1"
	echo none
}

# judge_no_report: vfio-early did not run and left nothing.
judge_no_report()
{
	equal "report" "" "$(cat "$found/report_place" 2>/dev/null || :)"
	judge_owners
	judge_rest
	judge_log
}

# judge_boot: fails if an expectation did not hold; $work/failures says which.
judge_boot()
{
	: >"$work/failures"
	if grep -q '^no_report' "$work/expect"; then
		judge_no_report
	elif [ ! -e "$found/run.1/report.json" ]; then
		judge_owners
		failed "report" "one in $report_place" "none"
	else
		equal "place of the report" "$report_place" "$(cat "$found/report_place")"
		run=$found/run.1
		jq .exit_code "$run/report.json" >"$found/exit_code.1" 2>&1 || :
		judge_taken
		judge_files
		judge_report
	fi
	# If it was not loaded early, nothing would show who came first.
	grep -qx bochs "$found/modules.after.1" ||
		failed "modules when the real root starts" "bochs" "$(xargs <"$found/modules.after.1")"
	[ ! -s "$work/failures" ]
}
