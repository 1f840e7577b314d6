/* SPDX-License-Identifier: MIT */
/* holders.c - which processes hold which sockets; see holders.h. */
#include "owner/holders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/task_file.h"
#include "owner/holders_proc.h"
#include "util/macro.h"

enum { BATCH = 1024 };

struct adapter {
	tc_holder_sink *sink;
	void *context;
	struct tc_holder batch[BATCH];
};

/* The iterator does not stop: the end of it is near, and a socket may have more holders. */
static int take(void *context, const struct tc_bpf_holder *holders, size_t count)
{
	struct adapter *adapter = context;

	while (count) {
		size_t some = count < BATCH ? count : BATCH;
		int said;

		for (size_t i = 0; i < some; i++)
			adapter->batch[i] = (struct tc_holder){ holders[i].inode, holders[i].pid };
		said = adapter->sink(adapter->context, adapter->batch, some);
		if (said < 0)
			return said;
		holders += some;
		count -= some;
	}
	return 0;
}

static int read_bpf(tc_holder_sink *sink, void *context, struct tc_holders_report *ret_report,
		    char why[TC_WHY_MAX])
{
	tc_auto_free struct adapter *adapter = malloc(sizeof(*adapter));
	int err;

	if (!adapter)
		return -ENOMEM;
	adapter->sink = sink;
	adapter->context = context;
	err = tc_bpf_task_file(take, adapter, why);
	if (!err)
		*ret_report = (struct tc_holders_report){ .source = "bpf" };
	return err;
}

/* Open files of the whole machine; 0: not known. */
static uint64_t open_files(void)
{
	tc_auto_fclose FILE *file = fopen("/proc/sys/fs/file-nr", "re");
	unsigned long count;

	return file && fscanf(file, "%lu", &count) == 1 ? count : 0;
}

/*
 * Loading the program takes as long as reading some thousand descriptors through /proc. Both
 * counts below are cheap to know: the links of /proc are its processes and a few more
 * (fs/proc/root.c, proc_root_getattr).
 */
static bool is_bpf_faster(void)
{
	enum { LOAD_US = 18000, PROCESS_NS = 9000, FILE_NS = 1200 };
	struct stat proc;
	uint64_t proc_us;

	if (geteuid() != 0 || stat("/proc", &proc) < 0)
		return false;
	proc_us = (proc.st_nlink * PROCESS_NS + open_files() * FILE_NS) / 1000;
	return proc_us > LOAD_US;
}

int tc_holders_read(const char *source, tc_holder_sink *sink, void *context,
		    struct tc_holders_report *ret_report, char why[TC_WHY_MAX])
{
	bool bpf = source ? strcmp(source, "bpf") == 0 : is_bpf_faster();
	int err = 0;

	if (bpf)
		err = read_bpf(sink, context, ret_report, why);
	/* What the iterator has handed over by then is handed over once more, which is no harm. */
	if (!bpf || (err < 0 && err != -ENOMEM && !source)) {
		why[0] = '\0';
		err = tc_holders_read_proc(sink, context, ret_report, why);
	}
	return err;
}
