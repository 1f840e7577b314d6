/* SPDX-License-Identifier: MIT */
/* setting_read.h - the values of the kernel settings that are in force here. */
#ifndef TC_SOURCE_SETTING_READ_H
#define TC_SOURCE_SETTING_READ_H

#include "model/port_set.h"
#include "model/setting.h"

/*
 * Reads every setting of the table from the folder `root`, NULL: /proc/sys. The values are
 * those of the caller's network namespace. It never fails as a whole: what could not be read
 * says so in its status.
 */
void tc_settings_read(const char *root, struct tc_setting_value values[TC_SETTING_COUNT]);

/*
 * Reads ip_local_reserved_ports itself, of which the table has only the number. An absent file
 * (kernels before 2.6.35) is an empty set, an absent folder is not; else -errno or -EINVAL, and
 * nothing is written.
 */
int tc_reserved_ports_read(const char *root, struct tc_port_set *ret_set);

/* One of them, where the others are not wanted. */
void tc_setting_read(enum tc_setting id, struct tc_setting_value *ret_value);

#endif
