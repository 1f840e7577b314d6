/* SPDX-License-Identifier: MIT */
/*
 * filter_tree.h - the expression of a filter, as a tree.
 *
 * For the parser, which builds it, the evaluator and the translator to kernel bytecode.
 * The depth is bounded (TC_EXPR_DEPTH_MAX), so all of them may recurse.
 *
 * What a condition means is what ss(8) shows for it, and ss judges a socket twice: first
 * the kernel runs the bytecode, then ss runs its own evaluator over what is left. The two
 * disagree about host conditions where the families of socket and condition differ:
 *
 *   strict (the kernel)	an IPv4 prefix matches IPv4 and IPv4-mapped addresses, an IPv6
 *			prefix matches sockets of the family AF_INET6;
 *   loose (ss itself)	as strict, or the leading bits of the address are those of the
 *			prefix whatever the families: "0.0.0.0" matches "::1", and a prefix
 *			of length 0 matches everything.
 *
 * Whatever is strictly a match is one loosely too, so the difference shows only below a
 * "not" ("not src 0.0.0.0" leaves out the sockets of ::1) and where ss keeps the
 * expression from the kernel, which it does for one that names a device.
 * tc_filter.passes says which ways count.
 *
 * "autobound" is two questions in the same manner: the kernel's is whether the program
 * named the port, that of ss whether the port is in the range of ip_local_port_range. The
 * first is not in what the kernel reports, so it is answered by bytecode alone
 * (source/diag_bytecode.h) or not at all: where both ways count, the strict one takes the
 * answer that lets the socket pass.
 */
#ifndef TC_MODEL_FILTER_TREE_H
#define TC_MODEL_FILTER_TREE_H

#include "tcpcensus.h"

enum {
	TC_EXPR_DEPTH_MAX = 200,
	TC_EXPR_NODES_MAX = 16384, /* 1 MiB of nodes, far above what a person types */
};

enum tc_expr_kind {
	/* Inner nodes: `child` is the first operand, the others are its `next`s. */
	TC_EXPR_AND,
	TC_EXPR_OR,
	TC_EXPR_NOT, /* one operand */
	/* Conditions. One that asks for what was not read is false; its "not" is true. */
	TC_EXPR_ANY,	     /* every socket */
	TC_EXPR_HOST,	     /* host: the address of `side` lies in a prefix */
	TC_EXPR_HOST_NAME,   /* name: a listing printed this name */
	TC_EXPR_PORT,	     /* port: the port of `side` lies in a range */
	TC_EXPR_PORT_NAME,   /* name: a listing printed this name */
	TC_EXPR_FAMILY,	     /* number: AF_INET or AF_INET6, of the socket */
	TC_EXPR_DEVICE,	     /* number: index of the bound device */
	TC_EXPR_DEVICE_NAME, /* name: a listing printed this name */
	TC_EXPR_DEVICE_THERE, /* name: of the bound device, in the socket's own namespace */
	TC_EXPR_MARK,	     /* mark */
	TC_EXPR_CGROUP,	     /* number: cgroup v2 id */
	TC_EXPR_AUTOBOUND,   /* port: the range in which the kernel chooses local ports */
	TC_EXPR_FIELD,	     /* field: a row of the field table is compared with something */
};

enum tc_expr_side { TC_EXPR_LOCAL, TC_EXPR_REMOTE };

struct tc_expr {
	uint8_t kind;	/* enum tc_expr_kind */
	uint8_t side;	/* enum tc_expr_side, of host and port conditions */
	uint16_t depth; /* 1: a condition */
	bool negated;	/* of a condition: below an odd number of "not"s */
	struct tc_expr *next;
	union {
		struct {
			struct tc_expr *child;
			struct tc_expr *last;
		};
		struct {
			/* Masked; `mask` has the bits that count, of tc_addr's form. */
			struct tc_addr addr;
			struct tc_addr mask;
			uint8_t family; /* AF_INET or AF_INET6, of the condition */
			uint8_t prefix; /* in bits of that family */
		} host;
		struct {
			uint16_t low;
			uint16_t high; /* below low: no port */
		} port;
		struct {
			uint32_t value;
			uint32_t mask;
		} mark;
		struct {
			struct tc_key key;
			uint8_t compare; /* enum tc_word_compare, not NE */
			char *pattern;	 /* owned */
			uint64_t number; /* of a field that is a number */
		} field;
		uint64_t number;
		char *name; /* owned */
	};
};

/* Frees the node and what is below and behind it. NULL is fine. */
void tc_expr_free(struct tc_expr *expr);

/* Whether the node is a condition rather than and, or, not. */
static inline bool tc_expr_is_leaf(const struct tc_expr *expr)
{
	return expr->kind > TC_EXPR_NOT;
}

#endif
