# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # the caller's variables
#
# How a guest records what it finds, in files below $found, and gets them to the
# host. All of it runs under busybox.

say()
{
	echo "guest: $*" >/dev/console
}

# attribute FILE: prints its first line, or - if it is missing. In 5.10 to 7.0 an unset
# driver_override reads as (null).
attribute()
{
	value=
	read -r value 2>/dev/null <"$1"
	case $value in
	'' | '(null)') value=- ;;
	esac
}

# target LINK: prints the last component of its target, or -. A blank, which a driver's
# name may have, becomes an underscore, because blanks separate columns.
target()
{
	value=$(readlink "$1") || value=-
	value=${value##*/}
	case $value in
	*' '*) value=$(echo "$value" | tr ' ' _) ;;
	esac
}

# owners: prints a line for each function: address, vendor:device, class, driver, group,
# driver_override, boot_vga.
owners()
{
	for dev in /sys/bus/pci/devices/*; do
		attribute "$dev/vendor"
		line="${dev##*/} ${value#0x}"
		attribute "$dev/device"
		line="$line:${value#0x}"
		attribute "$dev/class"
		line="$line ${value#0x}"
		target "$dev/driver"
		line="$line $value"
		target "$dev/iommu_group"
		line="$line $value"
		attribute "$dev/driver_override"
		line="$line $value"
		attribute "$dev/boot_vga"
		echo "$line $value"
	done
}

# mount_missing: mounts what vfio-early may have left unmounted.
mount_missing()
{
	[ -e /proc/self ] || mount -t proc proc /proc
	[ -e /sys/bus ] || mount -t sysfs sysfs /sys
	[ -c /dev/kmsg ] || mount -t devtmpfs devtmpfs /dev
}

# settle: waits until the kernel has announced nothing for a moment.
settle()
{
	tries=50
	last=
	while [ "$tries" -gt 0 ]; do
		read -r now </sys/kernel/uevent_seqnum
		[ "$now" != "$last" ] || return 0
		last=$now
		tries=$((tries - 1))
		usleep 200000
	done
}

# aliases: prints the modalias of each device.
aliases()
{
	find /sys/devices -name modalias | while read -r file; do
		attribute "$file"
		echo "$value"
	done | sort -u
}

# coldplug: loads a module for every modalias, as udev does. The second pass is for
# devices found by the first pass's drivers.
coldplug()
{
	{
		aliases >/tmp/aliases
		xargs -r modprobe -a -q -b </tmp/aliases
		settle
		aliases | grep -vxFf /tmp/aliases | xargs -r modprobe -a -q -b
		settle
	} >"$found/coldplug" 2>&1
}

# clients: prints a line from the client for each device on vfio-pci. The kernel may not
# load what vfio-early should have loaded.
clients()
{
	echo >/proc/sys/kernel/modprobe
	awk '$4 == "vfio-pci" { print $1 }' "$found/owners" | xargs -r /bin/client
}

# deliver: writes all findings to the result disk. The host accepts only a stream that
# ends with the file named complete.
deliver()
{
	modprobe virtio_pci
	modprobe virtio_blk
	cd "$found" || return
	: >complete
	disk=/dev/vda
	tries=100
	while [ ! -b "$disk" ] && [ "$tries" -gt 0 ]; do
		tries=$((tries - 1))
		usleep 100000
	done
	# shellcheck disable=SC2046 # one word per file: the names are our own
	tar -cf - $(find . -type f ! -name complete | sort) ./complete |
		dd of="$disk" bs=64k conv=fsync 2>/dev/null
	sync
}
