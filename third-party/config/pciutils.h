/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Installed beside libpci's headers as config.h, which they include. */
#define PCI_CONFIG_H
#define PCI_OS_LINUX
#define PCI_HAVE_PM_LINUX_SYSFS
#define PCI_HAVE_64BIT_ADDRESS
#define PCI_PATH_SYS_BUS_PCI "/sys/bus/pci"
#define PCI_PATH_IDS_DIR     "/usr/share/misc"
#define PCI_IDS		     "pci.ids"
