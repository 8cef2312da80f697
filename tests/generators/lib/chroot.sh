# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Runs programs inside a root. Every mount is in a namespace of its own and goes
# with it, however the program ends.

# chroot_run ROOT COMMAND...: with /proc and a small /dev, but without /sys and
# /run, as an installer or an image builder would; the environment is empty but
# for what a root's login has. With $chroot_mounts=yes, /sys (read only) and
# /run are mounted too, as on a machine that runs.
chroot_run()
{
	# In a root that is itself no mount, there is nothing to make private.
	propagation=private
	mountpoint -q / || propagation=unchanged
	# shellcheck disable=SC2016 # the inner shell expands these
	unshare -m --propagation "$propagation" sh -ec '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount -t tmpfs -o mode=755 dev "$root/dev"
		for name in null zero full random urandom tty; do
			cp -a "/dev/$name" "$root/dev/$name"
		done
		ln -s /proc/self/fd "$root/dev/fd"
		ln -s fd/0 "$root/dev/stdin"
		ln -s fd/1 "$root/dev/stdout"
		ln -s fd/2 "$root/dev/stderr"
		mkdir "$root/dev/shm" "$root/dev/pts"
		if [ "$chroot_mounts" = yes ]; then
			mount -t sysfs -o ro sys "$root/sys"
			mount -t tmpfs run "$root/run"
		fi
		exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			TERM=dumb LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
			${http_proxy:+http_proxy="$http_proxy"} "$@"' sh "$@"
}

# chroot_policy ROOT: no package starts a daemon.
chroot_policy()
{
	printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
	chmod 755 "$1/usr/sbin/policy-rc.d"
}
