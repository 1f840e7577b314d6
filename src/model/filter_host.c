/* SPDX-License-Identifier: MIT */
/*
 * filter_host.c - the operand of src and dst: [FAMILY:]ADDRESS[/PREFIX][:PORT].
 *
 * ss takes the last colon for the one before the port, so "fe80::1:22" is port 22 of
 * fe80::1; so does this. Where that makes no sense and the whole is an IPv6 address
 * ("::1", "fe80::1"), ss gives up and this takes it as the address.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter_lookup.h"
#include "model/filter_parse.h"
#include "util/addr.h"
#include "util/intl.h"
#include "util/parse.h"

enum { PREFIX4_MAX = 32, PREFIX6_MAX = 128, MAPPED_BITS = 96 };

/* The longest that is looked up: RFC 1035 has 255. */
enum { NAME_MAX_LENGTH = 255 };

struct prefix {
	struct tc_addr addr;
	int family;
	unsigned length;
};

/* An operand taken apart; the members point into one copy of it. */
struct host_text {
	char *addr;
	char *port; /* or NULL */
};

/* ---- Addresses ----------------------------------------------------------------------- */

/* One to four numbers with dots; ss fills up with zeros on the right: "10.1" is 10.1.0.0. */
static int parse_short_addr4(const char *text, size_t length, struct tc_addr *ret_addr)
{
	uint8_t byte[4] = { 0 };

	for (size_t i = 0; i < sizeof(byte); i++) {
		const char *dot = memchr(text, '.', length);
		size_t part = dot ? (size_t)(dot - text) : length;
		uint64_t value;

		if (tc_filter_number(text, part, UINT8_MAX, &value))
			return -EINVAL;
		byte[i] = (uint8_t)value;
		if (!dot) {
			uint32_t network_order;

			memcpy(&network_order, byte, sizeof(network_order));
			*ret_addr = tc_addr_from4(network_order);
			return 0;
		}
		text += part + 1;
		length -= part + 1;
	}
	return -EINVAL;
}

static int parse_addr(const char *text, size_t length, struct prefix *ret_prefix)
{
	bool is6 = memchr(text, ':', length);
	int err = is6 ? tc_parse_addr6(text, length, &ret_prefix->addr)
		      : parse_short_addr4(text, length, &ret_prefix->addr);

	ret_prefix->family = is6 ? AF_INET6 : AF_INET;
	ret_prefix->length = is6 ? PREFIX6_MAX : PREFIX4_MAX;
	return err;
}

/* "24", or a netmask without holes "255.255.255.0". */
static int parse_prefix_length(const char *text, struct prefix *prefix)
{
	struct tc_addr mask;
	uint32_t bits = 0;
	uint64_t value;

	if (tc_filter_number(text, strlen(text), prefix->length, &value) == 0) {
		prefix->length = (unsigned)value;
		return 0;
	}
	if (!strchr(text, '.') || parse_short_addr4(text, strlen(text), &mask))
		return -EINVAL;
	for (size_t i = 12; i < sizeof(mask.byte); i++)
		bits = bits << 8 | mask.byte[i];
	if (~bits & (~bits + 1))
		return -EINVAL;
	prefix->length = (unsigned)__builtin_popcount(bits);
	return 0;
}

static int prefix_node(struct tc_filter_parser *parser, enum tc_expr_side side,
		       const struct prefix *prefix, struct tc_expr **ret_node)
{
	unsigned bits = prefix->length + (prefix->family == AF_INET ? MAPPED_BITS : 0);
	struct tc_expr *node = NULL;
	int err = tc_filter_node(parser, TC_EXPR_HOST, &node);

	if (err)
		return err;
	node->side = (uint8_t)side;
	node->host.family = (uint8_t)prefix->family;
	node->host.prefix = (uint8_t)prefix->length;
	for (size_t i = 0; i < sizeof(node->host.mask.byte); i++, bits -= bits < 8 ? bits : 8)
		node->host.mask.byte[i] = (uint8_t)(bits < 8 ? ~(0xff >> bits) : 0xff);
	for (size_t i = 0; i < sizeof(node->host.addr.byte); i++)
		node->host.addr.byte[i] = prefix->addr.byte[i] & node->host.mask.byte[i];
	*ret_node = node;
	return 0;
}

