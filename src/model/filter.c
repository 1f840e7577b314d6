/* SPDX-License-Identifier: MIT */
/*
 * filter.c - whether a socket passes a filter.
 *
 * A condition on something that was not read is false, and its negation true: so a socket
 * is always on one side of a filter, and the counts of "X" and "not X" add up. ss does the
 * same with what the kernel does not say (the mark and the control group of a minisocket).
 */
#include "model/filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "model/filter_tree.h"
#include "util/addr.h"
#include "util/macro.h"

void tc_expr_free(struct tc_expr *expr)
{
	while (expr) {
		struct tc_expr *next = expr->next;

		if (!tc_expr_is_leaf(expr))
			tc_expr_free(expr->child);
		else if (expr->kind == TC_EXPR_HOST_NAME || expr->kind == TC_EXPR_PORT_NAME ||
			 expr->kind == TC_EXPR_DEVICE_NAME || expr->kind == TC_EXPR_DEVICE_THERE)
			free(expr->name);
		else if (expr->kind == TC_EXPR_FIELD)
			free(expr->field.pattern);
		free(expr);
		expr = next;
	}
}

void tc_filter_free(struct tc_filter *filter)
{
	if (!filter)
		return;
	tc_expr_free(filter->expr);
	free(filter);
}

/* A listing may not say the family; then the address does. */
static int family_of(const struct tc_sock *sock, const struct tc_addr *addr)
{
	if (sock->have & TC_HAVE_FAMILY)
		return sock->family;
	return tc_addr_is4(addr) ? AF_INET : AF_INET6;
}

static bool under_mask(const struct tc_addr *addr, const struct tc_expr *expr)
{
	uint64_t a[2], b[2], mask[2];

	memcpy(a, addr->byte, sizeof(a));
	memcpy(b, expr->host.addr.byte, sizeof(b));
	memcpy(mask, expr->host.mask.byte, sizeof(mask));
	return !(((a[0] ^ b[0]) & mask[0]) | ((a[1] ^ b[1]) & mask[1]));
}

/* Whether the leading bits agree, with the bytes as the kernel reports them: 4 or 16. */
static bool loosely_equal(const struct tc_addr *addr, int family, const struct tc_expr *expr)
{
	bool is4 = expr->host.family == AF_INET;
	const uint8_t *want = expr->host.addr.byte + (is4 ? 12 : 0);
	const uint8_t *mask = expr->host.mask.byte + (is4 ? 12 : 0);
	uint8_t raw[16] = { 0 };

	if (family == AF_INET)
		memcpy(raw, addr->byte + 12, 4);
	else
		memcpy(raw, addr->byte, sizeof(raw));
	for (size_t i = 0; i < (is4 ? 4u : 16u); i++)
		if ((raw[i] ^ want[i]) & mask[i])
			return false;
	return true;
}

static bool match_host(const struct tc_expr *expr, const struct tc_sock *sock, bool loose)
{
	bool remote = expr->side == TC_EXPR_REMOTE;
	const struct tc_addr *addr = remote ? &sock->remote : &sock->local;

	if (!(sock->have & (remote ? TC_HAVE_REMOTE_ADDR : TC_HAVE_LOCAL_ADDR)))
		return false;
	if (under_mask(addr, expr) &&
	    (expr->host.family == AF_INET || family_of(sock, addr) == AF_INET6))
		return true;
	return loose && loosely_equal(addr, family_of(sock, addr), expr);
}

static bool match_port(const struct tc_expr *expr, const struct tc_sock *sock)
{
	bool remote = expr->side == TC_EXPR_REMOTE;
	uint16_t port = remote ? sock->remote_port : sock->local_port;

	return (sock->have & (remote ? TC_HAVE_REMOTE_PORT : TC_HAVE_LOCAL_PORT)) &&
	       port >= expr->port.low && port <= expr->port.high;
}

/* The name of a device is the one of the three in which letters do not fold. */
static bool match_name(const struct tc_expr *expr, const struct tc_text *text)
{
	bool remote = expr->side == TC_EXPR_REMOTE;
	const char *word;

	if (!text)
		return false;
	if (expr->kind == TC_EXPR_DEVICE_NAME || expr->kind == TC_EXPR_DEVICE_THERE)
		return text->iface && strcmp(text->iface, expr->name) == 0;
	if (expr->kind == TC_EXPR_HOST_NAME)
		word = remote ? text->remote_host : text->local_host;
	else
		word = remote ? text->remote_port : text->local_port;
	return word && strcasecmp(word, expr->name) == 0;
}

/* How a pass compares. */
enum way { STRICT, LOOSE, STRICT_OF_BOTH };

static bool match_leaf(const struct tc_expr *expr, const struct tc_sock *sock, enum way way)
{
	switch ((enum tc_expr_kind)expr->kind) {
	case TC_EXPR_HOST:
		return match_host(expr, sock, way == LOOSE);
	case TC_EXPR_PORT:
		return match_port(expr, sock);
	case TC_EXPR_AUTOBOUND:
		return way == STRICT_OF_BOTH ? !expr->negated : match_port(expr, sock);
	case TC_EXPR_HOST_NAME:
	case TC_EXPR_PORT_NAME:
	case TC_EXPR_DEVICE_NAME:
	case TC_EXPR_DEVICE_THERE:
		return match_name(expr, sock->text);
	case TC_EXPR_FAMILY:
		return family_of(sock, &sock->local) == (int)expr->number;
	case TC_EXPR_DEVICE:
		return (sock->have & TC_HAVE_IFINDEX) && sock->ifindex == expr->number;
	case TC_EXPR_MARK:
		return (sock->have & TC_HAVE_MARK) &&
		       (sock->mark & expr->mark.mask) == expr->mark.value;
	case TC_EXPR_CGROUP:
		return (sock->have & TC_HAVE_CGROUP) && sock->cgroup == expr->number;
	case TC_EXPR_FIELD:
		return tc_filter_match_field(expr, sock);
	default:
		return true;
	}
}

bool tc_filter_match_leaf(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	return match_leaf(leaf, sock, STRICT);
}

static bool match(const struct tc_expr *expr, const struct tc_sock *sock, enum way way)
{
	bool any = expr->kind == TC_EXPR_OR;

	if (tc_likely(tc_expr_is_leaf(expr)))
		return match_leaf(expr, sock, way);
	if (expr->kind == TC_EXPR_NOT)
		return !match(expr->child, sock, way);
	for (const struct tc_expr *child = expr->child; child; child = child->next)
		if (match(child, sock, way) == any)
			return any;
	return !any;
}

bool tc_filter_match(const struct tc_filter *filter, const struct tc_sock *sock)
{
	if (!filter)
		return true;
	if (!(filter->states & TC_STATE_BIT(sock->state)))
		return false;
	if (!filter->expr)
		return true;
	if (tc_likely(filter->passes == TC_PASS_STRICT))
		return match(filter->expr, sock, STRICT);
	return (!(filter->passes & TC_PASS_STRICT) || match(filter->expr, sock, STRICT_OF_BOTH)) &&
	       match(filter->expr, sock, LOOSE);
}
