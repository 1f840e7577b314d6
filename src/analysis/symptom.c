/* SPDX-License-Identifier: MIT */
/*
 * symptom.c - the table of symptoms; see symptom.h.
 *
 * Retransmissions count how long nothing was heard: with the usual first interval of 0.2 s,
 * doubled each time, three are 1.4 s, five 6 s; of a SYN, two are 2 s. Each threshold is more
 * than a single lost segment makes, and less than what a program waits for.
 */
#include "analysis/symptom.h"

#include "analysis/lifetime.h"
#include "util/addr.h"
#include "util/intl.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	HOUR_MS = 60 * MINUTE_MS,
	CLOSING_MS = 5 * SECOND_MS,  /* normally one round trip */
	STOPPED_MS = 10 * SECOND_MS, /* longer than a slow disk or a collection of garbage takes */
	FIRST_SYNACK_MS = 1100,	     /* the first interval of a request, and a late timer */
};

/* One predicate a row of the table; SHOWS saves the lines that all of them begin with. */
#define SHOWS(name)                                                        \
	static enum tc_shown shows_##name(const struct tc_symptom_env *env \
					  __attribute__((unused)),         \
					  const struct tc_sock *sock)

static enum tc_shown when(bool shown)
{
	return shown ? TC_SHOWN : TC_SHOWN_NOT;
}

static const struct tc_inside *inside_of(const struct tc_sock *sock, uint32_t need)
{
	const struct tc_inside *inside =
		sock->have & TC_HAVE_INSIDE && sock->text ? sock->text->inside : NULL;

	return inside && (inside->have & need) == need ? inside : NULL;
}

/* 0: no look before found it in this state. */
static uint64_t watched_ms(const struct tc_symptom_env *env, const struct tc_sock *sock)
{
	return tc_watched_find(env->watched, sock) == TC_WATCHED_AGAIN ? env->watched->apart_ms : 0;
}

bool tc_symptom_age_ms(const struct tc_symptom_env *env, const struct tc_sock *sock,
		       uint64_t *ret_age_ms)
{
	const struct tc_inside *inside = inside_of(sock, TC_INSIDE_TIMES);
	uint64_t heard_ms = 0, seen_ms = watched_ms(env, sock);

	if (!inside && !seen_ms)
		return false;
	if (inside)
		heard_ms = inside->ack_received_ms < inside->data_received_ms
				   ? inside->ack_received_ms
				   : inside->data_received_ms;
	*ret_age_ms = heard_ms > seen_ms ? heard_ms : seen_ms;
	return true;
}

/* Two looks that are less apart than that say nothing by themselves. */
static enum tc_shown is_older(const struct tc_symptom_env *env, const struct tc_sock *sock,
			      uint64_t age_ms)
{
	uint64_t age;

	if (tc_symptom_age_ms(env, sock, &age) && age >= age_ms)
		return TC_SHOWN;
	return inside_of(sock, TC_INSIDE_TIMES) ? TC_SHOWN_NOT : TC_SHOWN_UNKNOWN;
}

/* A listing may name who holds it (ss -p) and have no inode. */
static bool has_holder(const struct tc_sock *sock)
{
	const struct tc_text *text = sock->text;

	if (!text)
		return false;
	return text->owner ? text->owner->how == TC_OWNER_HELD : text->process != NULL;
}

static bool knows_held(const struct tc_sock *sock)
{
	return sock->have & TC_HAVE_INODE || has_holder(sock);
}

static bool is_held(const struct tc_sock *sock)
{
	return sock->have & TC_HAVE_INODE ? sock->inode != 0 : has_holder(sock);
}

bool tc_symptom_has_need(const struct tc_symptom_row *row, const struct tc_sock *sock)
{
	uint32_t have = sock->have;

	if (row->need & TC_HAVE_INODE && knows_held(sock))
		have |= TC_HAVE_INODE;
	return !(row->need & ~have);
}

enum tc_shown tc_symptom_judge(const struct tc_symptom_row *row, const struct tc_symptom_env *env,
			       const struct tc_sock *sock)
{
	return tc_symptom_has_need(row, sock) ? row->shows(env, sock) : TC_SHOWN_UNKNOWN;
}

/*
 * A closed window for longer than a moment. Probes that are answered are counted from 0 again
 * (net/ipv4/tcp_input.c, tcp_ack), so of a peer that is alive and takes nothing, it tells how
 * long no data were sent. A filter on the output of this machine makes the same timer run.
 */
