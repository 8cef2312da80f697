# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# The words of a case. The root is the directory "root" where the case runs; a new one is
# a Debian machine without any problem.

here_lib=$here
release=6.1.0-1-amd64

# make_modules DIR: copies the modules under test from a stock kernel, as those of
# $release.
make_modules()
{
	read -r stock_release <"$stock/release"
	from=$stock/tree/lib/modules/$stock_release
	modules=$1/lib/modules/$release
	mkdir -p "$modules/kernel"
	(cd "$from/kernel" && find . -path '*/vfio*' -name '*.ko' -o -name 'irqbypass.ko' |
		cpio -pdm --quiet "$modules/kernel")
	cp "$from"/modules.order "$from"/modules.builtin* "$modules/"
	depmod -b "$1" "$release" 2>/dev/null
	modules=$1
}

# put PATH: writes the file from standard input.
put()
{
	mkdir -p "root/$(dirname "$1")"
	cat >"root/$1"
}

# new_root: a machine without any problem, a copy of make_root's, which takes ten times
# as long.
new_root()
{
	if [ ! -d "$work/machine" ]; then
		mkdir "$work/machine"
		(cd "$work/machine" && make_root)
	fi
	cp -a "$work/machine/." .
}

make_root()
{
	mkdir -p root/usr/lib/vfio-early root/usr/sbin root/usr/bin root/boot root/etc root/proc
	for name in lib sbin bin; do
		ln -s "usr/$name" "root/$name"
	done
	cp -a "$modules/lib/modules" root/usr/lib/
	cp "$binary_of_image" root/usr/lib/vfio-early/vfio-early
	touch "root/boot/vmlinuz-$release"
	tree desktop
	cmdline intel_iommu=on iommu=pt
	cpu GenuineIntel
	interrupts IR-
	config 'devs = 01:00.0'
	grub
	initramfs_tools
	pack "/boot/initrd.img-$release"
}

# tree NAME: the machine of tests/golden.
tree()
{
	rm -rf root/sys
	"$here_lib/../expand" "$here_lib/../$1.tree" root/sys
}

