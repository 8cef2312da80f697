# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion for bash. Commands and options are those that the program's own help
# names, and addresses are this machine's, or those of the tree behind --sysfs.

# Users other than root seldom have these directories in their path.
_vfio_early_ask()
{
	PATH=$PATH:/usr/sbin:/sbin command vfio-early "$@" 2>/dev/null </dev/null
}

# Adds to COMPREPLY what begins with cur, of words behind each other.
_vfio_early_words()
{
	local word
	for word; do
		[[ $word != "$cur"* ]] || COMPREPLY+=("$word ")
	done
}

# Adds files, or directories only: -f or -d.
_vfio_early_files()
{
	local path
	compopt -o filenames
	while IFS= read -r path; do
		COMPREPLY+=("$path")
	done < <(compgen "$1" -- "$cur")
}

# Adds the selectors that the word at hand may end in. Arguments are for list.
_vfio_early_addresses()
{
	local prefix='' piece=$cur
	if [[ $piece == *,* ]]; then
		prefix=${piece%,*},
		piece=${piece##*,}
	fi
	if [[ $piece == '!'* ]]; then
		prefix+='!'
		piece=${piece#!}
	fi
	_vfio_early_addresses_behind "$prefix" "$piece" "$@"
}

# Adds addresses, each with its name where there are several; the name is never put
# into the line, since no two addresses are the same. Arguments: what stands before them,
# how they begin, and what is for list.
_vfio_early_addresses_behind()
{
	local address name line prefix=$1 piece=$2
	local -a found=()
	shift 2
	while IFS=$'\t' read -r address name; do
		# As people write it, unless a domain is being written.
		[[ $piece == 000* ]] || address=${address#0000:}
		[[ $address != "$piece"* ]] || found+=("$prefix$address"$'\t'"$name")
	done < <(_vfio_early_ask list --addresses "$@")
	for line in "${found[@]}"; do
		# In menus each entry goes into the line as it stands.
		if ((${#found[@]} > 1)) && [[ $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
			line=${line/$'\t'/  }
			line=${line:0:${COLUMNS:-80}-2}
		else
			line=${line%%$'\t'*}
		fi
		COMPREPLY+=("$line")
	done
	# A further selector may follow a comma.
	[[ $cur != *,* ]] || compopt -o nospace
}

# Adds what force takes: the name of a guard, a colon and a selector. Arguments are for list.
_vfio_early_forces()
{
	local before='' piece=$cur reason
	local -a reasons=(storage boot-display protected virtual-functions excluded newcomer
		network host-unknown console watchdog)
	if [[ $piece == *,* ]]; then
		before=${piece%,*},
		piece=${piece##*,}
	fi
	for reason in "${reasons[@]}"; do
		if [[ $piece == "$reason":* ]]; then
			_vfio_early_addresses_behind "$before$reason:" "${piece#"$reason":}" "$@"
			return
		fi
		[[ $reason != "$piece"* ]] || COMPREPLY+=("$before$reason:")
	done
	compopt -o nospace
}

# Adds what a placeholder of the help stands for. Further arguments are for list.
_vfio_early_value()
{
	local kind=$1 path
	shift
	case $kind in
	*REASON*) _vfio_early_forces "$@" ;;
	*SELECTOR*) _vfio_early_addresses "$@" ;;
	*DIR*) _vfio_early_files -d ;;
	*FILE*) _vfio_early_files -f ;;
	*VERSION*)
		for path in /lib/modules/*/; do
			path=${path%/}
			_vfio_early_words "${path##*/}"
		done
		compopt -o nospace
		;;
	esac
}

_vfio_early()
{
	local line=${COMP_LINE:0:COMP_POINT} cur command='' help word option='' kind=''
	local -a words=() tree=()
	COMPREPLY=()
	# bash takes words apart at colons, and addresses are full of them.
	cur=${line##*[[:space:]]}
	read -r -a words <<<"${line%"$cur"}"
	help=$(_vfio_early_ask --help)
	command=${words[1]-}
	if ((${#words[@]} < 2)); then
		compopt -o nospace
		# shellcheck disable=SC2046 # each word is one
		_vfio_early_words $(sed -n 's/^  \([a-z][a-z-]*\).*/\1/p' <<<"$help") --help --version
		return
	fi
	[[ $command == [a-z]* && $help == *$'\n'"  $command"[$' \n']* ]] || return 0
	help=$(_vfio_early_ask "$command" --help)
	# What the option before stands in need of, and the tree that is asked of.
	for word in "${words[@]:2}"; do
		if [[ -n $kind ]]; then
			[[ $option != --sysfs ]] || tree=(--sysfs "$word")
			kind=''
		elif [[ $word == --* ]]; then
			option=$word
			kind=$(sed -n "s/^  $word \([A-Z][A-Z:]*\) .*/\1/p" <<<"$help")
		fi
	done
	if [[ -n $kind ]]; then
		_vfio_early_value "$kind"
	elif [[ $cur == -* ]]; then
		compopt -o nospace
		# shellcheck disable=SC2046
		_vfio_early_words $(sed -n 's/^  \(--[a-z-]*\).*/\1/p' <<<"$help") --help
	else
		_vfio_early_value "${help%%$'\n'*}" "${tree[@]}"
	fi
	if [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${cur%:*}:"}")
	fi
}

complete -F _vfio_early vfio-early
