/* SPDX-License-Identifier: MIT */
/* folder.c - going through what is in a folder; see folder.h. */
#include "util/folder.h"

#include <errno.h>
#include <stddef.h>

/* Its end and an error look alike, but for errno. */
const struct dirent *tc_folder_next(DIR *folder, int *err)
{
	const struct dirent *entry;

	errno = 0;
	entry = readdir(folder);
	if (!entry && errno)
		*err = -errno;
	return entry;
}

bool tc_folder_has_gone(int err)
{
	return err == -ENOENT || err == -ESRCH;
}
