/* SPDX-License-Identifier: MIT */
/*
 * diag_bytecode.c - a filter as inet_diag bytecode.
 *
 * The kernel's machine (net/ipv4/inet_diag.c) only jumps forward. Each operation has the
 * offset `yes`, which has to be its own length, and `no`, where to go on if it does not
 * hold. Reaching the end accepts the socket; jumping 4 bytes past the end rejects it. The
 * kernel refuses a program with a jump to anything else than the start of an operation.
 *
 * Conditions that the kernel cannot carry are replaced by what makes the program let more
 * pass: "true", or "false" below a "not". A conjunction drops them, a disjunction with one
 * of them is dropped whole. `yes` is one byte and no operation is as long as that; `no` is
 * two, so the program is kept below PROGRAM_MAX by dropping more.
 */
#include "source/diag_bytecode.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter.h"
#include "model/filter_tree.h"
#include "util/macro.h"

enum { PROGRAM_MAX = 32768, OP_LENGTH = sizeof(struct inet_diag_bc_op), PORT_MAX = 65535 };
enum { COND_LENGTH = OP_LENGTH + sizeof(struct inet_diag_hostcond) };

/* A place in the program that jumps refer to before it is known. */
struct label {
	size_t at;
};

struct compiler {
	struct tc_buf *code;
	struct tc_buf fixups; /* of struct fixup */
	struct tc_buf labels; /* of struct label */
	size_t start;	      /* of the program in the buffer */
	unsigned allowed;
	bool loose; /* host conditions match more than the kernel's do */
};

/* A `no` to be filled in when its label is known. */
struct fixup {
	size_t op;
	size_t label;
};

/* The label of rejection; others count from 1. Acceptance is the end, label 1. */
enum { REJECT = 0, ACCEPT = 1 };

/* Where a piece of program goes on, and which of the two places comes right behind it. */
struct exits {
	size_t yes;
	size_t no;
	bool falls_to_yes;
};

/* ---- What can be carried ------------------------------------------------------------- */

/* Bytes that a condition takes at most, with the jump behind it; 0: cannot be carried. */
static size_t leaf_cost(const struct compiler *compiler, const struct tc_expr *leaf)
{
	unsigned allowed = compiler->allowed;

	switch ((enum tc_expr_kind)leaf->kind) {
	case TC_EXPR_ANY:
		return OP_LENGTH;
	case TC_EXPR_PORT:
		return 2 * OP_LENGTH * 2 + OP_LENGTH;
	case TC_EXPR_FAMILY:
		return COND_LENGTH + 16 + OP_LENGTH;
	case TC_EXPR_HOST:
		return compiler->loose ? 0 : COND_LENGTH + 16 + OP_LENGTH;
	case TC_EXPR_AUTOBOUND:
		return allowed & TC_DIAG_AUTO ? 2 * OP_LENGTH : 0;
	case TC_EXPR_DEVICE:
		return allowed & TC_DIAG_DEVICE ? 3 * OP_LENGTH : 0;
	case TC_EXPR_MARK:
		return allowed & TC_DIAG_MARK ? 4 * OP_LENGTH : 0;
	case TC_EXPR_CGROUP:
		return allowed & TC_DIAG_CGROUP ? 4 * OP_LENGTH : 0;
	default:
		return 0;
	}
}

static bool is_conjunction(const struct tc_expr *expr, bool negated)
{
	return (expr->kind == TC_EXPR_AND) != negated;
}

static size_t cost(const struct compiler *compiler, const struct tc_expr *expr, bool negated);

/* Whether an operand of a conjunction is kept, as it can be carried and there is room. */
static bool is_kept(const struct compiler *compiler, const struct tc_expr *operand, bool negated,
		    size_t *total)
{
	size_t more = cost(compiler, operand, negated);

	if (!more || *total + more > PROGRAM_MAX)
		return false;
	*total += more;
	return true;
}

