/* SPDX-License-Identifier: MIT */
/*
 * netstat_linux.c - netstat of net-tools and of BusyBox, in any language:
 *
 *   Proto Recv-Q Send-Q Local Address    Foreign Address  State [User Inode] [PID/Program] [Timer]
 *   tcp        0      0 192.0.2.1:443    198.51.100.7:51  ESTABLISHED ...
 *
 * Without -W net-tools cuts the host so that host and port fill 22 columns; BusyBox cuts the
 * two together at 23. So an endpoint of just 23 bytes is one that was cut, or one that just
 * fits: as nothing tells them apart, its address is taken for cut off (an IPv4 address never
 * is: it always fits). One longer endpoint shows that the listing was made with -W.
 */
#include <sys/socket.h>

#include "model/repeats.h"
#include "source/capture/netstat.h"
#include "util/macro.h"
#include "util/parse.h"

enum { COLUMN = 23 };

/* The words of the timer in the languages of net-tools. */
static const struct {
	const char *word;
	uint8_t timer;
} timers[] = {
	{"off", TC_TIMER_NONE},		 {"keepalive", TC_TIMER_KEEPALIVE},
	{"timewait", TC_TIMER_TIMEWAIT}, {"on", TC_TIMER_RETRANS},
	{"probe", TC_TIMER_PROBE},	 {"aus", TC_TIMER_NONE},
	{"ein", TC_TIMER_RETRANS},	 {"vyp", TC_TIMER_NONE},
	{"zapnut", TC_TIMER_RETRANS},	 {"desligado", TC_TIMER_NONE},
	{"em", TC_TIMER_RETRANS},	 {"オフ", TC_TIMER_NONE},
	{"オン", TC_TIMER_RETRANS},	 {"キープアライブ", TC_TIMER_KEEPALIVE},
	{"時間待ち", TC_TIMER_TIMEWAIT}, {"unkn-4", TC_TIMER_PROBE}, /* net-tools 1.60 */
};

/* "7195.14" seconds; some languages print a comma. */
static bool parse_seconds(struct tc_slice text, uint32_t *ret_ms)
{
	size_t point = 0;
	uint64_t whole, hundredths;

	while (point < text.length && text.data[point] != '.' && text.data[point] != ',')
		point++;
	if (point + 3 != text.length ||
	    tc_parse_uint(text.data, point, UINT32_MAX / 1000, &whole) < 0 ||
	    tc_parse_uint(text.data + point + 1, 2, 99, &hundredths) < 0 ||
	    whole * 1000 + hundredths * 10 > UINT32_MAX)
		return false;
	*ret_ms = (uint32_t)(whole * 1000 + hundredths * 10);
	return true;
}

/* "(7195.14/0/0)": until it fires, retransmissions, unanswered probes. */
static bool is_timer(struct tc_slice word)
{
	return word.length > 6 && word.data[0] == '(' && word.data[word.length - 1] == ')' &&
	       memchr(word.data, '/', word.length);
}

/* "0/15)": of the two the one that goes with the timer; which one, an unknown word does not tell. */
static void read_repeats(struct tc_sock *sock, struct tc_slice counts)
{
	struct tc_slice first = tc_slice_until(counts, '/');
	struct tc_slice second = tc_slice_until(tc_slice_after(counts, first.length + 1), ')');
	uint64_t retransmits, probes;

	if (!(sock->have & TC_HAVE_TIMER) ||
	    tc_parse_uint(first.data, first.length, UINT8_MAX, &retransmits) < 0 ||
	    tc_parse_uint(second.data, second.length, UINT8_MAX, &probes) < 0)
		return;
	sock->retrans = (uint8_t)tc_repeats(sock->timer, retransmits, probes);
	sock->have |= TC_HAVE_RETRANS;
}

static void read_timer(struct tc_sock *sock, struct tc_slice name, struct tc_slice numbers)
{
	struct tc_slice seconds = tc_slice_until(tc_slice_after(numbers, 1), '/');
	struct tc_slice counts = tc_slice_after(numbers, seconds.length + 2);

	for (size_t i = 0; i < TC_ARRAY_SIZE(timers); i++) {
		if (!tc_slice_is(name, timers[i].word))
			continue;
		sock->timer = timers[i].timer;
		sock->have |= TC_HAVE_TIMER;
		break;
	}
	if (sock->timer != TC_TIMER_NONE && parse_seconds(seconds, &sock->expires_ms))
		sock->have |= TC_HAVE_EXPIRES;
	read_repeats(sock, counts);
}

