/* SPDX-License-Identifier: MIT */
/* filter_operand.c - what a condition of a filter is compared with. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter_lookup.h"
#include "model/filter_parse.h"
#include "util/intl.h"
#include "util/parse.h"
#include "util/privilege.h"

enum { PORT_MAX = 65535 };

static bool is_foreign(const struct tc_filter_parser *parser)
{
	return parser->flags & TC_FILTER_FOREIGN;
}

static bool is_every_netns(const struct tc_filter_parser *parser)
{
	return parser->flags & TC_FILTER_EVERY_NETNS;
}

static int parse_octal(const char *text, size_t length, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '7')
			return -EINVAL;
		value = value * 8 + (uint64_t)(text[i] - '0');
		if (value > max)
			return -ERANGE;
	}
	*ret_value = value;
	return 0;
}

int tc_filter_number(const char *text, size_t length, uint64_t max, uint64_t *ret_value)
{
	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return tc_parse_hex(text + 2, length - 2, max, ret_value);
	if (length > 1 && text[0] == '0')
		return parse_octal(text + 1, length - 1, max, ret_value);
	return tc_parse_uint(text, length, max, ret_value);
}

static int named(struct tc_filter_parser *parser, enum tc_expr_kind kind, const char *name,
		 struct tc_expr **ret_node)
{
	struct tc_expr *node = NULL;
	int err = tc_filter_node(parser, kind, &node);

	if (err)
		return err;
	node->name = strdup(name);
	if (!node->name) {
		tc_expr_free(node);
		return -ENOMEM;
	}
	*ret_node = node;
	return 0;
}

/* ---- Families ------------------------------------------------------------------------ */

int tc_filter_family(struct tc_filter_parser *parser, const char **text)
{
	static const struct {
		const char *prefix;
		int family; /* 0: of no TCP socket */
	} rows[] = {
		{"inet:", AF_INET}, {"inet6:", AF_INET6}, {"unix:", 0},
		{"link:", 0},	    {"netlink:", 0},	  {"vsock:", 0},
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		size_t length = strlen(rows[i].prefix);

		if (strncmp(*text, rows[i].prefix, length) != 0)
			continue;
		if (!rows[i].family)
			return tc_filter_fail(parser, &parser->token,
					      _("no TCP socket is of the family '%s'"),
					      rows[i].prefix);
		parser->family = rows[i].family;
		*text += length;
		break;
	}
	return 0;
}

/* ---- Ports --------------------------------------------------------------------------- */

struct port_range {
	uint16_t low;
	uint16_t high;
};

static int fail_port(struct tc_filter_parser *parser, const char *text)
{
	char quoted[TC_FILTER_QUOTE_MAX], near_name[TC_LOOKUP_NEAR_MAX];

	tc_filter_quote(text, quoted);
	tc_lookup_near_service(text, near_name);
	if (*near_name)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no port; did you mean '%s'?"), quoted,
				      near_name);
	return tc_filter_fail(parser, &parser->token,
			      _("'%s' is no port: a number, a range 1024-2048 or the name of a "
				"service is expected"),
			      quoted);
}

/* A number, or two with '-' between them. -EINVAL: neither; -ERANGE: said. */
static int parse_range(struct tc_filter_parser *parser, const char *text,
		       struct port_range *ret_range)
{
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);
	uint64_t low = 0, high = 0;
	int err = tc_filter_number(text, length, PORT_MAX, &low);

	high = low;
	if (dash && err != -EINVAL) {
		int high_err = tc_filter_number(dash + 1, strlen(dash + 1), PORT_MAX, &high);

		err = high_err ? high_err : err;
	}
	if (err == -ERANGE) {
		tc_filter_fail(parser, &parser->token, _("the highest port is %d"), PORT_MAX);
		return err;
	}
	if (err)
		return err;
	if (low > high) {
		tc_filter_fail(parser, &parser->token,
			       _("the range of ports ends before it begins"));
		return -ERANGE;
	}
	*ret_range = (struct port_range){.low = (uint16_t)low, .high = (uint16_t)high};
	return 0;
}

