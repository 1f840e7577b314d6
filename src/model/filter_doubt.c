/* SPDX-License-Identifier: MIT */
/*
 * filter_doubt.c - whether it is known that a filter holds for a socket.
 *
 * A condition on what was not read is false, and its "not" is true (filter_tree.h), so that every
 * socket is on one side. Where that matters to the whole expression, the answer is a guess, and
 * who counts the sockets has to say so.
 */
#include <string.h>

#include "model/field.h"
#include "model/filter.h"
#include "model/filter_tree.h"

enum truth { NO, YES, UNSURE };

static const struct tc_owner *owner_of(const struct tc_sock *sock)
{
	return sock->text ? sock->text->owner : NULL;
}

/* ---- What a listing says ------------------------------------------------------------- */

static bool has_address(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	return sock->have & (leaf->side == TC_EXPR_REMOTE ? TC_HAVE_REMOTE_ADDR : TC_HAVE_LOCAL_ADDR);
}

static bool has_port(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	return sock->have & (leaf->side == TC_EXPR_REMOTE ? TC_HAVE_REMOTE_PORT : TC_HAVE_LOCAL_PORT);
}

/* What has no value may have none, as a socket that nobody holds has no process. */
static bool is_known_to_have_none(const struct tc_field *field, const struct tc_sock *sock)
{
	const struct tc_owner *owner = owner_of(sock);
	const uint32_t end = TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT;

	if (field->flags & TC_FIELD_OWNERS)
		return owner && owner->how == TC_OWNER_NONE;
	if (field->flags & TC_FIELD_LISTENERS)
		return (sock->have & end) == end;
	return (sock->have & field->need) == field->need;
}

/* Users of another machine have numbers where no name is printed, which tell no name. */
static bool is_nameless(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	const char *pattern = leaf->field.pattern;

	return leaf->field.key.field->flags & TC_FIELD_USERS && sock->flags & TC_FLAG_FOREIGN &&
	       !(sock->text && sock->text->user) && pattern[strspn(pattern, "0123456789")];
}

static bool is_field_known(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	struct tc_value value;

	if (is_nameless(leaf, sock))
		return false;
	tc_key_get(&leaf->field.key, sock, &value);
	return value.type != TC_TYPE_NONE || is_known_to_have_none(leaf->field.key.field, sock);
}

static bool is_listed(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	const struct tc_text *text = sock->text;
	const uint32_t choice = TC_HAVE_LOCAL_PORT | TC_HAVE_PORT_CHOICE;

	switch ((enum tc_expr_kind)leaf->kind) {
	case TC_EXPR_HOST:
		return has_address(leaf, sock);
	case TC_EXPR_PORT:
		return has_port(leaf, sock);
	case TC_EXPR_FAMILY:
		return sock->have & (TC_HAVE_FAMILY | TC_HAVE_LOCAL_ADDR);
	case TC_EXPR_DEVICE:
	case TC_EXPR_DEVICE_NAME:
	case TC_EXPR_DEVICE_THERE:
		return sock->have & TC_HAVE_IFINDEX || (text && text->iface);
	case TC_EXPR_MARK:
		return sock->have & TC_HAVE_MARK;
	case TC_EXPR_CGROUP:
		return sock->have & TC_HAVE_CGROUP;
	case TC_EXPR_AUTOBOUND:
		return (sock->have & choice) == choice;
	case TC_EXPR_FIELD:
		return is_field_known(leaf, sock);
	default: /* names are compared with what is printed */
		return true;
	}
}

/* ---- What this machine tells --------------------------------------------------------- */

/*
 * The kernel tells of each socket what its kind has. But the mark it keeps from those without a
 * privilege, and those of TIME_WAIT it tells nobody; the limit of a listener is not in /proc; and
 * where there is no /proc, it is not known in which namespace we are.
 */
enum { MAY_MISS = TC_HAVE_MARK | TC_HAVE_SEND_Q | TC_HAVE_NETNS };