static enum tc_shown is_shut(const struct tc_sock *sock)
{
	const struct tc_inside *inside = inside_of(sock, TC_INSIDE_TIMES);

	if (sock->timer != TC_TIMER_PROBE)
		return TC_SHOWN_NOT;
	if (sock->retrans)
		return TC_SHOWN;
	return inside ? when(inside->data_sent_ms >= SECOND_MS) : TC_SHOWN_UNKNOWN;
}

/* ---- Before a connection is in use ---------------------------------------------------- */

SHOWS(syn_sent_silent)
{
	return when(sock->retrans >= 2);
}

SHOWS(syn_recv_retried)
{
	return when(sock->retrans >= 1);
}

/*
 * TCP_DEFER_ACCEPT: the timer goes on at growing intervals, but no SYN+ACK is sent again, so
 * nothing is counted (net/ipv4/inet_connection_sock.c, syn_ack_recalc).
 */
SHOWS(syn_recv_deferred)
{
	return when(sock->kind == TC_KIND_REQUEST && !sock->retrans &&
		    sock->expires_ms > FIRST_SYNACK_MS);
}

/* Its direction is in, whether there is a listener or not: only a listener makes requests. */
SHOWS(syn_recv_orphan)
{
	if (sock->direction == TC_DIRECTION_NONE)
		return TC_SHOWN_UNKNOWN;
	return when(sock->kind == TC_KIND_REQUEST && !sock->listener);
}

/* It asked for the connection itself, as its peer did; a listener only makes requests. */
SHOWS(syn_recv_full)
{
	return when(sock->kind == TC_KIND_FULL);
}

SHOWS(unaccepted)
{
	return when(!is_held(sock));
}

SHOWS(unaccepted_old)
{
	return is_held(sock) ? TC_SHOWN_NOT : is_older(env, sock, SECOND_MS);
}

SHOWS(bound)
{
	(void)sock;
	return TC_SHOWN;
}

/* ---- In use ---------------------------------------------------------------------------- */

/* One keepalive probe is always out for a round trip; the second says that it was lost. */
SHOWS(half_open)
{
	return when((sock->timer == TC_TIMER_RETRANS && sock->retrans >= 5) ||
		    (sock->timer == TC_TIMER_KEEPALIVE && sock->retrans >= 2));
}

SHOWS(retransmitting)
{
	return when(sock->timer == TC_TIMER_RETRANS && sock->retrans >= 3);
}

/* Its end is here as well, so that the kernel itself knows when it goes. */
static bool is_within_machine(const struct tc_sock *sock)
{
	return (sock->have & TC_HAVE_ENDPOINTS) == TC_HAVE_ENDPOINTS &&
	       (tc_addr_is_loopback(&sock->remote) || tc_addr_equal(&sock->local, &sock->remote));
}

/*
 * For so long that keepalive, where the program had asked for it, would have asked the peer; an
 * armed one would show as a timer.
 */
SHOWS(idle)
{
	const struct tc_inside *inside = inside_of(sock, TC_INSIDE_TIMES);
	int64_t asks_after_s;

	if (sock->timer != TC_TIMER_NONE || !is_held(sock) || is_within_machine(sock))
		return TC_SHOWN_NOT;
	if (!inside ||
	    !tc_setting_known(&env->settings[TC_SETTING_tcp_keepalive_time], &asks_after_s))
		return TC_SHOWN_UNKNOWN;
	return when(inside->data_sent_ms >= (uint64_t)asks_after_s * SECOND_MS &&
		    inside->data_received_ms >= (uint64_t)asks_after_s * SECOND_MS);
}

/* Unread data take more than half of the buffer, which the kernel lets them do
 * (tcp_win_from_space). */
SHOWS(not_read)
{
	const struct tc_inside *inside = inside_of(sock, TC_INSIDE_RECEIVE_BUFFER);

	if (!sock->rqueue)
		return TC_SHOWN_NOT;
	if (!inside)
		return TC_SHOWN_UNKNOWN;
	return when(inside->receive_memory > inside->receive_buffer / 2);
}

SHOWS(not_read_long)
{
	enum tc_shown shown = shows_not_read(env, sock);

	return shown == TC_SHOWN ? is_older(env, sock, STOPPED_MS) : shown;
}

SHOWS(not_taken)
{
	return is_shut(sock);
}

