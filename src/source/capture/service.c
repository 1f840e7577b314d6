/* SPDX-License-Identifier: MIT */
/*
 * service.c - port numbers of the services whose names listings print most often.
 *
 * Names and numbers are those of the IANA registry, with the older names that systems still
 * have in their services file. For the rest there is the file of this machine; a name
 * that neither has is kept as text.
 */
#include "source/capture/endpoint.h"

#include <arpa/inet.h>
#include <netdb.h>

#include "util/macro.h"

/* clang-format off */
static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "http", 80 },            { "https", 443 },          { "ssh", 22 },
	{ "domain", 53 },          { "mysql", 3306 },         { "postgresql", 5432 },
	{ "postgres", 5432 },      { "redis", 6379 },         { "smtp", 25 },
	{ "smtps", 465 },          { "submissions", 465 },    { "urd", 465 },
	{ "submission", 587 },     { "pop3", 110 },           { "pop3s", 995 },
	{ "imap2", 143 },          { "imap", 143 },           { "imap4", 143 },
	{ "imaps", 993 },          { "ftp", 21 },             { "ftp-data", 20 },
	{ "telnet", 23 },          { "sunrpc", 111 },         { "rpcbind", 111 },
	{ "portmapper", 111 },     { "nfs", 2049 },           { "nfsd", 2049 },
	{ "ldap", 389 },           { "ldaps", 636 },          { "kerberos", 88 },
	{ "kerberos-sec", 88 },    { "kpasswd", 464 },        { "epmap", 135 },
	{ "loc-srv", 135 },        { "netbios-ssn", 139 },    { "microsoft-ds", 445 },
	{ "ms-sql-s", 1433 },      { "ms-wbt-server", 3389 }, { "http-alt", 8080 },
	{ "webcache", 8080 },      { "https-alt", 8443 },     { "ipp", 631 },
	{ "x11", 6000 },           { "amqp", 5672 },          { "amqps", 5671 },
	{ "mqtt", 1883 },          { "xmpp-client", 5222 },   { "xmpp-server", 5269 },
	{ "svn", 3690 },           { "git", 9418 },           { "rsync", 873 },
	{ "bgp", 179 },            { "auth", 113 },           { "ident", 113 },
	{ "time", 37 },            { "daytime", 13 },         { "echo", 7 },
	{ "discard", 9 },          { "chargen", 19 },         { "finger", 79 },
	{ "printer", 515 },        { "shell", 514 },          { "login", 513 },
	{ "exec", 512 },           { "nntp", 119 },           { "ircd", 6667 },
	{ "socks", 1080 },         { "memcache", 11211 },     { "iscsi-target", 3260 },
	{ "zabbix-agent", 10050 }, { "zabbix-trapper", 10051 }, { "etcd-client", 2379 },
	{ "kubernetes", 6443 },    { "vnc", 5900 },           { "rfb", 5900 },
	{ "munin", 4949 },         { "nrpe", 5666 },          { "sip", 5060 },
	{ "cisco-sccp", 2000 },    { "wsman", 5985 },
};
/* clang-format on */

uint16_t tc_service_port(struct tc_slice name)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(services); i++)
		if (tc_slice_is_folded(name, services[i].name))
			return services[i].port;
	return 0;
}

uint16_t tc_service_look_up(struct tc_slice name)
{
	struct servent service, *found = NULL;
	char text[64], buf[1024];

	if (name.length >= sizeof(text))
		return 0;
	memcpy(text, name.data, name.length);
	text[name.length] = '\0';
	if (getservbyname_r(text, "tcp", &service, buf, sizeof(buf), &found) || !found)
		return 0;
	return ntohs((uint16_t)found->s_port);
}
