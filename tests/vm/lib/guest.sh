# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# Makes a case's image, boots it and unpacks what the guest wrote.

# guest_rdinit: makes vfio-early's own image, as a user would, in $work/rdinit.cpio.
guest_rdinit()
{
	read -r release <"$directory/release"
	modules_of_image=$directory/tree/lib/modules/$release
	if command -v alter_modules >/dev/null; then
		cp -a "$modules_of_image" "$work/modules"
		modules_of_image=$work/modules
		alter_modules "$modules_of_image" || return
	fi
	config=$work/root/etc/vfio-early.conf
	[ -e "$config" ] || config=/dev/null
	# Some cases need a config that does not parse.
	# That program may be for another machine.
	"$top/build/vfio-early" image --kernel "$release" --modules "$modules_of_image" --config "$config" \
		--program "$binary_of_image" --generic --output "$work/rdinit.cpio" 2>"$work/rdinit.log" || [ $? -eq 2 ] || return
	rm -rf "$work/modules"
}

# guest_alter_modules: replaces the vfio modules by the case's own.
guest_alter_modules()
{
	read -r release <"$directory/release"
	(cd "$directory/tree" && find lib \( -path '*/drivers/vfio/*' -o -path '*/virt/lib/*' \) \
		-name '*.ko' | cpio -o -H newc --quiet) | (cd "$work/root" && cpio -id --quiet) &&
		alter_modules "$work/root/lib/modules/$release"
}

guest_archive()
{
	(cd "$work/root" && find . | cpio -o -H newc -R 0:0 --quiet)
}

# guest_second: gives the image what a second kernel starts with.
guest_second()
{
	{ xargs cat <"$work/images" && guest_archive; } >"$work/second" || return
	mkdir "$work/root/second"
	mv "$work/second" "$work/root/second/initramfs"
	cp "$directory/vmlinuz" "$work/root/second/"
}

# guest_image: appends the case's archive to the cached ones. It has the programs (the one
# for images in /usr/sbin, as in every image, the other in /bin) and init, so that no run
# tests old ones.
guest_image()
{
	"$here/image" "$kernel" "$modules" >"$work/images" || return
	mkdir -p "$work/root/bin" "$work/root/usr/sbin"
	cp "$binary" "$work/root/bin/vfio-early"
	cp "$binary_of_image" "$work/root/usr/sbin/vfio-early"
	cp "$here/guest/init" "$here/guest/record.sh" "$work/root/"
	chmod 755 "$work/root/bin/vfio-early" "$work/root/usr/sbin/vfio-early" "$work/root/init"
	if [ -z "$rdinit" ] && command -v alter_modules >/dev/null; then
		guest_alter_modules || return
	fi
	[ "$rdinit" != bare ] || cp "$binary_of_image" "$work/root/vfio-early"
	[ -z "$kexec" ] || guest_second || return
	guest_archive >"$work/case.cpio" || return
	: >"$work/initrd"
	if [ "$rdinit" = image ]; then
		guest_rdinit || return
		cat "$work/rdinit.cpio" >>"$work/initrd"
	fi
	xargs cat <"$work/images" >>"$work/initrd"
	cat "$work/case.cpio" >>"$work/initrd"
	rm "$work/case.cpio"
}

# guest_rdinit_words: the kernel passes unknown words to the first process and unknown
# settings as its environment; judge_start knows these. One of the words is a command of
# vfio-early.
guest_rdinit_words()
{
	[ -z "$rdinit" ] || echo " rdinit=$rdinit_program boot splash greeting=hello"
}

# guest_kernel: prints the unpacked kernel, which starts sooner, unless the case needs a
# video mode, which only the packed one sets, or is started by UEFI.
guest_kernel()
{
	if [ -n "$efi" ] || grep -q 'vga=' "$work/cmdline"; then
		echo "$directory/vmlinuz"
	else
		"$top/tests/vm/kernel-elf" "$directory"
	fi
}

# guest_machine: prints what QEMU's machine is. Only with its ITS has arm64's interrupt remapping.
# QEMU's own cipher for pointer authentication is much faster than the architecture's.
guest_machine()
{
	case $machine,$iommu in
	x86_64,*) printf '%s\n' -M q35 -cpu max -vga none ;;
	aarch64,on) printf '%s\n' -M virt,gic-version=3,iommu=smmuv3 -cpu max,pauth-impdef=on ;;
	aarch64,*) printf '%s\n' -M virt,gic-version=3 -cpu max,pauth-impdef=on ;;
	esac
}

