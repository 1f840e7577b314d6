/* SPDX-License-Identifier: MIT */
/*
 * segment.c - IPv4 and TCP headers, written and read byte by byte.
 *
 * Not by the structs of netinet: what is read may lie anywhere and end anywhere.
 */
#include "segment.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define IP_HEADER 20
#define TCP_HEADER 20
#define TTL 64

#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET_MASK 0x1fff

/* Kinds of options; RFC 9293, 3.2 and RFC 7323. */
enum option {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_SCALE = 3,
	OPTION_STAMPS = 8,
};

static uint16_t get16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const unsigned char *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static unsigned char *put16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
	return at + 2;
}

static unsigned char *put32(unsigned char *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

/* RFC 1071; 64 bits, so that no length of a packet overflows. */
static uint64_t sum_words(const void *data, size_t size, uint64_t sum)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += get16(bytes + i);
	return size % 2 ? sum + ((uint64_t)bytes[size - 1] << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)~sum;
}

uint16_t lab_tcp_checksum(const void *from, const void *to, size_t address_size,
			  const void *segment, size_t length)
{
	uint64_t sum = IPPROTO_TCP + length;

	sum = sum_words(from, address_size, sum);
	sum = sum_words(to, address_size, sum);
	return htons(fold(sum_words(segment, length, sum)));
}

/* Each option is filled up to four bytes by itself, so that they may be added in any order. */
static unsigned char *put_options(const struct lab_segment *segment, unsigned char *at)
{
	if (segment->mss) {
		at = put16(at, OPTION_MSS << 8 | 4);
		at = put16(at, segment->mss);
	}
	if (segment->scales) {
		at = put16(at, OPTION_NOP << 8 | OPTION_SCALE);
		at = put16(at, 3u << 8 | segment->scale);
	}
	if (segment->stamps) {
		at = put16(at, OPTION_NOP << 8 | OPTION_NOP);
		at = put16(at, OPTION_STAMPS << 8 | 10);
		at = put32(at, segment->stamp);
		at = put32(at, segment->echo);
	}
	return at;
}

static void put_ip(const struct lab_segment *segment, unsigned char *ip, size_t length)
{
	memset(ip, 0, IP_HEADER);
	ip[0] = 4 << 4 | IP_HEADER / 4;
	put16(ip + 2, (unsigned)length);
	ip[8] = TTL;
	ip[9] = IPPROTO_TCP;
	put32(ip + 12, segment->from);
	put32(ip + 16, segment->to);
	put16(ip + 10, fold(sum_words(ip, IP_HEADER, 0)));
}

static void put_tcp(const struct lab_segment *segment, unsigned char *tcp, size_t header)
{
	put16(tcp, segment->from_port);
	put16(tcp + 2, segment->to_port);
	put32(tcp + 4, segment->seq);
	put32(tcp + 8, segment->ack);
	tcp[12] = (unsigned char)(header / 4 << 4);
	tcp[13] = segment->flags;
	put16(tcp + 14, segment->window);
	put32(tcp + 16, 0);
}

size_t lab_segment_build(const struct lab_segment *segment, void *packet, size_t size)
{
	unsigned char *ip = packet, *tcp = ip + IP_HEADER, *data;
	size_t total;
	uint16_t sum;

	if (size < LAB_SEGMENT_HEADERS || segment->length > size - LAB_SEGMENT_HEADERS ||
	    segment->length > UINT16_MAX - LAB_SEGMENT_HEADERS)
		return 0;
	data = put_options(segment, tcp + TCP_HEADER);
	put_tcp(segment, tcp, (size_t)(data - tcp));
	if (segment->length)
		memcpy(data, segment->data, segment->length);
	total = (size_t)(data - ip) + segment->length;
	put_ip(segment, ip, total);
	sum = lab_tcp_checksum(ip + 12, ip + 16, 4, tcp, total - IP_HEADER);
	memcpy(tcp + 16, &sum, sizeof(sum));
	return total;
}

/* An option that is cut off or has an impossible length ends them: so does the kernel. */
static void parse_options(const unsigned char *at, size_t left, struct lab_segment *segment)
{
	while (left && *at != OPTION_END) {
		size_t length = *at == OPTION_NOP ? 1 : left > 1 ? at[1] : 0;

		if (!length || length > left || (*at != OPTION_NOP && length < 2))
			return;
		if (*at == OPTION_MSS && length == 4)
			segment->mss = get16(at + 2);
		if (*at == OPTION_SCALE && length == 3) {
			segment->scales = true;
			segment->scale = at[2];
		}
		if (*at == OPTION_STAMPS && length == 10) {
			segment->stamps = true;
			segment->stamp = get32(at + 2);
			segment->echo = get32(at + 6);
		}
		at += length;
		left -= length;
	}
}

/* Returns the length of the IPv4 header; *size becomes that of the packet without padding. */
static int parse_ip(const unsigned char *ip, size_t *size)
{
	size_t header, total;

	if (*size < 1 || ip[0] >> 4 != 4)
		return -EPROTONOSUPPORT;
	if (*size < IP_HEADER)
		return -EBADMSG;
	header = (size_t)(ip[0] & 15) * 4;
	total = get16(ip + 2);
	if (header < IP_HEADER || total < header || total > *size)
		return -EBADMSG;
	if (ip[9] != IPPROTO_TCP || get16(ip + 6) & (IP_MORE_FRAGMENTS | IP_OFFSET_MASK))
		return -EPROTONOSUPPORT;
	*size = total;
	return (int)header;
}

int lab_segment_parse(const void *packet, size_t size, struct lab_segment *ret_segment)
{
	const unsigned char *ip = packet, *tcp;
	struct lab_segment segment = {0};
	int ip_header = parse_ip(ip, &size);
	size_t header;

	if (ip_header < 0)
		return ip_header;
	tcp = ip + ip_header;
	size -= (size_t)ip_header;
	if (size < TCP_HEADER)
		return -EBADMSG;
	header = (size_t)(tcp[12] >> 4) * 4;
	if (header < TCP_HEADER || header > size)
		return -EBADMSG;
	segment.from = get32(ip + 12);
	segment.to = get32(ip + 16);
	segment.from_port = get16(tcp);
	segment.to_port = get16(tcp + 2);
	segment.seq = get32(tcp + 4);
	segment.ack = get32(tcp + 8);
	segment.flags = tcp[13];
	segment.window = get16(tcp + 14);
	segment.data = tcp + header;
	segment.length = size - header;
	parse_options(tcp + TCP_HEADER, header - TCP_HEADER, &segment);
	segment.sound = fold(sum_words(ip, (size_t)ip_header, 0)) == 0 &&
			lab_tcp_checksum(ip + 12, ip + 16, 4, tcp, size) == 0;
	*ret_segment = segment;
	return 0;
}

uint32_t lab_segment_address(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ? ntohl(address.s_addr) : 0;
}

uint32_t lab_segment_span(const struct lab_segment *segment)
{
	return (uint32_t)segment->length + !!(segment->flags & LAB_SYN) +
	       !!(segment->flags & LAB_FIN);
}
