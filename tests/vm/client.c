// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a virtual machine monitor does with a device, up to the point where it
 * can use it: open the group, find it viable, attach a type 1 container, get
 * the device, read its configuration space. One line per address on stdout:
 *
 *	ok 0000:01:00.0 group 1 8086:10d3
 *	not ok 0000:01:00.0: group status: the group is not viable
 *
 * With --hold SECONDS before the addresses it then keeps each open that long.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct client {
	const char *address;
	char group_number[32];
	int container;
	int group;
	int device;
};

static bool client_fail(const struct client *c, const char *step, const char *why)
{
	printf("not ok %s: %s: %s\n", c->address, step, why);
	return false;
}

/* The last component of the device's iommu_group link is the group's number. */
static bool client_find_group(struct client *c)
{
	char link[128], target[256];
	const char *number;
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", c->address);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return client_fail(c, "iommu_group", strerror(errno));
	target[len] = '\0';
	number = strrchr(target, '/');
	number = number ? number + 1 : target;
	if (strlen(number) >= sizeof(c->group_number))
		return client_fail(c, "iommu_group", "the name is too long");
	strcpy(c->group_number, number);
	return true;
}

static bool client_open_group(struct client *c)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%s", c->group_number);
	c->group = open(path, O_RDWR | O_CLOEXEC);
	if (c->group < 0)
		return client_fail(c, path, strerror(errno));
	if (ioctl(c->group, VFIO_GROUP_GET_STATUS, &status))
		return client_fail(c, "group status", strerror(errno));
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return client_fail(c, "group status", "the group is not viable");
	return true;
}

static bool client_attach_container(struct client *c)
{
	c->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (c->container < 0)
		return client_fail(c, "/dev/vfio/vfio", strerror(errno));
	if (ioctl(c->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return client_fail(c, "API version", "not the one this client knows");
	if (ioctl(c->group, VFIO_GROUP_SET_CONTAINER, &c->container))
		return client_fail(c, "set container", strerror(errno));
	if (ioctl(c->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return client_fail(c, "set IOMMU type 1", strerror(errno));
	return true;
}

/* The first four bytes of the configuration space: vendor and device. */
static bool client_read_ids(struct client *c, uint16_t ids[static 2])
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint8_t bytes[4];
	ssize_t len;

	c->device = ioctl(c->group, VFIO_GROUP_GET_DEVICE_FD, c->address);
	if (c->device < 0)
		return client_fail(c, "get device", strerror(errno));
	if (ioctl(c->device, VFIO_DEVICE_GET_REGION_INFO, &region))
		return client_fail(c, "config region", strerror(errno));
	len = pread(c->device, bytes, sizeof(bytes), (off_t)region.offset);
	if (len != (ssize_t)sizeof(bytes))
		return client_fail(c, "config read", len < 0 ? strerror(errno) : "short read");
	ids[0] = (uint16_t)(bytes[0] | bytes[1] << 8);
	ids[1] = (uint16_t)(bytes[2] | bytes[3] << 8);
	return true;
}

/* What sysfs says in the attribute, which is a hexadecimal number with 0x. */
static bool client_read_attribute(const struct client *c, const char *name, uint16_t *value)
{
	char path[128], text[16] = "";
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", c->address, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return client_fail(c, name, strerror(errno));
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return client_fail(c, name, "nothing to read");
	*value = (uint16_t)strtoul(text, NULL, 16);
	return true;
}

static bool client_use(struct client *c)
{
	uint16_t ids[2] = { 0 }, want[2] = { 0 };

	if (!client_find_group(c) || !client_open_group(c) || !client_attach_container(c) ||
	    !client_read_ids(c, ids) || !client_read_attribute(c, "vendor", &want[0]) ||
	    !client_read_attribute(c, "device", &want[1]))
		return false;
	if (ids[0] != want[0] || ids[1] != want[1]) {
		printf("not ok %s: ids: config space says %04x:%04x, sysfs %04x:%04x\n", c->address,
		       ids[0], ids[1], want[0], want[1]);
		return false;
	}
	printf("ok %s group %s %04x:%04x\n", c->address, c->group_number, ids[0], ids[1]);
	return true;
}

int main(int argc, char **argv)
{
	unsigned int hold = 0;
	bool all_ok;
	int i = 1;

	if (argc > 2 && strcmp(argv[1], "--hold") == 0) {
		hold = (unsigned int)strtoul(argv[2], NULL, 10);
		i = 3;
	}
	all_ok = i < argc;
	for (; i < argc; i++) {
		struct client c = {
			.address = argv[i],
			.container = -1,
			.group = -1,
			.device = -1,
		};

		all_ok = client_use(&c) && all_ok;
		if (hold) {
			fflush(stdout);
			sleep(hold);
		}
		if (c.device >= 0)
			close(c.device);
		if (c.group >= 0)
			close(c.group);
		if (c.container >= 0)
			close(c.container);
	}
	return all_ok ? 0 : 1;
}
