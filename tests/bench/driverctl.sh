#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a user of driverctl does for each address in a file. modprobe loads
# vfio_iommu_type1 as a soft dependency.
while read -r address; do
	/bin/driverctl --nosave set-override "$address" vfio-pci
done <"$1"
