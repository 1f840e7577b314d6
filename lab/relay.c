/* SPDX-License-Identifier: MIT */
/*
 * relay.c - packets from one TUN device to another.
 */
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tun.h"
#include "wait.h"

#define RULES_MAX 8
#define HELD_MAX 8
#define HELD_BYTES 2048 /* no story keeps more than a line of text on the way */

struct held {
	enum lab_side from;
	size_t event; /* of its sending */
	size_t size;
	unsigned char packet[HELD_BYTES];
};

struct lab_relay {
	int fd[LAB_SIDES];
	struct lab_wire *wire;
	struct lab_rule rules[RULES_MAX];
	size_t n_rules;
	struct held held[HELD_MAX]; /* in the order of sending */
	size_t n_held;
	enum lab_side next;			  /* that is read first: they take turns */
	unsigned char packet[LAB_TUN_PACKET_MAX]; /* the one taken last */
};

int lab_relay_new(struct lab_sandbox *sandbox, struct lab_wire *wire, struct lab_relay **ret_relay)
{
	const char *const addresses[LAB_SIDES] = {LAB_TUN_A, LAB_TUN_B};
	struct lab_relay *relay = calloc(1, sizeof(*relay));
	int rc = 0;

	if (!relay)
		return -ENOMEM;
	relay->wire = wire;
	relay->fd[LAB_A] = relay->fd[LAB_B] = -1;
	for (int side = 0; rc >= 0 && side < LAB_SIDES; side++)
		rc = relay->fd[side] = lab_tun_open(sandbox, (enum lab_side)side, addresses[side]);
	if (rc < 0) {
		lab_relay_free(relay);
		return rc;
	}
	*ret_relay = relay;
	return 0;
}

void lab_relay_free(struct lab_relay *relay)
{
	if (!relay)
		return;
	for (int side = 0; side < LAB_SIDES; side++) {
		if (relay->fd[side] >= 0)
			close(relay->fd[side]);
	}
	free(relay);
}

int lab_relay_rule(struct lab_relay *relay, struct lab_rule rule)
{
	if (relay->n_rules == RULES_MAX)
		return -ENOBUFS;
	relay->rules[relay->n_rules++] = rule;
	return 0;
}

void lab_relay_no_rules(struct lab_relay *relay)
{
	relay->n_rules = 0;
}

static enum lab_fate fate_of(struct lab_relay *relay, enum lab_side from, unsigned flags)
{
	for (size_t i = 0; i < relay->n_rules; i++) {
		struct lab_rule *rule = &relay->rules[i];

		if (rule->from != from || (flags & rule->mask) != rule->flags || !rule->times)
			continue;
		if (rule->times != LAB_ALWAYS)
			rule->times--;
		return rule->fate;
	}
	return LAB_ARRIVES;
}

static int deliver(struct lab_relay *relay, enum lab_side from, const void *packet, size_t size)
{
	int fd = relay->fd[lab_side_other(from)];

	return write(fd, packet, size) < 0 ? -errno : 0;
}

static int hold(struct lab_relay *relay, enum lab_side from, size_t event, size_t size)
{
	struct held *held = &relay->held[relay->n_held];

	if (relay->n_held == HELD_MAX || size > HELD_BYTES)
		return -ENOBUFS;
	held->from = from;
	held->event = event;
	held->size = size;
	memcpy(held->packet, relay->packet, size);
	relay->n_held++;
	return 0;
}

static int take_along(struct lab_relay *relay, enum lab_side from,
		      const struct lab_segment *segment, size_t size)
{
	enum lab_fate fate = fate_of(relay, from, segment->flags);
	size_t event = lab_wire_add(relay->wire, lab_now_ns(), from, fate, segment);

	switch (fate) {
	case LAB_LOST:
		return 0;
	case LAB_ON_ITS_WAY:
		return hold(relay, from, event, size);
	case LAB_ARRIVES:
		break;
	}
	return deliver(relay, from, relay->packet, size);
}

/* -EAGAIN where nothing waits; what is not TCP over IPv4, as the kernel's own, is dropped. */
static int take_from(struct lab_relay *relay, enum lab_side from, struct lab_segment *ret_segment)
{
	ssize_t got;

	do {
		got = read(relay->fd[from], relay->packet, sizeof(relay->packet));
		if (got < 0)
			return -errno;
	} while (lab_segment_parse(relay->packet, (size_t)got, ret_segment) < 0);
	relay->next = lab_side_other(from);
	return take_along(relay, from, ret_segment, (size_t)got);
}

static int wait_for_either(struct lab_relay *relay, uint64_t deadline_ns)
{
	struct pollfd waiting[LAB_SIDES] = {
		{.fd = relay->fd[LAB_A], .events = POLLIN},
		{.fd = relay->fd[LAB_B], .events = POLLIN},
	};
	uint64_t now_ns = lab_now_ns();

	if (now_ns >= deadline_ns)
		return -ETIMEDOUT;
	if (poll(waiting, LAB_SIDES, (int)((deadline_ns - now_ns) / 1000000) + 1) < 0 &&
	    errno != EINTR)
		return -errno;
	return 0;
}

int lab_relay_next(struct lab_relay *relay, uint64_t deadline_ns, enum lab_side *ret_from,
		   struct lab_segment *ret_segment)
{
	int rc = 0;

	while (rc == 0) {
		for (int turn = 0; turn < LAB_SIDES; turn++) {
			enum lab_side from = (enum lab_side)(((int)relay->next + turn) % LAB_SIDES);

			rc = take_from(relay, from, ret_segment);
			if (rc == -EAGAIN)
				continue;
			*ret_from = from;
			return rc;
		}
		rc = wait_for_either(relay, deadline_ns);
	}
	return rc;
}

int lab_relay_let_go(struct lab_relay *relay, enum lab_side from)
{
	size_t i = 0;
	int rc;

	while (i < relay->n_held && relay->held[i].from != from)
		i++;
	if (i == relay->n_held)
		return -ENOENT;
	lab_wire_arrive(relay->wire, lab_now_ns(), relay->held[i].event);
	rc = deliver(relay, from, relay->held[i].packet, relay->held[i].size);
	relay->n_held--;
	memmove(&relay->held[i], &relay->held[i + 1], (relay->n_held - i) * sizeof(*relay->held));
	return rc;
}
