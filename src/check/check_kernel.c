// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "image/decompress.h"
#include "image/module_closure.h"
#include "lib/file.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"
#define ENFORCE	 "/sys/module/module/parameters/sig_enforce"

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* The end of a signed module (include/linux/module_signature.h). */
static const char marker[] = "~Module signature appended~\n";

#define MARKER_SIZE (sizeof(marker) - 1)

/* The last bytes of a file. */
struct tail {
	char bytes[MARKER_SIZE];
	size_t length;
};

static int keep_tail(void *context, const char *data, size_t size)
{
	struct tail *tail = context;
	size_t kept;

	if (size > MARKER_SIZE) {
		data += size - MARKER_SIZE;
		size = MARKER_SIZE;
	}
	kept = tail->length + size > MARKER_SIZE ? MARKER_SIZE - size : tail->length;
	memmove(tail->bytes, tail->bytes + tail->length - kept, kept);
	memcpy(tail->bytes + kept, data, size);
	tail->length = kept + size;
	return 0;
}

static int read_plain(int fd, struct tail *tail)
{
	char buffer[65536];
	ssize_t length;

	while ((length = read(fd, buffer, sizeof(buffer))) > 0)
		keep_tail(tail, buffer, (size_t)length);
	return length < 0 ? -errno : 0;
}

/* Finds out whether the kernel's module is signed. Returns 0 or -errno. */
static int find_signature(const char *path, bool *found)
{
	int fd = file_open(AT_FDCWD, path), error;
	char magic[DECOMPRESS_MAGIC_SIZE];
	struct tail tail = { .length = 0 };
	const char *program = NULL;

	*found = false;
	if (fd < 0)
		return fd;
	if (read(fd, magic, sizeof(magic)) == sizeof(magic))
		program = decompress_program(magic, sizeof(magic));
	lseek(fd, 0, SEEK_SET);
	error = program ? decompress_file(fd, program, keep_tail, &tail) : read_plain(fd, &tail);
	close(fd);
	*found = tail.length == MARKER_SIZE && memcmp(tail.bytes, marker, MARKER_SIZE) == 0;
	return error;
}

/* Returns a module's path as on the system being checked. */
static const char *path_of(const struct check *check, const char *path)
{
	const char *below = *check->root.path ? strstr(path, "/modules/") : NULL;

	return below ? root_print(&check->root, "/lib%s", below) : path;
}

/*
 * Returns the first unsigned file of vfio-pci and its dependencies; NULL if all are
 * signed. Reports a file that could not be judged. Missing modules are reported by
 * check_image.c.
 */
static const char *find_unsigned(struct check *check, const struct kernel *kernel)
{
	struct module_places places = { .directory = kernel->directory };
	struct closure_module *needed = NULL;
	struct module_context *modules;
	int error;

	if (module_open(&places, &modules))
		return NULL;
	error = module_closure_list(modules, check->arena, "vfio-pci", &needed);
	module_close(modules);
	for (; !error && needed; needed = needed->next) {
		bool found = true;

		error = needed->path ? find_signature(needed->path, &found) : 0;
		if (error)
			check_say(check, CHECK_WARNING, "unsigned-unknown", NULL,
				  "%s: could not find out whether it is signed: %s",
				  path_of(check, needed->path), strerror(-error));
		else if (!found)
			return path_of(check, needed->path);
	}
	return NULL;
}

bool check_secure_boot(const struct check *check)
{
	const char *boot = root_read(&check->root, SECURE_BOOT);

	/* Four bytes of attributes, then the value. */
	return boot && strlen(boot) >= 5 && boot[4] == 1;
}

/* Returns why this kernel refuses unsigned modules; NULL if it does not. */
static const char *find_reason(const struct check *check)
{
	const char *lockdown = root_read(&check->root, LOCKDOWN);
	const char *enforce = root_read(&check->root, ENFORCE);

	if (lockdown && (strstr(lockdown, "[integrity]") || strstr(lockdown, "[confidentiality]")))
		return check_secure_boot(check) ? "Secure Boot locks it down" : "it is locked down";
	return enforce && *enforce == 'Y' ? "module.sig_enforce is set" : NULL;
}

void check_lockdown(struct check *check)
{
	const char *reason = find_reason(check);

	/* Lockdown does not restrict binding, nor what a virtual machine does with the device. */
	for (const struct kernel *kernel = reason ? check->kernels : NULL; kernel;
	     kernel = kernel->next) {
		const char *file = find_unsigned(check, kernel);

		if (file)
			check_say(check, CHECK_ERROR, "unsigned",
				  "mokutil --sb-state; dmesg | grep -i lockdown",
				  "the running kernel loads only signed modules (%s), and %s is "
				  "not signed: install the distribution's kernel",
				  reason, file);
	}
}
