/* SPDX-License-Identifier: MIT */
/*
 * many_censuses.c - censuses in a row within one process, which must leave nothing behind.
 *
 *	many_censuses COUNT SOURCE...
 *
 * COUNT censuses by each source, and with every sixteenth the groups by state. Before, after the
 * first few, and after the last is looked at what could have been left: descriptors and mappings
 * of this process, its threads, its heap, its resident memory, and the maps and programs of eBPF
 * that the kernel has. Prints a line a source; exit status 1 where something has grown.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tcpcensus.h"
#include "util/clock.h"
#include "util/macro.h"

enum {
	WARM_UP = 32, /* until caches, arenas and stacks of threads are there */
	GROUPS_EVERY = 16,
	HEAP_MAX = 1024,    /* bytes: less than any leak of a few a census */
	RESIDENT_MAX = 512, /* KiB */
	WAIT_MS = 5000,	    /* the kernel frees maps and programs when it finds time */
};

/* What a process holds. */
struct held {
	long descriptors, mappings, threads, heap, resident_kib;
	long maps, programs; /* of the machine; -1: not for us to know */
};

static long count_entries(const char *path)
{
	DIR *folder = opendir(path);
	long count = -3; /* itself, and the two of every folder */

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

static long count_lines(const char *path)
{
	tc_auto_fclose FILE *file = fopen(path, "re");
	long count = 0;
	int byte;

	while (file && (byte = getc(file)) != EOF)
		count += byte == '\n';
	return count;
}

static long read_resident(void)
{
	tc_auto_fclose FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		return 0;
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* BPF_MAP_GET_NEXT_ID or BPF_PROG_GET_NEXT_ID from the first to the last. */
static long count_ids(int command)
{
	union bpf_attr attr = {.start_id = 0};
	long count = 0;

	while (syscall(SYS_bpf, command, &attr, sizeof(attr)) == 0) {
		attr.start_id = attr.next_id;
		count++;
	}
	return errno == ENOENT ? count : -1;
}

static struct held look(void)
{
	return (struct held){
		.descriptors = count_entries("/proc/self/fd"),
		.mappings = count_lines("/proc/self/maps"),
		.threads = count_entries("/proc/self/task") + 1,
		.heap = (long)mallinfo2().uordblks,
		.resident_kib = read_resident(),
		.maps = count_ids(BPF_MAP_GET_NEXT_ID),
		.programs = count_ids(BPF_PROG_GET_NEXT_ID),
	};
}

/* After a while in which the kernel could have tidied up. */
static struct held look_again(const struct held *before)
{
	struct held now = look();

	for (int ms = 0;
	     ms < WAIT_MS && (now.maps > before->maps || now.programs > before->programs);
	     ms += 50) {
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		now = look();
	}
	return now;
}

/* ---- Censuses --------------------------------------------------------------------------- */

static int add(void *context, const struct tc_sock *socks, size_t count)
{
	return tc_tally_add(context, socks, count);
}

static int take_groups(const char *source, struct tc_report *report)
{
	struct tc_key key = {.field = tc_field_find("state")};
	struct tc_query query = {
		.size = sizeof(query),
		.source = source,
		.keys = &key,
		.key_count = 1,
	};
	struct tc_tally *tally;
	int err = tc_tally_new(&key, 1, &tally);

	if (err)
		return err;
	err = tc_scan(&query, add, tally, report);
	tc_tally_free(tally);
	return err;
}

static int take(const char *source, unsigned long count)
{
	struct tc_query query = {.size = sizeof(query), .source = source};

	for (unsigned long i = 0; i < count; i++) {
		struct tc_report report = {.size = sizeof(report)};
		struct tc_census census;
		int err = tc_census_take(&query, &census, &report);

		if (!err && i % GROUPS_EVERY == 0)
			err = take_groups(source, &report);
		if (err) {
			printf("wrong: %s: %s\n", source, report.why);
			return err;
		}
	}
	return 0;
}

/* ---- What has grown --------------------------------------------------------------------- */

static bool has_grown(const char *source, const char *what, long before, long after, long may_grow)
{
	if (after <= before + may_grow)
		return false;
	printf("wrong: %s: %s grew from %ld to %ld\n", source, what, before, after);
	return true;
}

static bool is_left(const char *source, const struct held *before, const struct held *after,
		    unsigned long count)
{
	long of_others = (long)count / 4; /* who use eBPF meanwhile */
	bool left = false;

	left |= has_grown(source, "descriptors", before->descriptors, after->descriptors, 0);
	left |= has_grown(source, "mappings", before->mappings, after->mappings, 2);
	left |= has_grown(source, "threads", before->threads, after->threads, 0);
	left |= has_grown(source, "heap in bytes", before->heap, after->heap, HEAP_MAX);
	left |= has_grown(source, "resident KiB", before->resident_kib, after->resident_kib,
			  RESIDENT_MAX);
	left |= has_grown(source, "maps", before->maps, after->maps, of_others);
	left |= has_grown(source, "programs", before->programs, after->programs, of_others);
	return left;
}

static double seconds_now(void)
{
	return (double)tc_clock_us() / 1e6;
}

static bool try_source(const char *source, unsigned long count)
{
	struct held before, after;
	double start;

	if (take(source, WARM_UP))
		return false;
	before = look();
	start = seconds_now();
	if (take(source, count))
		return false;
	start = seconds_now() - start;
	after = look_again(&before);
	printf("%s: %lu censuses in %.1f s; descriptors %ld, then %ld; mappings %ld, %ld; threads "
	       "%ld, %ld; heap %ld, %ld bytes; resident %ld, %ld KiB; maps %ld, %ld; programs "
	       "%ld, %ld\n",
	       source, count, start, before.descriptors, after.descriptors, before.mappings,
	       after.mappings, before.threads, after.threads, before.heap, after.heap,
	       before.resident_kib, after.resident_kib, before.maps, after.maps, before.programs,
	       after.programs);
	return !is_left(source, &before, &after, count);
}

/*
 * What malloc keeps at hand for each thread counts as used, and so does an arena, of which a
 * thread makes one the first time that it finds another at work: without them the heap can be
 * compared.
 */
static void begin_exact(char **argv)
{
	if (getenv("GLIBC_TUNABLES"))
		return;
	setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1", 1);
	execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	char *tail = NULL;
	unsigned long count = argc < 3 ? 0 : strtoul(argv[1], &tail, 10);
	bool fine = true;

	if (!count || *tail) {
		fprintf(stderr, "usage: many_censuses COUNT SOURCE...\n");
		return 2;
	}
	begin_exact(argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++)
		fine &= try_source(argv[i], count);
	return fine ? 0 : 1;
}
