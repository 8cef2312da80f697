# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# The words of a case file about booting its images. The words of tests/vm for hardware,
# command line and expectations precede boot, which forgets them afterwards; the machine
# is always that of machine().

# machine: a display card with sound, a NIC, and the NVMe disk with the root.
machine()
{
	display_card
	nic
	root_port
	device "nvme,bus=$port,addr=0,serial=root,drive=root"
	qemu_argument -drive "if=none,id=root,format=raw,cache=unsafe,file=$case_work/disk"
	cmdline root=/dev/nvme0n1 rootfstype=ext4 rw rd.shell=0 rd.emergency=poweroff
}

# forget: returns to the state before the first boot.
forget()
{
	work=$case_work
	root_ports=0
	bridges=0
	report_place=/run/vfio-early
	rm -rf "$work/overlay"
	for file in expect cmdline qemu.arguments; do
		: >"$work/$file"
	done
	machine
}

# overlay PATH MODE: replaces a file of the image, from standard input.
overlay()
{
	mkdir -p "$work/overlay/${1%/*}"
	cat >"$work/overlay/$1"
	chmod "$2" "$work/overlay/$1"
}

# overlay_missing PATH: the image's own file is not there: a link to nothing
# stands in its place.
overlay_missing()
{
	mkdir -p "$work/overlay/${1%/*}"
	ln -s nothing "$work/overlay/$1"
}

# guest_tree DIR: makes the root to switch to, with the drivers that a coldplug needs.
guest_tree()
{
	mkdir -p "$1/bin" "$1/sbin" "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" "$1/usr/lib"
	cp /bin/busybox "$1/bin/busybox"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
	done
	ln -s ../bin/busybox "$1/sbin/modprobe"
	${HOSTCC:-gcc} -static -O2 -o "$1/bin/client" "$vm/client.c"
	"$vm/small-tree" "$series" "$root" "$kernel" "$1"
	cp "$here/guest/init" "$1/sbin/init"
	cp "$vm/guest/record.sh" "$1/record.sh"
	# systemd switches only to a root with this file.
	printf 'ID=tests\nNAME=tests\n' >"$1/usr/lib/os-release"
}

# guest_disk: makes the file system to switch to from the tree.
guest_disk()
{
	[ ! -e "$case_work/disk" ] || return 0
	guest_tree "$case_work/tree"
	mke2fs -q -F -t ext4 -d "$case_work/tree" "$case_work/disk" 96M >"$case_work/mke2fs.log" 2>&1
	rm -rf "$case_work/tree"
}

# plain_image FILE: makes an image without a generator.
plain_image()
{
	guest_tree "$case_work/plain"
	cp "$here/guest/plain-init" "$case_work/plain/init"
	(cd "$case_work/plain" && find . | cpio -o -H newc -R 0:0 --quiet | zstd -q -1) >"$1"
	rm -rf "$case_work/plain"
}

# initrd FILE...: concatenates images as boot loaders do, the overlay last. The kernel
# wants each to start at a multiple of four.
initrd()
{
	: >"$work/initrd"
	for file; do
		cat "$file" >>"$work/initrd"
		truncate -s %512 "$work/initrd"
	done
	[ -d "$case_work/overlay" ] || return 0
	(cd "$case_work/overlay" && find . ! -type d | cpio -o -H newc -R 0:0 --quiet) \
		>>"$work/initrd"
}

# boot NAME [FILE...]: boots the kernel with these images, or its own. The guest's
# findings must be as the case expects.
boot()
{
	label=$1
	shift
	[ $# -gt 0 ] || set -- "$root$(image "$kernel")"
	guest_disk
	work=$case_work/$label
	found=$work/found
	directory=$work/kernel
	mkdir -p "$found" "$directory"
	mv "$case_work/expect" "$case_work/cmdline" "$case_work/qemu.arguments" "$work/"
	echo "$kernel" >"$directory/release"
	for file in "$root/boot/vmlinuz-$kernel" "$root/lib/modules/$kernel/vmlinuz"; do
		[ ! -e "$file" ] || cp "$file" "$directory/vmlinuz"
	done
	initrd "$@"
	# In a subshell, which ends the guest however it ends.
	(guest_boot || {
		echo "$guest_problem" >"$work/problem"
		exit 1
	}) || verdict "not ok" "$label: $(cat "$work/problem" 2>/dev/null)"
	judge_boot || verdict "not ok" "$label: $(head -n 1 "$work/failures")"
	rm -rf "$work/initrd" "$work/kernel/vmlinuz" "$work/result.tar"
	forget
}

# debian_disk: makes the root the disk to boot from, with the tests' files added. Keeps
# only the kernel that boots.
debian_disk()
{
	mkdir -p "$root/tests/bin"
	cp /bin/busybox "$root/tests/bin/busybox"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$root/tests/bin/$applet"
	done
	${HOSTCC:-gcc} -static -O2 -o "$root/tests/bin/client" "$vm/client.c"
	# record.sh looks there.
	ln -s /tests/bin/client "$root/bin/client"
	cp "$vm/guest/record.sh" "$root/tests/record.sh"
	cp "$here/guest/debian-init" "$root/tests/init"
	keep_kernel
	rm -rf "$root/var/cache/apt" "$root/var/lib/apt/lists"
	mke2fs -q -F -t ext4 -d "$root" "$case_work/disk" "${1:-2G}" >"$case_work/mke2fs.log" 2>&1 ||
		stop "the disk" "a file system" "$(tail -n 1 "$case_work/mke2fs.log")"
}

# step NAME...: what the booted disk does.
step()
{
	cmdline init=/tests/init "tests.step=$1"
}
