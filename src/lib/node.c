// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/node.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * File types as in include/uapi/linux/stat.h. C libraries that declare statx() clash with
 * that header, each in another place.
 */
#define TYPE_MASK      0170000
#define TYPE_CHARACTER 0020000
#define TYPE_BLOCK     0060000

int node_read(int directory, const char *path, struct node *node)
{
	struct statx status;
	unsigned int type;

	if (syscall(SYS_statx, directory, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE,
		    &status) < 0)
		return -errno;
	type = status.stx_mode & TYPE_MASK;
	if (type != TYPE_BLOCK && type != TYPE_CHARACTER)
		return -ENODEV;
	*node = (struct node){
		.block = type == TYPE_BLOCK,
		.major = status.stx_rdev_major,
		.minor = status.stx_rdev_minor,
	};
	return 0;
}

bool node_equal(const struct node *a, const struct node *b)
{
	return a->block == b->block && a->major == b->major && a->minor == b->minor;
}
