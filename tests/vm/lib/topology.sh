# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# What a case says about the guest's hardware. q35 has 00:00.0 (host bridge) and 00:1f.0,
# .2 and .3 (LPC, AHCI, SMBus: one group); arm64's virt has 00:00.0 alone. The result disk is 00:1d.0. Each root port
# takes the next slot from 00:01.0 on and the next bus, so the first card of a case is
# 01:00. A device behind a bridge takes two buses, behind a switch more.

root_ports=0
bridges=0
port=

# qemu_argument WORD...: adds to QEMU's command line.
qemu_argument()
{
	printf '%s\n' "$@" >>"$work/qemu.arguments"
}

# device DESCRIPTION: a device as -device takes it.
device()
{
	qemu_argument -device "$1"
}

# root_port: its bus is "$port" afterwards.
root_port()
{
	root_ports=$((root_ports + 1))
	port=rp$root_ports
	slot=$(printf %x "$root_ports")
	device "pcie-root-port,id=$port,bus=pcie.0,addr=$slot,chassis=$root_ports,slot=$root_ports"
}

# display_card: VGA (bochs) as function 0 and HD audio as function 1, behind a root port:
# one group.
display_card()
{
	root_port
	device "VGA,bus=$port,addr=0.0,multifunction=on,romfile="
	device "ich9-intel-hda,bus=$port,addr=0.1"
}

# second_display: a display that the firmware does not use (class 0380), behind a root
# port.
second_display()
{
	root_port
	device "bochs-display,bus=$port,addr=0,romfile="
}

# nic, nvme [DISK], usb: one of these, behind a root port.
nic()
{
	root_port
	device "e1000e,bus=$port,addr=0,romfile="
}

nvme()
{
	root_port
	device "nvme,bus=$port,addr=0,serial=nvme-$root_ports${1:+,drive=$1}"
}

# disk NAME DIR [partition]: a drive called NAME with an ext4 that has the files of DIR,
# on the whole disk or as its first partition. For nvme.
disk()
{
	truncate -s 17M "$work/$1.disk"
	set -- "$1" "$2" "${3:+1048576}"
	if [ -n "$3" ]; then
		# An entry of a DOS label: type 83, 32768 sectors from 2048 on.
		printf '\0\0\0\0\203\0\0\0\0\10\0\0\0\200\0\0' |
			dd of="$work/$1.disk" bs=1 seek=446 conv=notrunc status=none
		printf '\125\252' | dd of="$work/$1.disk" bs=1 seek=510 conv=notrunc status=none
	fi
	mke2fs -q -t ext4 -O ^has_journal -E "offset=${3:-0}" -d "$2" "$work/$1.disk" 16M
	qemu_argument -drive "if=none,id=$1,format=raw,file=$work/$1.disk"
}

usb()
{
	root_port
	device "qemu-xhci,bus=$port,addr=0"
}

# serial_card: a plain PCI device on the root bus, slot 10. Its driver, 8250_pci, is built
# into Debian's kernels.
serial_card()
{
	device "pci-serial,bus=pcie.0,addr=10"
}

# conventional_bridge: a PCIe-to-PCI bridge behind a root port; everything behind it is in
# one group. Sets "$port" to its bus.
conventional_bridge()
{
	root_port
	bridges=$((bridges + 1))
	device "pcie-pci-bridge,id=bridge$bridges,bus=$port,addr=0"
	port=bridge$bridges
}

# switch: a PCIe switch with two downstream ports without ACS; their buses are down0 and
# down1.
switch()
{
	root_port
	device "x3130-upstream,id=upstream,bus=$port,addr=0"
	device "xio3130-downstream,id=down0,bus=upstream,addr=0,chassis=50,slot=1"
	device "xio3130-downstream,id=down1,bus=upstream,addr=1,chassis=51,slot=2"
}

# late_groups: an IOMMU with which a function has its group only once a driver was tried on it:
# arm64's own up to 6.12, and a virtio-iommu.
late_groups()
{
	[ "$machine" = x86_64 ] || return 0
	iommu virtio
	before 'modprobe virtio_pci; modprobe virtio_iommu'
}

# acpi: arm64's machine has firmware, and with it ACPI's tables (IORT) instead of a device tree.
acpi()
{
	firmware=/usr/share/qemu-efi-aarch64/QEMU_EFI.fd
	[ -e "$firmware" ] || skip "qemu-efi-aarch64 is not installed"
	qemu_argument -bios "$firmware"
}

# efi: the machine's firmware is OVMF, whose variables are kept from boot to boot.
efi()
{
	efi=yes
	firmware=/usr/share/OVMF
	if [ ! -e "$firmware/OVMF_CODE_4M.fd" ]; then
		skip "ovmf is not installed"
		return
	fi
	cp "$firmware/OVMF_VARS_4M.fd" "$work/variables"
	qemu_argument -drive "if=pflash,unit=0,format=raw,readonly=on,file=$firmware/OVMF_CODE_4M.fd" \
		-drive "if=pflash,unit=1,format=raw,file=$work/variables"
}

# iommu on|off|none|amd|virtio: none is a machine without an IOMMU; amd has AMD's (whose
# own function is 00:01.0), virtio a virtio-iommu (00:1c.0), whose driver is a module, instead of Intel's. q35
# remaps no interrupts with the latter. With AMD's and two processors QEMU 7.2 now and then aborts.
iommu()
{
	iommu=$1
	[ "$1" != amd ] || processors=1 root_ports=1
}
