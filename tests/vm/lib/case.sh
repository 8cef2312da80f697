# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# The words of a case file except its hardware (topology.sh). A case file is sourced once;
# each word stores its arguments in the case's work directory. "$kernel" is the series
# that the case runs on, "$variant" the text after "@" in its name.
#
# A case may define alter_modules DIR, which is called with a copy of the kernel's modules
# before the image is made.
#
# What always holds need not be said; judge.sh lists it.

modules=ko
iommu=on
hotplug=
rdinit=
rdinit_program=/vfio-early
monitor_after=
sysrq=
runs=1
boots=1
kexec=
efi=
console=ttyS0
# Of the harnesses, only run has guests for other machines.
machine=${machine:-x86_64}
[ "$machine" != aarch64 ] || console=ttyAMA0
processors=2
counted=

# cmdline WORD...: adds words to the kernel command line, unchanged.
cmdline()
{
	printf '%s ' "$@" >>"$work/cmdline"
}

# config: /etc/vfio-early.conf, from standard input.
config()
{
	image_file etc/vfio-early.conf
}

# image_file PATH: a file of the image, from standard input.
image_file()
{
	mkdir -p "$work/root/$(dirname "$1")"
	cat >"$work/root/$1"
}

# nothing_needed: the image has an empty list of the host's needs.
nothing_needed()
{
	echo '# What this host needs' | image_file etc/vfio-early.host.conf
}

# modules ko|gz|xz|zst|none: the form of the vfio modules in the image.
modules()
{
	modules=$1
}

# before, after: shell code that the guest runs before its first vfio-early, or between
# its last and the coldplug.
before()
{
	printf '%s\n' "$1" >>"$work/root/case/before"
}

after()
{
	printf '%s\n' "$1" >>"$work/root/case/after"
}

# runs N: vfio-early runs N times. The last run is judged, and whether it left the same
# drivers as the first.
runs()
{
	runs=$1
	echo "runs=$1" >>"$work/root/case/settings"
}

# trials: the system that the image starts confirms trials, and its firmware keeps their record.
trials()
{
	efi
	printf '%s\n' '# What this host needs' 'confirms = on' | image_file etc/vfio-early.host.conf
}

# boots N: the machine is started N times, with the variables and disks that it has then. The
# last boot is judged as any other; see boot_taken and boot_log for the rest.
boots()
{
	boots=$1
}

# in_boot N CODE: shell code that the guest runs in that boot, after its last vfio-early. There
# crash gets what was found to the host, and ends the boot by a panic.
in_boot()
{
	# shellcheck disable=SC2016 # the guest expands it
	printf '[ "$boot" != %s ] || {\n%s\n}\n' "$1" "$2" >>"$work/root/case/after"
}

# before_boot N CODE: shell code that the guest runs in that boot, before its first vfio-early.
before_boot()
{
	# shellcheck disable=SC2016 # the guest expands it
	printf '[ "$boot" != %s ] || {\n%s\n}\n' "$1" "$2" >>"$work/root/case/before"
}

# kexec CODE: the guest's first kernel runs this shell code and then starts a second one by kexec,
# with the same image. vfio-early runs in the second one alone. nokaslr, because at a random place
# 5.10 now and then died before its first line.
kexec()
{
	[ "$machine" = x86_64 ] || skip "the kernels for $machine are not prepared for kexec"
	kexec=yes
	# shellcheck disable=SC2016 # the guest expands it
	printf '%s\n' 'if ! grep -q vm_kexec /proc/cmdline; then' "$1" \
		'kexec /second/vmlinuz /second/initramfs "vm_kexec nokaslr"' poweroff 'fi' >>"$work/root/case/before"
}

# unmounted DIR...: which of proc, sys, dev and run are not mounted while vfio-early runs.
unmounted()
{
	echo "unmounted='$*'" >>"$work/root/case/settings"
}

# run_by WORD...: the guest runs vfio-early with these words.
run_by()
{
	echo "run_by='$*'" >>"$work/root/case/settings"
}

# run_after: shell code from standard input that the guest runs right before vfio-early.
# What it reads of a device would otherwise wait for the guest's look at the drivers.
run_after()
{
	image_file case/run_after
	printf '%s\n' 'exec "$@"' >>"$work/root/case/run_after"
	run_by sh /case/run_after "$@"
}

