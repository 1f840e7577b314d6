/* SPDX-License-Identifier: MIT */
/*
 * field.h - the field table: everything that a socket can be asked for, by name.
 *
 * One row gives the column of a table, the key of JSON, the key of `by`, the word of --sort
 * and --columns, and the line of --help; so they cannot disagree.
 */
#ifndef TC_MODEL_FIELD_H
#define TC_MODEL_FIELD_H

#include "tcpcensus.h"
#include "util/buf.h"

enum tc_type {
	TC_TYPE_NONE,	  /* not read */
	TC_TYPE_NUMBER,	  /* number */
	TC_TYPE_TEXT,	  /* text */
	TC_TYPE_ADDR,	  /* addr */
	TC_TYPE_NET,	  /* addr, prefix */
	TC_TYPE_ENDPOINT, /* addr, or text for a host that is only named; and a port */
};

/* What a field of one socket holds. Text is borrowed from the socket. */
struct tc_value {
	uint8_t type;	   /* enum tc_type */
	uint8_t prefix;	   /* TC_TYPE_NET: as counted in the address's own family */
	bool cut;	   /* text: the listing cut it off */
	bool has_port;	   /* TC_TYPE_ENDPOINT: number is the port */
	bool several;	   /* TC_TYPE_TEXT: items with commas, of which a table may show some */
	bool quoted;	   /* TC_TYPE_NUMBER: stands for a name, so JSON quotes it */
	struct tc_addr addr;
	const char *text;
	const char *port_text; /* TC_TYPE_ENDPOINT: a port that is only named */
	const char *zone;      /* TC_TYPE_ENDPOINT: the device that it is bound to, or NULL */
	uint64_t number;
};

/* Bits of tc_field.flags. */
enum {
	TC_FIELD_PREFIX = 1u << 0,	/* takes prefix lengths: remote.net/16 */
	TC_FIELD_LISTENERS = 1u << 1,	/* needs to know every listener */
	TC_FIELD_USERS = 1u << 2,	/* needs names of users */
	TC_FIELD_IFACES = 1u << 3,	/* needs names of devices */
	TC_FIELD_RIGHT = 1u << 4,	/* aligned right in a table */
	TC_FIELD_JOINED = 1u << 5,	/* says what other fields say in parts */
	TC_FIELD_OWNERS = 1u << 6,	/* needs to know who holds each socket */
	TC_FIELD_CMDLINES = 1u << 7,	/* and the arguments of processes */
	TC_FIELD_CGROUPS = 1u << 8,	/* and their control groups */
	TC_FIELD_NETNS = 1u << 9,	/* needs names of network namespaces */
	TC_FIELD_INSIDE = 1u << 10,	/* needs more than the kernel says unasked */
};

/* Fields that somebody has to be asked for, beside the source. */
#define TC_FIELD_ASKED                                                              	(TC_FIELD_LISTENERS | TC_FIELD_USERS | TC_FIELD_IFACES | TC_FIELD_OWNERS | 	 TC_FIELD_CMDLINES | TC_FIELD_CGROUPS | TC_FIELD_NETNS)

struct tc_field {
	const char *name;
	const char *title; /* heading of a column, marked for translation */
	const char *help;  /* one line */
	const char *unit;  /* or NULL */
	uint32_t need;	   /* TC_HAVE_ bits that it looks at */
	uint16_t flags;	   /* TC_FIELD_ bits */
	uint16_t width;	   /* of a column that cannot be measured first (streaming) */
	void (*get)(const struct tc_key *key, const struct tc_sock *sock, struct tc_value *value);
	const char *const *words; /* all that it can be, ended by NULL; NULL: anything */
};

/* Reads the field of a socket; ret_value->type is TC_TYPE_NONE where it was not read. */
static inline void tc_key_get(const struct tc_key *key, const struct tc_sock *sock,
			      struct tc_value *ret_value)
{
	ret_value->type = TC_TYPE_NONE;
	key->field->get(key, sock, ret_value);
}

/* Adds the value as people and JSON see it, without quotes; nothing for TC_TYPE_NONE. */
void tc_value_text(const struct tc_value *value, struct tc_buf *out);

/* Orders two values: by number, by address bytes, by letters; not read comes last. */
int tc_value_compare(const struct tc_value *one, const struct tc_value *other);

/* The union of the needs and the flags of some keys. */
uint32_t tc_keys_need(const struct tc_key *keys, size_t key_count);
unsigned tc_keys_flags(const struct tc_key *keys, size_t key_count);

#endif