static bool is_hidden(const struct tc_owner *owner)
{
	return !owner || owner->how == TC_OWNER_HIDDEN || owner->how == TC_OWNER_UNKNOWN;
}

/* Of a process whose name could not be read, nothing else could. */
static bool are_all_named(const struct tc_owner *owner)
{
	for (size_t i = 0; i < owner->count; i++)
		if (!owner->processes[i]->name)
			return false;
	return true;
}

/* That nobody has it, or no rule tells who had, is an answer; that he may not be seen is none. */
static bool is_owner_known(const struct tc_key *key, const struct tc_sock *sock)
{
	const struct tc_owner *owner = owner_of(sock);
	struct tc_value value;

	if (!is_hidden(owner) && are_all_named(owner))
		return true;
	tc_key_get(key, sock, &value); /* as the unit, by the control group that the kernel kept */
	return value.type != TC_TYPE_NONE;
}

static bool is_told(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	const struct tc_key *key = &leaf->field.key;

	if (leaf->kind == TC_EXPR_MARK)
		return sock->have & TC_HAVE_MARK;
	if (leaf->kind != TC_EXPR_FIELD)
		return true;
	if (key->field->flags & TC_FIELD_OWNERS)
		return is_owner_known(key, sock);
	return !(key->field->need & ~sock->have & MAY_MISS);
}

/* What is settled by a look at the bits, as mostly all is, need not be judged. */
static bool may_be_unsure(const struct tc_filter *filter, const struct tc_sock *sock)
{
	const struct tc_owner *owner = owner_of(sock);

	return sock->flags & TC_FLAG_FOREIGN || filter->need & ~sock->have & MAY_MISS ||
	       (filter->flags & TC_FIELD_OWNERS && (is_hidden(owner) || !are_all_named(owner)));
}

/* ---- Both ---------------------------------------------------------------------------- */

static bool is_known(const struct tc_expr *leaf, const struct tc_sock *sock)
{
	return sock->flags & TC_FLAG_FOREIGN ? is_listed(leaf, sock) : is_told(leaf, sock);
}

static enum truth judge(const struct tc_expr *expr, const struct tc_sock *sock)
{
	enum truth decisive = expr->kind == TC_EXPR_OR ? YES : NO, result = 1 - decisive;

	if (tc_expr_is_leaf(expr))
		return !is_known(expr, sock) ? UNSURE : tc_filter_match_leaf(expr, sock) ? YES : NO;
	if (expr->kind == TC_EXPR_NOT) {
		result = judge(expr->child, sock);
		return result == UNSURE ? UNSURE : 1 - result;
	}
	for (const struct tc_expr *child = expr->child; child; child = child->next) {
		enum truth truth = judge(child, sock);

		if (truth == decisive)
			return decisive;
		if (truth == UNSURE)
			result = UNSURE;
	}
	return result;
}

bool tc_filter_is_unsure(const struct tc_filter *filter, const struct tc_sock *sock)
{
	return filter && filter->expr && filter->states & TC_STATE_BIT(sock->state) &&
	       may_be_unsure(filter, sock) && judge(filter->expr, sock) == UNSURE;
}

void tc_doubt_add(struct tc_doubt *doubt, const struct tc_filter *filter,
		  const struct tc_sock *sock, bool passes)
{
	const struct tc_owner *owner = owner_of(sock);

	doubt->sockets += sock->count;
	doubt->deviation |= passes ? TC_MAY_REPEAT : TC_MAY_LACK;
	if (!filter || sock->flags & TC_FLAG_FOREIGN)
		return;
	doubt->lacking |= filter->need & ~sock->have & MAY_MISS;
	if (!(filter->flags & TC_FIELD_OWNERS))
		return;
	if (is_hidden(owner))
		doubt->hidden += sock->count;
	else if (!are_all_named(owner))
		doubt->nameless += sock->count;
}
