/* SPDX-License-Identifier: MIT */
/*
 * reader.h - the inside of struct tc_capture, and what the formats use of it.
 *
 * The way of a byte: input.c (pieces, encodings, lines) -> offer.c (which format takes the
 * line) -> a format (the record) -> reader.c (batch, texts) -> the sink. json.c takes the
 * bytes of a JSON value instead of lines.
 */
#ifndef TC_SOURCE_CAPTURE_READER_H
#define TC_SOURCE_CAPTURE_READER_H

#include "model/state.h"
#include "source/capture.h"
#include "source/capture/endpoint.h"
#include "source/capture/format.h"
#include "source/decode.h"

struct tc_json;
struct tc_seen;

/* Room for the texts of one batch: that of the longest line always fits, see reader.c. */
enum { TC_STRINGS_SIZE = 4 * TC_LINE_MAX };

/* Connections of one format that are remembered; the table holds those of all formats. */
enum { TC_REPEATED_MAX = 64, TC_REPEATED_SLOTS = 1024 };

/* How much of one format has been seen. */
struct tc_format_seen {
	uint64_t sockets;
	uint64_t listings; /* that had sockets */
	bool headed;	   /* a heading was read, and no socket after it yet */
	uint8_t families;  /* TC_FAMILY_ bits of the listing so far */
	bool any_heading;
	uint32_t not_read; /* states that none of its listings can show */
	uint32_t remembered; /* connections of it in tc_capture.repeated */
	uint64_t repeats;    /* connections that were among them */
};

struct tc_capture {
	tc_batch_sink *sink;
	void *context;
	int stopped; /* what the sink returned, or -ENOMEM: nothing more is read */

	/* The batch. Its last record stays here until the next begins: lines may add to it. */
	size_t count;
	size_t strings_used;
	struct tc_sock socks[TC_BATCH];
	struct tc_text texts[TC_BATCH];
	struct tc_inside insides[TC_BATCH];
	struct tc_owner owners[TC_BATCH];
	char strings[TC_STRINGS_SIZE];

	/* The input. */
	struct tc_decoder decoder;
	size_t partial_length; /* of a line whose end has not come yet */
	char partial[TC_LINE_MAX];
	char clean[TC_LINE_MAX];
	uint64_t lines;
	uint64_t lines_before; /* of the files before this one */
	size_t file;	       /* this one, from 0 */
	struct tc_json *json; /* once a JSON value was met */
	bool in_json;
	bool json_line; /* JSON stands in the line whose end has not come yet */
	bool skip_line; /* the rest of this line is of no use */

	/* Recognition. */
	size_t format;	  /* that took the last line */
	size_t shift;	  /* words in front of the lines of this listing */
	unsigned glued;	  /* colons of what is glued to its lines */
	uint64_t last;	  /* the line that was taken last, or is indented below it */
	const char *why;  /* of the last TC_LINE_BROKEN */
	bool begins;	  /* the next record is of another listing: nothing else shows it */
	bool no_dollar;	  /* a line did not end in the '$' of cat -A */
	bool detail_open; /* further lines may add to the last record */
	bool added;	  /* a record was begun since this was cleared */
	uint32_t states_seen; /* TC_STATE_BIT()s */
	uint64_t counted; /* sum of the counts: must not overflow in whoever adds them up */
	struct tc_format_seen seen[TC_FORMAT_COUNT];
	char unknown_words[128]; /* as in struct tc_report */
	bool more_words;	 /* they are full */
	uint64_t repeated[TC_REPEATED_SLOTS]; /* hashes, see repeated.c */
	uint64_t zone; /* of conntrack: the same connection may be in several */
	uint64_t unread;
	struct {
		uint64_t line; /* of its file */
		size_t file;
		const char *why;
	} unread_line[TC_UNREAD_MAX];

	/* What headings and lines have told the formats about the rest of the listing. */
	struct {
		bool old_style;	  /* "*" is IPv4, and IPv6 has no brackets */
		bool stateless;	  /* there is no State column */
		uint64_t unknown; /* sockets whose state was not printed */
		uint64_t left_out; /* of our own table, as it says */
	} ss;
	struct {
		uint32_t lacks; /* states that the title says are left out */
		uint64_t title; /* its line */
	} netstat;
	struct {
		bool wide;    /* addresses are not cut to the column */
		bool busybox; /* the port is cut with the address */
	} linux_netstat;
	struct {
		bool wide;
	} bsd;
	struct {
		int family; /* of the table, from its title; 0: none was seen */
		bool other; /* the table is of UDP or SCTP */
	} solaris;
	struct {
		uint32_t seen[3]; /* TC_STATE_BIT()s of the table: plain, tcp, tcp6 */
		uint64_t unknown; /* rows whose word is no state that is known */
		uint64_t last;	  /* the line of the last row before a table */
		size_t kept_count;
		struct {
			uint64_t count;
			size_t length;
			char word[32];
		} kept[16];
	} uniq;
	struct tc_seen *lsof_seen;
	bool lsof_repeats;    /* too many sockets to know the repeated ones */
	bool lsof_addresses;  /* of another system: sockets have addresses, not inodes */
	bool json_incomplete; /* what was recorded says that it is not complete */
	char json_why[TC_WHY_MAX]; /* and for which reason; may be "" */
	unsigned json_deviation;   /* TC_MAY_ bits */
	uint64_t json_stateless; /* sockets, and groups of them, without a state */
	uint64_t json_missing; /* sockets that a total has, and that were not in it */
	uint64_t json_excess;  /* and the other way round */
	char json_schema[48];  /* the first that is not of this version; "" */
	uint64_t json_other;  /* sockets in the "other" row of a grouped table */