/* Bytes that the expression takes at most, without what is dropped; 0: all of it is. */
static size_t cost(const struct compiler *compiler, const struct tc_expr *expr, bool negated)
{
	size_t total = 0;

	if (tc_expr_is_leaf(expr))
		return leaf_cost(compiler, expr);
	if (expr->kind == TC_EXPR_NOT)
		return cost(compiler, expr->child, !negated);
	for (const struct tc_expr *child = expr->child; child; child = child->next)
		if (!is_kept(compiler, child, negated, &total) && !is_conjunction(expr, negated))
			return 0;
	return total;
}

/* Bytes of the expression with nothing dropped; 0: some of it cannot be carried. */
static size_t whole_cost(const struct compiler *compiler, const struct tc_expr *expr)
{
	size_t total = 0;

	if (tc_expr_is_leaf(expr))
		return leaf_cost(compiler, expr);
	for (const struct tc_expr *child = expr->child; child; child = child->next) {
		size_t more = whole_cost(compiler, child);

		if (!more)
			return 0;
		total += more;
	}
	return total;
}

/* Whether tc_filter_match() asks for something that the bytecode does not say. */
static bool has_kind(const struct tc_expr *expr, enum tc_expr_kind kind)
{
	if (tc_expr_is_leaf(expr))
		return expr->kind == kind;
	for (const struct tc_expr *child = expr->child; child; child = child->next)
		if (has_kind(child, kind))
			return true;
	return false;
}

/* ---- Writing operations -------------------------------------------------------------- */

static size_t new_label(struct compiler *compiler)
{
	struct label label = { 0 };

	tc_buf_add(&compiler->labels, &label, sizeof(label));
	return compiler->labels.length / sizeof(label) - 1;
}

static void bind_label(struct compiler *compiler, size_t number)
{
	struct label label = {.at = compiler->code->length};

	if (!compiler->labels.failed)
		memcpy(compiler->labels.data + number * sizeof(label), &label, sizeof(label));
}

/* Appends an operation with its operand; where it does not hold, it goes on at `no`. */
static void add_op(struct compiler *compiler, unsigned code, const void *operand, size_t length,
		   size_t no)
{
	struct inet_diag_bc_op op = {
		.code = (uint8_t)code,
		.yes = (uint8_t)(sizeof(op) + length),
	};
	struct fixup fixup = {.op = compiler->code->length, .label = no};

	tc_buf_add(compiler->code, &op, sizeof(op));
	if (length)
		tc_buf_add(compiler->code, operand, length);
	tc_buf_add(&compiler->fixups, &fixup, sizeof(fixup));
}

/* INET_DIAG_BC_JMP always goes on at its `no`. */
static void add_jump(struct compiler *compiler, size_t to)
{
	add_op(compiler, INET_DIAG_BC_JMP, NULL, 0, to);
}

static void add_port_compare(struct compiler *compiler, unsigned code, uint16_t port, size_t no)
{
	struct inet_diag_bc_op operand = {.no = port};

	add_op(compiler, code, &operand, sizeof(operand), no);
}

/* A prefix of a family, or a port with the family AF_UNSPEC, or both. */
static void add_cond(struct compiler *compiler, enum tc_expr_side side,
		     const struct inet_diag_hostcond *cond, const void *addr, size_t no)
{
	unsigned code = side == TC_EXPR_REMOTE ? INET_DIAG_BC_D_COND : INET_DIAG_BC_S_COND;
	size_t length = cond->family == AF_INET ? 4 : cond->family == AF_INET6 ? 16 : 0;
	char operand[sizeof(*cond) + 16] = { 0 };

	memcpy(operand, cond, sizeof(*cond));
	if (addr)
		memcpy(operand + sizeof(*cond), addr, length);
	add_op(compiler, code, operand, sizeof(*cond) + length, no);
}

