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

#include "ladder.h"
#include "util/intl.h"
#include "wait.h"

#define PATIENCE_NS (UINT64_C(10) * 1000000000u)
#define PAUSE_NS 200000
#define PEER_DEVICE "TUN device (/dev/net/tun)"

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
		report_open(stage, lab_capture_new(stage->sandbox, &stage->wire, &stage->capture),
			    "capture");
	else
		report_open(stage, lab_peer_new(stage->sandbox, LAB_A, &stage->wire, &stage->peer),
			    PEER_DEVICE);
	return stage->rc;
}

int lab_stage_borrow(struct lab_stage *stage, struct lab_teller *teller,
		     struct lab_sandbox *sandbox, enum lab_side side)
{
	memset(stage, 0, sizeof(*stage));
	stage->teller = teller;
	stage->sandbox = sandbox;
	stage->kernel = side;
	report_open(stage, lab_peer_new(sandbox, side, NULL, &stage->peer), PEER_DEVICE);
	return stage->rc;
}

int lab_stage_end(struct lab_stage *stage)
{
	for (int side = 0; side < LAB_SIDES; side++) {
		if (stage->diag[side])
			mnl_socket_close(stage->diag[side]);
	}
	lab_peer_free(stage->peer);
	lab_capture_free(stage->capture);
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

struct search {
	uint16_t local_port, remote_port;
	struct lab_sight sight;
};

static void on_socket(const struct inet_diag_msg *msg, void *data)
{
	struct search *search = data;

	if (ntohs(msg->id.idiag_sport) != search->local_port ||
	    (search->remote_port && ntohs(msg->id.idiag_dport) != search->remote_port) ||
	    msg->idiag_state == LAB_LISTEN || msg->idiag_state >= LAB_STATES)
		return;
	search->sight.state = (enum lab_state)msg->idiag_state;
	search->sight.expires_ms = msg->idiag_expires;
}

struct lab_sight lab_stage_look(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
				uint16_t remote_port)
{
	struct search search = {.local_port = local_port, .remote_port = remote_port};
	int rc = stage->rc < 0 ? 0
			       : lab_diag_dump(stage->diag[side], AF_INET, ~(1u << LAB_BOUND),
					       on_socket, &search);

	if (rc < 0)
		lab_stage_fail(stage, rc, "reading sock_diag: %s", strerror(-rc));
	return search.sight;
}

void lab_stage_see(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
		   uint16_t remote_port, enum lab_state state)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	uint64_t deadline_ns = lab_now_ns() + PATIENCE_NS;
	struct lab_sight sight = {LAB_NONE, 0};

	while (stage->rc == 0) {
		sight = lab_stage_look(stage, side, local_port, remote_port);
		if (sight.state == state)
			break;
		if (lab_now_ns() > deadline_ns)
			lab_stage_fail(stage, -EBADE, "port %u: expected %s, found %s", local_port,
				       state == LAB_NONE ? "no socket" : lab_state_name(state),
				       sight.state == LAB_NONE ? "none"
							       : lab_state_name(sight.state));
		nanosleep(&pause, NULL);
	}
	lab_stage_catch_up(stage);
	if (stage->rc == 0)
		lab_wire_mark(&stage->wire, side, state == LAB_NONE ? LAB_CLOSED : state);
}

void lab_stage_await(struct lab_stage *stage, enum lab_side from, unsigned flags)
{
	uint64_t deadline_ns = lab_now_ns() + PATIENCE_NS;
	struct lab_segment segment;
	enum lab_side side;

	while (stage->rc == 0) {
		int rc = lab_capture_next(stage->capture, deadline_ns, &side, &segment);

		if (rc < 0)
			lab_stage_fail(stage, rc == -ETIMEDOUT ? -EBADE : rc,
				       "waiting for a segment with flags %#x: %s", flags,
				       strerror(-rc));
		else if (side == from && (segment.flags & ~LAB_PSH) == flags)
			return;
	}
}

void lab_stage_catch_up(struct lab_stage *stage)
{
	struct lab_segment segment;
	enum lab_side side;

	while (stage->capture && lab_capture_next(stage->capture, 0, &side, &segment) == 0)
		continue;
	while (stage->peer && lab_peer_receive(stage->peer, 0, &segment) == 0)
		continue;
}

void lab_stage_remark(struct lab_stage *stage, const char *text)
{
	lab_stage_catch_up(stage);
	lab_wire_remark(&stage->wire, tc_tr(text));
}

void lab_stage_draw(struct lab_stage *stage, const char *left, const char *right)
{
	const struct lab_ladder ladder = {
		.title = {left, right},
		.width = stage->teller->width,
		.utf8 = stage->teller->utf8,
	};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	lab_stage_catch_up(stage);
	if (stage->rc == 0) {
		lab_ladder(&out, &ladder, &stage->wire);
		if (stage->wire.failed || !tc_buf_string(&out))
			lab_stage_fail(stage, -ENOMEM, "drawing: no memory");
		else
			stage->teller->drawing(stage->teller->context, tc_buf_string(&out));
	}
	lab_wire_clear(&stage->wire);
}
