/* SPDX-License-Identifier: MIT */
/* endpoint.c - addresses and ports as listings print them; see endpoint.h. */
#include "source/capture/endpoint.h"

#include <sys/socket.h>

#include "source/capture/line.h"
#include "util/parse.h"

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_hex(char c)
{
	return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9');
}

/* A service name of a listing: letters, digits, and "-_+/". */
static bool is_service(struct tc_slice port)
{
	bool letter = false;

	for (size_t i = 0; i < port.length; i++) {
		if (!is_alnum(port.data[i]) && !memchr("-_+/", port.data[i], 4))
			return false;
		letter |= is_alnum(port.data[i]) && (port.data[i] < '0' || port.data[i] > '9');
	}
	return letter && port.length <= 32;
}

static bool parse_port(struct tc_slice port, struct tc_endpoint *ret)
{
	uint32_t number;

	ret->port = port;
	if (tc_slice_is(port, "*")) {
		ret->has_port = true;
		return true;
	}
	if (tc_word_u32(port, &number)) {
		ret->number = (uint16_t)number;
		ret->has_port = true;
		return number <= UINT16_MAX;
	}
	if (!is_service(port))
		return false;
	ret->number = tc_service_port(port);
	ret->has_port = ret->number != 0;
	return true;
}

/* A host name, in any script: what may not stand in one is what stands between words. */
static bool is_name(struct tc_slice host)
{
	for (size_t i = 0; i < host.length; i++) {
		unsigned char c = (unsigned char)host.data[i];

		if (!is_alnum((char)c) && c < 0x80 && !memchr("-_.~", c, 4))
			return false;
	}
	return host.length > 0 && host.length <= 255 &&
	       (is_alnum(host.data[0]) || (unsigned char)host.data[0] >= 0x80 ||
		host.data[0] == '_');
}

static bool has_only(struct tc_slice host, const char *others, bool hex)
{
	for (size_t i = 0; i < host.length; i++) {
		char c = host.data[i];

		if (!strchr(others, c) && !(hex ? is_hex(c) : c >= '0' && c <= '9'))
			return false;
	}
	return true;
}

/* What may be the beginning of an IPv6 address: groups of four digits at most, eight of them. */
static bool is_cut_addr6(struct tc_slice host)
{
	size_t colons = 0, digits = 0;

	for (size_t i = 0; i < host.length; i++) {
		digits = host.data[i] == ':' ? 0 : digits + 1;
		colons += host.data[i] == ':';
		if (digits > 4 && !memchr(host.data, '.', host.length))
			return false;
	}
	if (colons > 7 && !memmem(host.data, host.length, "::", 2))
		return false;
	return has_only(host, ":.", true);
}

/* An address of the family, or what is left of one. */
static bool parse_numeric(struct tc_endpoint *ret, int family)
{
	struct tc_slice host = ret->host;

	ret->family = family;
	if (family == AF_INET6)
		ret->has_addr = tc_parse_addr6(host.data, host.length, &ret->addr) == 0;
	else
		ret->has_addr = tc_parse_addr4(host.data, host.length, &ret->addr) == 0;
	ret->truncated = !ret->has_addr;
	/* An IPv4 address always fits its column: what is none was never one. */
	return ret->has_addr || (family == AF_INET6 && is_cut_addr6(host));
}

static bool parse_host(struct tc_slice host, struct tc_endpoint *ret)
{
	size_t zone = tc_slice_until(host, '%').length;

	if (zone < host.length)
		ret->zone = tc_slice_after(host, zone + 1);
	host.length = zone;
	if (host.length && host.data[0] == '[') {
		/* The zone stands within the brackets ([fe80::1%12]) or behind ([fe80::1]%eth0). */
		struct tc_slice *last =
			ret->zone.length && host.data[host.length - 1] != ']' ? &ret->zone : &host;

		if (last->data[last->length - 1] != ']')
			return false;
		last->length--;
		host = tc_slice_after(host, 1);
	}
	ret->host = host;
	if (!host.length || (ret->zone.length && memchr(ret->zone.data, ':', ret->zone.length)))
		return false;
	if (tc_slice_is(host, "*"))
		return ret->any = true;
	if (memchr(host.data, ':', host.length))
		return parse_numeric(ret, AF_INET6);
	if (has_only(host, ".", false))
		return parse_numeric(ret, AF_INET);
	return is_name(host);
}

/* One number of at most five digits at *at; -1: none, or one with a leading zero. */
static int plain_number(const char **at, const char *end)
{
	const char *start = *at;
	int value = 0;

	while (*at < end && (unsigned char)(**at - '0') < 10 && *at - start < 5)
		value = value * 10 + (*(*at)++ - '0');
	return *at == start || (*start == '0' && *at - start > 1) ? -1 : value;
}

/*
 * "192.0.2.1:443" or "192.0.2.1.443" in one pass, because nearly every endpoint of a large
 * listing is one. false: anything else, right or wrong.
 */
static bool parse_plain4(struct tc_slice text, char separator, struct tc_endpoint *ret)
{
	const char *at = text.data, *end = text.data + text.length;
	uint8_t byte[4];
	int number;

	for (int i = 0; i < 4; i++) {
		number = plain_number(&at, end);
		if (number < 0 || number > UINT8_MAX || at == end ||
		    *at++ != (i < 3 ? '.' : separator))
			return false;
		byte[i] = (uint8_t)number;
	}
	ret->host = (struct tc_slice){text.data, (size_t)(at - text.data) - 1};
	ret->port = (struct tc_slice){at, (size_t)(end - at)};
	number = at + 1 == end && *at == '*' ? (at++, 0) : plain_number(&at, end);
	if (number < 0 || number > UINT16_MAX || at != end)
		return false;
	ret->zone = (struct tc_slice){"", 0};
	ret->addr = (struct tc_addr){.byte = {[10] = 0xff, [11] = 0xff}};
	memcpy(ret->addr.byte + 12, byte, sizeof(byte));
	ret->family = AF_INET;
	ret->number = (uint16_t)number;
	ret->has_addr = ret->has_port = true;
	ret->any = ret->truncated = ret->port_cut = false;
	return true;
}

static bool parse_any(struct tc_slice text, char separator, struct tc_endpoint *ret_endpoint)
{
	const char *cut = text.length ? memrchr(text.data, separator, text.length) : NULL;
	struct tc_endpoint endpoint = {.zone = {"", 0}};
	size_t host;

	if (!cut)
		return false;
	host = (size_t)(cut - text.data);
	if (!parse_port(tc_slice_after(text, host + 1), &endpoint) ||
	    !parse_host((struct tc_slice){text.data, host}, &endpoint))
		return false;
	*ret_endpoint = endpoint;
	return true;
}

bool tc_endpoint_parse(struct tc_slice text, char separator, struct tc_endpoint *ret_endpoint)
{
	return parse_plain4(text, separator, ret_endpoint) ||
	       parse_any(text, separator, ret_endpoint);
}

void tc_endpoint_truncate(struct tc_endpoint *endpoint)
{
	endpoint->has_addr = false;
	endpoint->truncated = true;
}

int tc_endpoint_family(const struct tc_endpoint *local, const struct tc_endpoint *remote)
{
	if (local->family == AF_INET6 || remote->family == AF_INET6)
		return AF_INET6;
	return local->family ? local->family : remote->family;
}