/* "812/nginx", or "-" where netstat may not look. */
static bool is_program(struct tc_slice word)
{
	struct tc_slice pid = tc_slice_until(word, '/');

	return tc_slice_is(word, "-") || (pid.length < word.length && tc_word_is_number(pid));
}

static void read_user(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice user,
		      struct tc_slice inode)
{
	uint32_t uid;

	if (tc_parse_uint(inode.data, inode.length, UINT64_MAX, &sock->inode) == 0)
		sock->have |= TC_HAVE_INODE;
	/* A socket without an inode belongs to nobody; its 0 is not root. */
	if (!sock->inode)
		return;
	if (!tc_word_u32(user, &uid)) {
		tc_capture_text(capture, sock)->user = tc_capture_copy(capture, user);
		return;
	}
	sock->uid = uid;
	sock->have |= TC_HAVE_UID;
}

/*
 * The columns behind the state, which ones depends on the options: known by their shape,
 * since the heading may be missing or in any language. A program's name may have blanks.
 */
static void read_extras(struct tc_capture *capture, struct tc_sock *sock,
			const struct tc_line *line, size_t at)
{
	size_t end = line->words;
	const struct tc_slice *word = line->word;

	if (end - at >= 2 && is_timer(word[end - 1])) {
		read_timer(sock, word[end - 2], word[end - 1]);
		end -= 2;
	}
	if (end - at >= 2 && tc_word_is_number(word[at + 1]) && !is_program(word[at])) {
		read_user(capture, sock, word[at], word[at + 1]);
		at += 2;
	}
	if (at < end && is_program(word[at]) && !tc_slice_is(word[at], "-")) {
		struct tc_slice program = {word[at].data, 0};

		program.length = (size_t)(word[end - 1].data - program.data) + word[end - 1].length;
		tc_capture_text(capture, sock)->process = tc_capture_copy(capture, program);
	}
}

/* What is left is all host: where the port begins, if any of it is left, nobody knows. */
static void cut_both(struct tc_slice text, struct tc_endpoint *endpoint)
{
	endpoint->host = text;
	endpoint->port = (struct tc_slice){"", 0};
	endpoint->number = 0;
	endpoint->has_port = false;
}

/* As tc_endpoint_parse(), and what an old BusyBox leaves where it cuts just before the port. */
static bool parse_endpoint(struct tc_slice text, struct tc_endpoint *ret)
{
	struct tc_slice host = {text.data, text.length ? text.length - 1 : 0};
	struct tc_endpoint endpoint;

	if (tc_endpoint_parse(text, ':', ret))
		return true;
	if (text.length != COLUMN || text.data[COLUMN - 1] != ':' ||
	    !tc_endpoint_parse(host, ':', &endpoint) || endpoint.family != AF_INET6)
		return false;
	tc_endpoint_truncate(&endpoint);
	cut_both(text, &endpoint);
	*ret = endpoint;
	return true;
}

/* Marks what may be cut; see the top. */
static void check_width(struct tc_capture *capture, struct tc_slice text,
			struct tc_endpoint *endpoint)
{
	if (text.length > COLUMN)
		capture->linux_netstat.wide = true;
	if (text.length != COLUMN || capture->linux_netstat.wide || endpoint->family == AF_INET)
		return;
	tc_endpoint_truncate(endpoint);
	if (capture->linux_netstat.busybox)
		cut_both(text, endpoint);
}

/* The words of the state, which is one word but in Czech; 0: there is none. */
static size_t state_words(struct tc_capture *capture, const struct tc_line *line,
			  struct tc_slice *ret_state)
{
	struct tc_slice one = line->word[5], two = one;

