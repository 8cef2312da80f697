# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# The words of a case file about its root: what is installed there and what its images
# hold. Each acts at once and ends the case if it fails.

# use_root NAME: makes a fresh copy of that root. Sets $root to its directory, $suite to
# its Debian release, $generator and $runtime (shell or systemd), $kernel to the release
# that boots, $kernels to all releases, and $series to the list of modules it uses.
use_root()
{
	root=$work/root
	suite=$(awk -v n="$1" '$1 == n { print $2 }' "$here/roots")
	generator=$(awk -v n="$1" '$1 == n { print $3 }' "$here/roots")
	runtime=$(awk -v n="$1" '$1 == n { sub(/,.*/, "", $4); print $4 }' "$here/roots")
	[ "$generator" != mkinitcpio ] || find_mkinitcpio
	archive=$("$here/build-root" "$1" 2>"$work/root.log") ||
		verdict skip "no root: $(tail -n 1 "$work/root.log")"
	mkdir -p "$root"
	tar -C "$root" --numeric-owner --xattrs -I zstd -xf "$archive"
	[ "$generator" != mkinitcpio ] || install_mkinitcpio
	# Newer versions depend on systemd and put it into the image wherever they find
	# it.
	[ "$generator,$runtime" != dracut,shell ] ||
		echo 'omit_dracutmodules+=" systemd "' >"$root/etc/dracut.conf.d/shell.conf"
	kernels=$(ls "$root/lib/modules")
	kernel=$(echo "$kernels" | grep -v cloud)
	[ -z "${ONE_KERNEL-}" ] || few_modules
	case $kernel in
	6.1.*) series=6.1 ;;
	6.12.*) series=6.12 ;;
	*) series=7 ;;
	esac
}

# chroot_bare ROOT COMMAND...: like chroot_run, but without /proc and with only its own
# nodes in /dev, as in an image builder's chroot.
chroot_bare()
{
	propagation=private
	mountpoint -q / || propagation=unchanged
	# shellcheck disable=SC2016 # the inner shell expands these
	unshare -m --propagation "$propagation" sh -ec '
		root=$1
		shift
		mount -t tmpfs -o mode=755 dev "$root/dev"
		for name in null zero full random urandom tty; do
			cp -a "/dev/$name" "$root/dev/$name"
		done
		exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			TERM=dumb LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"' sh "$@"
}

# in_root COMMAND...: runs it in the root. Its output is in $work/output and the case's
# log.
in_root()
{
	code=0
	"chroot_${chroot:-run}" "$root" "$@" >"$work/output" 2>&1 </dev/null || code=$?
	{
		echo "+ $*"
		cat "$work/output"
		echo "= $code"
	} >>"$work/steps.log"
	return "$code"
}

must()
{
	in_root "$@" || stop "$*" "success" "$code: $(tail -n 1 "$work/output")"
}

# stop WHAT EXPECTED GOT: fails the case here.
stop()
{
	verdict "not ok" "$1: expected $2, got $3"
}

# install_package dpkg|apt: installs the Debian package. A config that the case wrote stays.
install_package()
{
	deb=$(find_deb)
	[ -e "$deb" ] || verdict "not ok" "no package to test; make deb builds it"
	cp "$deb" "$root/tmp/"
	note_images
	case $1 in
	dpkg) must dpkg --force-confold -i "/tmp/${deb##*/}" ;;
	apt) must apt-get -y -o Dpkg::Options::=--force-confold install "/tmp/${deb##*/}" ;;
	esac
	rm "$root/tmp/${deb##*/}"
}

# suite_apt FILE WORD...: runs apt-get of the root's suite for the root's packages, with
# its output to the file.
suite_apt()
{
	printed=$1
	shift
	"$top/third-party/debian-suite" "$suite" apt-get -q -y --no-install-recommends \
		-o "Dir::State::status=$root/var/lib/dpkg/status" -o Dir::Cache::pkgcache= "$@" \
		>>"$printed" 2>>"$work/steps.log" </dev/null
}

