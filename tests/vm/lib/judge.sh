# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # run's variables
#
# Judges what a guest found, against what its case expects and against what
# always holds:
#
# - vfio-early ended with 0;
# - on vfio-pci is exactly what the case names: as soon as vfio-early is done,
#   and after the coldplug; vfio_iommu_type1 is there for it by then;
# - the client could use each of these;
# - the kernel log has the line "OLD -> vfio-pci" for each of these and for
#   nothing else, and no line of the driver that would have had it;
# - everything else is on its own driver (natives) and has no override;
# - /run/vfio-early/devices lists what was taken, and report.json agrees with
#   what the guest saw.
#
# Each failure is a line of $work/failures. The guest's findings are in $found.

tab=$(printf '\t')

# failed WHAT EXPECTED GOT
failed()
{
	echo "$1: expected $2, got $3" >>"$work/failures"
}

# equal WHAT EXPECTED GOT
equal()
{
	[ "$2" = "$3" ] || failed "$1" "${2:-nothing}" "${3:-nothing}"
}

# expected KIND: prints the words of the expectations of this kind.
expected()
{
	# Not by awk: a judge asks a hundred times, and starting it takes longer than reading.
	while IFS= read -r expectation; do
		case $expectation in
		"$1$tab"*) printf '%s\n' "${expectation#*"$tab"}" ;;
		"$1") echo ;;
		esac
	done <"$work/expect"
}

# column FILE ADDRESS N: prints a column of the guest's list of functions; see owners in
# guest/init.
column()
{
	while read -r function_address c2 c3 c4 c5 c6 c7; do
		[ "$function_address" = "$2" ] || continue
		set -- "$1" "$2" "$3" "$function_address" "$c2" "$c3" "$c4" "$c5" "$c6" "$c7"
		shift "$(($3 + 2))"
		echo "$1"
		return
	done <"$found/$1"
	echo "no such function"
}

# native ID: prints the driver that such a device has without vfio-early.
native()
{
	while read -r native_id native_driver _; do
		[ "$native_id" != "$1" ] || echo "$native_driver"
	done <"${natives:-$here/natives}"
}

# on_vfio FILE: prints the addresses of functions on vfio-pci, in one line.
on_vfio()
{
	awk '$4 == "vfio-pci" { printf "%s%s", sep, $1; sep = " " }' "$found/$1"
}

# run_log N: prints vfio-early's log lines of its Nth run.
run_log()
{
	awk -v n="$1" -v run="${rdinit:+1}" '/guest: vfio-early starts$/ { run = 1; next }
		/guest: run [0-9]+ ended$/ { run++; next }
		run == n' "$found/dmesg" | sed -n 's/^\[[^]]*\] \(vfio-early: .*\)/\1/p'
}

# kernel_log_since: prints the kernel log since the first run started.
kernel_log_since()
{
	since='/guest: vfio-early starts$/'
	[ -z "$rdinit" ] || since=1
	sed -n "$since,\$p" "$found/dmesg"
}

judge_exit_code()
{
	want=$(expected exit_code)
	equal "exit code" "${want:-0}" "$(cat "$found/exit_code.$runs")"
}

judge_owners()
{
	expected owner | while IFS=$tab read -r address driver; do
		[ "$driver" = any ] ||
			equal "owner of $address" "$driver" "$(column owners "$address" 4)"
	done
	expected owner_before | while IFS=$tab read -r address driver; do
		equal "owner of $address before" "$driver" "$(column owners.before "$address" 4)"
	done
	expected absent | while read -r address; do
		equal "function $address" "no such function" "$(column owners "$address" 1)"
	done
	want=$(expected owner | awk -F '\t' '$2 == "vfio-pci" { print $1 }' | sort | xargs)
	equal "on vfio-pci when vfio-early is done" "$want" "$(on_vfio "owners.after.$runs")"
	equal "on vfio-pci after the coldplug" "$want" "$(on_vfio owners)"
	[ "$runs" -eq 1 ] || cmp -s "$found/owners.after.1" "$found/owners.after.$runs" ||
		failed "owners after run $runs" "those after run 1" \
			"$(diff "$found/owners.after.1" "$found/owners.after.$runs" | xargs)"
}

