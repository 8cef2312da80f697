#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut sources this for every image, and calls install() and installkernel().
# An installkernel() that fails would be the failure of the whole image.
# shellcheck disable=SC2154 # dracut's variables

check() {
    local program
    for program in @SBINDIR@/vfio-early @LIBDIR@/vfio-early; do
        [[ ! -x $program ]] || continue
        dwarn "vfio-early: $program is missing: this image gets no vfio-early"
        return 1
    done
}

depends() {
    return 0
}

# Up to 2, it has said why.
_vfio_early_status() {
    (($1 <= 2)) || echo "vfio-early: embed: exit status $1"
}

# Puts settings into the image and gives the names of the modules that it needs
# as vfio_early_modules. Whichever of the functions below is called first does it:
# there are images without modules, and images of nothing else.
_vfio_early_embed() {
    local line said generic=

    [[ ${vfio_early_modules+set} ]] && return
    vfio_early_modules=
    # Only who asks for it by name gets an image without the list of what this host needs.
    [[ ${VFIO_EARLY_GENERIC-} != yes ]] || generic=--generic
    # By a pipe: process substitution needs /dev/fd, which a bare chroot does not have.
    said=$(@SBINDIR@/vfio-early embed --kernel "$kernel" --modules "$srcmods" \
        $generic "$initdir" 2>&1 || _vfio_early_status $?)
    while [[ $said ]]; do
        line=${said%%$'\n'*}
        said=${said#"$line"}
        said=${said#$'\n'}
        # What it prints: a module's name, or a complaint.
        case $line in
            *[!A-Za-z0-9_-]*) dwarn "$line" ;;
            *) vfio_early_modules+=" $line" ;;
        esac
    done
}

installkernel() {
    _vfio_early_embed
    # Hardware that is not there while the image is built does not matter. Each by
    # itself: one that is missing must not keep the others out.
    for module in $vfio_early_modules; do
        hostonly='' instmods "$module"
    done
    if ! grep -Eqs '/vfio[-_]pci\.ko' "$srcmods"/modules.{dep,builtin}; then
        dwarn "vfio-early: kernel $kernel has no vfio-pci, neither as a module nor built in: nothing can be taken"
    elif ! grep -Eqs '/vfio[-_]pci\.ko' "$srcmods"/modules.builtin \
        && [[ ! $(find "$initdir"/lib/modules/ -name 'vfio[-_]pci.ko*') ]]; then
        dwarn "vfio-early: vfio-pci was left out of this image (omit_drivers?): nothing can be taken"
    fi
    return 0
}

install() {
    local unit=@LIBDIR@/vfio-early.service wants=$systemdsystemunitdir/sysinit.target.wants

    _vfio_early_embed
    inst_binary @LIBDIR@/vfio-early /usr/sbin/vfio-early
    # With systemd, the hook would run too, but behind modules-load.d.
    if ! dracut_module_included systemd; then
        inst_hook cmdline 00 "$moddir/vfio-early.sh"
    elif [[ ! -e $unit ]]; then
        dwarn "vfio-early: $unit is missing: vfio-early will not run in this image"
    else
        inst_simple "$unit" "$systemdsystemunitdir/vfio-early.service"
        mkdir -p "$initdir$wants"
        ln -sfn ../vfio-early.service "$initdir$wants/vfio-early.service"
    fi
    return 0
}