# fetch_debian DIR PACKAGE...: gets packages of the root's suite, with those that the root
# lacks for them, into a directory. Downloads stay in the cache.
fetch_debian()
{
	to=$1
	shift
	mkdir -p "$work/archives/partial" "$to"
	if ! suite_apt "$work/uris" -o "Dir::Cache::Archives=$work/archives" --print-uris install "$@" ||
		! suite_apt "$work/steps.log" --download-only install "$@"; then
		verdict skip "no packages: $(tail -n 1 "$work/steps.log")"
	fi
	# shellcheck disable=SC2016 # the inner shell expands these
	archives=$("$top/third-party/debian-suite" "$suite" \
		sh -c 'echo "$(dirname "$APT_CONFIG")/archives"')
	sed -n "s/^'[^']*' \([^ ]*\.deb\) .*/\1/p" "$work/uris" |
		(cd "$archives" && xargs cp -t "$to") || stop "packages" "all in $archives" "not all"
	rm -r "$work/archives" "$work/uris"
}

# install_debian PACKAGE...: installs packages from the root's suite with their
# dependencies.
install_debian()
{
	fetch_debian "$root/tmp/debs" "$@"
	# Again for those that need others configured before (Pre-Depends).
	must sh -c 'for turn in 1 2 3; do dpkg --force-unsafe-io -i /tmp/debs/*.deb && exit; done; exit 1'
	rm -r "$root/tmp/debs"
}

# install_make [VARIABLE=VALUE...]: installs from the tree into the root, which then
# rebuilds its images.
install_make()
{
	make -C "$top" install "DESTDIR=$root" REGENERATE=no "$@" >>"$work/steps.log" 2>&1 ||
		stop "make install" "success" "$(tail -n 1 "$work/steps.log")"
}

# install_binary: installs only the program, without hooks.
install_binary()
{
	install -m 755 "$binary" "$root/usr/sbin/vfio-early"
	install -D -m 755 "$binary_of_image" "$root/usr/lib/vfio-early/vfio-early"
}

# rdinit_image: makes the archive that precedes any image, as $front.
rdinit_image()
{
	front=$root/boot/vfio-early.img
	must vfio-early image --kernel "$kernel" --output /boot/vfio-early.img
	[ -s "$front" ] || stop "vfio-early image" "a file" "none"
}

# kept_list: the root was once the running system and kept the list of its needs.
kept_list()
{
	mkdir -p "$root/var/lib/vfio-early"
	echo '# What this host needs of its PCI devices, as it was found while it ran.' \
		>"$root/var/lib/vfio-early/host.conf"
}