static void add_port(struct compiler *compiler, const struct tc_expr *leaf, size_t no)
{
	bool remote = leaf->side == TC_EXPR_REMOTE;
	uint16_t low = leaf->port.low, high = leaf->port.high;

	/* One operation; INET_DIAG_BC_S_EQ would do it too, from Linux 5.11 on. */
	if (low == high) {
		struct inet_diag_hostcond cond = {.family = AF_UNSPEC, .port = low};

		add_cond(compiler, leaf->side, &cond, NULL, no);
		return;
	}
	if (low)
		add_port_compare(compiler, remote ? INET_DIAG_BC_D_GE : INET_DIAG_BC_S_GE, low, no);
	if (high < PORT_MAX)
		add_port_compare(compiler, remote ? INET_DIAG_BC_D_LE : INET_DIAG_BC_S_LE, high,
				 no);
}

static void add_host(struct compiler *compiler, const struct tc_expr *leaf, size_t no)
{
	struct inet_diag_hostcond cond = {
		.family = leaf->host.family,
		.prefix_len = leaf->host.prefix,
		.port = -1,
	};
	size_t skipped = leaf->host.family == AF_INET ? 12 : 0;

	add_cond(compiler, leaf->side, &cond, leaf->host.addr.byte + skipped, no);
}

/* A prefix of length 0 asks for AF_INET6 alone; for AF_INET it lets mapped addresses pass. */
static void add_is_inet6(struct compiler *compiler, size_t no)
{
	struct inet_diag_hostcond cond = {.family = AF_INET6, .port = -1};

	add_cond(compiler, TC_EXPR_LOCAL, &cond, NULL, no);
}

static void add_mark(struct compiler *compiler, const struct tc_expr *leaf, size_t no)
{
	struct inet_diag_markcond cond = {.mark = leaf->mark.value, .mask = leaf->mark.mask};

	add_op(compiler, INET_DIAG_BC_MARK_COND, &cond, sizeof(cond), no);
}

/* ---- Translating --------------------------------------------------------------------- */

static void leaf(struct compiler *compiler, const struct tc_expr *expr, struct exits exits)
{
	uint32_t index = (uint32_t)expr->number;

	switch ((enum tc_expr_kind)expr->kind) {
	case TC_EXPR_PORT:
		if (expr->port.low > expr->port.high) {
			add_jump(compiler, exits.no);
			return;
		}
		add_port(compiler, expr, exits.no);
		break;
	case TC_EXPR_HOST:
		add_host(compiler, expr, exits.no);
		break;
	case TC_EXPR_FAMILY:
		add_is_inet6(compiler, exits.no);
		break;
	case TC_EXPR_AUTOBOUND:
		add_op(compiler, INET_DIAG_BC_AUTO, NULL, 0, exits.no);
		break;
	case TC_EXPR_DEVICE:
		add_op(compiler, INET_DIAG_BC_DEV_COND, &index, sizeof(index), exits.no);
		break;
	case TC_EXPR_MARK:
		add_mark(compiler, expr, exits.no);
		break;
	case TC_EXPR_CGROUP:
		add_op(compiler, INET_DIAG_BC_CGROUP_COND, &expr->number, sizeof(expr->number),
		       exits.no);
		break;
	default: /* TC_EXPR_ANY; others have no cost and do not come here */
		break;
	}
	if (!exits.falls_to_yes)
		add_jump(compiler, exits.yes);
}

static struct exits swapped(struct exits exits)
{
	return (struct exits){exits.no, exits.yes, !exits.falls_to_yes};
}

static void translate(struct compiler *compiler, const struct tc_expr *expr, bool negated,
		      struct exits exits);

/*
 * The operands of AND or OR one after the other, each falling to the next. `exits` are those
 * of the expression as it stands, without what is negated outside of it.
 */
static void operands(struct compiler *compiler, const struct tc_expr *expr, bool negated,
		     struct exits exits)
{
	const struct tc_expr *before = NULL;
	bool is_and = expr->kind == TC_EXPR_AND;
	size_t total = 0;

