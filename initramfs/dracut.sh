#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The first process of the image sources this: an exit here would mean an emergency shell.

/usr/sbin/vfio-early boot || :