/* Where no data were sent none were taken: a probe is none, and a closed window lets none go. */
SHOWS(not_taken_long)
{
	const struct tc_inside *inside = inside_of(sock, TC_INSIDE_TIMES);

	if (sock->timer != TC_TIMER_PROBE)
		return TC_SHOWN_NOT;
	return inside ? when(inside->data_sent_ms >= MINUTE_MS) : TC_SHOWN_UNKNOWN;
}

/* ---- While it closes, and after -------------------------------------------------------- */

SHOWS(close_wait_held)
{
	return when(is_held(sock));
}

SHOWS(close_wait_old)
{
	return is_held(sock) ? is_older(env, sock, TC_SYMPTOM_OLD_MS) : TC_SHOWN_NOT;
}

SHOWS(close_wait_stale)
{
	return is_held(sock) ? is_older(env, sock, HOUR_MS) : TC_SHOWN_NOT;
}

/*
 * Held, and perhaps for long: keepalive renews the time since the peer was heard, and no data came
 * or went for a minute. One that was in this state in the look before lasts; one that was not is
 * young; without that look it is not known.
 */
static enum tc_shown is_lasting(const struct tc_symptom_env *env, const struct tc_sock *sock)
{
	if (!is_held(sock) || is_older(env, sock, TC_SYMPTOM_OLD_MS) == TC_SHOWN)
		return TC_SHOWN_NOT;
	if (!(sock->have & TC_HAVE_TIMER) || !inside_of(sock, TC_INSIDE_TIMES))
		return TC_SHOWN_UNKNOWN;
	if (!tc_watched_is_quiet(sock))
		return TC_SHOWN_NOT;
	switch (tc_watched_find(env->watched, sock)) {
	case TC_WATCHED_AGAIN:
		return TC_SHOWN;
	case TC_WATCHED_NEW:
		return TC_SHOWN_NOT;
	default:
		return TC_SHOWN_UNKNOWN;
	}
}

SHOWS(close_wait_lasting)
{
	return is_lasting(env, sock);
}

/*
 * What is unread behind the last data: the FIN counts as one byte, and before it TLS says goodbye
 * in a record of 23 to 85 (an alert of 2 bytes; RFC 5246 6.2.3, RFC 8446 5.2).
 */
enum { END_MOST = 86 };

static enum tc_shown is_unread(const struct tc_symptom_env *env, const struct tc_sock *sock,
			       uint32_t least, uint32_t most)
{
	if (!is_held(sock) || sock->rqueue < least || sock->rqueue > most)
		return TC_SHOWN_NOT;
	return is_lasting(env, sock) == TC_SHOWN ? TC_SHOWN
						 : is_older(env, sock, TC_SYMPTOM_OLD_MS);
}

SHOWS(close_wait_end)
{
	return is_unread(env, sock, 1, END_MOST);
}

SHOWS(close_wait_unread)
{
	return is_unread(env, sock, END_MOST + 1, UINT32_MAX);
}

/*
 * Its program has sent since the look before, which found it in this state, and the peer has taken
 * it, or has at least been heard. Without a look before that is not known of any.
 */
SHOWS(close_wait_answered)
{
	const struct tc_inside *inside = inside_of(sock, TC_INSIDE_TIMES);
	uint64_t apart_ms = watched_ms(env, sock);

	if (!is_held(sock))
		return TC_SHOWN_NOT;
	if (!inside)
		return TC_SHOWN_UNKNOWN;
	return when(inside->data_sent_ms < apart_ms && inside->ack_received_ms < apart_ms);
}

SHOWS(fin_wait1_silent)
{
	return when(sock->timer == TC_TIMER_RETRANS && sock->retrans >= 3);
}

SHOWS(fin_wait1_shut)
{
	return is_shut(sock);
}

/* Only a minisocket has that timer, so a listing with timers tells, too. */
static bool is_minisocket(const struct tc_sock *sock)
{
	return (sock->have & TC_HAVE_KIND && sock->kind == TC_KIND_TIMEWAIT) ||
	       (sock->have & TC_HAVE_TIMER && sock->timer == TC_TIMER_TIMEWAIT);
}

SHOWS(fin_wait2_orphan)
{
	if (is_minisocket(sock))
		return TC_SHOWN;
	return knows_held(sock) ? when(!is_held(sock)) : TC_SHOWN_UNKNOWN;
}

/*
 * Beyond TIME_WAIT's length of tcp_fin_timeout one that was closed is a whole socket first
 * (net/ipv4/tcp.c, __tcp_close), with a timer for keepalive.
 */
