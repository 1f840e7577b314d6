/* SPDX-License-Identifier: MIT */
/* lifetime.c - how long states last; see lifetime.h. */
#include "analysis/lifetime.h"

/* Constants of the kernel, include/net/tcp.h. */
enum {
	RTO_MIN_MS = 200,	 /* TCP_RTO_MIN: what the kernel's model timeouts start from */
	RTO_MAX_MS = 120 * 1000, /* TCP_RTO_MAX_SEC, where tcp_rto_max_ms does not exist */
	TIMEOUT_INIT_MS = 1000,	 /* TCP_TIMEOUT_INIT: the first interval of SYN and SYN+ACK */
	ORPHAN_RETRIES = 8,	 /* tcp_orphan_retries(): what 0 stands for */
	RETRIES_MAX = 255,	 /* the settings are u8; a larger value is not believed */
};

struct inputs {
	const struct tc_setting_value *values;
	bool has_rto_max;
	uint64_t rto_max_ms; /* where it is known */
};

/* A number in 0..max; false where it is not known. */
static bool input(const struct inputs *in, enum tc_setting id, uint64_t max, uint64_t *ret_value)
{
	int64_t number;

	if (!tc_setting_known(&in->values[id], &number) || number < 0 || (uint64_t)number > max)
		return false;
	*ret_value = (uint64_t)number;
	return true;
}

static bool is_absent(const struct inputs *in, enum tc_setting id)
{
	return in->values[id].status == TC_SETTING_ABSENT;
}

/* first << doublings, but no more than max. */
static uint64_t doubled(uint64_t first_ms, uint64_t doublings, uint64_t max_ms)
{
	while (doublings-- && first_ms < max_ms)
		first_ms *= 2;
	return first_ms < max_ms ? first_ms : max_ms;
}

/* The time of the first transmission and `retries` more whose intervals double. */
static uint64_t backoff_ms(uint64_t first_ms, uint64_t retries, uint64_t max_ms)
{
	uint64_t total = 0;

	for (uint64_t i = 0; i <= retries; i++)
		total += doubled(first_ms, i, max_ms);
	return total;
}

static bool linear_timeouts(const struct inputs *in, uint64_t *ret_linear)
{
	*ret_linear = 0;
	return input(in, TC_SETTING_tcp_syn_linear_timeouts, RETRIES_MAX, ret_linear) ||
	       is_absent(in, TC_SETTING_tcp_syn_linear_timeouts);
}

/* From the i-th repetition of a SYN to the next; the 0th is the SYN itself. */
static uint64_t syn_interval(uint64_t i, uint64_t linear, const struct inputs *in)
{
	return doubled(TIMEOUT_INIT_MS, i > linear ? i - linear : 0, in->rto_max_ms);
}

/*
 * tcp_retransmit_timer(): in SYN_SENT the interval stays what it is for the first
 * tcp_syn_linear_timeouts repetitions. tcp_write_timeout(): it ends when the repetitions
 * are used up or, at a repetition, when the time for tcp_syn_retries alone has passed.
 */
static bool syn_sent(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t retries, linear;
	uint64_t now = 0, bound;

	if (!in->has_rto_max || !input(in, TC_SETTING_tcp_syn_retries, RETRIES_MAX, &retries))
		return false;
	if (!linear_timeouts(in, &linear))
		return false;
	bound = backoff_ms(TIMEOUT_INIT_MS, retries, in->rto_max_ms);
	for (uint64_t i = 0; i <= retries + linear; i++) {
		now += syn_interval(i, linear, in);
		if (i && now >= bound)
			break;
	}
	*ret_ms = now;
	return true;
}

/*
 * inet_connection_sock.c:reqsk_timer_handler(). Its intervals end at TCP_RTO_MAX, whatever
 * tcp_rto_max_ms says; only from Linux 6.19 on does tcp_reqsk_timeout() ask the listener for that.
 */
static bool syn_recv(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t retries;

	if (!input(in, TC_SETTING_tcp_synack_retries, RETRIES_MAX, &retries))
		return false;
	*ret_ms = backoff_ms(TIMEOUT_INIT_MS, retries, RTO_MAX_MS);
	return true;
}

