/* SPDX-License-Identifier: MIT */
/* holders.c - which processes hold which sockets; see holders.h. */
#include "owner/holders.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/task_file.h"
#include "model/state.h"
#include "owner/holders_proc.h"
#include "util/addr.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/privilege.h"

enum { BATCH = 1024 };

struct adapter {
	tc_holder_sink *sink;
	void *context;
	struct tc_holder batch[BATCH];
	struct tc_sock socks[BATCH];
};

static struct tc_sock socket_of(const struct tc_bpf_holder *record)
{
	bool is4 = record->family == AF_INET;

	return (struct tc_sock){
		.count = 1,
		.cookie = record->cookie,
		.netns = record->netns,
		.inode = record->inode,
		.local = tc_addr_of(is4, record->local),
		.remote = tc_addr_of(is4, record->remote),
		.local_port = record->local_port,
		.remote_port = ntohs(record->remote_port),
		.have = TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_IFINDEX | TC_HAVE_KIND |
			TC_HAVE_NETNS | TC_HAVE_INODE | (record->cookie ? TC_HAVE_COOKIE : 0),
		.ifindex = record->ifindex,
		.family = record->family,
		.state = (uint8_t)tc_state_from_kernel(record->state),
		.kind = TC_KIND_FULL,
	};
}

static void read_record(struct adapter *adapter, size_t at, const struct tc_bpf_holder *record)
{
	adapter->batch[at] = (struct tc_holder){ .inode = record->inode, .pid = record->pid };
	adapter->socks[at] = socket_of(record);
}

/* The iterator does not stop: the end of it is near, and a socket may have more holders. */
static int take(void *context, const struct tc_bpf_holder *holders, size_t count)
{
	struct adapter *adapter = context;

	while (count) {
		size_t some = count < BATCH ? count : BATCH;
		int said;

		for (size_t i = 0; i < some; i++)
			read_record(adapter, i, &holders[i]);
		said = adapter->sink(adapter->context, adapter->batch, adapter->socks, some);
		if (said < 0)
			return said;
		holders += some;
		count -= some;
	}
	return 0;
}

/* The iterator gives numbers of our pid namespace, and what they are is asked of /proc. */
static int read_bpf(tc_holder_sink *sink, void *context, struct tc_holders_report *ret_report,
		    char why[TC_WHY_MAX])
{
	tc_auto_free struct adapter *adapter = malloc(sizeof(*adapter));
	int err;

	if (!tc_privilege_lists_our_pids()) {
		snprintf(why, TC_WHY_MAX, "%s",
			 _("/proc is that of another pid namespace, where processes have other "
			   "numbers"));
		return -EOPNOTSUPP;
	}
	if (!adapter)
		return -ENOMEM;
	adapter->sink = sink;
	adapter->context = context;
	err = tc_bpf_task_file(take, adapter, why);
	if (!err)
		*ret_report = (struct tc_holders_report){
			.source = "bpf",
			.hidden = tc_holders_is_first_hidden(),
		};
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
bool tc_holders_prefer_bpf(void)
{
	enum { LOAD_NS = 15000000, PROCESS_NS = 9000, FILE_NS = 1900, FILE_BPF_NS = 800 };
	struct stat proc;
	uint64_t files;

	if (geteuid() != 0 || stat("/proc", &proc) < 0)
		return false;
	files = open_files();
	return proc.st_nlink * PROCESS_NS + files * FILE_NS > LOAD_NS + files * FILE_BPF_NS;
}

int tc_holders_read(const char *source, tc_holder_sink *sink, void *context,
		    struct tc_holders_report *ret_report, char why[TC_WHY_MAX])
{
	bool bpf = source ? strcmp(source, "bpf") == 0 : tc_holders_prefer_bpf();
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
