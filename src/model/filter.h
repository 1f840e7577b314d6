/* SPDX-License-Identifier: MIT */
/*
 * filter.h - filters as the sources see them: a mask of states and an expression tree.
 *
 * A filter is parsed once (filter_parse.c), evaluated per socket (filter.c), and may be
 * handed to the kernel in part (source/diag_bytecode.c).
 */
#ifndef TC_MODEL_FILTER_H
#define TC_MODEL_FILTER_H

#include "tcpcensus.h"

struct tc_expr; /* the tree: filter_tree.h, for the parser and for who translates it */

/* How host conditions are compared; filter_tree.h says why there are two ways. */
enum {
	TC_PASS_STRICT = 1u << 0,
	TC_PASS_LOOSE = 1u << 1,
};

struct tc_filter {
	uint32_t states;      /* TC_STATE_BIT()s that pass */
	bool states_named;    /* the expression names states; false: states is all */
	struct tc_expr *expr; /* or NULL: every socket in these states passes */
	uint32_t need;	      /* TC_HAVE_ bits that the expression looks at */
	uint32_t judged_by;   /* those of them without which a socket cannot be judged */
	unsigned flags;	      /* TC_FIELD_ bits of the fields that it looks at */
	uint8_t passes;	      /* TC_PASS_ bits: a socket has to pass each of them */
};

/*
 * Whether the expression looks at something that was not read of this socket, and the answer hangs
 * on it: tc_filter_match() guesses. Owners and listeners have to be resolved before.
 */
bool tc_filter_is_unsure(const struct tc_filter *filter, const struct tc_sock *sock);

/* Sockets of which it is a guess whether they pass. Whoever counts or shows what does, says so. */
struct tc_doubt {
	uint64_t sockets;
	uint64_t hidden;   /* of these, because nobody was found who holds them, */
	uint64_t nameless; /* or somebody of whom only the pid is known */
	uint32_t lacking;  /* TC_HAVE_ bits that one of them lacks, of those that may be missing */
	unsigned deviation; /* in which direction the numbers may be wrong for them: TC_MAY_ bits */
};

/* Adds one that could not be judged. `passes`: what was guessed. */
void tc_doubt_add(struct tc_doubt *doubt, const struct tc_filter *filter,
		  const struct tc_sock *sock, bool passes);

/* Whether one condition holds, compared in the strict way; in filter.c. */
bool tc_filter_match_leaf(const struct tc_expr *leaf, const struct tc_sock *sock);

/* Whether a condition on a field holds; in filter_field.c. */
bool tc_filter_match_field(const struct tc_expr *expr, const struct tc_sock *sock);

#endif
