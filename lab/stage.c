/* SPDX-License-Identifier: MIT */
/*
 * stage.c - namespaces for one story, and what is to be seen there.
 */
#include "stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <libmnl/libmnl.h>

#include "tun.h"
#include "wait.h"

#define PATIENCE_NS (UINT64_C(10) * 1000000000u)
#define LONG_PATIENCE_NS (UINT64_C(60) * 1000000000u) /* repetitions take as long as the wire did \
						       */
#define TUN_DEVICE "TUN device (/dev/net/tun)"

static const struct timespec a_moment = {.tv_nsec = 200000};

void lab_stage_fail(struct lab_stage *stage, int rc, const char *format, ...)
{
	va_list arguments;

	if (stage->rc < 0)
		return;
	stage->rc = rc;
	va_start(arguments, format);
	vsnprintf(stage->teller->why, LAB_WHY_MAX, format, arguments);
	va_end(arguments);
}

/* The namespace's own view of its sockets: the sandbox counts only. */
static void open_diag(struct lab_stage *stage, enum lab_side side)
{
	int rc = lab_sandbox_enter(stage->sandbox, side);

	if (rc == 0) {
		stage->diag[side] = lab_diag_open();
		rc = stage->diag[side] ? 0 : -errno;
		lab_sandbox_leave(stage->sandbox);
	}
	if (rc < 0)
		lab_stage_fail(stage, rc, "opening sock_diag: %s", strerror(-rc));
}

static void report_open(struct lab_stage *stage, int rc, const char *what)
{
	if (rc < 0)
		lab_stage_fail(stage, rc, "opening the %s: %s", what, strerror(-rc));
}

int lab_stage_open(struct lab_stage *stage, struct lab_teller *teller, enum lab_cast cast)
{
	const char *step;
	bool pair = cast == LAB_TWO_KERNELS;
	int rc;

	memset(stage, 0, sizeof(*stage));
	stage->teller = teller;
	rc = lab_sandbox_new(pair, &stage->sandbox, &step);
	if (rc < 0) {
		stage->sandbox = NULL;
		lab_stage_fail(stage, rc, "%s: %s", step, strerror(-rc));
		return stage->rc;
	}
	for (int side = 0; side <= (pair ? LAB_B : LAB_A); side++)
		open_diag(stage, (enum lab_side)side);
	if (pair)
		report_open(stage, lab_relay_new(stage->sandbox, &stage->wire, &stage->relay),
			    TUN_DEVICE);
	else
		report_open(stage, lab_peer_new(stage->sandbox, LAB_A, &stage->wire, &stage->peer),
			    TUN_DEVICE);
	return stage->rc;
}

int lab_stage_borrow(struct lab_stage *stage, struct lab_teller *teller,
		     struct lab_sandbox *sandbox, enum lab_side side)
{
	memset(stage, 0, sizeof(*stage));
	stage->teller = teller;
	stage->sandbox = sandbox;
	stage->kernel = side;
	stage->wire.muted = true;
	report_open(stage, lab_peer_new(sandbox, side, NULL, &stage->peer), TUN_DEVICE);
	return stage->rc;
}

int lab_stage_end(struct lab_stage *stage)
{
	for (int side = 0; side < LAB_SIDES; side++) {
		if (stage->diag[side])
			mnl_socket_close(stage->diag[side]);
	}
	lab_peer_free(stage->peer);
	lab_relay_free(stage->relay);
	lab_wire_release(&stage->wire);
	lab_sandbox_free(stage->sandbox);
	return stage->rc;
}

void lab_stage_sysctl(struct lab_stage *stage, enum lab_side side, const char *name,
		      const char *value)
{
	int rc = stage->rc < 0 ? 0 : lab_sandbox_sysctl(stage->sandbox, side, name, value);

	if (rc < 0)
		lab_stage_fail(stage, rc, "setting %s to %s: %s", name, value, strerror(-rc));
}

void lab_stage_nft(struct lab_stage *stage, enum lab_side side, const char *rules)
{
	int rc = stage->rc < 0 ? 0 : lab_sandbox_nft(stage->sandbox, side, rules);

	if (rc < 0)
		lab_stage_fail(stage, rc, "loading packet rules: %s", strerror(-rc));
}

/* The peer's kernel is a on the wire, whichever side of a borrowed sandbox it is. */
static bool is_first(const struct lab_stage *stage, enum lab_side side)
{
	return stage->peer ? side == stage->kernel : side == LAB_A;
}

struct sockaddr_in lab_stage_address(const struct lab_stage *stage, enum lab_side side,
				     uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, is_first(stage, side) ? LAB_TUN_A : LAB_TUN_B, &address.sin_addr);
	return address;
}

