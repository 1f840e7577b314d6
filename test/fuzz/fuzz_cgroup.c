/* SPDX-License-Identifier: MIT */
/*
 * fuzz_cgroup.c - libFuzzer target: any bytes as the path of a cgroup, as /proc/PID/cgroup, and
 * as lines of /proc/self/mountinfo.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "owner/cgroup.h"
#include "owner/cgroup_id.h"
#include "util/macro.h"

static bool is_within(struct tc_slice part, struct tc_slice whole)
{
	return part.data >= whole.data && part.data + part.length <= whole.data + whole.length;
}

static void check_path(struct tc_slice path)
{
	struct tc_cgroup cgroup, again;
	size_t pod;

	memset(&cgroup, 'x', sizeof(cgroup));
	tc_cgroup_read(path, &cgroup);
	pod = strnlen(cgroup.pod, sizeof(cgroup.pod));
	check(pod == 0 || pod == 32 || pod == 36);
	check(!strchr(cgroup.pod, '_'));
	check(strnlen(cgroup.container, sizeof(cgroup.container)) < sizeof(cgroup.container));
	if (*cgroup.container)
		check(strchr(cgroup.container, '/') && strchr(cgroup.container, '/')[1]);
	if (!cgroup.unit.length)
		return;
	check(is_within(cgroup.unit, path) && cgroup.unit.length <= 255);
	check(!memchr(cgroup.unit.data, '/', cgroup.unit.length));
	/* A unit names itself; but "__x.service" is "_x.service", and "__.scope" is "_.scope". */
	tc_cgroup_read(cgroup.unit, &again);
	check(cgroup.unit.data[0] == '_' || again.unit.length == cgroup.unit.length);
}

static void check_mounts(struct tc_slice text)
{
	struct tc_slice line;
	char path[64];

	for (; text.length; text = tc_slice_after(text, line.length + 1)) {
		line = tc_slice_until(text, '\n');
		if (tc_cgroup_mount_line(line, path, sizeof(path)))
			check(memchr(path, '\0', sizeof(path)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tc_auto_free char *copy = malloc(size ? size : 1);
	struct tc_slice text = {copy, size}, path;

	if (size > 16384)
		return 0;
	check(copy);
	if (size)
		memcpy(copy, data, size);
	check_path(text);
	path = tc_cgroup_of_process(text);
	if (path.length) {
		check(is_within(path, text) && path.data[0] == '/');
		check(!memchr(path.data, '\n', path.length));
		check_path(path);
	}
	check_mounts(text);
	return 0;
}