/* retransmits_timed_out(), tcp_model_timeout(). */
static bool data_retry(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t retries;

	if (!in->has_rto_max || !input(in, TC_SETTING_tcp_retries2, RETRIES_MAX, &retries))
		return false;
	*ret_ms = backoff_ms(RTO_MIN_MS, retries, in->rto_max_ms);
	return true;
}

/* tcp_keepalive_timer(): it ends one interval after the last probe. */
static bool keepalive(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t time, interval, probes;

	if (!input(in, TC_SETTING_tcp_keepalive_time, INT32_MAX, &time) ||
	    !input(in, TC_SETTING_tcp_keepalive_intvl, INT32_MAX, &interval) ||
	    !input(in, TC_SETTING_tcp_keepalive_probes, RETRIES_MAX, &probes))
		return false;
	*ret_ms = (time + interval * probes) * 1000;
	return true;
}

/* How many of the intervals are shorter than the longest. */
static uint64_t growing(const struct inputs *in)
{
	uint64_t count = 0;

	while (doubled(RTO_MIN_MS, count, in->rto_max_ms) < in->rto_max_ms)
		count++;
	return count;
}

/*
 * tcp_write_timeout(): 0 stands for 8 only while the interval is shorter than the longest
 * (`alive`); after the first that is as long, nothing more is sent.
 */
static bool orphan_retry(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t retries, most;

	if (!in->has_rto_max || !input(in, TC_SETTING_tcp_orphan_retries, RETRIES_MAX, &retries))
		return false;
	most = growing(in);
	if (!retries)
		retries = ORPHAN_RETRIES < most ? ORPHAN_RETRIES : most;
	*ret_ms = backoff_ms(RTO_MIN_MS, retries, in->rto_max_ms);
	return true;
}

/*
 * tcp_probe_timer(): the peer answers the probes, so only the backoff counts. The socket goes
 * when the interval has reached its maximum and tcp_orphan_retries probes were sent.
 */
static bool orphan_window(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t retries, probes;

	if (!in->has_rto_max || !input(in, TC_SETTING_tcp_orphan_retries, RETRIES_MAX, &retries))
		return false;
	probes = growing(in);
	*ret_ms = backoff_ms(RTO_MIN_MS, probes > retries ? probes : retries, in->rto_max_ms);
	return true;
}

/*
 * tcp.c:__tcp_close() and tcp_input.c:tcp_rcv_state_process(): up to TIME_WAIT's length a
 * minisocket waits for tcp_fin_timeout. Beyond it the full socket waits for the excess, and
 * then tcp_keepalive_timer() makes a minisocket that waits for the excess once more.
 */
static bool fin_wait2(const struct inputs *in, uint64_t *ret_ms)
{
	uint64_t seconds;

	if (!input(in, TC_SETTING_tcp_fin_timeout, INT32_MAX, &seconds))
		return false;
	*ret_ms = seconds * 1000;
	if (*ret_ms > TC_TIME_WAIT_MS)
		*ret_ms = 2 * (*ret_ms - TC_TIME_WAIT_MS);
	return true;
}

static bool time_wait(const struct inputs *in, uint64_t *ret_ms)
{
	(void)in;
	*ret_ms = TC_TIME_WAIT_MS;
	return true;
}

/*
 * How many ports of the range are reserved. Of several lists of them only how many they are, the
 * first and the last are known: false where these lie on both sides of an end.
 */
static bool reserved_ports(const struct tc_setting_value *reserved,
			   const struct tc_setting_value *range, int64_t *ret_count)
{
	int64_t count = reserved->number[0], first = reserved->number[1], last = reserved->number[2];

	*ret_count = 0;
	if (reserved->status != TC_SETTING_READ || !count || last < range->number[0] ||
	    first > range->number[1])
		return true;
	*ret_count = count;
	return first >= range->number[0] && last <= range->number[1];
}

