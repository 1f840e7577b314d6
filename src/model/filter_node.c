/* SPDX-License-Identifier: MIT */
/* filter_node.c - how the tree of a filter is put together; see filter_parse.h. */
#include <errno.h>
#include <stdlib.h>

#include "model/field.h"
#include "model/filter_parse.h"
#include "util/intl.h"

int tc_filter_node(struct tc_filter_parser *parser, enum tc_expr_kind kind,
		   struct tc_expr **ret_node)
{
	struct tc_expr *node;

	if (++parser->nodes > TC_EXPR_NODES_MAX) {
		tc_filter_fail(parser, &parser->token, _("the filter has more than %d conditions"),
			       TC_EXPR_NODES_MAX);
		return -EINVAL;
	}
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->kind = (uint8_t)kind;
	node->depth = 1;
	*ret_node = node;
	return 0;
}

/* Adds an operand at the end of an inner node. */
static void append(struct tc_expr *node, struct tc_expr *operand)
{
	if (node->last)
		node->last->next = operand;
	else
		node->child = operand;
	node->last = operand;
	if (node->depth <= operand->depth)
		node->depth = (uint16_t)(operand->depth + 1);
}

int tc_filter_join(struct tc_filter_parser *parser, enum tc_expr_kind kind, struct tc_expr *left,
		   struct tc_expr *right, struct tc_expr **ret_node)
{
	struct tc_expr *node = left;
	int err = 0;

	if (!left || !right) {
		*ret_node = left ? left : right;
		return 0;
	}
	/* "a and b and c" is one node with three operands, so long chains are not deep. */
	if (left->kind != kind) {
		err = tc_filter_node(parser, kind, &node);
		if (!err)
			append(node, left);
	}
	if (!err) {
		append(node, right);
		if (node->depth <= TC_EXPR_DEPTH_MAX) {
			*ret_node = node;
			return 0;
		}
		err = tc_filter_fail(parser, &parser->before,
				     _("the filter is nested more than %d deep"),
				     TC_EXPR_DEPTH_MAX);
		tc_expr_free(node);
		return err;
	}
	tc_expr_free(left);
	tc_expr_free(right);
	return err;
}

int tc_filter_negate(struct tc_filter_parser *parser, struct tc_expr *operand,
		     struct tc_expr **ret_node)
{
	struct tc_expr *node = NULL;
	int err = tc_filter_node(parser, TC_EXPR_NOT, &node);

	if (err) {
		tc_expr_free(operand);
		return err;
	}
	append(node, operand);
	*ret_node = node;
	return 0;
}

/* What the conditions look at, and in which ways host conditions have to be compared. */
struct summary {
	uint32_t need;
	uint32_t judged_by;
	unsigned flags;
	bool device;
	bool autobound;
	bool host;
	bool negated_host;
};

static uint32_t need_of(const struct tc_expr *leaf)
{
	bool remote = leaf->side == TC_EXPR_REMOTE;

	switch ((enum tc_expr_kind)leaf->kind) {
	case TC_EXPR_HOST:
		return TC_HAVE_FAMILY | (remote ? TC_HAVE_REMOTE_ADDR : TC_HAVE_LOCAL_ADDR);
	case TC_EXPR_PORT:
		return remote ? TC_HAVE_REMOTE_PORT : TC_HAVE_LOCAL_PORT;
	case TC_EXPR_AUTOBOUND:
		return TC_HAVE_LOCAL_PORT | TC_HAVE_PORT_CHOICE;
	case TC_EXPR_FAMILY:
		return TC_HAVE_FAMILY;
	case TC_EXPR_DEVICE:
	case TC_EXPR_DEVICE_THERE:
		return TC_HAVE_IFINDEX;
	case TC_EXPR_MARK:
		return TC_HAVE_MARK;
	case TC_EXPR_CGROUP:
		return TC_HAVE_CGROUP;
	case TC_EXPR_FIELD:
		return leaf->field.key.field->need;
	default:
		return 0;
	}
}

static void summarize(struct tc_expr *expr, bool negated, struct summary *summary)
{
	if (tc_expr_is_leaf(expr)) {
		summary->need |= need_of(expr);
		if (expr->kind == TC_EXPR_FIELD)
			summary->flags |= expr->field.key.field->flags;
		if (expr->kind == TC_EXPR_DEVICE_THERE)
			summary->flags |= TC_FIELD_IFACES;
		/* What somebody else is asked for may be known of a socket that says little. */
		if (expr->kind != TC_EXPR_FIELD || !(expr->field.key.field->flags & TC_FIELD_ASKED))
			summary->judged_by |= need_of(expr);
		summary->device |= expr->kind == TC_EXPR_DEVICE ||
				   expr->kind == TC_EXPR_DEVICE_THERE;
		summary->autobound |= expr->kind == TC_EXPR_AUTOBOUND;
		summary->host |= expr->kind == TC_EXPR_HOST;
		summary->negated_host |= negated && expr->kind == TC_EXPR_HOST;
		expr->negated = negated;
		return;
	}
	for (struct tc_expr *child = expr->child; child; child = child->next)
		summarize(child, negated != (expr->kind == TC_EXPR_NOT), summary);
}

void tc_filter_summarize(struct tc_filter *filter)
{
	struct summary summary = { 0 };

	if (filter->expr)
		summarize(filter->expr, false, &summary);
	filter->need = summary.need;
	filter->judged_by = summary.judged_by;
	filter->flags = summary.flags;
	if (summary.device)
		filter->passes = TC_PASS_LOOSE;
	else if (summary.negated_host || (summary.autobound && summary.host))
		filter->passes = TC_PASS_STRICT | TC_PASS_LOOSE;
	else
		filter->passes = TC_PASS_STRICT;
}
