# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# The words of a case file, apart from its hardware (topology.sh). A case file
# is sourced once; each word writes down what it was told in the case's work
# directory. "$kernel" is the series that the case runs on, "$variant" what stands
# behind the "@" of its name.
#
# A case may define alter_modules DIR, which is called with a copy of the kernel's
# modules to be changed before the image is made.
#
# A case need not say what always holds; judge.sh lists that.

modules=ko
iommu=on
hotplug=
rdinit=
rdinit_program=/vfio-early
monitor_after=
sysrq=
runs=1
console=ttyS0

# cmdline WORD...: more of the kernel command line, as it stands there.
cmdline()
{
	printf '%s ' "$@" >>"$work/cmdline"
}

# config: /etc/vfio-early.conf, from the standard input.
config()
{
	image_file etc/vfio-early.conf
}

# image_file PATH: a file of the image, from the standard input.
image_file()
{
	mkdir -p "$work/root/$(dirname "$1")"
	cat >"$work/root/$1"
}

# nothing_needed: the image has a list of what the host needs, and that is empty.
nothing_needed()
{
	echo '# What this host needs' | image_file etc/vfio-early.host.conf
}

# modules ko|gz|xz|zst|none: the form of the vfio modules in the image.
modules()
{
	modules=$1
}

# before, after: shell that the guest runs before its first vfio-early, or
# between its last and the coldplug.
before()
{
	printf '%s\n' "$1" >>"$work/root/case/before"
}

after()
{
	printf '%s\n' "$1" >>"$work/root/case/after"
}

# runs N: vfio-early runs N times in a row; what is judged is the last one, and
# that it left the same owners as the first.
runs()
{
	runs=$1
	echo "runs=$1" >>"$work/root/case/settings"
}

# unmounted DIR...: of proc, sys, dev and run: not mounted when vfio-early runs.
unmounted()
{
	echo "unmounted='$*'" >>"$work/root/case/settings"
}

# run_by WORD...: the guest runs vfio-early by these words.
run_by()
{
	echo "run_by='$*'" >>"$work/root/case/settings"
}

# run_after: the shell that the guest runs in the same moment as vfio-early, before
# it, from the standard input; what it reads of a device the guest's look at the
# owners would have waited for.
run_after()
{
	image_file case/run_after
	printf '%s\n' 'exec "$@"' >>"$work/root/case/run_after"
	run_by sh /case/run_after "$@"
}

# stopped N HOW: vfio-early is stopped after the Nth thing that it changes; see
# stopper.c.
stopped()
{
	if [ -n "$rdinit" ]; then
		rdinit_program=/bin/stopper
		cmdline "STOP_AFTER=$1" "STOP_HOW=$2"
	else
		run_by env "STOP_AFTER=$1" "STOP_HOW=$2" stopper
	fi
}

# faulty PARAMETER...: the image has faulty.ko, built for the kernel, and the guest
# loads it with these before its first vfio-early; without any, the case does.
faulty()
{
	if ! driver=$("$here/driver" "$kernel" 2>"$work/driver.log"); then
		skip "no driver for tests: $(tail -n 1 "$work/driver.log")"
		return
	fi
	cp "$driver" "$work/root/faulty.ko"
	[ $# -eq 0 ] || before "insmod /faulty.ko $*"
}

# no_modules: the image has no /lib/modules at all while vfio-early runs.
no_modules()
{
	echo "no_modules=yes" >>"$work/root/case/settings"
}

# monitor ERE LINE: QEMU's monitor gets the line when the console has had one like
# ERE.
monitor()
{
	monitor_after=$1
	monitor_line=$2
}

# hotplug DEVICE: QEMU gets this device while vfio-early waits.
hotplug()
{
	hotplug=$1
	echo "announce_wait=yes" >>"$work/root/case/settings"
}

# rdinit [bare]: the kernel starts vfio-early from its own image in front of the
# guest's, which has no vfio modules then. With bare there is the program alone.
rdinit()
{
	rdinit=${1:-image}
	modules=none
	echo "rdinit=yes" >>"$work/root/case/settings"
}

# sysrq KEY ERE: the guest gets this key with Alt and SysRq when the console has
# had a line like ERE.
sysrq()
{
	sysrq=$1
	sysrq_after=$2
	cmdline sysrq_always_enabled ignore_loglevel
}

# kernels SERIES...: the case is about what these kernels have alone. run-all reads it too.
kernels()
{
	case " $* " in
	*" $kernel "*) ;;
	*) skip "it is for the kernels $*" ;;
	esac
}

# skip REASON: the case cannot run here.
skip()
{
	skipped=$1
}

# expect KIND WORD...: one expectation; tabs separate the words.
expect()
{
	printf '%s' "$1" >>"$work/expect"
	shift
	for word; do
		printf '\t%s' "$word" >>"$work/expect"
	done
	echo >>"$work/expect"
}

# owner ADDRESS DRIVER: after the coldplug; - for none, any if all are right. An
# address without a domain is in domain 0000.
owner()
{
	expect owner "$(full_address "$1")" "$2"
}

# taken ADDRESS...: these are on vfio-pci.
taken()
{
	for address; do
		owner "$address" vfio-pci
	done
}

# owner_before ADDRESS DRIVER: before vfio-early ran; what the case stands on.
owner_before()
{
	expect owner_before "$(full_address "$1")" "$2"
}

# absent ADDRESS: the guest has no such function.
absent()
{
	expect absent "$(full_address "$1")"
}

# override ADDRESS TEXT: a driver_override on what was not taken, or any.
override()
{
	expect override "$(full_address "$1")" "$2"
}

# moves_later ADDRESS: something happens to the function between vfio-early's look
# at it and the guest's, so the report is not compared with that.
moves_later()
{
	expect moves_later "$(full_address "$1")"
}

# exit_code N: of vfio-early; 0 where a case does not say.
exit_code()
{
	expect exit_code "$1"
}

# log ERE, no_log ERE: vfio-early's lines of the kernel log, without the
# timestamp, one matches or none does. log_count N ERE: exactly N match.
log()
{
	expect log "$1"
}

no_log()
{
	expect no_log "$1"
}

log_count()
{
	expect log_count "$1" "$2"
}

# kernel_log ERE: a line of the whole kernel log matches.
kernel_log()
{
	expect kernel_log "$1"
}

# report EXPRESSION: jq finds it true of report.json.
report()
{
	expect report "$1"
}

# devices_file 'ADDRESS...': exactly these, in this order; where a case does not
# say, it holds what was taken.
devices_file()
{
	expect devices_file "$1"
}

# guest_file NAME TEXT: a file that the case's own snippets left in /found.
guest_file()
{
	expect guest_file "$1" "$2"
}

# no_log_lines: the kernel log need not have the lines of what was taken; the
# case says why.
no_log_lines()
{
	expect no_log_lines
}

# no_report: the run came to no end that it could report.
no_report()
{
	expect no_report
}

full_address()
{
	case $1 in
	*:*:*) echo "$1" ;;
	*) echo "0000:$1" ;;
	esac
}