# guest_arguments: prints the rest of QEMU's command line, a word on each line. QEMU wants
# the IOMMU before every device. no_timer_check, because on a busy host the kernel panics
# over a timer that ticks too rarely. cryptomgr.notests, because the
# kernel's tests of its ciphers take a second.
guest_arguments()
{
	words="console=$console panic=-1 quiet no_timer_check cryptomgr.notests"
	case $machine,$iommu in
	x86_64,on) words="$words intel_iommu=on" ;;
	x86_64,off) words="$words intel_iommu=off" ;;
	x86_64,virtio) words="$words vfio_iommu_type1.allow_unsafe_interrupts=1" ;;
	esac
	[ "$boots" -eq 1 ] || words="$words vm_boot=$boot"
	guest_machine
	printf '%s\n' -accel "tcg,thread=${threads:-single}" -smp "$processors" \
		-m "${memory:-1G}" ${counted:+-icount shift=1,sleep=off} \
		-nodefaults -display none -no-reboot \
		-serial "file:$work/serial.log" -qmp "unix:$sockets/qmp,server=on,wait=off" \
		-kernel "$(guest_kernel)" -initrd "$work/initrd" \
		-append "$words$(guest_rdinit_words) $(cat "$work/cmdline")${rdinit:+ -- silence}"
	case $machine,$iommu in
	x86_64,on | x86_64,off) printf '%s\n' -device intel-iommu,intremap=on,caching-mode=on ;;
	x86_64,amd) printf '%s\n' -device amd-iommu,intremap=on ;;
	*,virtio) printf '%s\n' -device virtio-iommu-pci,bus=pcie.0,addr=1c ;;
	esac
	cat "$work/qemu.arguments"
	printf '%s\n' -drive "if=none,id=result,format=raw,cache=unsafe,file=$work/result.tar" \
		-device virtio-blk-pci,drive=result,bus=pcie.0,addr=1d
}

# guest_start: starts QEMU in the background with pid $qemu. timeout ends exactly it at
# the deadline.
guest_start()
{
	guest_arguments >"$work/qemu.words"
	set -- "qemu-system-$machine"
	while IFS= read -r word; do
		set -- "$@" "$word"
	done <"$work/qemu.words"
	printf "'%s' " "$@" >"$work/qemu.command"
	echo >>"$work/qemu.command"
	rm -f "$work/result.tar"
	truncate -s 16M "$work/result.tar"
	timeout -k 10 "$deadline" "$@" >"$work/qemu.log" 2>&1 </dev/null &
	qemu=$!
}

# guest_stop: ends the guest, for any reason.
guest_stop()
{
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :
	rm -rf "$sockets"
}

# guest_wait_line ERE: waits until the serial log has such a line or the guest is gone.
guest_wait_line()
{
	until grep -qE "$1" "$work/serial.log" 2>/dev/null; do
		kill -0 "$qemu" 2>/dev/null || return 1
		sleep 0.1
	done
}

# guest_monitor LINE: sends a line to QEMU's monitor, which prints nothing if all is well.
guest_monitor()
{
	jq -cn --arg line "$1" '{execute: "qmp_capabilities"},
		{execute: "human-monitor-command", arguments: {"command-line": $line}, id: "line"}' |
		socat -t 10 - "UNIX-CONNECT:$sockets/qmp" >"$work/qmp.log" 2>&1
	jq -se 'map(select(.id == "line").return) == [""]' "$work/qmp.log" >/dev/null
}

# guest_boot_all: boots the case as often as it says. What the boots before the last one found is
# in $work/found.N, their consoles are in $work/serial.N.log. They may end early, without findings.
guest_boot_all()
{
	boot=1
	while [ "$boot" -lt "$boots" ]; do
		guest_boot || [ "$guest_ended_early" = yes ] || return
		mv "$found" "$found.$boot"
		mv "$work/serial.log" "$work/serial.$boot.log"
		mkdir "$found"
		boot=$((boot + 1))
	done
	guest_boot
}

# guest_boot: boots the case to its end and unpacks the result disk; on failure, sets
# $guest_problem.
guest_boot()
{
	qemu=
	guest_problem=
	guest_ended_early=
	sockets=$(mktemp -d)
	trap guest_stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	guest_start
	if [ -n "$hotplug" ]; then
		guest_wait_line 'guest: vfio-early waits' && guest_monitor "device_add $hotplug" ||
			guest_problem="no device added: $(tail -n 1 "$work/qmp.log" 2>/dev/null)"
	fi
	if [ -n "$monitor_after" ]; then
		guest_wait_line "$monitor_after" && guest_monitor "$monitor_line" ||
			guest_problem="no line to the monitor: $(tail -n 1 "$work/qmp.log" 2>/dev/null)"
	fi
	if [ -n "$sysrq" ]; then
		guest_wait_line "$sysrq_after" && guest_monitor "sendkey alt-sysrq-$sysrq" ||
			guest_problem="no key sent: $(tail -n 1 "$work/qmp.log" 2>/dev/null)"
	fi
	code=0
	wait "$qemu" || code=$?
	qemu=
	rm -rf "$sockets"
	tar -C "$found" -xf "$work/result.tar" 2>"$work/tar.log" || :
	if [ "$code" -eq 124 ]; then
		guest_problem="the guest was not done after $deadline s"
	elif [ -e "$found/complete" ]; then
		# What the guest wrote counts, not how QEMU ended afterwards.
		:
	elif [ "$code" -ne 0 ]; then
		guest_problem="QEMU failed ($code): $(tail -n 1 "$work/qemu.log")"
	else
		guest_ended_early=yes
		last=$(tail -n 1 "$work/serial.log" | tr -d '\r')
		guest_problem="the guest ended without a result: $last"
	fi
	[ -z "$guest_problem" ]
}