static void on_socket(const struct inet_diag_msg *msg, void *data)
{
	struct lab_sight *sight = data;

	if (msg->idiag_state == LAB_LISTEN || msg->idiag_state >= LAB_STATES)
		return;
	sight->state = (enum lab_state)msg->idiag_state;
	sight->expires_ms = msg->idiag_expires;
}

struct lab_sight lab_stage_look(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
				uint16_t remote_port)
{
	const struct sockaddr_in local = lab_stage_address(stage, side, local_port),
				 remote = lab_stage_address(stage, lab_side_other(side),
							    remote_port);
	struct lab_sight sight = {.state = LAB_NONE};
	int rc = stage->rc < 0
			 ? 0
			 : lab_diag_find(stage->diag[side], &local, &remote, on_socket, &sight);

	if (rc < 0)
		lab_stage_fail(stage, rc, "reading sock_diag: %s", strerror(-rc));
	sight.ends_ns = lab_now_ns() + sight.expires_ms * UINT64_C(1000000);
	return sight;
}

void lab_stage_see(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
		   uint16_t remote_port, enum lab_state state)
{
	uint64_t deadline_ns = lab_now_ns() + PATIENCE_NS;

	while (stage->rc == 0) {
		struct lab_sight sight = lab_stage_look(stage, side, local_port, remote_port);

		if (sight.state == state)
			break;
		if (lab_now_ns() > deadline_ns)
			lab_stage_fail(stage, -EBADE, "port %u: expected %s, found %s", local_port,
				       state == LAB_NONE ? "no socket" : lab_state_name(state),
				       sight.state == LAB_NONE ? "none"
							       : lab_state_name(sight.state));
		nanosleep(&a_moment, NULL);
	}
	lab_stage_catch_up(stage);
	if (stage->rc == 0)
		lab_wire_mark(&stage->wire, side, state == LAB_NONE ? LAB_CLOSED : state);
}

void lab_stage_outwait(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
		       uint16_t remote_port, enum lab_state state)
{
	uint64_t deadline_ns = lab_now_ns() + LONG_PATIENCE_NS;
	struct lab_segment segment;
	enum lab_side from;

	while (stage->rc == 0) {
		if (lab_stage_look(stage, side, local_port, remote_port).state != state)
			return;
		if (lab_now_ns() > deadline_ns)
			lab_stage_fail(stage, -EBADE, "port %u: still in %s", local_port,
				       lab_state_name(state));
		if (lab_relay_next(stage->relay, 0, &from, &segment) < 0)
			nanosleep(&a_moment, NULL);
	}
}

void lab_stage_await(struct lab_stage *stage, enum lab_side from, unsigned flags)
{
	uint64_t deadline_ns = lab_now_ns() + PATIENCE_NS;
	struct lab_segment segment;
	enum lab_side side;

	while (stage->rc == 0) {
		int rc = lab_relay_next(stage->relay, deadline_ns, &side, &segment);

		if (rc < 0)
			lab_stage_fail(stage, rc == -ETIMEDOUT ? -EBADE : rc,
				       "waiting for a segment with flags %#x: %s", flags,
				       strerror(-rc));
		else if (side == from &&
			 ((segment.flags & ~LAB_PSH) | (segment.length ? LAB_PSH : 0u)) == flags)
			return;
	}
}

void lab_stage_settle(struct lab_stage *stage)
{
	struct lab_segment segment;
	enum lab_side from;

	while (stage->rc == 0 && lab_relay_next(stage->relay, 0, &from, &segment) == 0)
		continue;
}

/* What a slow machine has sent again by now is not what the rule is about. */
void lab_stage_rule(struct lab_stage *stage, struct lab_rule rule)
{
	lab_stage_settle(stage);
	if (stage->rc == 0 && lab_relay_rule(stage->relay, rule) < 0)
		lab_stage_fail(stage, -ENOBUFS, "too many rules for the wire");
}

void lab_stage_no_rules(struct lab_stage *stage)
{
	if (stage->rc == 0)
		lab_relay_no_rules(stage->relay);
}

void lab_stage_let_go(struct lab_stage *stage, enum lab_side from)
{
	int rc = stage->rc < 0 ? 0 : lab_relay_let_go(stage->relay, from);

	if (rc < 0)
		lab_stage_fail(stage, rc, "letting a segment go: %s", strerror(-rc));
}

void lab_stage_catch_up(struct lab_stage *stage)
{
	struct lab_segment segment;

	while (stage->peer && lab_peer_receive(stage->peer, 0, &segment) == 0)
		continue;
}
