// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The least that taking devices can cost: writes driver_override for each, then loads the
 * modules, with every path known beforehand and nothing read, checked or reported.
 *
 * |       floor ADDRESSES MODULES
 *
 * Both are files, with an address or a module's path on each line.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void set_override(const char *address)
{
	static const char driver[] = "vfio-pci";
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", address);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, driver, sizeof(driver) - 1) != sizeof(driver) - 1)
		err(1, "%s", path);
	close(fd);
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
		err(1, "%s", path);
	close(fd);
}

static void for_each_line(const char *path, void (*use)(const char *line))
{
	char text[16384];
	int fd = open(path, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (length < 0)
		err(1, "%s", path);
	close(fd);
	text[length] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		use(line);
}

int main(int count, char **arguments)
{
	if (count != 3)
		errx(2, "usage: floor ADDRESSES MODULES");
	for_each_line(arguments[1], set_override);
	for_each_line(arguments[2], load_module);
	return 0;
}
