# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # the variables of run and build-disk
#
# Starts the machine whose disk is $work/disk: q35 with a display, and behind a root port, as
# 01:00.0, the NIC to take. With $firmware=efi it has OVMF, whose variables are $work/vars. The
# processor says nothing of a hypervisor, as on a real machine. Debian's kernels use VT-d by
# themselves, so off means that it is off in the firmware's setup: with $iommu=on there is one.

firmware_code=/usr/share/OVMF/OVMF_CODE_4M.fd
firmware_vars=/usr/share/OVMF/OVMF_VARS_4M.fd

# What the kernel's command line says anyway: messages go to the serial console, a failure ends
# the machine, and a busy host's timer is no failure. What keeps Intel's processors from leaking
# takes most of an emulated one's time, and on a busy host systemd must not lose its patience.
always="console=ttyS0 panic=-1 no_timer_check mitigations=off systemd.service_watchdogs=0"

# parse_case NAME: sets $loader, $suite and $firmware of LOADER-SUITE.
parse_case()
{
	loader=${1%-*}
	suite=${1##*-}
	firmware=efi
	case $loader in
	grub-pc) firmware=bios ;;
	grub-efi | systemd-boot) ;;
	*) return 1 ;;
	esac
	case $suite in
	bookworm | trixie) ;;
	*) return 1 ;;
	esac
}

# machine_words: prints QEMU's command line, a word on each line. QEMU wants the IOMMU before
# every device.
machine_words()
{
	printf '%s\n' -M q35 -cpu max,vendor=GenuineIntel,-hypervisor,-la57 -accel tcg,thread=single \
		-smp 1 -m 2G -nodefaults -display none -no-reboot
	[ "$iommu" = off ] || printf '%s\n' -device intel-iommu,intremap=on,caching-mode=on
	printf '%s\n' -device VGA,bus=pcie.0,addr=2 \
		-device pcie-root-port,id=slot1,bus=pcie.0,addr=1,chassis=1,slot=1 \
		-device e1000e,bus=slot1,addr=0,romfile= \
		-drive "if=none,id=root,format=raw,cache=unsafe,file=$work/disk" \
		-device virtio-blk-pci,drive=root,serial=root,bus=pcie.0,addr=1c \
		-drive "if=none,id=exchange,format=raw,cache=unsafe,file=$work/exchange" \
		-device virtio-blk-pci,drive=exchange,serial=exchange,bus=pcie.0,addr=1d \
		-serial "file:$work/$step.console" -serial "file:$work/$step.log"
	[ "$firmware" = bios ] || printf '%s\n' \
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$firmware_code" \
		-drive "if=pflash,unit=1,format=raw,file=$work/vars"
}

# machine_start [WORD...]: starts the machine with pid $qemu for $step, with the files of
# $work/step to do it. timeout ends exactly it at the deadline.
machine_start()
{
	tar -C "$work/step" -cf "$work/exchange" .
	truncate -s 1G "$work/exchange"
	machine_words >"$work/words"
	while IFS= read -r word; do
		set -- "$@" "$word"
	done <"$work/words"
	timeout -k 10 "$deadline" qemu-system-x86_64 "$@" >"$work/$step.qemu" 2>&1 </dev/null &
	qemu=$!
}

# machine_end: ends it, for any reason.
machine_end()
{
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :
	qemu=
}

# machine_run NAME [WORD...]: runs the machine until its step is done, and leaves the findings in
# $found. Sets $problem on failure.
machine_run()
{
	step=$1
	shift
	problem=
	found=$work/$step
	rm -rf "$found"
	mkdir "$found"
	machine_start "$@"
	code=0
	wait "$qemu" || code=$?
	qemu=
	tar -C "$found" -xf "$work/exchange" 2>"$work/tar.log" || :
	[ ! -e "$found/complete" ] || return 0
	case $code in
	124) problem="not done after $deadline s" ;;
	0) problem="the machine ended early" ;;
	*) problem="QEMU failed ($code): $(tail -n 1 "$work/$step.qemu")" ;;
	esac
	problem="$problem: $(tail -n 1 "$work/$step.log" | tr -d '\r')"
	return 1
}
