# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # $failed is for the tests, $top is run's
#
# Shared by the tests of the hooks. $work is theirs and is removed.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# check NAME COMMAND...: the command must succeed; otherwise its output is shown.
check()
{
	name=$1
	shift
	if "$@" >"$work/why" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		sed 's/^/#   /' "$work/why"
		failed=1
	fi
}

# skip NAME REASON: with MUST_RUN=1 this fails if Debian has what is missing.
skip()
{
	echo "skip $1: $2"
	[ "${MUST_RUN-0}" != 1 ] || failed=1
}

# says FILE TEXT: a line of the file has this text.
says()
{
	grep -Fq -e "$2" "$1" || {
		echo "no '$2' in:"
		cat "$1"
		return 1
	}
}

# silent FILE TEXT: no line has it. A missing file proves nothing.
silent()
{
	[ -r "$1" ] && ! grep -F -e "$2" "$1"
}

# place PATH: prints what identifies a directory.
place()
{
	stat -L -c %d:%i "$1" 2>/dev/null
}

# quiet FILE: there is no warning. In a chroot, embed says that this is not the running
# system, and nothing else.
quiet()
{
	if [ "$(place /proc/1/root)" = "$(place /)" ]; then
		silent "$1" ''
	else
		[ -r "$1" ] && ! grep -vF 'WARNING: this is not the running system' "$1"
	fi
}

# same FILE TEXT: the file has exactly this text.
same()
{
	printf '%s\n' "$2" | diff -u - "$1"
}

# stand_in FILE COMMAND...: makes a program that does this.
stand_in()
{
	stand_in_file=$1
	shift
	printf '#!/bin/sh\n%s\n' "$*" >"$stand_in_file"
	chmod +x "$stand_in_file"
}

# installed: installs the tree into $work/root.
installed()
{
	make -s -C "$top" install DESTDIR="$work/root" >"$work/make" 2>&1 || {
		cat "$work/make"
		exit 1
	}
}

# at_home FILE: the installed file looks for its companions where they are. A path at the
# end of a command is in the image.
at_home()
{
	sed -i -e "s,/usr/sbin/vfio-early,$work/root&,g" \
		-e "s, $work/root\(/usr/sbin/vfio-early\( ||\)*\)\$, \1," \
		-e "s,/usr/lib/vfio-early,$work/root/usr/lib/vfio-early,g" "$1"
}
