# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # $failed is for the tests, $top is run's
#
# What the tests of the hooks have in common. $work is theirs and goes away.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# check NAME COMMAND...: the command holds. What it says is shown if it does not.
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

# skip NAME REASON: where Debian has what is missing, MUST_RUN=1 does not let it pass.
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

# silent FILE TEXT: none has. A file that is not there proves nothing.
silent()
{
	[ -r "$1" ] && ! grep -F -e "$2" "$1"
}

# place PATH: what tells a directory from all others.
place()
{
	stat -L -c %d:%i "$1" 2>/dev/null
}

# quiet FILE: nothing is warned of. In a chroot, embed says on purpose that this is not
# the running system, and says no more.
quiet()
{
	if [ "$(place /proc/1/root)" = "$(place /)" ]; then
		silent "$1" ''
	else
		[ -r "$1" ] && ! grep -vF 'WARNING: this is not the running system' "$1"
	fi
}

# same FILE TEXT: the file is this text.
same()
{
	printf '%s\n' "$2" | diff -u - "$1"
}

# stand_in FILE COMMAND...: a program that does this.
stand_in()
{
	stand_in_file=$1
	shift
	printf '#!/bin/sh\n%s\n' "$*" >"$stand_in_file"
	chmod +x "$stand_in_file"
}

# installed: the tree as make install makes it, in $work/root.
installed()
{
	make -s -C "$top" install DESTDIR="$work/root" >"$work/make" 2>&1 || {
		cat "$work/make"
		exit 1
	}
}

# at_home FILE: what was installed looks for its companions where they are. A path
# at the end of a command is one in the image.
at_home()
{
	sed -i -e "s,/usr/sbin/vfio-early,$work/root&,g" \
		-e "s, $work/root\(/usr/sbin/vfio-early\( ||\)*\)\$, \1," \
		-e "s,/usr/lib/vfio-early,$work/root/usr/lib/vfio-early,g" "$1"
}