# judge_rest: every function not taken has the driver that it would have without
# vfio-early.
judge_rest()
{
	while read -r address id class driver group override boot_vga; do
		: "$class" "$group" "$boot_vga"
		[ "$driver" != vfio-pci ] || continue
		want=$(expected override | while IFS=$tab read -r overridden driver_override; do
			[ "$overridden" != "$address" ] || echo "$driver_override"
		done)
		[ "$want" = any ] || equal "override of $address" "${want:--}" "$override"
		expected owner | grep -q "^$address" && continue
		want=$(native "$id")
		equal "owner of $address" "${want:-an entry for $id in natives}" "$driver"
	done <"$found/owners"
}

judge_clients()
{
	for address in $(on_vfio owners); do
		id=$(column owners "$address" 2)
		group=$(column owners "$address" 5)
		equal "client" "ok $address group $group $id" \
			"$(grep -F " $address" "$found/client" || echo "no line for $address")"
		override=$(column owners "$address" 6)
		equal "override of $address" vfio-pci "$override"
	done
	[ -z "$(on_vfio owners)" ] || grep -qx vfio_iommu_type1 "$found/modules.after.$runs" ||
		failed "modules when vfio-early is done" vfio_iommu_type1 \
			"$(xargs <"$found/modules.after.$runs")"
}

# old_driver ADDRESS: prints the name of the earlier driver as in vfio-early's log.
old_driver()
{
	driver=$(column owners.before "$1" 4)
	case $driver in
	- | "no such function") echo none ;;
	*) echo "$driver" ;;
	esac
}

# judge_lines: the default expectations on the log. A driver that was absent before
# vfio-early logs nothing about what was taken.
judge_lines()
{
	if ! grep -q '^no_log_lines' "$work/expect"; then
		for address in $(on_vfio owners.after.1); do
			echo "vfio-early: $address $(column owners "$address" 2) group" \
				"$(column owners "$address" 5): $(old_driver "$address") -> vfio-pci"
		done >"$work/lines.expected"
		run_log 1 | grep -e '^vfio-early: [0-9a-f]*:.* -> vfio-pci' |
			sed 's/, forced by .*//' | sort >"$work/lines"
		cmp -s "$work/lines.expected" "$work/lines" ||
			failed "log lines of what was taken" "$(paste -sd '|' "$work/lines.expected")" \
				"$(paste -sd '|' "$work/lines")"
	fi
	for address in $(on_vfio owners); do
		[ "$(old_driver "$address")" = none ] || continue
		id=$(column owners "$address" 2)
		driver=$(native "$id")
		line=$(kernel_log_since | grep -m 1 -E "\] $driver $address:" || :)
		[ -z "$line" ] || failed "kernel log" "nothing from $driver about $address" "$line"
	done
}

# judge_log: what the case says about the log.
judge_log()
{
	run_log "$runs" >"$work/log"
	expected log | while IFS= read -r ere; do
		grep -qE -e "$ere" "$work/log" ||
			failed "log" "a line like $ere" "$(paste -sd '|' "$work/log")"
	done
	expected no_log | while IFS= read -r ere; do
		line=$(grep -m 1 -E -e "$ere" "$work/log" || :)
		[ -z "$line" ] || failed "log" "no line like $ere" "$line"
	done
	expected log_count | while IFS=$(printf '\t') read -r count ere; do
		equal "log lines like $ere" "$count" "$(grep -cE -e "$ere" "$work/log" || :)"
	done
	expected kernel_log | while IFS= read -r ere; do
		grep -qE -e "$ere" "$found/dmesg" || failed "kernel log" "a line like $ere" "none"
	done
}

# report_lines DRIVER: prints the report's members in the form of the guest's lists,
# except those that the case does not compare.
report_lines()
{
	expected moves_later >"$work/moves_later"
	jq -r --arg driver "$1" '.groups[] | (.group // "-") as $group | .members[] |
		"\(.address) \(.vendor):\(.device) \(.class) \(.[$driver] // "-" | gsub(" "; "_")) \($group)"' \
		"$run/report.json" | grep -vFf "$work/moves_later"
}

