/* SPDX-License-Identifier: MIT */
/*
 * probed.c - linked to a program, it has every walk read as on a kernel before 6.2: the linker
 * has it call __wrap_tc_walk_open() of this file.
 */
#include "bpf/walk.h"

int __real_tc_walk_open(enum tc_walk_way from, struct tc_walk **ret_walk, char why[TC_WHY_MAX]);
int __wrap_tc_walk_open(enum tc_walk_way from, struct tc_walk **ret_walk, char why[TC_WHY_MAX]);

int __wrap_tc_walk_open(enum tc_walk_way from __attribute__((unused)), struct tc_walk **ret_walk,
			char why[TC_WHY_MAX])
{
	return __real_tc_walk_open(TC_WALK_PROBE, ret_walk, why);
}