/* Every comparison is a range of ports; what is below port 0 or above the last is empty. */
static struct port_range compared(enum tc_word_compare compare, uint16_t port)
{
	static const struct port_range none = {.low = 1, .high = 0};

	switch (compare) {
	case TC_COMPARE_GE:
		return (struct port_range){port, PORT_MAX};
	case TC_COMPARE_LE:
		return (struct port_range){0, port};
	case TC_COMPARE_GT:
		return port == PORT_MAX ? none
					: (struct port_range){(uint16_t)(port + 1), PORT_MAX};
	case TC_COMPARE_LT:
		return port == 0 ? none : (struct port_range){0, (uint16_t)(port - 1)};
	default:
		return (struct port_range){port, port};
	}
}

static bool is_service_name(const char *text)
{
	while (isalnum((unsigned char)*text) || (*text && strchr("-_.+/*", *text)))
		text++;
	return *text == '\0';
}

/* The node of a port or range that is equal, or stands in the given relation. */
static int port_node(struct tc_filter_parser *parser, enum tc_word_compare compare,
		     const char *text, struct tc_expr **ret_node)
{
	bool ordered = compare != TC_COMPARE_EQ && compare != TC_COMPARE_NE;
	struct port_range range;
	int err = parse_range(parser, text, &range);

	if (err == -ERANGE)
		return -EINVAL;
	if (err && tc_lookup_service(text, &range.low) == 0) {
		range.high = range.low;
		err = 0;
	}
	if (err && is_foreign(parser) && !ordered && is_service_name(text))
		return named(parser, TC_EXPR_PORT_NAME, text, ret_node);
	if (err)
		return fail_port(parser, text);
	if (ordered && range.low != range.high)
		return tc_filter_fail(parser, &parser->token,
				      _("a range of ports can only be compared by = and !="));
	if (ordered)
		range = compared(compare, range.low);
	err = tc_filter_node(parser, TC_EXPR_PORT, ret_node);
	if (!err) {
		(*ret_node)->port.low = range.low;
		(*ret_node)->port.high = range.high;
	}
	return err;
}

int tc_filter_port(struct tc_filter_parser *parser, enum tc_expr_side side,
		   enum tc_word_compare compare, const char *text, struct tc_expr **ret_node)
{
	struct tc_expr *node = NULL;
	int err;

	if (!*text || strcmp(text, "*") == 0) {
		/* ss takes "dport > *" and shows nonsense for it. */
		if (compare != TC_COMPARE_EQ && compare != TC_COMPARE_NE)
			return tc_filter_fail(parser, &parser->token,
					      _("'*' is every port, and is neither above nor below "
						"another"));
		err = tc_filter_node(parser, TC_EXPR_ANY, &node);
	} else {
		err = port_node(parser, compare, text, &node);
	}
	if (err)
		return err;
	node->side = (uint8_t)side;
	*ret_node = node;
	return 0;
}

static int port_operand(struct tc_filter_parser *parser,
			const struct tc_filter_condition *condition, struct tc_expr **ret_node)
{
	enum tc_expr_side side =
		condition->word->meaning == TC_CONDITION_SPORT ? TC_EXPR_LOCAL : TC_EXPR_REMOTE;
	const char *text = parser->lexer.word;
	int err = tc_filter_family(parser, &text);

	if (err)
		return err;
	if (*text == ':')
		text++;
	return tc_filter_port(parser, side, condition->compare, text, ret_node);
}

/* ---- Devices, marks, control groups -------------------------------------------------- */

static int fail_device(struct tc_filter_parser *parser, const char *name)
{
	char quoted[TC_FILTER_QUOTE_MAX], near_name[TC_LOOKUP_NEAR_MAX];

	tc_filter_quote(name, quoted);
	tc_lookup_near_device(name, near_name);
	if (*near_name)
		return tc_filter_fail(parser, &parser->token,
				      _("there is no device '%s'; did you mean '%s'?"), quoted,
				      near_name);
	return tc_filter_fail(parser, &parser->token, _("there is no device '%s'"), quoted);
}

