# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# The words of the steps.

# user NAME COMMAND...: what a user types; keeps its output and exit code.
user()
{
	name=$1
	shift
	echo "guest: $*"
	"$@" >"found/$name" 2>&1 </dev/null && echo 0 >"found/$name.code" ||
		echo $? >"found/$name.code"
	cat "found/$name"
}

# look: the command line, the driver of each function, and its group.
look()
{
	cat /proc/cmdline >found/cmdline
	for device in /sys/bus/pci/devices/*; do
		driver=$(readlink "$device/driver") || driver=-
		group=$(readlink "$device/iommu_group") || group=-
		echo "${device##*/} ${driver##*/} ${group##*/}"
	done | tee found/owners
}

# keep NAME: copies the files that a change may touch, and lists what is in the images.
keep()
{
	tar -C / -cf "found/$1.tar" etc boot var/lib/vfio-early 2>/dev/null ||
		tar -C / -cf "found/$1.tar" etc boot
	for image in /boot/initrd.img-* /boot/efi/*/*/initrd.img-*; do
		[ -e "$image" ] || continue
		rm -rf unpacked
		unmkinitramfs "$image" unpacked
		echo "$image"
		(cd unpacked && find . -type f -exec sha256sum {} + && find . ! -type f -printf '%p %y %l\n') |
			sort
	done >"found/$1.images"
	rm -rf unpacked
}