# stopped N HOW [FILE]: vfio-early is stopped after its Nth change, or its Nth write to FILE; see
# stopper.c.
stopped()
{
	[ "$machine" = x86_64 ] || skip "stopper knows the system calls of x86 alone"
	if [ -n "$rdinit" ]; then
		rdinit_program=/bin/stopper
		cmdline "STOP_AFTER=$1" "STOP_HOW=$2" ${3:+"STOP_AT=$3"}
	else
		run_by env "STOP_AFTER=$1" "STOP_HOW=$2" ${3:+"STOP_AT=$3"} stopper
	fi
}

# faulty PARAMETER...: the image has faulty.ko, built for the kernel, and the guest loads
# it with these parameters before its first vfio-early; without parameters the case loads
# it.
faulty()
{
	if [ "$machine" != x86_64 ]; then
		skip "no driver for tests on $machine"
		return
	fi
	if ! driver=$("$here/driver" "$kernel" 2>"$work/driver.log"); then
		skip "no driver for tests: $(tail -n 1 "$work/driver.log")"
		return
	fi
	cp "$driver" "$work/root/faulty.ko"
	[ $# -eq 0 ] || before "insmod /faulty.ko $*"
}

# no_modules: the image has no /lib/modules while vfio-early runs.
no_modules()
{
	echo "no_modules=yes" >>"$work/root/case/settings"
}

# monitor ERE LINE: sends LINE to QEMU's monitor once the console shows a line like ERE.
monitor()
{
	monitor_after=$1
	monitor_line=$2
}

# hotplug DEVICE: adds this device to QEMU while vfio-early waits.
hotplug()
{
	hotplug=$1
	echo "announce_wait=yes" >>"$work/root/case/settings"
}

# rdinit [bare]: the kernel starts vfio-early from its own image before the guest's, which
# then has no vfio modules. With bare, the image has only the program.
rdinit()
{
	rdinit=${1:-image}
	modules=none
	echo "rdinit=yes" >>"$work/root/case/settings"
}

# sysrq KEY ERE: sends Alt, SysRq and this key once the console shows a line like ERE.
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

# expect KIND WORD...: stores one expectation; tabs separate the words.
expect()
{
	printf '%s' "$1" >>"$work/expect"
	shift
	for word; do
		printf '\t%s' "$word" >>"$work/expect"
	done
	echo >>"$work/expect"
}

# owner ADDRESS DRIVER: the driver after the coldplug; - for none, any if any will do. An
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

# boot_taken N [ADDRESS...]: in that boot these were on vfio-pci, and nothing else.
boot_taken()
{
	number=$1
	shift
	expect boot_taken "$number" "$(for address; do full_address "$address"; done | xargs)"
}

# cut_short N: that boot ended before it had any findings.
cut_short()
{
	expect cut_short "$1"
}

# boot_log N ERE: one of vfio-early's lines in that boot's log matches.
boot_log()
{
	expect boot_log "$1" "$2"
}

# owner_before ADDRESS DRIVER: the driver before vfio-early ran, on which the case relies.
owner_before()
{
	expect owner_before "$(full_address "$1")" "$2"
}

# absent ADDRESS: the guest has no such function.
absent()
{
	expect absent "$(full_address "$1")"
}

# override ADDRESS TEXT: the driver_override of a function that was not taken; any if any
# will do.
override()
{
	expect override "$(full_address "$1")" "$2"
}

# moves_later ADDRESS: the function changes after vfio-early looks and before the guest
# does, so the report is not compared with the guest's findings.
moves_later()
{
	expect moves_later "$(full_address "$1")"
}

# exit_code N: of vfio-early; 0 by default.
exit_code()
{
	expect exit_code "$1"
}

# log ERE, no_log ERE: one of vfio-early's lines in the kernel log, without the timestamp,
# matches, or none does. log_count N ERE: exactly N match.
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

# report EXPRESSION: is true of report.json, for jq(1).
report()
{
	expect report "$1"
}

# devices_file 'ADDRESS...': has exactly these, in this order; by default, what was taken.
devices_file()
{
	expect devices_file "$1"
}

# guest_file NAME TEXT: a file that the case's own code left in /found.
guest_file()
{
	expect guest_file "$1" "$2"
}

# no_log_lines: the kernel log may lack the lines of what was taken; the case says why.
no_log_lines()
{
	expect no_log_lines
}

# no_report: the run had no end that it could report.
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
