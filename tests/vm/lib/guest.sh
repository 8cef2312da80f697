# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# Makes a case's image, boots it, and unpacks what the guest wrote.

# guest_image: the cached archives with the case's own behind them. The binary
# and init are in the latter, so that no run tests yesterday's.
guest_image()
{
	"$here/image" "$kernel" "$modules" >"$work/images" || return
	mkdir -p "$work/root/bin"
	cp "$binary" "$work/root/bin/vfio-early"
	cp "$here/guest/init" "$here/guest/record.sh" "$work/root/"
	chmod 755 "$work/root/bin/vfio-early" "$work/root/init"
	(cd "$work/root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$work/case.cpio" || return
	xargs cat <"$work/images" >"$work/initrd"
	cat "$work/case.cpio" >>"$work/initrd"
	rm "$work/case.cpio"
}

# guest_arguments: the rest of QEMU's command line, a word a line. The IOMMU
# stands before every device, as QEMU wants it. no_timer_check, since the kernel
# panics over a timer that ticks too seldom, as it does on a busy host.
guest_arguments()
{
	words="console=ttyS0 panic=-1 quiet no_timer_check"
	case $iommu in
	on) words="$words intel_iommu=on" ;;
	off) words="$words intel_iommu=off" ;;
	esac
	printf '%s\n' -M q35 -accel "tcg,thread=${threads:-single}" -cpu max -smp 2 -m "${memory:-1G}" \
		-nodefaults -vga none -display none -no-reboot \
		-serial "file:$work/serial.log" -qmp "unix:$sockets/qmp,server=on,wait=off" \
		-kernel "$directory/vmlinuz" -initrd "$work/initrd" \
		-append "$words $(cat "$work/cmdline")"
	if [ "$iommu" != none ]; then
		printf '%s\n' -device intel-iommu,intremap=on,caching-mode=on
	fi
	cat "$work/qemu.arguments"
	printf '%s\n' -drive "if=none,id=result,format=raw,cache=unsafe,file=$work/result.tar" \
		-device virtio-blk-pci,drive=result,bus=pcie.0,addr=1d
}

# guest_start: QEMU in the background; its pid is $qemu. timeout ends it, and
# nothing else, when the deadline is over.
guest_start()
{
	guest_arguments >"$work/qemu.words"
	set -- qemu-system-x86_64
	while IFS= read -r word; do
		set -- "$@" "$word"
	done <"$work/qemu.words"
	printf "'%s' " "$@" >"$work/qemu.command"
	echo >>"$work/qemu.command"
	truncate -s 16M "$work/result.tar"
	timeout -k 10 "$deadline" "$@" >"$work/qemu.log" 2>&1 </dev/null &
	qemu=$!
}

# guest_stop: on the way out, whatever the reason.
guest_stop()
{
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :
	rm -rf "$sockets"
}

# guest_wait_line ERE: until the serial log has it, or the guest is gone.
guest_wait_line()
{
	until grep -qE "$1" "$work/serial.log" 2>/dev/null; do
		kill -0 "$qemu" 2>/dev/null || return 1
		sleep 0.1
	done
}

# guest_hotplug DEVICE: by QEMU's own name of the command, which takes a device
# as -device does; it answers with nothing when all is well.
guest_hotplug()
{
	jq -cn --arg line "device_add $1" '{execute: "qmp_capabilities"},
		{execute: "human-monitor-command", arguments: {"command-line": $line}, id: "add"}' |
		socat -t 10 - "UNIX-CONNECT:$sockets/qmp" >"$work/qmp.log" 2>&1
	jq -se 'map(select(.id == "add").return) == [""]' "$work/qmp.log" >/dev/null
}

# guest_boot: boots the case to its end and unpacks the result disk; where that
# fails, $guest_problem says why.
guest_boot()
{
	qemu=
	guest_problem=
	sockets=$(mktemp -d)
	trap guest_stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	guest_start
	if [ -n "$hotplug" ]; then
		guest_wait_line 'guest: vfio-early waits' && guest_hotplug "$hotplug" ||
			guest_problem="no device added: $(tail -n 1 "$work/qmp.log" 2>/dev/null)"
	fi
	code=0
	wait "$qemu" || code=$?
	qemu=
	tar -C "$found" -xf "$work/result.tar" 2>"$work/tar.log" || :
	if [ "$code" -eq 124 ]; then
		guest_problem="the guest was not done after $deadline s"
	elif [ -e "$found/complete" ]; then
		# What the guest wrote counts, not how QEMU ended after that.
		:
	elif [ "$code" -ne 0 ]; then
		guest_problem="QEMU failed ($code): $(tail -n 1 "$work/qemu.log")"
	else
		last=$(tail -n 1 "$work/serial.log" | tr -d '\r')
		guest_problem="the guest ended without a result: $last"
	fi
	[ -z "$guest_problem" ]
}