# judge_report: report.json says what the guest saw for itself.
judge_report()
{
	code=$(cat "$found/exit_code.$runs")
	equal "report.json" "schema, time, exit code $code, $(cat "$directory/release")" \
		"$(jq -r 'if .schema > 0 and .elapsed_us > 0 then "schema, time" else "neither" end +
			", exit code \(.exit_code), \(.kernel)"' "$run/report.json" 2>&1)"
	report_lines driver_after 2>/dev/null | while IFS= read -r line; do
		equal "report.json" "$(cut -d ' ' -f 1-5 "$found/owners.after.$runs" |
			grep "^${line%% *} ")" "$line"
	done
	if [ -e "$found/owners.before" ] && [ "$runs" -eq 1 ] && [ -z "$hotplug$rdinit" ]; then
		report_lines driver_before 2>/dev/null | while IFS= read -r line; do
			want=$(cut -d ' ' -f 1-5 "$found/owners.before" | grep "^${line%% *} ")
			# Some kernels gave it its group since.
			case $want in
			*" -") line="${line% *} -" ;;
			esac
			equal "report.json, before" "$want" "$line"
		done
	fi
	equal "taken in report.json" "$(on_vfio "owners.after.$runs")" \
		"$(report_lines driver_after 2>&1 | awk '$4 == "vfio-pci" { print $1 }' | sort | xargs)"
}

judge_files()
{
	if grep -q '^devices_file' "$work/expect"; then
		want=$(expected devices_file)
	else
		want=$(on_vfio "owners.after.$runs")
	fi
	equal "/run/vfio-early/devices" "$want" "$(xargs 2>&1 -a "$run/devices")"
	expected guest_file | while IFS=$(printf '\t') read -r name text; do
		equal "$name" "$text" "$(cat "$found/$name" 2>&1)"
	done
	expected report | while IFS= read -r expression; do
		jq -e "$expression" "$run/report.json" >/dev/null 2>"$work/jq.errors" ||
			failed "report.json" "$expression" \
				"$(jq -c "${expression%%[=!<>|]*}" "$run/report.json" 2>&1 | head -c 300)"
	done
}

# judge_start: the first process is started the same way with and without vfio-early. The
# shell ignores SIGQUIT.
judge_start()
{
	want="Umask 0022 SigBlk 0000000000000000 SigIgn 0000000000000004 oom 0 cwd /"
	want="$want 0 /dev/console 1 /dev/console 10 /init 2 /dev/console"
	equal "state of /init" "$want" "$(xargs <"$found/process")"
	equal "mounting at the start" "no problem" \
		"$(cat "$found/early_problem" 2>/dev/null || echo "no problem")"
	[ -n "$rdinit" ] || return 0
	equal "arguments of /init" "/init boot splash silence" "$(cat "$found/arguments")"
	# Some kernels pass on this setting although they know it.
	equal "environment of /init" "HOME=/ TERM=linux greeting=hello" \
		"$(sed 's/ intel_iommu=[a-z]*//' "$found/environment")"
	equal "/proc and /sys at the start" "/proc: /sys:" "$(xargs <"$found/early_files")"
	equal "mounts at the start" "/ rootfs /proc proc" "$(cat "$found/early_mounts")"
}

# judge_taken: what was taken, and what was not, and what the log says of it.
judge_taken()
{
	judge_exit_code
	judge_owners
	judge_rest
	judge_clients
	judge_lines
	judge_log
}

# judge_boots: what the boots before the last one did.
judge_boots()
{
	expected cut_short | while read -r number; do
		[ ! -e "$found.$number/complete" ] || failed "boot $number" "no end" "its end"
	done
	expected boot_taken | while IFS=$tab read -r number addresses; do
		equal "on vfio-pci in boot $number" "$addresses" \
			"$(on_vfio "../found.$number/owners.after.1")"
	done
	expected boot_log | while IFS=$tab read -r number ere; do
		sed -n 's/^\[[^]]*\] \(vfio-early: .*\)/\1/p' "$found.$number/dmesg" >"$work/log.$number"
		grep -qE -e "$ere" "$work/log.$number" ||
			failed "log of boot $number" "a line like $ere" \
				"$(paste -sd '|' "$work/log.$number")"
	done
}

judge()
{
	: >"$work/failures"
	run=$found/run.$runs
	judge_boots
	judge_taken
	judge_start
	if grep -q '^no_report' "$work/expect"; then
		[ ! -e "$run" ] || failed "report" "none" "$(ls "$run")"
	else
		judge_files
		judge_report
	fi
	[ ! -s "$work/failures" ]
}
