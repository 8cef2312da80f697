// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/file_replace.h"
#include "lib/textfile.h"
#include "settings/settings.h"

#define OPEN_FLAGS (O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/* Some editors write it at the start of a file in UTF-8. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

/* Returns the length of the directory's name with its slash; 0 for none. */
static int directory_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path + 1) : 0;
}

/* Resolves a link at *path, if the target is in the same directory. Returns 0 or -errno. */
static int follow_link(struct arena *arena, const char **path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(*path, target, sizeof(target) - 1);

	if (length < 0)
		return errno == EINVAL || errno == ENOENT ? 0 : -errno;
	target[length] = '\0';
	if (strchr(target, '/')) {
		*path = NULL;
		return 0;
	}
	*path = arena_print(arena, "%.*s%s", directory_length(*path), *path, target);
	return *path ? 0 : -ENOMEM;
}

/* Returns why an open file is not trusted; NULL if it is. */
static const char *find_fault(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return "it is not a regular file";
	/* Other users gain nothing: the file's owner could do the same. */
	if (geteuid() != 0)
		return NULL;
	if (status->st_uid != 0)
		return "it is not owned by root (chown root)";
	if (status->st_mode & (S_IWGRP | S_IWOTH))
		return "users other than root may write to it (chmod go-w)";
	return NULL;
}

static int read_open(struct config *config, struct arena *arena, int fd, const char **fault)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	/* /dev/null means no config. */
	if (file_is_null(&status))
		return textfile_read_file(arena, fd, &config->text);
	*fault = find_fault(&status);
	if (*fault)
		return 0;
	config->mode = status.st_mode & 07777;
	config->owner = status.st_uid;
	config->group = status.st_gid;
	config->changed = status.st_mtime;
	return textfile_read_file(arena, fd, &config->text);
}

int config_read_text(struct config *config, struct arena *arena, const char *path,
		     const char **fault)
{
	int error, fd;

	*config = (struct config){
		.path = path, .mode = 0644, .owner = geteuid(), .group = getegid()
	};
	*fault = NULL;
	error = follow_link(arena, &config->path);
	if (!error && !config->path)
		*fault = "it is a link to another directory: copy the file here";
	if (error || *fault)
		return error;
	fd = open(config->path, O_RDONLY | OPEN_FLAGS);
	if (fd < 0 && errno == ELOOP)
		*fault = "it is a link to a link";
	if (fd < 0)
		return *fault ? 0 : -errno;
	error = read_open(config, arena, fd, fault);
	close(fd);
	if (config->text && strncmp(config->text, byte_order_mark, strlen(byte_order_mark)) == 0)
		config->text += strlen(byte_order_mark);
	return error;
}

int config_read(struct config *config, struct settings *settings, const char *path)
{
	const char *fault;
	int error = config_read_text(config, settings->arena, path, &fault);

	config->fault = fault;
	if (!error && fault)
		return settings_add_unread(settings, config->path ? config->path : path, fault);
	if (error || !config->text)
		return error;
	return settings_read_config(settings, path, config->text);
}

int config_replace(const struct config *config, const char *text)
{
	struct file_replace file;
	int error = file_replace_begin(&file, AT_FDCWD, config->path);

	if (error)
		return error;
	file.mode = config->mode;
	file.owner = config->owner;
	file.group = config->group;
	return file_replace_finish(&file, text, strlen(text));
}
