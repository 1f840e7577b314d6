/* SPDX-License-Identifier: MIT */
/* setting_read.h - the values of the kernel settings that are in force here. */
#ifndef TC_SOURCE_SETTING_READ_H
#define TC_SOURCE_SETTING_READ_H

#include "model/setting.h"

/*
 * Reads every setting of the table from the folder `root`, NULL: /proc/sys. The values are
 * those of the caller's network namespace. It never fails as a whole: what could not be read
 * says so in its status.
 */
void tc_settings_read(const char *root, struct tc_setting_value values[TC_SETTING_COUNT]);

#endif
