/* SPDX-License-Identifier: MIT */
/* prepared.c - the saved files of situations that cannot be made; see prepared.h. */
#include "prepared.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/intl.h"

#define COUNTED "netstat -an | awk '/tcp/ {print $6}' | sort | uniq -c"
#define SOCKSTAT "grep -h TCP /proc/net/sockstat /proc/net/sockstat6"
#define NSTAT "nstat -az TcpCurrEstab"

/*
 * A download server whose clients are on mobile networks: it has sent all and closed, and most of
 * 16384 places are taken by what it has still to deliver.
 */
const struct lab_prepared lab_prepared_orphans_high = {
	.why = N_("Read from saved figures, not made: tcp_max_orphans and the number of orphans are "
		  "those of the whole machine, and so many would have the kernel reset connections "
		  "of everybody on it."),
	.papers = {
		{COUNTED,
		 "     21 CLOSE_WAIT\n"
		 "      7 CLOSING\n"
		 "   1203 ESTABLISHED\n"
		 "   8711 FIN_WAIT1\n"
		 "    402 LAST_ACK\n"
		 "     12 LISTEN\n"
		 "    310 TIME_WAIT\n"},
		{SOCKSTAT,
		 "TCP: inuse 10356 orphan 9120 tw 310 alloc 10371 mem 88211\n"
		 "TCP6: inuse 0\n"},
		{NSTAT,
		 "#kernel\n"
		 "TcpCurrEstab                    1224               0.0\n"},
		{"sysctl net.ipv4.tcp_max_orphans net.ipv4.tcp_orphan_retries net.ipv4.tcp_mem",
		 "net.ipv4.tcp_max_orphans = 16384\n"
		 "net.ipv4.tcp_orphan_retries = 0\n"
		 "net.ipv4.tcp_mem = 186810\t249080\t373620\n"},
	},
};

/* A message broker whose readers have stopped: 80 % of what TCP may have is unread, or unsent. */
const struct lab_prepared lab_prepared_tcp_mem = {
	.why = N_("Read from saved figures, not made: tcp_mem and the memory in use are those of the "
		  "whole machine, and to use it up would slow down every connection on it."),
	.papers = {
		{COUNTED,
		 "      3 CLOSE_WAIT\n"
		 "   2048 ESTABLISHED\n"
		 "      9 LISTEN\n"
		 "     96 TIME_WAIT\n"},
		{SOCKSTAT,
		 "TCP: inuse 2060 orphan 4 tw 96 alloc 2071 mem 301245\n"
		 "TCP6: inuse 0\n"},
		{NSTAT,
		 "#kernel\n"
		 "TcpCurrEstab                    2051               0.0\n"},
		{"sysctl net.ipv4.tcp_mem net.ipv4.tcp_max_orphans",
		 "net.ipv4.tcp_mem = 186810\t249080\t373620\n"
		 "net.ipv4.tcp_max_orphans = 131072\n"},
	},
};

/* The same broker an hour later: what arrives is dropped, and connections are reset. */
const struct lab_prepared lab_prepared_tcp_mem_limit = {
	.why = N_(
		"Read from saved figures, not made: tcp_mem and the memory in use are those of the "
		"whole machine, and to use it up would slow down every connection on it."),
	.papers =
		{
			{COUNTED, "      7 CLOSE_WAIT\n"
				  "   2391 ESTABLISHED\n"
				  "      9 LISTEN\n"
				  "    214 TIME_WAIT\n"},
			{SOCKSTAT, "TCP: inuse 2407 orphan 19 tw 214 alloc 2433 mem 369514\n"
				   "TCP6: inuse 0\n"},
			{NSTAT, "#kernel\n"
				"TcpCurrEstab                    2398               0.0\n"},
			{"sysctl net.ipv4.tcp_mem net.ipv4.tcp_max_orphans",
			 "net.ipv4.tcp_mem = 186810\t249080\t373620\n"
			 "net.ipv4.tcp_max_orphans = 131072\n"},
		},
};

/* Somebody has listed the sockets inside of a container, and saved the counts of its host. */
const struct lab_prepared lab_prepared_counts_disagree = {
	.why = N_("Read from saved figures, not made: a kernel's counts agree with its sockets. Here "
		  "the listing was taken in a container, and the counts on its host: in two network "
		  "namespaces."),
	.papers = {
		{"ss -tan",
		 "State      Recv-Q Send-Q Local Address:Port   Peer Address:Port\n"
		 "LISTEN     0      511          0.0.0.0:8080        0.0.0.0:*\n"
		 "ESTAB      0      0        10.88.0.12:8080      10.88.0.1:41022\n"
		 "ESTAB      0      0        10.88.0.12:8080      10.88.0.1:41024\n"
		 "ESTAB      0      0        10.88.0.12:8080      10.88.0.1:41030\n"
		 "ESTAB      0      0        10.88.0.12:53410    10.88.0.20:5432\n"
		 "ESTAB      0      0        10.88.0.12:53412    10.88.0.20:5432\n"
		 "TIME-WAIT  0      0        10.88.0.12:39870    10.88.0.31:6379\n"
		 "TIME-WAIT  0      0        10.88.0.12:39872    10.88.0.31:6379\n"},
		{SOCKSTAT,
		 "TCP: inuse 318 orphan 2 tw 853 alloc 340 mem 61\n"
		 "TCP6: inuse 12\n"},
		{NSTAT,
		 "#kernel\n"
		 "TcpCurrEstab                    301                0.0\n"},
	},
};

/* ---- As files -------------------------------------------------------------------------- */

static int write_all(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length) {
		ssize_t wrote = write(fd, text, length);

		if (wrote < 0)
			return -errno;
		text += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

/* In memory, so that nothing is left behind, however the program ends. */
int lab_papers_open(const struct lab_prepared *prepared, struct lab_papers *ret_papers)
{
	int rc = 0;

	*ret_papers = (struct lab_papers){.count = 0};
	for (const struct lab_paper *paper = prepared->papers; rc == 0 && paper->command; paper++) {
		size_t at = ret_papers->count;
		int fd = memfd_create("lab-paper", MFD_CLOEXEC);

		if (fd < 0)
			return -errno;
		ret_papers->fds[ret_papers->count++] = fd;
		snprintf(ret_papers->paths[at], sizeof(ret_papers->paths[at]), "/proc/%d/fd/%d",
			 (int)getpid(), fd);
		if (at)
			ret_papers->more[at - 1] = ret_papers->paths[at];
		rc = write_all(fd, paper->text);
	}
	return rc;
}

void lab_papers_close(struct lab_papers *papers)
{
	for (size_t i = 0; i < papers->count; i++)
		close(papers->fds[i]);
	papers->count = 0;
}