# group_type TYPE: sets how the host uses the IOMMU.
group_type()
{
	for directory in root/sys/kernel/iommu_groups/*; do
		echo "$1" >"$directory/type"
	done
}

cmdline()
{
	echo "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro${*:+ }$*" >root/proc/cmdline
}

# cpu VENDOR [FLAG...]
cpu()
{
	vendor=$1
	shift
	printf 'processor\t: 0\nvendor_id\t: %s\nflags\t\t: fpu vme%s\nbugs\t\t:\n' "$vendor" \
		"${*:+ }$*" >root/proc/cpuinfo
}

# interrupts PREFIX: sets the prefix of the chips' names.
interrupts()
{
	printf '           CPU0\n  1:     9   %sIO-APIC    1-edge      i8042\n' "$1" \
		>root/proc/interrupts
	printf ' 24:     0   %sPCI-MSI 376832-edge      ahci\n' "$1" >>root/proc/interrupts
}

config()
{
	printf '%s\n' "$@" >root/etc/vfio-early.conf
}

# program NAME: makes the program exist.
program()
{
	echo "#!/bin/sh" >"root/usr/sbin/$1"
	chmod 755 "root/usr/sbin/$1"
}

grub()
{
	mkdir -p root/boot/grub
	: >root/boot/grub/grub.cfg
	program update-grub
	put etc/default/grub <<-'END'
		GRUB_DEFAULT=0
		GRUB_CMDLINE_LINUX_DEFAULT="quiet"
		GRUB_CMDLINE_LINUX=""
	END
}

no_grub()
{
	rm -rf root/boot/grub root/etc/default/grub root/usr/sbin/update-grub
}

# loader_info TEXT: sets what an EFI boot loader leaves.
loader_info()
{
	mkdir -p root/sys/firmware/efi/efivars
	{
		printf '\006\000\000\000'
		printf '%s' "$1" | sed 's/./&\n/g' | tr '\n' '\000'
	} >root/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
}

# secure_boot: turns it on and locks the kernel down.
secure_boot()
{
	mkdir -p root/sys/firmware/efi/efivars root/sys/kernel/security
	printf '\006\000\000\000\001' \
		>root/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
	echo 'none [integrity] confidentiality' >root/sys/kernel/security/lockdown
}

# address_space KIB: limits the program's address space.
address_space()
{
	echo "$1" >limit
}

# own_disk: the machine runs from its NVMe disk.
own_disk()
{
	disk=devices/pci0000:00/0000:00:1b.0/0000:02:00.0/nvme/nvme0/nvme0n1
	mkdir -p "root/sys/$disk/nvme0n1p1" root/sys/dev/block root/proc/1 root/proc/self
	echo 1 >"root/sys/$disk/nvme0n1p1/partition"
	ln -s "../../$disk/nvme0n1p1" root/sys/dev/block/259:1
	ln -s ../.. root/proc/1/root
	echo '1 1 259:1 / / rw shared:1 - ext4 /dev/nvme0n1p1 rw' >root/proc/self/mountinfo
}

# host_list: adds the list of a machine that needs none of its PCI devices.
host_list()
{
	echo '# What this host needs of its PCI devices, as it was found while it ran.'
}

# The words about the contents of an image, in the directory "image".

# ours: adds what the hooks of all generators add.
ours()
{
	rm -rf image
	mkdir -p image/usr/sbin image/usr/lib image/etc
	cp root/usr/lib/vfio-early/vfio-early image/usr/sbin/
	cp root/etc/vfio-early.conf image/etc/
	host_list >image/etc/vfio-early.host.conf
	cp -a "$modules/lib/modules" image/usr/lib/
}

initramfs_tools()
{
	ours
	mkdir -p image/scripts/init-top image/conf root/usr/share/initramfs-tools/hooks \
		root/usr/share/initramfs-tools/scripts/init-top
	: >image/conf/initramfs.conf
	cp "$top/initramfs/initramfs-tools" image/scripts/init-top/00-vfio-early
	cp "$top/initramfs/initramfs-tools" \
		root/usr/share/initramfs-tools/scripts/init-top/00-vfio-early
	: >root/usr/share/initramfs-tools/hooks/vfio-early
	order 00-vfio-early all_generic_ide udev
}

# order NAME...: writes the order of the scripts in init-top.
order()
{
	for name; do
		# shellcheck disable=SC2016 # as it stands there
		printf '/scripts/init-top/%s "$@"\n[ -e /conf/param.conf ] && . /conf/param.conf\n' \
			"$name"
	done >image/scripts/init-top/ORDER
}

unit()
{
	mkdir -p image/usr/lib/systemd/system/sysinit.target.wants
	: >image/usr/lib/systemd/systemd
	cp "$top/initramfs/vfio-early.service" image/usr/lib/systemd/system/
	ln -s ../vfio-early.service image/usr/lib/systemd/system/sysinit.target.wants/
}

# dracut shell|systemd
dracut()
{
	ours
	rm -f "root/boot/initrd.img-$release"
	mkdir -p image/usr/lib/dracut/hooks/cmdline root/usr/lib/dracut/modules.d/50vfio-early
	: >root/usr/lib/dracut/modules.d/50vfio-early/module-setup.sh
	: >image/usr/lib/dracut/modules.txt
	case $1 in
	shell) cp "$top/initramfs/dracut.sh" image/usr/lib/dracut/hooks/cmdline/00-vfio-early.sh ;;
	systemd) unit ;;
	esac
}

# mkinitcpio HOOK...: writes the early hooks; systemd for the other flavour.
mkinitcpio()
{
	ours
	rm -f "root/boot/initrd.img-$release"
	mkdir -p image/hooks root/usr/lib/initcpio/install root/etc/mkinitcpio.d
	: >root/usr/lib/initcpio/install/vfio-early
	: >image/buildconfig
	echo "HOOKS=($*)" >root/etc/mkinitcpio.conf
	case " $* " in
	*" systemd "*) unit ;;
	*)
		cp "$top/initramfs/mkinitcpio" image/hooks/vfio-early
		printf 'MODULES=""\nEARLYHOOKS="%s"\nHOOKS="udev"\n' "$*" >image/config
		;;
	esac
	put "etc/mkinitcpio.d/linux.preset" <<-END
		ALL_kver='/boot/vmlinuz-linux'
		PRESETS=('default')
		default_image="/boot/initramfs-linux.img"
		#fallback_image="/boot/initramfs-linux-fallback.img"
	END
	mv "root/boot/vmlinuz-$release" root/boot/vmlinuz-linux
	echo linux >"root/usr/lib/modules/$release/pkgbase"
}

# mkinitfs: Alpine's, which names images after the kernel's flavour.
mkinitfs()
{
	ours
	rm -f "root/boot/initrd.img-$release"
	mkdir -p image/sbin root/etc/mkinitfs
	: >image/sbin/nlplug-findfs
	cat "$top/initramfs/mkinitfs" - >image/init <<-'END'
		#!/bin/sh
		exec switch_root /sysroot /sbin/init
	END
	: >root/usr/lib/vfio-early/mkinitfs.conf
	put etc/mkinitfs/mkinitfs.conf <<-'END'
		features="ata base nvme"
		[ ! -e /usr/lib/vfio-early/mkinitfs.conf ] || . /usr/lib/vfio-early/mkinitfs.conf
	END
	mv "root/boot/vmlinuz-$release" root/boot/vmlinuz-amd64
}

archive()
{
	(cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet)
}

# pack PATH [COMMAND...]: writes the image, compressed by the command (zstd).
pack()
{
	file=root$1
	shift
	[ $# -gt 0 ] || set -- zstd -q -1
	mkdir -p "${file%/*}"
	archive image | "$@" >"$file"
}

# kernel FILE: writes as much of a kernel as has its release
# (Documentation/arch/x86/boot.rst).
kernel()
{
	{
		head -c 514 /dev/zero
		printf 'HdrS'
		head -c 8 /dev/zero
		printf '\000\002'
		head -c 496 /dev/zero
		printf '%s (builder@host) #1 SMP' "$release"
		head -c 512 /dev/zero
	} >"$1"
}

# unified PATH [COMMAND LINE [SECTION...]]: makes a unified image around the image, as
# objcopy(1) does, with sections besides .cmdline and .initrd (.uname, .linux).
unified()
{
	pack /unified.initrd
	mkdir -p "root${1%/*}"
	path=$1
	printf '%s\n' "${2-}" >unified.cmdline
	printf '%s' "$release" >unified.uname
	kernel unified.linux
	if [ $# -gt 2 ]; then
		shift 2
	else
		set -- .uname .linux
	fi
	for section; do
		case $section in
		.uname) set -- "$@" --add-section .uname=unified.uname \
			--change-section-vma .uname=0x20000 ;;
		.linux) set -- "$@" --add-section .linux=unified.linux \
			--change-section-vma .linux=0x40000 ;;
		esac
		shift
	done
	objcopy --target pei-x86-64 \
		--add-section .cmdline=unified.cmdline --change-section-vma .cmdline=0x30000 \
		"$@" \
		--add-section .initrd=root/unified.initrd --change-section-vma .initrd=0x4000000 \
		"$work/stub.efi" "root$path"
	rm root/unified.initrd
}

# profile PATH NAME [COMMAND LINE]: adds a profile to a unified image; the first is the
# image's own. objcopy cannot add a second section of the same name.
profile()
{
	python3 - "root$1" "ID=$2" "${3-}" <<-'END'
		import struct, sys
		path, profile, cmdline = sys.argv[1:]
		data = bytearray(open(path, "rb").read())
		header = struct.unpack_from("<I", data, 0x3c)[0]
		count, optional = struct.unpack_from("<H12xH", data, header + 6)
		table = header + 24 + optional
		first = min(struct.unpack_from("<I", data, table + 40 * i + 20)[0] for i in range(count))
		for name, text in ((b".profile", profile), (b".cmdline", cmdline)):
		    if name == b".cmdline" and not text:
		        continue
		    at = table + 40 * count
		    assert at + 40 <= first
		    text = text.encode()
		    struct.pack_into("<8sIIII12xI", data, at, name, len(text),
		                     0x8000000 + 0x1000 * count, len(text), len(data), 0x40000040)
		    data += text
		    count += 1
		struct.pack_into("<H", data, header + 6, count)
		open(path, "wb").write(data)
	END
}

# stub: makes the smallest EFI program.
stub()
{
	[ ! -e "$work/stub.efi" ] || return 0
	echo 'int efi_main(void) { return 0; }' >"$work/stub.c"
	gcc -c -ffreestanding -fno-asynchronous-unwind-tables -o "$work/stub.o" "$work/stub.c"
	ld -m i386pep --subsystem 10 --image-base 0 -e efi_main -o "$work/stub.efi" "$work/stub.o"
}

# front: makes the small image for rdinit= with the present config. Leaks of the program
# do not matter here.
front()
{
	ASAN_OPTIONS=detect_leaks=0 "$binary" image --generic --kernel "$release" \
		--modules "$PWD/root/usr/lib/modules/$release" --config root/etc/vfio-early.conf \
		--program root/usr/lib/vfio-early/vfio-early --output root/boot/vfio-early.img
	# The needs of the case's machine are not those of this one.
	rm -rf front
	mkdir -p front/vfio-early.d
	host_list >front/vfio-early.d/host.conf
	archive front >>root/boot/vfio-early.img
}

# fixes TOPIC: the edits of this topic's commands are part of the expected output.
fixes()
{
	echo "$1" >>fixes
}

# menuentry TITLE INITRDS [WORD...]: adds an entry to GRUB's menu.
menuentry()
{
	title=$1
	initrds=$2
	shift 2
	printf "menuentry '%s' {\n\tlinux\t/boot/vmlinuz-%s root=/dev/sda1 ro%s\n\tinitrd\t%s\n}\n" \
		"$title" "$release" "${*:+ }$*" "$initrds" >>root/boot/grub/grub.cfg
}

# addon PATH COMMAND LINE: makes an addon of systemd-stub.
addon()
{
	mkdir -p "root${1%/*}"
	printf '%s' "$2" >addon.cmdline
	objcopy --target pei-x86-64 --add-section .cmdline=addon.cmdline \
		--change-section-vma .cmdline=0x30000 "$work/stub.efi" "root$1"
}