static int device_operand(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	const char *name = parser->lexer.word;
	uint64_t index = 0;
	uint32_t found = 0;
	int err = tc_filter_number(name, strlen(name), UINT32_MAX, &index);

	if (err && is_every_netns(parser)) /* another number in each */
		return named(parser, TC_EXPR_DEVICE_THERE, name, ret_node);
	/* A device may be named "7"; ss tries the name first. */
	if (!is_foreign(parser) && !is_every_netns(parser) &&
	    tc_lookup_device(name, &found) == 0) {
		index = found;
		err = 0;
	}
	if (err && is_foreign(parser))
		return named(parser, TC_EXPR_DEVICE_NAME, name, ret_node);
	if (err)
		return fail_device(parser, name);
	err = tc_filter_node(parser, TC_EXPR_DEVICE, ret_node);
	if (!err)
		(*ret_node)->number = index;
	return err;
}

static int mark_operand(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	const char *text = parser->lexer.word, *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char quoted[TC_FILTER_QUOTE_MAX];
	uint64_t value = 0, mask = UINT32_MAX;
	int err = tc_filter_number(text, length, UINT32_MAX, &value);

	if (!err && slash)
		err = tc_filter_number(slash + 1, strlen(slash + 1), UINT32_MAX, &mask);
	if (err)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no mark: a number of 32 bits is expected, as in "
					"0x1 or 0x1/0xff"),
				      tc_filter_quote(text, quoted));
	err = tc_filter_node(parser, TC_EXPR_MARK, ret_node);
	if (!err) {
		(*ret_node)->mark.value = (uint32_t)value;
		(*ret_node)->mark.mask = (uint32_t)mask;
	}
	return err;
}

static int cgroup_operand(struct tc_filter_parser *parser, struct tc_expr **ret_node)
{
	const char *path = parser->lexer.word;
	const char *no_proc = tc_privilege_no_proc();
	char quoted[TC_FILTER_QUOTE_MAX];
	uint64_t id = 0;
	int err;

	if (is_foreign(parser))
		return tc_filter_fail(parser, &parser->token,
				      _("a listing does not say the control group of a socket"));
	err = tc_lookup_cgroup(path, &id);
	tc_filter_quote(path, quoted);
	if (err == -ENODATA) {
		tc_filter_fail(parser, &parser->token,
			       _("the control group '%s' cannot be looked for: %s"), quoted,
			       no_proc ? no_proc : _("/proc/self/mounts could not be read"));
		return err;
	}
	if (err == -ENOTSUP)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no control group of version 2"), quoted);
	if (err)
		return tc_filter_fail(parser, &parser->token,
				      _("the control group '%s' cannot be read: %s"), quoted,
				      strerror(-err));
	err = tc_filter_node(parser, TC_EXPR_CGROUP, ret_node);
	if (!err)
		(*ret_node)->number = id;
	return err;
}

int tc_filter_operand(struct tc_filter_parser *parser, const struct tc_filter_condition *condition,
		      struct tc_expr **ret_node)
{
	switch ((enum tc_word_condition)condition->word->meaning) {
	case TC_CONDITION_SRC:
		return tc_filter_host(parser, TC_EXPR_LOCAL, ret_node);
	case TC_CONDITION_DST:
		return tc_filter_host(parser, TC_EXPR_REMOTE, ret_node);
	case TC_CONDITION_SPORT:
	case TC_CONDITION_DPORT:
		return port_operand(parser, condition, ret_node);
	case TC_CONDITION_DEV:
		return device_operand(parser, ret_node);
	case TC_CONDITION_FWMARK:
		return mark_operand(parser, ret_node);
	case TC_CONDITION_CGROUP:
		return cgroup_operand(parser, ret_node);
	case TC_CONDITION_AUTOBOUND: /* has no operand */
		break;
	}
	return -EINVAL;
}
