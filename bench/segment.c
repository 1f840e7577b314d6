/* SPDX-License-Identifier: MIT */
/*
 * segment.c - builds and sends bare TCP segments through a raw socket.
 */
#include "segment.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "lab/segment.h"

#define TTL 64
#define WINDOW 65535

int segment_open(int family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	return fd < 0 ? -errno : fd;
}

static void fill_tcp(struct tcphdr *tcp, uint16_t from_port, uint16_t to_port, uint32_t seq,
		     unsigned flags)
{
	memset(tcp, 0, sizeof(*tcp));
	tcp->th_sport = from_port;
	tcp->th_dport = to_port;
	tcp->th_seq = htonl(seq);
	tcp->th_off = sizeof(*tcp) / 4;
	tcp->th_flags = (uint8_t)flags;
	tcp->th_win = htons(WINDOW);
}

static int send_v4(int fd, const struct sockaddr_in *from, const struct sockaddr_in *to,
		   uint32_t seq, unsigned flags)
{
	struct {
		struct ip ip;
		struct tcphdr tcp;
	} packet = {0};

	packet.ip.ip_v = 4;
	packet.ip.ip_hl = sizeof(packet.ip) / 4;
	packet.ip.ip_len = htons(sizeof(packet));
	packet.ip.ip_ttl = TTL;
	packet.ip.ip_p = IPPROTO_TCP;
	packet.ip.ip_src = from->sin_addr;
	packet.ip.ip_dst = to->sin_addr;
	fill_tcp(&packet.tcp, from->sin_port, to->sin_port, seq, flags);
	packet.tcp.th_sum = lab_tcp_checksum(&packet.ip.ip_src, &packet.ip.ip_dst,
					     sizeof(struct in_addr), &packet.tcp,
					     sizeof(packet.tcp));
	return sendto(fd, &packet, sizeof(packet), 0, (const struct sockaddr *)to, sizeof(*to)) < 0
		       ? -errno
		       : 0;
}

static int send_v6(int fd, const struct sockaddr_in6 *from, const struct sockaddr_in6 *to,
		   uint32_t seq, unsigned flags)
{
	struct {
		struct ip6_hdr ip;
		struct tcphdr tcp;
	} packet = {0};
	struct sockaddr_in6 target = {.sin6_family = AF_INET6, .sin6_addr = to->sin6_addr};

	packet.ip.ip6_vfc = 6 << 4;
	packet.ip.ip6_plen = htons(sizeof(packet.tcp));
	packet.ip.ip6_nxt = IPPROTO_TCP;
	packet.ip.ip6_hlim = TTL;
	packet.ip.ip6_src = from->sin6_addr;
	packet.ip.ip6_dst = to->sin6_addr;
	fill_tcp(&packet.tcp, from->sin6_port, to->sin6_port, seq, flags);
	packet.tcp.th_sum = lab_tcp_checksum(&packet.ip.ip6_src, &packet.ip.ip6_dst,
					     sizeof(struct in6_addr), &packet.tcp,
					     sizeof(packet.tcp));
	/* A raw IPv6 socket takes the port for a protocol number, so it is not given any. */
	return sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&target, sizeof(target)) <
			       0
		       ? -errno
		       : 0;
}

int segment_send(int fd, const struct sockaddr_storage *from, const struct sockaddr_storage *to,
		 uint32_t seq, unsigned flags)
{
	if (to->ss_family == AF_INET)
		return send_v4(fd, (const struct sockaddr_in *)from, (const struct sockaddr_in *)to,
			       seq, flags);
	return send_v6(fd, (const struct sockaddr_in6 *)from, (const struct sockaddr_in6 *)to, seq,
		       flags);
}
