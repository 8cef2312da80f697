// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a fuzz target on the inputs named as arguments, files or directories of files,
 * without libFuzzer. Prints their number; none at all is an error.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define TEXTFILE_MAX (1 << 20)

static size_t replayed;

static void replay_file(const char *path)
{
	FILE *file = fopen(path, "re");
	uint8_t *buffer = malloc(TEXTFILE_MAX), *data;
	size_t size;

	if (!file || !buffer) {
		perror(path);
		exit(1);
	}
	size = fread(buffer, 1, TEXTFILE_MAX, file);
	fclose(file);
	/* Exactly as large as the input, so that reads past its end show. */
	data = malloc(size ? size : 1);
	if (!data)
		exit(1);
	memcpy(data, buffer, size);
	free(buffer);
	/* If this is the last line, it names the input. */
	fprintf(stderr, "replay: %s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	replayed++;
}

static void replay(const char *path)
{
	struct dirent **names;
	struct stat status;
	char below[4096];
	int count;

	if (stat(path, &status) < 0) {
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(status.st_mode)) {
		replay_file(path);
		return;
	}
	count = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(below, sizeof(below), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			replay_file(below);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

int main(int count, char **arguments)
{
	for (int i = 1; i < count; i++)
		replay(arguments[i]);
	printf("%zu inputs\n", replayed);
	return replayed ? 0 : 1;
}
