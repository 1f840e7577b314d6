/* SPDX-License-Identifier: MIT */
/* walking.h - walks through the kernel's tables, of a namespace that the test has to itself. */
#ifndef TC_TEST_WALKING_H
#define TC_TEST_WALKING_H

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpf/walk.h"

/* False: this is not root, or not allowed to. */
static inline bool walking_alone(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;

	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0);
	close(fd);
	return true;
}

static inline struct sockaddr_in walking_address(uint32_t host, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(host),
	};
}

/* With SO_REUSEADDR many have the same address and port, as long as none of them listens. */
static inline int walking_bound(uint32_t host, uint16_t port)
{
	struct sockaddr_in address = walking_address(host, port);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static inline int walking_nowhere(void *context, const struct tc_walk_layout *layout,
				  const uint64_t *words, size_t count)
{
	(void)context;
	(void)layout;
	(void)words;
	(void)count;
	return 0;
}

static inline struct tc_walk *walking_open(enum tc_walk_way way)
{
	struct tc_walk *walk = NULL;
	char why[TC_WHY_MAX] = "";

	if (geteuid() != 0 || tc_walk_open(way, &walk, why) < 0) {
		print_message("# SKIP %s\n", *why ? why : "not root");
		skip();
	}
	return walk;
}

static inline struct tc_walk_result walking_run(struct tc_walk *walk, enum tc_walk_program program,
						uint64_t sampled)
{
	struct tc_walk_job job = {
		.families = TC_FAMILY_INET | TC_FAMILY_INET6,
		.sampled = sampled,
		.sink = walking_nowhere,
	};
	struct tc_walk_result result;
	char why[TC_WHY_MAX];

	assert_int_equal(tc_walk_run(walk, program, &job, &result, why), 0);
	assert_int_equal(result.given_up, 0);
	return result;
}

#endif