SHOWS(fin_wait2_place)
{
	int64_t seconds;

	if (is_minisocket(sock))
		return TC_SHOWN;
	if (sock->have & (TC_HAVE_KIND | TC_HAVE_TIMER))
		return TC_SHOWN_NOT;
	if (!knows_held(sock))
		return TC_SHOWN_UNKNOWN;
	if (is_held(sock))
		return TC_SHOWN_NOT;
	return tc_setting_known(&env->settings[TC_SETTING_tcp_fin_timeout], &seconds) &&
			       seconds * SECOND_MS <= TC_TIME_WAIT_MS
		       ? TC_SHOWN
		       : TC_SHOWN_UNKNOWN;
}

SHOWS(fin_wait2_held)
{
	if (is_minisocket(sock))
		return TC_SHOWN_NOT;
	if (!knows_held(sock))
		return TC_SHOWN_UNKNOWN;
	return is_held(sock) ? is_older(env, sock, TC_SYMPTOM_OLD_MS) : TC_SHOWN_NOT;
}

SHOWS(fin_wait2_lasting)
{
	if (is_minisocket(sock))
		return TC_SHOWN_NOT;
	return knows_held(sock) ? is_lasting(env, sock) : TC_SHOWN_UNKNOWN;
}

SHOWS(closing_stuck)
{
	if (sock->have & TC_HAVE_RETRANS && sock->retrans >= 2)
		return TC_SHOWN;
	return is_older(env, sock, CLOSING_MS);
}

SHOWS(last_ack_silent)
{
	return when(sock->retrans >= 2);
}

SHOWS(time_wait_in)
{
	return sock->direction == TC_DIRECTION_NONE ? TC_SHOWN_UNKNOWN
						    : when(sock->direction == TC_DIRECTION_IN);
}

SHOWS(time_wait_out)
{
	return sock->direction == TC_DIRECTION_NONE ? TC_SHOWN_UNKNOWN
						    : when(sock->direction == TC_DIRECTION_OUT);
}

/* ---- Ports ----------------------------------------------------------------------------- */

/* Has it a port of the range, at that address; who came in has that of a listener. */
static bool has_port_of(const struct tc_symptom_short *of, const struct tc_sock *sock)
{
	const struct tc_destination *to = of->to;

	if (!to || sock->local_port < of->pool->low || sock->local_port > of->pool->high ||
	    !tc_addr_equal(&sock->local, &to->local))
		return false;
	if (sock->direction == TC_DIRECTION_IN || sock->kind == TC_KIND_REQUEST)
		return false;
	return !(sock->have & TC_HAVE_NETNS) || !to->netns || sock->netns == to->netns;
}

SHOWS(port_of_connect)
{
	const struct tc_destination *to = env->of_connect.to;

	return when(has_port_of(&env->of_connect, sock) && sock->remote_port == to->remote_port &&
		    tc_addr_equal(&sock->remote, &to->remote));
}

SHOWS(port_of_bind)
{
	return when(has_port_of(&env->of_bind, sock));
}

/* ---- The table ------------------------------------------------------------------------- */

#define WHO "process,unit,container"
#define SERVER "process,unit,container,service"

/* What is missing, and the commands whose listings have it. */
#define NEEDS_INODES N_("which sockets a program holds"), "ss -e, ss -p, netstat -e"
#define NEEDS_TIMES N_("when the peers were last heard"), "ss -i"
#define NEEDS_SILENCE \
	N_("when the peers were last heard, and tcp_keepalive_time"), "ss -i, sysctl -a"
#define NEEDS_BOTH N_("which sockets a program holds, and when the peers were last heard"), "ss -ie"
#define NEEDS_ALL_THREE                                                                         \
	N_("which sockets a program holds, when the peers were last heard, and an earlier look"), \
		"ss -ieo"
#define NEEDS_TIMERS N_("timers and repetitions"), "ss -o, netstat -o"
#define NEEDS_ENDS N_("addresses and ports of all sockets, listeners included"), "ss -an"
#define NEEDS_BUFFERS N_("receive buffers"), "ss -m"

static const struct tc_symptom_rest keepalive_time_known = {
	.by_setting = true,
	.setting = TC_SETTING_tcp_keepalive_time,
	.missing = N_("timers, which sockets a program holds, and when the peers were last heard"),
	.listing = "ss -oei",
};
/* A probe that had no answer yet: how long nothing could be sent, only times tell. */
static const struct tc_symptom_rest timers_known = {
	.missing = N_("when the peers were last heard"),
	.listing = "ss -i",
};

