/* SPDX-License-Identifier: MIT */
/* json.h - the JSON reader's inside: json.c knows the structure, json_record.c the keys. */
#ifndef TC_SOURCE_CAPTURE_JSON_H
#define TC_SOURCE_CAPTURE_JSON_H

#include <yajl/yajl_parse.h>

#include "source/capture/reader.h"

enum {
	TC_JSON_DEPTH = 32,	     /* our own output has 4; deeper is somebody else's */
	TC_JSON_TOKEN = TC_LINE_MAX, /* bytes without a value in them: no text of ours */
	TC_JSON_STRINGS = 32768,     /* of one record: thousands may hold a socket */
};

/* What an object or array that is open means. */
enum tc_json_kind {
	TC_JSON_IGNORED,
	TC_JSON_ROOTS,	/* array of roots: jq -s */
	TC_JSON_ROOT,	/* a census, a grouped table, a list, or one socket of NDJSON */
	TC_JSON_STATES, /* "states":{"ESTABLISHED":301} */
	TC_JSON_GROUPS, /* "groups":[ ... ] */
	TC_JSON_GROUP,
	TC_JSON_OTHER,	 /* "other":{"groups":230,"count":1711} */
	TC_JSON_SOURCE,	 /* "source":{"complete":false,"why":"..."} */
	TC_JSON_NOT_READ, /* "states_not_read":["TIME_WAIT"] of the source */
	TC_JSON_SOCKETS, /* "sockets":[ ... ] */
	TC_JSON_SOCKET,
};

/* The record that is being read. */
struct tc_json_record {
	struct tc_sock sock;
	struct tc_text text;
	struct tc_owner owner; /* words and attribution as they stand there, without processes */
	bool has_owner;	  /* the attribution is said */
	bool has_one_pid; /* a number: that of the one process that holds it */
	bool has_state; /* with a word for it */
	bool has_count;
	const char *bad_count; /* why its count cannot be used; NULL: it can, or there is none */
	bool has_key;	 /* of the table, which other programs may have, too */
	bool is_ours;	 /* a key that only our own output has */
	bool has_others; /* a key that our own output has not */
	size_t strings_used;
	char strings[TC_JSON_STRINGS]; /* last: what is before it is cleared for each record */
};

struct tc_json {
	struct tc_capture *capture;
	yajl_handle parser;
	size_t depth;
	enum tc_json_kind kind[TC_JSON_DEPTH];
	char key[64]; /* the last key; "" where it is longer than any of ours */
	size_t key_length;
	uint64_t fed;	/* bytes of this value */
	uint64_t token; /* where the last token ended */
	size_t base;	/* of the piece being fed */
	bool done;
	bool is_ours; /* sockets, or a schema of ours */
	bool has_schema; /* ... which came in the object that is being read */
	bool is_other; /* a schema of ours that holds no sockets */
	bool is_whole; /* what is being read has its sockets in it; else they stood before */
	bool has_total; /* of what is being read */
	uint64_t total;
	uint64_t sum;	       /* of the sockets since the last total of NDJSON */
	uint64_t bound;	       /* BOUND ones of them, which a census does not add up */
	uint64_t sum_before;   /* sum and bound where this value began */
	uint64_t bound_before;
	size_t file; /* in which the sum was begun */
	bool incomplete; /* the source of this value says so */
	uint32_t not_read; /* states that the source of this value could not see */
	char why[TC_WHY_MAX]; /* of the source */
	unsigned deviation;   /* TC_MAY_ bits, of the source */
	struct tc_json_record record;
};

/* Empties the record. */
void tc_json_record_clear(struct tc_json_record *record);

/* Stores the value of the key; unknown keys are passed over. `quoted`: it was a string. */
void tc_json_record_set(struct tc_json *json, struct tc_slice value, bool quoted);

/* Reads a count; NULL, or why it cannot be used, and then it is 1. */
const char *tc_json_count(struct tc_slice value, uint64_t *ret_count);

/* Hands the record over as so many sockets. */
void tc_json_record_emit(struct tc_json *json, uint64_t count);

#endif
