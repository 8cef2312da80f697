#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dracut sources this for every image and calls install() and installkernel(). An
# installkernel() that fails makes the whole image fail.
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

# With a status up to 2, it has said why.
_vfio_early_status() {
    (($1 <= 2)) || echo "vfio-early: embed: exit status $1"
}

# Puts settings into the image and sets vfio_early_modules to the modules that it needs.
# Runs once, from whichever function below is called first: some images have no modules,
# others nothing else.
_vfio_early_embed() {
    local line said generic=

    [[ ${vfio_early_modules+set} ]] && return
    vfio_early_modules=
    # Only on request does an image lack the list of this host's needs.
    [[ ${VFIO_EARLY_GENERIC-} != yes ]] || generic=--generic
    # A pipe, because process substitution needs /dev/fd, which a bare chroot lacks.
    said=$(@SBINDIR@/vfio-early embed --kernel "$kernel" --modules "$srcmods" \
        $generic "$initdir" 2>&1 || _vfio_early_status $?)
    while [[ $said ]]; do
        line=${said%%$'\n'*}
        said=${said#"$line"}
        said=${said#$'\n'}
        # Its output: names of modules and complaints.
        case $line in
            *[!A-Za-z0-9_-]*) dwarn "$line" ;;
            *) vfio_early_modules+=" $line" ;;
        esac
    done
}

installkernel() {
    _vfio_early_embed
    # Modules for hardware that is absent now are installed too. One at a time: a missing
    # module must not keep the others out.
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
    # With systemd the hook would run too, but after modules-load.d.
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
