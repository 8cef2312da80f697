#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by the first process of the image: an exit here would be an emergency shell.

/usr/sbin/vfio-early boot || :
