# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for fish. Commands and options are those that the program's own help
# names, and addresses are this machine's, or those of the tree behind --sysfs.

# Users other than root seldom have these directories in their path.
function __vfio_early_ask
    set -lx PATH $PATH /usr/sbin /sbin
    command vfio-early $argv 2>/dev/null </dev/null
end

# "name<tab>what it does" for each command.
function __vfio_early_commands
    set -l name
    for line in (__vfio_early_ask --help)
        if string match -q -r '^  [a-z]' -- $line
            set name (string match -r '[a-z][a-z-]*' -- $line)
        else if set -q name[1]; and string match -q '      *' -- $line
            printf '%s\t%s\n' $name (string trim -- $line)
            set name
        end
    end
    printf '%s\n' --help --version
end

function __vfio_early_addresses
    set -l token (commandline -ct)
    # What stands before the selector at hand.
    set -l prefix (string match -r '^.*,' -- $token)
    set -l piece (string replace -r '^.*,' '' -- $token)
    if string match -q '!*' -- $piece
        set prefix "$prefix!"
        set piece (string sub -s 2 -- $piece)
    end
    for line in (__vfio_early_ask list --addresses $argv)
        # As people write it, unless a domain is being written.
        string match -q '000*' -- $piece; or set line (string replace -r '^0000:' '' -- $line)
        # fish itself would also find letters of it in the description.
        string match -q -- "*$piece*" (string split -m 1 \t -- $line)[1]; or continue
        printf '%s%s\n' "$prefix" $line
    end
end

# What force takes: the name of a guard, a colon and a selector.
function __vfio_early_forces
    set -l token (commandline -ct)
    set -l before (string match -r '^.*,' -- $token)
    set -l piece (string replace -r '^.*,' '' -- $token)
    set -l reasons storage boot-display protected virtual-functions excluded newcomer \
        network host-unknown console watchdog
    for reason in $reasons
        if string match -q "$reason:*" -- $piece
            set -l rest (string replace "$reason:" '' -- $piece)
            for line in (__vfio_early_ask list --addresses $argv)
                string match -q '000*' -- $rest
                or set line (string replace -r '^0000:' '' -- $line)
                printf '%s%s\n' "$before$reason:" $line
            end
            return
        end
    end
    printf '%s\n' "$before"$reasons:
end

# What a placeholder of the help stands for. Further arguments are for list.
function __vfio_early_value
    switch $argv[1]
        case '*REASON*'
            __vfio_early_forces $argv[2..-1]
        case '*SELECTOR*'
            __vfio_early_addresses $argv[2..-1]
        case '*DIR*'
            __fish_complete_directories (commandline -ct)
        case '*FILE*'
            __fish_complete_path (commandline -ct)
        case '*VERSION*'
            for path in /lib/modules/*/
                basename $path
            end
    end
end

function __vfio_early_complete
    set -l words (commandline -opc)
    set -l command $words[2]
    if not set -q words[2]
        __vfio_early_commands
        return
    end
    string match -q -r "^$command\t" -- (__vfio_early_commands); or return
    set -l help (__vfio_early_ask $command --help)
    # What the option before stands in need of, and the tree that is asked of.
    set -l kind
    set -l option
    set -l tree
    for word in $words[3..-1]
        if set -q kind[1]
            test "$option" = --sysfs; and set tree --sysfs $word
            set kind
        else if string match -q -- '--*' $word
            set option $word
            set kind (string match -r -- "^  $word ([A-Z:]+) " $help)[2]
        end
    end
    if set -q kind[1]
        __vfio_early_value $kind
    else if string match -q -- '-*' (commandline -ct)
        for line in $help
            set -l parts (string match -r -- '^  (--[a-z-]+)( [A-Z:]+)? *(.*)' $line)
            set -q parts[1]; and printf '%s\t%s\n' $parts[2] $parts[-1]
        end
        echo --help
    else
        __vfio_early_value "$help[1]" $tree
    end
end

complete -c vfio-early -f -a '(__vfio_early_complete)'
