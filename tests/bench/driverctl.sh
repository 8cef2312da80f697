#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a user of driverctl does for each address in the file that is named.
# vfio_iommu_type1 comes as the soft dependency that its modprobe follows.
while read -r address; do
	/bin/driverctl --nosave set-override "$address" vfio-pci
done <"$1"