	/* Names of services already looked up in the file: likewise. */
	struct {
		char name[32];
		uint8_t length;
		uint16_t port; /* 0: it has none */
	} services[64];
	uint64_t services_looked_up;

	struct tc_state_shapes shapes;

	/* State words already looked up: a listing has a handful of them. */
	struct {
		char word[24];
		uint8_t length;
		int8_t state;
	} states[64];
};

/* The state that the word names, as tc_state_parse(); remembers the answer. */
int tc_capture_state(struct tc_capture *capture, struct tc_slice word);

/* The number of the service that is not in the table, or 0; remembers the answer. */
uint16_t tc_capture_service(struct tc_capture *capture, struct tc_slice name);

/* Whether the word is a state, or could be one that is not known; see line.h. */
bool tc_capture_is_state(struct tc_capture *capture, struct tc_slice word);

/*
 * Begins a record: count 1, flagged foreign, everything else not read. May hand over the
 * batch. Slices of the line stay valid.
 */
struct tc_sock *tc_capture_add(struct tc_capture *capture);

/* Takes the last record back. */
void tc_capture_drop(struct tc_capture *capture);

/* The last record, for lines that add to it; NULL: there is none any more. */
struct tc_sock *tc_capture_last(struct tc_capture *capture);

/* The texts of the record, for writing. */
struct tc_text *tc_capture_text(struct tc_capture *capture, struct tc_sock *sock);

/* The inside of the connection, for writing. */
struct tc_inside *tc_capture_inside(struct tc_capture *capture, struct tc_sock *sock);

/* What is said of its owner, for writing: empty. */
struct tc_owner *tc_capture_owner(struct tc_capture *capture, struct tc_sock *sock);

/* A copy that lives as long as the batch; NULL: no room, which leaves a text unknown. */
const char *tc_capture_copy(struct tc_capture *capture, struct tc_slice text);

/* As tc_capture_copy(), of two pieces with `between` put between them. */
const char *tc_capture_join(struct tc_capture *capture, struct tc_slice one, const char *between,
			    struct tc_slice other);

/* Stores the endpoints and, where it is not 0, the family. "*" becomes its "any" address. */
void tc_capture_endpoints(struct tc_capture *capture, struct tc_sock *sock, int family,
			  const struct tc_endpoint *local, const struct tc_endpoint *remote);

/*
 * Stores a state word: a state, or TC_UNKNOWN with the word as text.
 */
void tc_capture_set_state(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice word);

/* Says why the line cannot be read; returns TC_LINE_BROKEN. `why` is marked N_(), static. */
enum tc_verdict tc_capture_broken(struct tc_capture *capture, const char *why);

/* Counts a line that looks like a socket and could not be read. */
void tc_capture_unread(struct tc_capture *capture, uint64_t line, const char *why);

/* Stores a count from the listing; false: it, or the sum of all, is too large. */
bool tc_capture_set_count(struct tc_capture *capture, struct tc_sock *sock, uint64_t count);

/* Hands over the batch. */
void tc_capture_flush(struct tc_capture *capture);

/* Notes that the last record came from this format, and whether a new listing began. */
void tc_capture_note(struct tc_capture *capture, size_t format, const struct tc_sock *sock);

/* Whether the line above this one was of the listing that is being read. */
bool tc_capture_goes_on(const struct tc_capture *capture);

/* offer.c: finds the format that takes the line. */
void tc_capture_offer(struct tc_capture *capture, struct tc_slice text);

/* repeated.c: looks whether the connection was in the input before; whether many were. */
void tc_repeated_note(struct tc_capture *capture, size_t format, const struct tc_sock *sock);
bool tc_repeated(const struct tc_capture *capture);

/* report.c: fills in what the input was. 0 or -ENODATA. */
int tc_capture_report(struct tc_capture *capture, struct tc_report *report);

/* json.c. Feeds bytes of a value that has begun; *ret_used is what belonged to it. */
enum tc_json_state { TC_JSON_MORE, TC_JSON_DONE, TC_JSON_FAILED };
int tc_json_begin(struct tc_capture *capture);
enum tc_json_state tc_json_feed(struct tc_capture *capture, const char *data, size_t length,
				size_t *ret_used);
void tc_json_free(struct tc_json *json);

/* lsof.c: a set of sockets already counted. */
void tc_seen_free(struct tc_seen *seen);

#endif