/* ---- Names --------------------------------------------------------------------------- */

/* What a resolver is asked: not what was meant as an address and is wrong. */
static bool is_host_name(const char *text)
{
	size_t length = strlen(text);

	if (!length || length > NAME_MAX_LENGTH || strspn(text, "0123456789.") == length)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_.", *text) &&
		    (unsigned char)*text < 0x80)
			return false;
	return true;
}

/* Adds an address to a list of which any will do. On failure the list is gone. */
static int add_alternative(struct tc_filter_parser *parser, enum tc_expr_side side,
			   const struct prefix *prefix, struct tc_expr **list)
{
	struct tc_expr *node = NULL;
	int err = prefix_node(parser, side, prefix, &node);

	if (!err)
		return tc_filter_join(parser, TC_EXPR_OR, tc_take(*list), node, list);
	tc_expr_free(tc_take(*list));
	return err;
}

/*
 * ss means to take every address of a name, but hands the kernel the first one as often as
 * there are addresses, and so shows the sockets of the first alone. Here all count.
 */
static int resolved(struct tc_filter_parser *parser, enum tc_expr_side side, const char *name,
		    struct tc_expr **ret_node)
{
	struct tc_addr addrs[TC_LOOKUP_HOSTS_MAX];
	int families[TC_LOOKUP_HOSTS_MAX];
	int count = tc_lookup_host(name, parser->family, addrs, families), err = 0;
	char quoted[TC_FILTER_QUOTE_MAX];
	struct tc_expr *list = NULL;

	if (count < 0)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no address, and no host of this name is known"),
				      tc_filter_quote(name, quoted));
	for (int i = 0; i < count && !err; i++) {
		bool is4 = families[i] == AF_INET;
		struct prefix one = {addrs[i], families[i], is4 ? PREFIX4_MAX : PREFIX6_MAX};

		err = add_alternative(parser, side, &one, &list);
	}
	if (!err)
		*ret_node = list;
	return err;
}

static int foreign_name(struct tc_filter_parser *parser, enum tc_expr_side side, const char *name,
			struct tc_expr **ret_node)
{
	struct tc_expr *node = NULL;
	int err = tc_filter_node(parser, TC_EXPR_HOST_NAME, &node);

	if (err)
		return err;
	node->side = (uint8_t)side;
	node->name = strdup(name);
	if (!node->name) {
		tc_expr_free(node);
		return -ENOMEM;
	}
	*ret_node = node;
	return 0;
}

/* localhost means the same on every machine (RFC 6761 6.3), so its addresses count as well. */
static int foreign_localhost(struct tc_filter_parser *parser, enum tc_expr_side side,
			     struct tc_expr **ret_node)
{
	struct prefix v4 = {tc_addr_from4(htonl(INADDR_LOOPBACK)), AF_INET, PREFIX4_MAX};
	struct prefix v6 = {{.byte = {[15] = 1}}, AF_INET6, PREFIX6_MAX};
	struct tc_expr *list = NULL;
	int err = foreign_name(parser, side, "localhost", &list);

	if (!err && parser->family != AF_INET6)
		err = add_alternative(parser, side, &v4, &list);
	if (!err && parser->family != AF_INET)
		err = add_alternative(parser, side, &v6, &list);
	if (!err)
		*ret_node = list;
	return err;
}

/* ---- The whole ----------------------------------------------------------------------- */

static int fail_addr(struct tc_filter_parser *parser)
{
	char quoted[TC_FILTER_QUOTE_MAX];

	tc_filter_quote(parser->lexer.word, quoted);
	if (parser->family)
		return tc_filter_fail(parser, &parser->token,
				      _("'%s' is no %s address, as '%s' asks for"), quoted,
				      parser->family == AF_INET ? "IPv4" : "IPv6",
				      parser->family == AF_INET ? "inet:" : "inet6:");
	return tc_filter_fail(parser, &parser->token,
			      _("'%s' is no address: 192.0.2.7, 192.0.2.0/24, [2001:db8::1], "
				"[2001:db8::/32] or the name of a host is expected"),
			      quoted);
}

