// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts another kernel in place of this one, as kexec -s and kexec -e of kexec-tools do:
 *
 *	kexec KERNEL INITRAMFS WORDS
 *
 * It gets this kernel's command line with the words behind it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Reads this kernel's command line without its newline. Returns its length, 0 on failure. */
static size_t read_words(char *words, size_t size)
{
	FILE *file = fopen("/proc/cmdline", "re");

	if (!file || !fgets(words, (int)size, file))
		return 0;
	fclose(file);
	return strcspn(words, "\n");
}

int main(int count, char **arguments)
{
	char words[4096];
	size_t length;
	int kernel, initramfs;

	if (count != 4)
		return 2;
	length = read_words(words, sizeof(words));
	snprintf(words + length, sizeof(words) - length, " %s", arguments[3]);
	kernel = open(arguments[1], O_RDONLY | O_CLOEXEC);
	initramfs = open(arguments[2], O_RDONLY | O_CLOEXEC);
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(words) + 1, words, 0UL) < 0) {
		perror("kexec_file_load");
		return 1;
	}
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
	perror("reboot");
	return 1;
}
