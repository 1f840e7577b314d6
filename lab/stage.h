/* SPDX-License-Identifier: MIT */
/*
 * stage.h - what stories (story_*.c) are written with.
 *
 * A story reads like the drawing that it makes: one step a line, no checks in between. That is
 * why a failure stays on the stage: the step that fails says why, and every later one does
 * nothing. Where a wish did not come true within seconds, that is a failure, too; nothing sleeps
 * and hopes.
 *
 *	lab_line_init(&line, &stage, PORT, 80, 1000);
 *	lab_line_open(&line);                            three segments
 *	fd = lab_app_accept(&stage, listener);
 *	lab_app_close(&stage, &fd);
 *	lab_line_expect(&line, LAB_FIN | LAB_ACK);       the kernel's FIN
 *	lab_line_see(&line, LAB_FIN_WAIT1);              the state of its socket
 *
 * lab/peer.h has the wire below it, lab/story.h what is above.
 */
#ifndef TC_LAB_STAGE_H
#define TC_LAB_STAGE_H

#include <errno.h>
#include <netinet/in.h>

#include "lab/peer.h"
#include "lab/relay.h"
#include "lab/story.h"
#include "lab/words.h"

#define LAB_UNKNOWN_COUNTER UINT64_MAX

/*
 * Who plays: one kernel (side a) and a peer in user space (side b), or two kernels with a wire
 * between them on which nothing moves unless it is awaited.
 */
enum lab_cast {
	LAB_KERNEL_AND_PEER,
	LAB_TWO_KERNELS,
};

struct lab_stage {
	struct lab_teller *teller;
	struct lab_sandbox *sandbox;
	struct mnl_socket *diag[LAB_SIDES];
	struct lab_peer *peer;	 /* of LAB_KERNEL_AND_PEER */
	struct lab_relay *relay; /* of LAB_TWO_KERNELS */
	enum lab_side kernel;	 /* the side that the peer talks to: a, unless borrowed */
	struct lab_wire wire;
	bool stamps;	/* drawings show timestamps */
	lab_words told; /* whose meaning the reader has been told */
	int rc;		/* of the first step that failed */
};

/* Sets the stage; it is to be ended, whether that worked or not. Returns its rc. */
int lab_stage_open(struct lab_stage *stage, struct lab_teller *teller, enum lab_cast cast);

/*
 * In somebody's sandbox, a peer of that side's kernel, without a record or sock_diag. Only the
 * peer is the stage's, to be freed with lab_peer_free(). Returns its rc.
 */
int lab_stage_borrow(struct lab_stage *stage, struct lab_teller *teller,
		     struct lab_sandbox *sandbox, enum lab_side side);

/* Takes everything down; returns the rc, which is the result of a story. */
int lab_stage_end(struct lab_stage *stage);