# keep_kernel: leaves the one that boots.
keep_kernel()
{
	for release in $kernels; do
		[ "$release" = "$kernel" ] || rm -rf "$root/lib/modules/$release" "$root"/boot/*-"$release"
	done
	kernels=$kernel
}

# few_modules: leaves one kernel and only the drivers that the boot needs, so that images
# are built faster.
few_modules()
{
	keep_kernel
	case $generator in
	initramfs-tools)
		echo MODULES=list >"$root/etc/initramfs-tools/conf.d/few"
		printf '%s\n' nvme ext4 bochs >>"$root/etc/initramfs-tools/modules"
		;;
	dracut) echo 'drivers+=" nvme ext4 bochs "' >"$root/etc/dracut.conf.d/few.conf" ;;
	esac
}

# bare_images: builds each kernel's image without /proc and /sys.
bare_images()
{
	few_modules
	note_images
	chroot=bare
	must vfio-early regenerate
	chroot=run
	output 'vfio-early: WARNING: this is not the running system, and it has no list'
	images_new
	images_hold
}

remove_package()
{
	note_images
	must dpkg -r vfio-early
}

purge_package()
{
	note_images
	must dpkg -P vfio-early
}

# config LINE...: adds lines to /etc/vfio-early.conf, as the user would.
config()
{
	printf '%s\n' "$@" >>"$root/etc/vfio-early.conf"
}

regenerate()
{
	note_images
	must vfio-early regenerate
}

# output ERE, no_output ERE: the last step's output has such a line, or none.
output()
{
	grep -qE -e "$1" "$work/output" ||
		stop "output" "a line like $1" "$(tail -n 3 "$work/output" | xargs -0 | paste -sd '|')"
}

no_output()
{
	line=$(grep -m 1 -E -e "$1" "$work/output" || :)
	[ -z "$line" ] || stop "output" "no line like $1" "$line"
}

# image RELEASE: prints the path of that kernel's image, in the root.
image()
{
	case $generator in
	mkinitcpio) echo "/boot/initramfs-$1.img" ;;
	mkinitfs) echo "/boot/initramfs-${1##*-}" ;;
	*) echo "/boot/initrd.img-$1" ;;
	esac
}

# image_sum RELEASE: prints the image's present checksum.
image_sum()
{
	sha256sum "$root$(image "$1")" 2>/dev/null || echo none
}

note_images()
{
	for release in $kernels; do
		image_sum "$release" >"$work/sum.$release"
	done
}

# images_new, images_old: since the last step, every kernel's image was rebuilt, or none
# was.
images_new()
{
	for release in $kernels; do
		! image_sum "$release" | cmp -s - "$work/sum.$release" ||
			stop "image of $release" "a new one" "$(cut -c 1-4 "$work/sum.$release") as before"
	done
}

images_old()
{
	for release in $kernels; do
		image_sum "$release" | cmp -s - "$work/sum.$release" ||
			stop "image of $release" "the old one" "another"
	done
}

# unpack_image RELEASE: unpacks it with the generator's own tool into $unpacked.
unpack_image()
{
	unpacked=$work/unpacked
	rm -rf "$unpacked" "$root/tmp/unpacked"
	mkdir "$unpacked" "$root/tmp/unpacked"
	case $generator in
	initramfs-tools) must unmkinitramfs "$(image "$1")" /tmp/unpacked ;;
	dracut)
		# Version 059 exits with the status of a test for early microcode.
		in_root sh -c "cd /tmp/unpacked && lsinitrd --unpack $(image "$1")" || :
		;;
	mkinitcpio) must sh -c "cd /tmp/unpacked && lsinitcpio -x $(image "$1")" ;;
	mkinitfs) must sh -c "cd /tmp/unpacked && zcat $(image "$1") | cpio -idm" ;;
	esac
	# An image of several archives is one tree when it boots.
	for part in early early2 early3 main; do
		[ -d "$root/tmp/unpacked/$part" ] || continue
		tar -C "$root/tmp/unpacked/$part" -c . |
			tar -C "$unpacked" -x --keep-directory-symlink
		rm -rf "$root/tmp/unpacked/$part"
	done
	tar -C "$root/tmp/unpacked" -c . | tar -C "$unpacked" -x --keep-directory-symlink
	rm -rf "$root/tmp/unpacked"
}

# holds RELEASE: that kernel's image has everything that vfio-early needs.
holds()
{
	unpack_image "$1"
	cmp -s "$root/usr/lib/vfio-early/vfio-early" "$unpacked/usr/sbin/vfio-early" ||
		stop "image of $1" "the installed program for images" "$(ls "$unpacked/usr/sbin/vfio-early" 2>&1)"
	[ -x "$unpacked/usr/sbin/vfio-early" ] || stop "image of $1" "an executable" "another file"
	cmp -s "$root/etc/vfio-early.conf" "$unpacked/etc/vfio-early.conf" ||
		stop "image of $1" "the config" "$(cat "$unpacked/etc/vfio-early.conf" 2>&1)"
	for module in vfio-pci vfio_iommu_type1; do
		[ -n "$(find "$root/lib/modules/$1" -name "$module.ko*")" ] || continue
		[ -n "$(find "$unpacked" -name "$module.ko*")" ] ||
			stop "image of $1" "$module" "none"
	done
	case $generator,$runtime in
	initramfs-tools,*) first_in_order "$1" ;;
	*,systemd) ordered_unit "$1" ;;
	dracut,shell) hooked_in_cmdline "$1" ;;
	esac
}

# hooked_in_cmdline RELEASE: dracut's init runs the hook in cmdline, before udev.
hooked_in_cmdline()
{
	[ ! -e "$unpacked/usr/lib/systemd/systemd" ] ||
		stop "image of $1" "no systemd" "$(ls "$unpacked/usr/lib/systemd/systemd")"
	[ -n "$(find "$unpacked" -path '*/hooks/cmdline/00-vfio-early.sh' -perm -u=x)" ] ||
		stop "image of $1" "the hook in hooks/cmdline" "none"
}

first_in_order()
{
	order=$unpacked/scripts/init-top/ORDER
	script=$(sed -n 's|^/scripts/init-top/\([^ ]*\) .*|\1|p' "$order" | head -n 1)
	[ "$script" = 00-vfio-early ] ||
		stop "first in init-top of $1" 00-vfio-early "$(xargs <"$order")"
	[ -x "$unpacked/scripts/init-top/$script" ] ||
		stop "init-top/$script of $1" "an executable" "$(ls -l "$unpacked/scripts/init-top")"
}

