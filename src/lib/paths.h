// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Where our files are, on the host and in an image. */

/* The config file, on the host and in an image. */
#define CONFIG_PATH "/etc/vfio-early.conf"

/* In an image only: the PCI devices that its host needs (host/needs_list.h). */
#define HOST_CONFIG_PATH "/etc/vfio-early.host.conf"

/* The running kernel's command line. */
#define CMDLINE_PATH "/proc/cmdline"

/* Keeps reports until the next boot. */
#define REPORT_DIRECTORY "/run/vfio-early"

/*
 * Where an image from `vfio-early image` has its files. They are outside of /lib and
 * /etc: the main image, unpacked over it, may have links there or files of its own that
 * replace ours.
 */
#define INIT_PATH		"/vfio-early"
#define INIT_DIRECTORY		"/vfio-early.d"
#define INIT_CONFIG_PATH	INIT_DIRECTORY "/vfio-early.conf"
#define INIT_HOST_CONFIG_PATH	INIT_DIRECTORY "/host.conf"
#define INIT_MODPROBE_DIRECTORY INIT_DIRECTORY "/modprobe.d"
#define INIT_MODULES_DIRECTORY	INIT_DIRECTORY "/modules" /* a directory for each kernel */

/*
 * Where such an image leaves the report. /run is mounted later and would hide it;
 * devtmpfs has one instance however often it is mounted (drivers/base/devtmpfs.c).
 */
#define INIT_REPORT_DIRECTORY "/dev/.vfio-early"
