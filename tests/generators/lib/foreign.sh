# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run's variables
#
# The generators that Debian lacks, put into a root of Debian's (root.sh): mkinitcpio and Alpine's
# mkinitfs.

# find_mkinitcpio: Debian has none. Sets $mkinitcpio to the directory of an installed one:
# MKINITCPIO, or the machine's own.
find_mkinitcpio()
{
	mkinitcpio=${MKINITCPIO-}
	[ -x "$mkinitcpio/usr/bin/mkinitcpio" ] && return
	# Debian cannot provide it, so MUST_RUN does not apply.
	MUST_RUN=0
	verdict skip "no mkinitcpio on this machine, nor in MKINITCPIO=${MKINITCPIO-}"
}

install_mkinitcpio()
{
	tar -C "${mkinitcpio:-/}" -c usr/bin/mkinitcpio usr/bin/lsinitcpio usr/lib/initcpio \
		etc/mkinitcpio.conf | tar -C "$root" -x --no-same-owner --keep-directory-symlink
	mkdir -p "$root/etc/mkinitcpio.d" "$root/etc/mkinitcpio.conf.d"
	# Arch has these elsewhere, in packages of other names, or in newer systemd; a
	# missing file makes mkinitcpio fail.
	cp "$root/usr/bin/busybox" "$root/usr/lib/initcpio/busybox"
	ln -s x86_64-linux-gnu/libkmod.so.2 "$root/usr/lib/libkmod.so.2"
	for program in sulogin swapon swapoff; do
		ln -s "../sbin/$program" "$root/usr/bin/$program"
	done
	for missing in lib/systemd/systemd-executor lib/systemd/systemd-validatefs \
		lib/tmpfiles.d/20-systemd-stub.conf; do
		install -m 755 /dev/null "$root/usr/$missing"
	done
	must systemd-hwdb update
	for release in "$root"/lib/modules/*; do
		release=${release##*/}
		cat >"$root/etc/mkinitcpio.d/$release.preset" <<-END
			ALL_kver="$release"
			PRESETS=("default")
			default_image="/boot/initramfs-$release.img"
		END
	done
}

# mkinitcpio_hooks NAME...: sets HOOKS and forces the display card's driver early. The
# question mark is for the cloud kernel, which lacks it.
mkinitcpio_hooks()
{
	case " $* " in
	*" systemd "*) runtime=systemd ;;
	*) runtime=shell ;;
	esac
	cat >"$root/etc/mkinitcpio.conf" <<-END
		MODULES=("bochs?")
		HOOKS=($*)
		COMPRESSION="zstd"
		COMPRESSION_OPTIONS=(-1)
	END
}

# use_mkinitfs: gives the root Alpine's mkinitfs instead of its generator: Debian has none. It
# is what MKINITFS names, as its make install DESTDIR leaves it. One kernel stays, because the
# names of images are those of flavours.
use_mkinitfs()
{
	[ -x "${MKINITFS-}/sbin/mkinitfs" ] || {
		# Debian cannot provide it, so MUST_RUN does not apply.
		MUST_RUN=0
		verdict skip "no mkinitfs in MKINITFS=${MKINITFS-}"
	}
	few_modules
	install_debian pax-utils python3-pyelftools libcryptsetup12
	must dpkg --force-depends -P initramfs-tools initramfs-tools-core
	rm -f "$root"/boot/initrd.img-*
	tar -C "$MKINITFS" -c . | tar -C "$root" -x --no-same-owner --keep-directory-symlink
	ln -sf busybox "$root/usr/bin/sh"
	ln -sf ../bin/busybox "$root/usr/sbin/modprobe"
	# Alpine's also prints what links lead to.
	mv "$root/usr/bin/lddtree" "$root/usr/bin/lddtree.debian"
	cat >"$root/usr/bin/lddtree" <<-'END'
		#!/bin/sh
		lddtree.debian "$@" | while IFS= read -r file; do
			echo "$file"
			[ ! -L "$file" ] || readlink -f "$file"
		done
	END
	chmod 755 "$root/usr/bin/lddtree"
	echo kernel/drivers/gpu/drm/tiny/bochs.ko >"$root/etc/mkinitfs/features.d/display.modules"
	echo 'features="base ext4 nvme display"' >"$root/etc/mkinitfs/mkinitfs.conf"
	generator=mkinitfs
}