ordered_unit()
{
	units=$unpacked/usr/lib/systemd/system
	[ -e "$units/vfio-early.service" ] || stop "image of $1" "the unit" "none"
	[ -L "$units/sysinit.target.wants/vfio-early.service" ] ||
		stop "image of $1" "the unit wanted by sysinit.target" "no link"
	for unit in systemd-udevd systemd-udev-trigger systemd-modules-load; do
		grep -qE "^Before=(.* )?$unit\.service( |$)" "$units/vfio-early.service" ||
			stop "unit in $1" "Before=$unit.service" \
				"$(grep ^Before= "$units/vfio-early.service" | xargs)"
	done
	must systemd-analyze verify --man=no /usr/lib/vfio-early/vfio-early.service
	no_output vfio-early
}

# lacks RELEASE: that kernel's image has nothing of vfio-early.
lacks()
{
	unpack_image "$1"
	rest=$(cd "$unpacked" && find . -name '*vfio-early*' -exec echo {} +)
	[ -z "$rest" ] || stop "image of $1" "nothing of vfio-early" "$rest"
}

images_hold()
{
	for release in $kernels; do
		holds "$release"
	done
}

images_lack()
{
	for release in $kernels; do
		lacks "$release"
	done
}

# fake_machine CMDLINE...: makes the root look like a machine to an outside look when
# nothing is mounted in it: a tree of tests/golden ($tree, or desktop) with this kernel
# command line.
fake_machine()
{
	rm -rf --one-file-system "$root/sys"
	"$top/tests/golden/expand" "$top/tests/golden/${tree:-desktop}.tree" "$root/sys"
	echo "$*" >"$root/proc/cmdline"
	printf 'vendor_id\t: GenuineIntel\n' >"$root/proc/cpuinfo"
	echo '  1:     9   IR-IO-APIC    1-edge      i8042' >"$root/proc/interrupts"
}

# no_machine: removes it again.
no_machine()
{
	rm -rf --one-file-system "$root/sys"
	mkdir "$root/sys"
	rm -f "$root/proc/cmdline" "$root/proc/cpuinfo" "$root/proc/interrupts"
}

# release_ere ERE RELEASE: prints the expression with @ replaced by a kernel's release.
release_ere()
{
	printf '%s\n' "$1" | sed "s/@/$(echo "$2" | sed 's/[.+]/[&]/g')/g"
}

# finds CODE [ERE...]: vfio-early check reports exactly these findings, each with its
# command. Whether this machine has EFI variables is not the image's matter.
finds()
{
	wanted=$1
	shift
	code=0
	"$binary" check --json --root "$root" >"$work/check.json" 2>>"$work/steps.log" || code=$?
	jq -r '.findings[] | select(.topic != "trial-off") | "\(.severity): \(.text) => \(.fix)"' "$work/check.json" >"$work/findings"
	{
		echo "+ vfio-early check"
		cat "$work/findings"
		echo "= $code"
	} >>"$work/steps.log"
	[ "$code" = "$wanted" ] ||
		stop "exit code of check" "$wanted" "$code: $(paste -sd '|' "$work/findings")"
	[ "$(wc -l <"$work/findings")" -eq $# ] ||
		stop "findings of check" "$#" "$(paste -sd '|' "$work/findings")"
	for ere; do
		ere=$(release_ere "$ere" "$kernel")
		grep -qE -e "$ere" "$work/findings" ||
			stop "findings of check" "$ere" "$(paste -sd '|' "$work/findings")"
	done
}

# finds_all CODE ERE: the same finding for every kernel; @ stands for its release.
finds_all()
{
	wanted=$1
	ere=$2
	set --
	for release in $kernels; do
		set -- "$@" "$(release_ere "$ere" "$release")"
	done
	finds "$wanted" "$@"
}

# change_image RELEASE COMMAND: unpacks that kernel's image, runs the command in its
# directory, and packs it again.
change_image()
{
	unpack_image "$1"
	(cd "$unpacked" && sh -euc "$2") || stop "image of $1" "a change: $2" "none"
	(cd "$unpacked" && find . | cpio -o -H newc -R 0:0 --quiet | zstd -q -1) \
		>"$root$(image "$1")"
}