static bool local_ports(const struct inputs *in, uint64_t *ret_count)
{
	const struct tc_setting_value *range = &in->values[TC_SETTING_ip_local_port_range];
	int64_t reserved;

	if (range->status != TC_SETTING_READ || range->count < 2 || range->number[0] < 0 ||
	    range->number[1] < range->number[0] || range->number[1] > UINT16_MAX ||
	    !reserved_ports(&in->values[TC_SETTING_ip_local_reserved_ports], range, &reserved))
		return false;
	*ret_count = (uint64_t)(range->number[1] - range->number[0] + 1 - reserved);
	return true;
}

static bool connects(const struct inputs *in, uint64_t *ret_count)
{
	uint64_t ports;

	if (!local_ports(in, &ports))
		return false;
	*ret_count = ports * 1000 / TC_TIME_WAIT_MS;
	return true;
}

/* clang-format off */
static const struct {
	const char *name;
	enum tc_unit unit;
	bool (*compute)(const struct inputs *in, uint64_t *ret_value);
} rows[TC_LIFETIME_COUNT] = {
	[TC_LIFETIME_SYN_SENT]      = { "syn_sent_life", TC_UNIT_MILLISECONDS, syn_sent },
	[TC_LIFETIME_SYN_RECV]      = { "syn_recv_life", TC_UNIT_MILLISECONDS, syn_recv },
	[TC_LIFETIME_DATA_RETRY]    = { "data_retry_life", TC_UNIT_MILLISECONDS, data_retry },
	[TC_LIFETIME_KEEPALIVE]     = { "keepalive_life", TC_UNIT_MILLISECONDS, keepalive },
	[TC_LIFETIME_ORPHAN_RETRY]  = { "orphan_retry_life", TC_UNIT_MILLISECONDS, orphan_retry },
	[TC_LIFETIME_ORPHAN_WINDOW] = { "orphan_window_life", TC_UNIT_MILLISECONDS, orphan_window },
	[TC_LIFETIME_FIN_WAIT2]     = { "fin_wait2_life", TC_UNIT_MILLISECONDS, fin_wait2 },
	[TC_LIFETIME_TIME_WAIT]     = { "time_wait_life", TC_UNIT_MILLISECONDS, time_wait },
	[TC_LIFETIME_LOCAL_PORTS]   = { "local_ports", TC_UNIT_NONE, local_ports },
	[TC_LIFETIME_CONNECTS]      = { "connects_per_second", TC_UNIT_NONE, connects },
};
/* clang-format on */

static struct inputs inputs_of(const struct tc_setting_value settings[TC_SETTING_COUNT])
{
	struct inputs in = {.values = settings, .rto_max_ms = RTO_MAX_MS};

	in.has_rto_max = is_absent(&in, TC_SETTING_tcp_rto_max_ms) ||
			 (input(&in, TC_SETTING_tcp_rto_max_ms, RTO_MAX_MS, &in.rto_max_ms) &&
			  in.rto_max_ms >= TIMEOUT_INIT_MS);
	return in;
}

bool tc_lifetime_syn_stood(const struct tc_setting_value settings[TC_SETTING_COUNT],
			   unsigned repetitions, uint64_t *ret_ms)
{
	enum { SINCE = 2 };
	struct inputs in = inputs_of(settings);
	uint64_t linear, ms = 0;

	if (!in.has_rto_max || !linear_timeouts(&in, &linear) || repetitions < SINCE)
		return false;
	for (unsigned i = SINCE; i < repetitions && i < RETRIES_MAX; i++)
		ms += syn_interval(i, linear, &in);
	*ret_ms = ms + syn_interval(repetitions, linear, &in) / 2;
	return true;
}

void tc_lifetimes(const struct tc_setting_value settings[TC_SETTING_COUNT],
		  struct tc_figure ret_figures[TC_LIFETIME_COUNT])
{
	struct inputs in = inputs_of(settings);

	for (int i = 0; i < TC_LIFETIME_COUNT; i++) {
		struct tc_figure figure = {.name = rows[i].name, .unit = rows[i].unit};

		figure.known = rows[i].compute(&in, &figure.value);
		ret_figures[i] = figure;
	}
}
