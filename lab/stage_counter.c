/* SPDX-License-Identifier: MIT */
/*
 * stage_counter.c - a counter of one namespace's kernel.
 *
 * Read with code of the laboratory's own, for the same reason as its census (census.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "util/macro.h"

#define LINE_MAX_BYTES 16384

/* A line of names and one of values, each after "TcpExt:" or the like. */
static uint64_t find_value(char *names, char *values, const char *wanted)
{
	char *name_state, *value_state;
	char *name = strtok_r(names, " \n", &name_state);
	char *value = strtok_r(values, " \n", &value_state);

	while (name && value) {
		if (strcmp(name, wanted) == 0)
			return strtoull(value, NULL, 10);
		name = strtok_r(NULL, " \n", &name_state);
		value = strtok_r(NULL, " \n", &value_state);
	}
	return LAB_UNKNOWN_COUNTER;
}

static uint64_t search_file(const char *path, const char *wanted)
{
	tc_auto_fclose FILE *file = fopen(path, "re");
	tc_auto_free char *names = malloc(LINE_MAX_BYTES);
	tc_auto_free char *values = malloc(LINE_MAX_BYTES);
	uint64_t value = LAB_UNKNOWN_COUNTER;

	if (!file || !names || !values)
		return value;
	while (value == LAB_UNKNOWN_COUNTER && fgets(names, LINE_MAX_BYTES, file) &&
	       fgets(values, LINE_MAX_BYTES, file))
		value = find_value(names, values, wanted);
	return value;
}

uint64_t lab_stage_counter(struct lab_stage *stage, enum lab_side side, const char *name)
{
	uint64_t value;
	int rc = stage->rc < 0 ? stage->rc : lab_sandbox_enter(stage->sandbox, side);

	if (rc < 0) {
		lab_stage_fail(stage, rc, "entering a namespace: %s", strerror(-rc));
		return LAB_UNKNOWN_COUNTER;
	}
	value = search_file("/proc/thread-self/net/netstat", name);
	if (value == LAB_UNKNOWN_COUNTER)
		value = search_file("/proc/thread-self/net/snmp", name);
	lab_sandbox_leave(stage->sandbox);
	return value;
}