	for (const struct tc_expr *child = expr->child; child; child = child->next) {
		if (!is_kept(compiler, child, negated, &total))
			continue;
		if (before) {
			size_t next = new_label(compiler);
			struct exits inner = exits;

			inner.falls_to_yes = is_and;
			*(is_and ? &inner.yes : &inner.no) = next;
			translate(compiler, before, negated, inner);
			bind_label(compiler, next);
		}
		before = child;
	}
	translate(compiler, before, negated, exits);
}

static void translate(struct compiler *compiler, const struct tc_expr *expr, bool negated,
		      struct exits exits)
{
	if (expr->kind == TC_EXPR_NOT)
		translate(compiler, expr->child, !negated, swapped(exits));
	else if (!tc_expr_is_leaf(expr))
		operands(compiler, expr, negated, exits);
	else if (expr->kind == TC_EXPR_FAMILY && expr->number == AF_INET)
		leaf(compiler, expr, swapped(exits));
	else
		leaf(compiler, expr, exits);
}

/* Fills in the jumps; -E2BIG: one is too long, which the limit on the cost rules out. */
static int link_program(struct compiler *compiler)
{
	size_t end = compiler->code->length;

	for (size_t i = 0; i < compiler->fixups.length / sizeof(struct fixup); i++) {
		struct inet_diag_bc_op op;
		struct fixup fixup;
		struct label label;
		size_t to;

		memcpy(&fixup, compiler->fixups.data + i * sizeof(fixup), sizeof(fixup));
		memcpy(&label, compiler->labels.data + fixup.label * sizeof(label), sizeof(label));
		to = fixup.label == REJECT ? end + OP_LENGTH : label.at;
		if (to - fixup.op > UINT16_MAX)
			return -E2BIG;
		memcpy(&op, compiler->code->data + fixup.op, sizeof(op));
		op.no = (uint16_t)(to - fixup.op);
		memcpy(compiler->code->data + fixup.op, &op, sizeof(op));
	}
	return 0;
}

static int compile(struct compiler *compiler, const struct tc_expr *expr)
{
	struct exits exits = {.yes = ACCEPT, .no = REJECT, .falls_to_yes = true};
	int err;

	new_label(compiler); /* REJECT */
	new_label(compiler); /* ACCEPT */
	translate(compiler, expr, false, exits);
	bind_label(compiler, ACCEPT);
	if (compiler->code->failed || compiler->fixups.failed || compiler->labels.failed)
		return -ENOMEM;
	err = link_program(compiler);
	if (err)
		compiler->code->length = compiler->start;
	return err;
}

int tc_diag_bytecode(const struct tc_filter *filter, unsigned allowed, struct tc_buf *ret_code,
		     bool *ret_whole)
{
	const struct tc_expr *expr = filter ? filter->expr : NULL;
	struct compiler compiler = {
		.code = ret_code,
		.start = ret_code->length,
		.allowed = allowed,
	};
	size_t whole = 0;
	int err = 0;

	*ret_whole = true;
	if (!expr)
		return 0;
	/*
	 * ss keeps an expression with a device from the kernel and judges it alone. What the
	 * kernel sees otherwise than tc_filter_match() is left to the latter then as well.
	 */
	if (!(filter->passes & TC_PASS_STRICT)) {
		compiler.loose = true;
		compiler.allowed &= ~TC_DIAG_AUTO;
	}
	whole = whole_cost(&compiler, expr);
	*ret_whole = whole && whole <= PROGRAM_MAX && filter->passes == TC_PASS_STRICT &&
		     !has_kind(expr, TC_EXPR_AUTOBOUND);
	if (compiler.loose && whole && whole <= PROGRAM_MAX)
		*ret_whole = true;
	if (cost(&compiler, expr, false))
		err = compile(&compiler, expr);
	tc_buf_release(&compiler.fixups);
	tc_buf_release(&compiler.labels);
	if (err != -E2BIG)
		return err;
	*ret_whole = false;
	return 0;
}