/* Ends the story: -EBADE for what was seen and should not have been. */
void lab_stage_fail(struct lab_stage *stage, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Something else was seen than what the story is about. */
#define lab_stage_check(stage, sound, ...)                          \
	do {                                                        \
		if ((stage)->rc == 0 && !(sound))                   \
			lab_stage_fail(stage, -EBADE, __VA_ARGS__); \
	} while (0)

/* A paragraph of the story; nothing once it failed. The format is marked N_(). */
#define lab_stage_say(stage, ...)                              \
	do {                                                   \
		if ((stage)->rc == 0)                          \
			lab_say((stage)->teller, __VA_ARGS__); \
	} while (0)

/* The title of a part; the text is marked N_(). */
void lab_stage_part(struct lab_stage *stage, const char *title);

/* A remark in the drawing; the format is marked N_(). */
void lab_stage_remark(struct lab_stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What the program at that side does or gets, in the drawing; the format is marked N_(). */
void lab_stage_act(struct lab_stage *stage, enum lab_side side, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Shows what has happened, with the meaning of words that are new, and begins a new drawing. The
 * titles are marked N_().
 */
void lab_stage_draw(struct lab_stage *stage, const char *left, const char *right);

void lab_stage_sysctl(struct lab_stage *stage, enum lab_side side, const char *name,
		      const char *value);
void lab_stage_nft(struct lab_stage *stage, enum lab_side side, const char *rules);

/*
 * A counter of the side's kernel, "TCPSYNChallenge" as in /proc/net/netstat or "OutRsts" as in
 * /proc/net/snmp; LAB_UNKNOWN_COUNTER where this kernel has none of that name.
 */
uint64_t lab_stage_counter(struct lab_stage *stage, enum lab_side side, const char *name);

/* A socket as sock_diag shows it; state LAB_NONE where there is none. */
struct lab_sight {
	enum lab_state state;
	unsigned expires_ms; /* of its timer, */
	uint64_t ends_ns;    /* which ends then */
};

/* Looks at a side's socket of those ports now. */
struct lab_sight lab_stage_look(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
				uint16_t remote_port);

/* Waits until it is in that state, LAB_NONE: gone, and writes this beside the latest event. */
void lab_stage_see(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
		   uint16_t remote_port, enum lab_state state);

/*
 * The wire between two kernels. Takes segments along until one of that side has passed with exactly
 * those flags, LAB_PSH standing for data; until none waits to be taken along; or until a socket is
 * not in that state any more.
 */
void lab_stage_await(struct lab_stage *stage, enum lab_side from, unsigned flags);
void lab_stage_settle(struct lab_stage *stage);
void lab_stage_outwait(struct lab_stage *stage, enum lab_side side, uint16_t local_port,
		       uint16_t remote_port, enum lab_state state);

/*
 * What becomes of some segments that are sent from now on (relay.h), or of none any more; one that
 * was held arrives.
 */
void lab_stage_rule(struct lab_stage *stage, struct lab_rule rule);
void lab_stage_no_rules(struct lab_stage *stage);
void lab_stage_let_go(struct lab_stage *stage, enum lab_side from);

/* With a peer: writes down what has crossed up to now. */
void lab_stage_catch_up(struct lab_stage *stage);

/* A port of that side, where programs and the peer find it. */
struct sockaddr_in lab_stage_address(const struct lab_stage *stage, enum lab_side side,
				     uint16_t port);

/*
 * The program at one of the kernels. All sockets are IPv4; -1 where a step failed. What it does
 * with a connection stands in the drawing.
 */
int lab_app_listen(struct lab_stage *stage, enum lab_side side, uint16_t port);
int lab_app_accept(struct lab_stage *stage, int listener);
/* Whether a connection waits to be accepted. */
bool lab_app_is_called(struct lab_stage *stage, int listener);
/* Begins to connect from that port (0: any) to a port of the other side (or of the peer). */
int lab_app_connect_start(struct lab_stage *stage, enum lab_side side, uint16_t from_port,
			  uint16_t to_port);
/* Waits until it is connected. */
void lab_app_connect_end(struct lab_stage *stage, int fd);

/* A whole connection between two kernels, each segment with the states that it brings about. */
void lab_app_connect_seen(struct lab_stage *stage, enum lab_side side, uint16_t from_port,
			  uint16_t to_port, int *ret_client, int *ret_server);
void lab_app_send(struct lab_stage *stage, int fd, const char *text);
/* Reads whatever has come by now into a text of that size. */
void lab_app_read(struct lab_stage *stage, int fd, char *text, size_t size);
/* The error that waits for the program, or 0. */
int lab_app_error(struct lab_stage *stage, int fd);
/* Sends FIN and keeps the descriptor, or gives it up. Closing works also on a failed stage. */
void lab_app_shutdown(struct lab_stage *stage, int fd);
void lab_app_close(struct lab_stage *stage, int *fd);
/* Ends the connection by a RST, whatever state it is in. */
void lab_app_abort(struct lab_stage *stage, int *fd);

/* A connection as the peer has it: numbers, and no state but those. */
struct lab_line {
	struct lab_stage *stage;
	uint16_t port, kernel_port;
	uint32_t seq; /* that it sends next */
	uint32_t ack; /* that it expects next */
	uint32_t room; /* for so many bytes, as the kernel's SYN or SYN+ACK said */
	bool stamps;  /* RFC 7323: */
	uint32_t stamp, echo;
};

void lab_line_init(struct lab_line *line, struct lab_stage *stage, uint16_t port,
		   uint16_t kernel_port, uint32_t isn);

/* Sends the next segment, with that text. */
void lab_line_send(struct lab_line *line, unsigned flags, const char *text);

/* Sends one with any numbers; the line's own stay as they are. */
void lab_line_forge(struct lab_line *line, unsigned flags, uint32_t seq, uint32_t ack,
		    const char *text);

/*
 * Waits for a segment of the kernel's on this line with exactly those flags, PSH aside; others are
 * passed over. What it takes of the sequence is taken for received. The result's data is not kept.
 */
struct lab_segment lab_line_expect(struct lab_line *line, unsigned flags);

/* SYN, SYN+ACK, ACK, with the states of both ends where there is a drawing. */
void lab_line_open(struct lab_line *line);

/* Waits for the state of the kernel's socket, and writes it beside the latest event. */
void lab_line_see(struct lab_line *line, enum lab_state state);

/* What the peer would call its own state. */
void lab_line_is(struct lab_line *line, enum lab_state state);

#endif