	*ret_state = one;
	if (tc_capture_state(capture, one) >= 0)
		return 1;
	if (line->words > 6) {
		two.length = (size_t)(line->word[6].data - one.data) + line->word[6].length;
		*ret_state = two;
		if (tc_capture_state(capture, two) >= 0)
			return 2;
	}
	*ret_state = one;
	return tc_word_may_be_state(one) ? 1 : 0;
}

static int family_of(struct tc_capture *capture, struct tc_slice proto,
		     const struct tc_endpoint *local, const struct tc_endpoint *remote)
{
	int family = tc_endpoint_family(local, remote);

	if (proto.length == 4) /* tcp6, also where it carries IPv4 */
		return AF_INET6;
	/* BusyBox has one name for both families. */
	if (family == AF_INET6)
		capture->linux_netstat.busybox = true;
	return family ? family : AF_INET;
}

static enum tc_verdict read_socket(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_endpoint local, remote;
	struct tc_slice state;
	struct tc_sock *sock;
	uint32_t rqueue, wqueue;
	size_t words;
	int family;

	if (line->words < 5)
		return tc_capture_broken(capture, N_("cut off"));
	if (!tc_word_u32(line->word[1], &rqueue) || !tc_word_u32(line->word[2], &wqueue))
		return tc_capture_broken(capture, N_("the queues are not numbers"));
	if (!parse_endpoint(line->word[3], &local))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	if (line->words < 6)
		return tc_capture_broken(capture, N_("cut off"));
	if (!parse_endpoint(line->word[4], &remote))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	words = state_words(capture, line, &state);
	if (!words)
		return tc_capture_broken(capture, N_("no state where it should be"));
	if (tc_line_has_another(line, 5 + words))
		return tc_capture_broken(capture, N_("two sockets in one line"));
	family = family_of(capture, line->word[0], &local, &remote);
	check_width(capture, line->word[3], &local);
	check_width(capture, line->word[4], &remote);
	sock = tc_capture_add(capture);
	tc_capture_set_state(capture, sock, state);
	sock->rqueue = rqueue;
	sock->wqueue = wqueue;
	/* Of a listener those that wait are printed; in place of their limit stands 0. */
	sock->have |= sock->state == TC_LISTEN ? TC_HAVE_RECV_Q : TC_HAVE_QUEUES;
	tc_capture_endpoints(capture, sock, family, &local, &remote);
	if (line->words > 5 + words)
		read_extras(capture, sock, line, 5 + words);
	return TC_LINE_SOCKET;
}

/* A line without the numbers that stand in every netstat is prose. */
static bool looks_like_netstat(const struct tc_line *line)
{
	return line->words > 1 && (tc_word_is_number(line->word[1]) ||
				   (line->words > 2 && tc_word_is_number(line->word[2])));
}

static bool is_other_proto(struct tc_slice proto)
{
	static const char *const protos[] = {"udp",  "udp6",  "udplite", "udplite6", "udpl",
					     "raw",  "raw6",  "unix",	 "sctp",     "icmp",
					     "icm6", "icmp6", "dccp",	 "ipx",	     "ax25"};

	for (size_t i = 0; i < TC_ARRAY_SIZE(protos); i++)
		if (tc_slice_is(proto, protos[i]))
			return true;
	return false;
}

static enum tc_verdict linux_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_slice proto = line->word[0];

	if (tc_slice_is(proto, "tcp") || tc_slice_is(proto, "tcp6")) {
		if (!looks_like_netstat(line))
			return TC_LINE_NOT_MINE;
		return read_socket(capture, line);
	}
	if (is_other_proto(proto) && looks_like_netstat(line))
		return TC_LINE_PASSED;
	/* The one word of the heading that no language translates. BSD has "(state)". */
	if (tc_slice_is(proto, "Proto") && line->words > 5 && !line->shifted &&
	    tc_netstat_heading_width(line) == 0) {
		capture->linux_netstat.wide = false;
		capture->linux_netstat.busybox = false;
		tc_netstat_heading_read(capture);
		return TC_LINE_HEADING;
	}
	return tc_netstat_title(capture, line) ? TC_LINE_PASSED : TC_LINE_NOT_MINE;
}

const struct tc_format tc_format_netstat_linux = {
	.name = "netstat (Linux)",
	.line = linux_line,
	.endpoints = true,
	.titled = true,
	.prefixed = true,
};
