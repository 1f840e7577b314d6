/* SPDX-License-Identifier: MIT */
/* folder.h - going through what is in a folder, to its end. */
#ifndef TC_UTIL_FOLDER_H
#define TC_UTIL_FOLDER_H

#include <dirent.h>
#include <stdbool.h>

/*
 * The next entry, which lives until the next call. NULL: there is none; *err is a negative errno
 * then where the folder could not be read on, and is left alone else.
 */
const struct dirent *tc_folder_next(DIR *folder, int *err);

/* Whether such an error says that the process (or the group) has gone of which the folder tells. */
bool tc_folder_has_gone(int err);

#endif
