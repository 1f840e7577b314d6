/* SPDX-License-Identifier: MIT */
/*
 * example.c - everything that a program needs to know to use libtcpcensus.
 *
 *	cc -o example example.c $(pkg-config --cflags --libs tcpcensus)
 *	./example                 this machine
 *	./example netstat.txt     what somebody saved with netstat, ss, ...
 *
 * It looks four times: a census by state, the ten most frequent peers, a scan that counts
 * something of its own, and a diagnosis. test/install.sh compiles and runs it against the installed
 * library, so what stands here works.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tcpcensus.h>

/*
 * Every way of looking fills a report. On failure its `why` is a sentence for people, which
 * says more than the errno does. On success `complete` may still be false: then there are
 * numbers, and they are to be shown together with the reason why they are not exact.
 */
static int failed(const char *what, int err, const struct tc_report *report)
{
	fprintf(stderr, "%s: %s\n", what, *report->why ? report->why : strerror(-err));
	return 1;
}

static void warn_if_incomplete(const struct tc_report *report)
{
	if (!report->complete)
		fprintf(stderr, "incomplete: %s\n", report->why);
}

/* ---- 1. A census --------------------------------------------------------------------- */

/*
 * The cheapest question, and the library knows that it is: nothing but the state is read of a
 * socket. The states have the kernel's numbers where the kernel has one; going through all
 * of them is going from 0 to TC_STATE_COUNT.
 */
static int print_census(const char *listing)
{
	struct tc_query query = { .size = sizeof(query), .from = listing };
	struct tc_census census;
	struct tc_report report = { .size = sizeof(report) };
	int err = tc_census_take(&query, &census, &report);

	if (err)
		return failed("census", err, &report);
	for (int state = 0; state < TC_STATE_COUNT; state++)
		if (census.states[state])
			printf("%s %llu\n", tc_state_name(state),
			       (unsigned long long)census.states[state]);
	printf("total %llu\n", (unsigned long long)census.total);
	printf("in_use %llu\n", (unsigned long long)census.in_use);
	warn_if_incomplete(&report);
	return 0;
}

/* ---- 2. The ten most frequent peers ---------------------------------------------------- */

/* A sink gets some hundreds of sockets at once; a tally takes them as they come. */
static int add_to_tally(void *tally, const struct tc_sock *socks, size_t count)
{
	return tc_tally_add(tally, socks, count); /* what is not 0 ends the scan */
}

static int print_tally(struct tc_tally *tally)
{
	uint64_t other_groups, other_count;
	char text[256];

	if (tc_tally_sort(tally, 10))
		return 1;
	for (size_t row = 0; row < tc_tally_rows(tally); row++) {
		tc_tally_row_text(tally, row, 0, text, sizeof(text));
		/* No text is a value as well: the peer could not be read. */
		printf("peer %s %llu\n", *text ? text : "-",
		       (unsigned long long)tc_tally_row_count(tally, row));
	}
	tc_tally_other(tally, &other_groups, &other_count);
	printf("other %llu in %llu groups\n", (unsigned long long)other_count,
	       (unsigned long long)other_groups);
	return 0;
}

/*
 * The filter is that of ss(8) and is parsed once. The query borrows it, and the keys, for the
 * call. Naming the keys matters: what is not asked for need not be read.
 */
static int print_peers(const char *listing)
{
	struct tc_query query = { .size = sizeof(query), .from = listing };
	struct tc_filter_error error;
	struct tc_filter *filter = NULL;
	struct tc_tally *tally = NULL;
	struct tc_report report = { .size = sizeof(report) };
	struct tc_key key;
	int status = 1, err;

	/* The names of hosts and devices in a listing are not those of this machine. */
	err = tc_filter_parse("exclude listening", listing ? TC_FILTER_FOREIGN : 0, &filter, &error);
	if (err) {
		fprintf(stderr, "filter: %s\n", err == -EINVAL ? error.text : strerror(-err));
		return 1;
	}
	if (tc_key_parse("remote.addr", &key) == 0 && tc_tally_new(&key, 1, &tally) == 0) {
		query.filter = filter;
		query.keys = &key;
		query.key_count = 1;
		err = tc_scan(&query, add_to_tally, tally, &report);
		status = err ? failed("peers", err, &report) : print_tally(tally);
	}
	tc_tally_free(tally); /* both take NULL */
	tc_filter_free(filter);
	return status;
}

/* ---- 3. A count of our own ------------------------------------------------------------- */

/*
 * How many connections have something that their program has not read, and how much of it.
 * (The kernel counts the peer's FIN as one byte, so every CLOSE_WAIT is among them.)
 */
struct unread {
	unsigned long long sockets, bytes, unknown;
};

static int count_unread(void *context, const struct tc_sock *socks, size_t count)
{
	struct unread *unread = context;

	for (size_t i = 0; i < count; i++) {
		const struct tc_sock *sock = &socks[i]; /* valid during this call */

		if (sock->state == TC_LISTEN) /* its queue holds connections, not bytes */
			continue;
		/*
		 * A member may be looked at where its bit is set in `have`. A record stands for
		 * `count` sockets: for one, but in a table that somebody has counted.
		 */
		if (!(sock->have & TC_HAVE_RECV_Q)) {
			unread->unknown += sock->count;
		} else if (sock->rqueue) {
			unread->sockets += sock->count;
			unread->bytes += sock->count * sock->rqueue;
		}
	}
	return 0;
}

static int print_unread(const char *listing)
{
	struct tc_query query = { .size = sizeof(query), .from = listing };
	struct unread unread = { 0, 0, 0 };
	struct tc_report report = { .size = sizeof(report) };
	struct tc_key key;
	int err = tc_key_parse("recv_q", &key);

	if (err)
		return 1;
	query.keys = &key;
	query.key_count = 1;
	err = tc_scan(&query, count_unread, &unread, &report);
	if (err)
		return failed("unread", err, &report);
	printf("unread %llu bytes in %llu sockets, %llu not known\n", unread.bytes, unread.sockets,
	       unread.unknown);
	return 0;
}

/* ---- 4. Is it normal? ------------------------------------------------------------------- */

/*
 * All rules, at one look: with an interval there would be two, and rates to judge. What could
 * not be checked is as much a part of the answer as what was found.
 */
static int print_diagnosis(const char *listing)
{
	struct tc_query look = { .size = sizeof(look), .from = listing };
	struct tc_diagnosis_query query = { .size = sizeof(query), .look = &look };
	struct tc_report report = { .size = sizeof(report) };
	struct tc_diagnosis *diagnosis = NULL;
	const struct tc_finding *finding;
	size_t unchecked = 0;
	int err = tc_diagnosis_take(&query, &diagnosis, &report);

	if (err)
		return failed("diagnosis", err, &report);
	for (size_t i = 0; (finding = tc_diagnosis_finding(diagnosis, i)); i++)
		printf("%s %s: %s\n", tc_severity_name(finding->severity), finding->rule.id,
		       finding->evidence[0] ? finding->evidence[0] : finding->rule.title);
	while (tc_diagnosis_not_checked(diagnosis, unchecked))
		unchecked++;
	printf("unchecked %zu rules\n", unchecked);
	warn_if_incomplete(&report);
	tc_diagnosis_free(diagnosis);
	return 0;
}

int main(int argc, char **argv)
{
	const char *listing = argc > 1 ? argv[1] : NULL;

	/* Each looks anew, so on a busy machine they need not agree to the last socket. */
	return print_census(listing) || print_peers(listing) || print_unread(listing) ||
	       print_diagnosis(listing);
}