#define STATE(name) TC_STATE_BIT(TC_##name)

/* clang-format off */
const struct tc_symptom_row tc_symptom_rows[TC_SYMPTOM_COUNT] = {
	[TC_SYMPTOM_CLOSE_WAIT_HELD] = {
		"close-wait-held", STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_INODES,
		SERVER, "remote.addr", NULL, shows_close_wait_held },
	[TC_SYMPTOM_CLOSE_WAIT_OLD] = {
		"close-wait-old", STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_BOTH,
		SERVER, "remote.addr", NULL, shows_close_wait_old },
	[TC_SYMPTOM_CLOSE_WAIT_STALE] = {
		"close-wait-stale", STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_BOTH,
		SERVER, "remote.addr", NULL, shows_close_wait_stale },
	[TC_SYMPTOM_CLOSE_WAIT_LASTING] = {
		"close-wait-lasting", STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_ALL_THREE,
		SERVER, "remote.addr", NULL, shows_close_wait_lasting },
	[TC_SYMPTOM_CLOSE_WAIT_END] = {
		"close-wait-end", STATE(CLOSE_WAIT), TC_HAVE_INODE | TC_HAVE_QUEUES, NEEDS_BOTH,
		NULL, NULL, NULL, shows_close_wait_end },
	[TC_SYMPTOM_CLOSE_WAIT_UNREAD] = {
		"close-wait-unread", STATE(CLOSE_WAIT), TC_HAVE_INODE | TC_HAVE_QUEUES, NEEDS_BOTH,
		NULL, NULL, NULL, shows_close_wait_unread },
	[TC_SYMPTOM_CLOSE_WAIT_ANSWERED] = {
		"close-wait-answered", STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_ALL_THREE,
		NULL, NULL, NULL, shows_close_wait_answered },
	[TC_SYMPTOM_UNACCEPTED] = {
		"unaccepted", STATE(ESTABLISHED) | STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_INODES,
		SERVER, "remote.addr", NULL, shows_unaccepted },
	[TC_SYMPTOM_UNACCEPTED_OLD] = {
		"unaccepted-old", STATE(ESTABLISHED) | STATE(CLOSE_WAIT), TC_HAVE_INODE, NEEDS_BOTH,
		SERVER, "remote.addr", NULL, shows_unaccepted_old },
	[TC_SYMPTOM_SYN_RECV_RETRIED] = {
		"syn-recv-retried", STATE(SYN_RECV), TC_HAVE_RETRANS, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_syn_recv_retried },
	[TC_SYMPTOM_SYN_RECV_DEFERRED] = {
		"syn-recv-deferred", STATE(SYN_RECV),
		TC_HAVE_RETRANS | TC_HAVE_EXPIRES | TC_HAVE_KIND, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_syn_recv_deferred },
	[TC_SYMPTOM_SYN_RECV_ORPHAN] = {
		"syn-recv-orphan", STATE(SYN_RECV), TC_HAVE_KIND, NEEDS_ENDS,
		"local", "remote.addr", NULL, shows_syn_recv_orphan },
	[TC_SYMPTOM_SYN_RECV_FULL] = {
		"syn-recv-full", STATE(SYN_RECV), TC_HAVE_KIND, NEEDS_INODES,
		NULL, NULL, NULL, shows_syn_recv_full },
	[TC_SYMPTOM_SYN_SENT_SILENT] = {
		"syn-sent-silent", STATE(SYN_SENT), TC_HAVE_RETRANS, NEEDS_TIMERS,
		WHO, "remote", NULL, shows_syn_sent_silent },
	[TC_SYMPTOM_FIN_WAIT1_SILENT] = {
		"fin-wait1-silent", STATE(FIN_WAIT1), TC_HAVE_TIMER | TC_HAVE_RETRANS, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_fin_wait1_silent },
	[TC_SYMPTOM_FIN_WAIT1_SHUT] = {
		"fin-wait1-shut", STATE(FIN_WAIT1), TC_HAVE_TIMER | TC_HAVE_RETRANS, NEEDS_TIMES,
		SERVER, "remote.addr", NULL, shows_fin_wait1_shut },
	[TC_SYMPTOM_FIN_WAIT2_ORPHAN] = {
		"fin-wait2-orphan", STATE(FIN_WAIT2), 0, NEEDS_INODES,
		SERVER, "remote.addr", NULL, shows_fin_wait2_orphan },
	[TC_SYMPTOM_FIN_WAIT2_PLACE] = {
		"fin-wait2-place", STATE(FIN_WAIT2), 0, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_fin_wait2_place },
	[TC_SYMPTOM_FIN_WAIT2_HELD] = {
		"fin-wait2-held", STATE(FIN_WAIT2), 0, NEEDS_BOTH,
		SERVER, "remote.addr", NULL, shows_fin_wait2_held },
	[TC_SYMPTOM_FIN_WAIT2_LASTING] = {
		"fin-wait2-lasting", STATE(FIN_WAIT2), 0, NEEDS_ALL_THREE,
		SERVER, "remote.addr", NULL, shows_fin_wait2_lasting },
	[TC_SYMPTOM_CLOSING_STUCK] = {
		"closing-stuck", STATE(CLOSING), 0, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_closing_stuck },
	[TC_SYMPTOM_LAST_ACK_SILENT] = {
		"last-ack-silent", STATE(LAST_ACK), TC_HAVE_RETRANS, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_last_ack_silent },
	[TC_SYMPTOM_TIME_WAIT_IN] = {
		"time-wait-in", STATE(TIME_WAIT), TC_HAVE_ENDPOINTS, NEEDS_ENDS,
		SERVER, "remote.addr", NULL, shows_time_wait_in },
	[TC_SYMPTOM_TIME_WAIT_OUT] = {
		"time-wait-out", STATE(TIME_WAIT), TC_HAVE_ENDPOINTS, NEEDS_ENDS,
		WHO, "remote", NULL, shows_time_wait_out },
	[TC_SYMPTOM_HALF_OPEN] = {
		"half-open", STATE(ESTABLISHED), TC_HAVE_TIMER | TC_HAVE_RETRANS, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_half_open },
	[TC_SYMPTOM_RETRANSMITTING] = {
		"retransmitting", STATE(ESTABLISHED), TC_HAVE_TIMER | TC_HAVE_RETRANS, NEEDS_TIMERS,
		SERVER, "remote.addr", NULL, shows_retransmitting },
	[TC_SYMPTOM_IDLE] = {
		"idle", STATE(ESTABLISHED), TC_HAVE_TIMER | TC_HAVE_INODE, NEEDS_SILENCE,
		SERVER, "remote.addr", &keepalive_time_known, shows_idle },
	[TC_SYMPTOM_NOT_READ] = {
		"not-read", STATE(ESTABLISHED), TC_HAVE_QUEUES, NEEDS_BUFFERS,
		SERVER, "remote.addr", NULL, shows_not_read },
	[TC_SYMPTOM_NOT_READ_LONG] = {
		"not-read-long", STATE(ESTABLISHED), TC_HAVE_QUEUES, NEEDS_BUFFERS,
		NULL, NULL, NULL, shows_not_read_long },
	[TC_SYMPTOM_NOT_TAKEN] = {
		"not-taken", STATE(ESTABLISHED) | STATE(CLOSE_WAIT), TC_HAVE_TIMER | TC_HAVE_RETRANS,
		NEEDS_TIMERS, SERVER, "remote.addr", &timers_known, shows_not_taken },
	[TC_SYMPTOM_NOT_TAKEN_LONG] = {
		"not-taken-long", STATE(ESTABLISHED) | STATE(CLOSE_WAIT),
		TC_HAVE_TIMER | TC_HAVE_RETRANS, NEEDS_TIMERS,
		NULL, "remote.addr", &timers_known, shows_not_taken_long },
	[TC_SYMPTOM_BOUND] = {
		"bound", STATE(BOUND), 0,
		N_("a look at the bound sockets, on Linux 6.8 or later"), NULL,
		WHO, NULL, NULL, shows_bound },
	[TC_SYMPTOM_PORT_OF_CONNECT] = {
		"port-of-connect", TC_STATES_ALL & ~(STATE(LISTEN) | STATE(BOUND)),
		TC_HAVE_ENDPOINTS, NEEDS_ENDS, WHO, NULL, NULL, shows_port_of_connect },
	[TC_SYMPTOM_PORT_OF_BIND] = {
		"port-of-bind", TC_STATES_ALL & ~STATE(LISTEN), TC_HAVE_ENDPOINTS, NEEDS_ENDS,
		WHO, NULL, NULL, shows_port_of_bind },
};
/* clang-format on */