static bool is_every_host(const char *text)
{
	return !*text || strcmp(text, "*") == 0 || strcmp(text, "any") == 0 ||
	       strcmp(text, "all") == 0 || strcmp(text, "default") == 0;
}

static int addr_node(struct tc_filter_parser *parser, enum tc_expr_side side, const char *text,
		     struct tc_expr **ret_node)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct prefix prefix;
	int err;

	if (is_every_host(text))
		return tc_filter_node(parser, TC_EXPR_ANY, ret_node);
	err = parse_addr(text, length, &prefix);
	if (!err && parser->family && prefix.family != parser->family)
		return fail_addr(parser);
	if (!err && slash && parse_prefix_length(slash + 1, &prefix))
		return tc_filter_fail(parser, &parser->token,
				      _("the prefix length is not a number from 0 to %u"),
				      prefix.length);
	if (!err)
		return prefix_node(parser, side, &prefix, ret_node);
	if (!is_host_name(text))
		return fail_addr(parser);
	if ((parser->flags & TC_FILTER_FOREIGN) && strcmp(text, "localhost") == 0)
		return foreign_localhost(parser, side, ret_node);
	if (parser->flags & TC_FILTER_FOREIGN)
		return foreign_name(parser, side, text, ret_node);
	return resolved(parser, side, text, ret_node);
}

/* Whether the whole text is an IPv6 address, though its last colon looks like a port's. */
static bool is_all_addr6(const char *text)
{
	const char *last = strrchr(text, ':');
	struct prefix prefix;
	uint64_t port;

	if (!last || strchr(text, '/') || tc_parse_addr6(text, strlen(text), &prefix.addr))
		return false;
	return parse_addr(text, (size_t)(last - text), &prefix) || prefix.family != AF_INET6 ||
	       tc_filter_number(last + 1, strlen(last + 1), UINT16_MAX, &port);
}

/* "[ADDRESS]", with "/PREFIX" in or, unlike ss, behind the brackets, and ":PORT". */
static int split_brackets(struct tc_filter_parser *parser, char *text, struct host_text *ret_host)
{
	char *close = strchr(text, ']'), *colon;

	if (!close)
		return tc_filter_fail(parser, &parser->token, _("'[' without ']'"));
	*ret_host = (struct host_text){.addr = text + 1};
	colon = strchr(close, ':');
	if (colon) {
		*colon = '\0';
		ret_host->port = colon + 1;
	}
	if (close[1] && close[1] != '/')
		return tc_filter_fail(parser, &parser->token,
				      _("nothing but ':PORT' can stand after ']'"));
	/* Closes the gap that the bracket leaves before "/PREFIX", or ends the address. */
	memmove(close, close + 1, strlen(close));
	return 0;
}

static int split(struct tc_filter_parser *parser, char *text, struct host_text *ret_host)
{
	char *from, *colon;

	if (*text == '[')
		return split_brackets(parser, text, ret_host);
	*ret_host = (struct host_text){.addr = text};
	if (is_all_addr6(text))
		return 0;
	from = strchr(text, '/');
	colon = strrchr(from ? from : text, ':');
	if (colon) {
		*colon = '\0';
		ret_host->port = colon + 1;
	}
	return 0;
}

int tc_filter_host(struct tc_filter_parser *parser, enum tc_expr_side side,
		   struct tc_expr **ret_node)
{
	const char *text = parser->lexer.word;
	struct tc_expr *addr = NULL, *port = NULL;
	tc_auto_free char *copy = NULL;
	struct host_text host = { 0 };
	int err = tc_filter_family(parser, &text);

	if (err)
		return err;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	err = split(parser, copy, &host);
	if (err)
		return err;
	err = addr_node(parser, side, host.addr, &addr);
	if (!err && host.port)
		err = tc_filter_port(parser, side, TC_COMPARE_EQ, host.port, &port);
	if (err) {
		tc_expr_free(addr);
		return err;
	}
	return tc_filter_join(parser, TC_EXPR_AND, port, addr, ret_node);
}
