# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC1090,SC1091,SC2034,SC2154,SC2317 # of who reads this; by name
#
# A host in a root of its own, for run, import and fix: made as the roots of tests/golden/check, with
# programs that write down how they were called. The reader has set suite, the first word of its
# lines. VFIO_EARLY is the program under test (build/vfio-early).

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/golden/check
binary=$(realpath "${VFIO_EARLY:-$top/build/vfio-early}")
binary_of_image=$(realpath "${VFIO_EARLY_IMAGE:-$top/build/image/vfio-early}")
failed=0

skip()
{
	echo "skip $suite: $1"
	[ "${MUST_RUN:-0}" != 1 ] || exit 1
	exit 0
}

[ "$(id -u)" -eq 0 ] || skip "only root can have a root of its own"
for tool in busybox chroot script depmod cpio zstd; do
	command -v "$tool" >/dev/null || skip "$tool is not installed"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
stock=$("$top/tests/vm/fetch-kernel" 6.1 2>"$work/fetch.log") ||
	skip "no kernel: $(tail -n 1 "$work/fetch.log")"
. "$here/lib.sh"
make_modules "$work/modules"

# fixes TOPIC: a word of these cases that has no use here.
fixes()
{
	:
}

# check NAME COMMAND...: the command must succeed; its output says why it does not.
check()
{
	name=$1
	shift
	if "$@" >why 2>&1; then
		echo "ok $suite $name"
	else
		echo "not ok $suite $name"
		sed 's/^/#   /' why
		failed=1
	fi
}

# recorder PATH [COMMAND]: a program that writes down how it is called, then does COMMAND.
recorder()
{
	mkdir -p "root${1%/*}"
	{
		echo '#!/bin/sh'
		# shellcheck disable=SC2016 # it expands these
		echo 'echo "${0##*/}" "$@" >>/called'
		echo "${2-}"
	} >"root$1"
	chmod 755 "root$1"
}

# host CASE: makes the root of a case of the directory $cases, before the change, in the directory
# "root". Its config takes another device, unless own_config is set.
host()
{
	rm -rf "$work/case"
	mkdir "$work/case"
	cd "$work/case" || exit
	new_root
	. "$cases/$1"
	for tool in root/usr/sbin/* root/usr/bin/*; do
		[ ! -f "$tool" ] || recorder "${tool#root}" "$(sed 's/^/# /' "$tool")"
	done
	# Whether these are there decides nothing.
	for tool in rpm-ostree proxmox-boot-tool grub2-mkconfig; do
		recorder "/usr/sbin/$tool"
	done
	recorder /usr/lib/vfio-early/regenerate
	mkdir -p root/dev root/run root/tmp root/usr/bin root/var/lib
	mknod -m 666 root/dev/null c 1 3
	cp /bin/busybox root/usr/bin/busybox
	for applet in sh sed rm; do
		ln -s busybox "root/usr/bin/$applet"
	done
	cp "$binary" root/usr/sbin/vfio-early
	[ -n "${own_config-}" ] || echo 'devs = 02:00.0' >root/etc/vfio-early.conf
	keep before
}

# keep NAME: copies what a change may touch.
keep()
{
	rm -rf "$1"
	mkdir "$1"
	for directory in etc boot efi; do
		[ ! -e "root/$directory" ] || cp -a "root/$directory" "$1/"
	done
}

# early COMMAND...: runs the program on the host, without a terminal.
early()
{
	chroot root /usr/sbin/vfio-early "$@" </dev/null >output 2>&1
}

# unchanged: nothing differs from what was kept.
unchanged()
{
	keep now
	diff -r --no-dereference before now
}

# ends CODE COMMAND...: the exit code of early.
ends()
{
	code=0
	wanted=$1
	shift
	early "$@" || code=$?
	[ "$code" -eq "$wanted" ] && return
	echo "exit code $code"
	cat output
	return 1
}

# says ERE: a line of the last output.
says()
{
	grep -E "$1" output || {
		cat output
		return 1
	}
}

# called LINE...: the programs were called like this, in this order.
called()
{
	printf '%s\n' "$@" | diff - root/called
}

# difference: the lines that differ from what was kept, and files that are gone.
difference()
{
	keep now
	diff -r --no-dereference -N -a -U 0 before now | sed -E '/^(diff|---|@@)/d; s/^(\+\+\+ [^\t]*)\t.*/\1/' |
		sed 's/\r$/^M/'
	for file in $(cd before && find . ! -type d); do
		[ -e "now/$file" ] || [ -L "now/$file" ] || echo "gone: ${file#.}"
	done
}
