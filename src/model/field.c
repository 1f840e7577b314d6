/* SPDX-License-Identifier: MIT */
/* field.c - the field table and how each field is read from a socket. */
#include "model/field.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "model/owner.h"
#include "util/addr.h"
#include "util/intl.h"
#include "util/parse.h"

static void set_number(struct tc_value *value, uint64_t number)
{
	value->type = TC_TYPE_NUMBER;
	value->quoted = false;
	value->number = number;
}

static void set_text(struct tc_value *value, const char *text)
{
	if (!text)
		return;
	value->type = TC_TYPE_TEXT;
	value->cut = false;
	value->several = false;
	value->text = text;
}

/* The name at an index, or nothing: a number from outside never indexes past a table. */
static void set_name(struct tc_value *value, const char *const *names, size_t count, size_t index)
{
	if (index < count)
		set_text(value, names[index]);
}

/* ---- The two ends -------------------------------------------------------------------- */

/* One end of a connection, so that local and remote share every function below. */
struct end {
	const struct tc_addr *addr;
	const char *host;
	const char *port_text;
	const char *zone;
	uint16_t port;
	bool has_addr;
	bool has_port;
	bool cut;
};

static struct end local_end(const struct tc_sock *sock)
{
	return (struct end){
		.addr = &sock->local,
		.host = sock->text ? sock->text->local_host : NULL,
		.port_text = sock->text ? sock->text->local_port : NULL,
		.zone = sock->text ? sock->text->iface : NULL,
		.port = sock->local_port,
		.has_addr = sock->have & TC_HAVE_LOCAL_ADDR,
		.has_port = sock->have & TC_HAVE_LOCAL_PORT,
		.cut = sock->flags & TC_FLAG_LOCAL_TRUNCATED,
	};
}

static struct end remote_end(const struct tc_sock *sock)
{
	return (struct end){
		.addr = &sock->remote,
		.host = sock->text ? sock->text->remote_host : NULL,
		.port_text = sock->text ? sock->text->remote_port : NULL,
		.port = sock->remote_port,
		.has_addr = sock->have & TC_HAVE_REMOTE_ADDR,
		.has_port = sock->have & TC_HAVE_REMOTE_PORT,
		.cut = sock->flags & TC_FLAG_REMOTE_TRUNCATED,
	};
}

static void end_addr(struct end end, struct tc_value *value)
{
	if (end.has_addr) {
		value->type = TC_TYPE_ADDR;
		value->addr = *end.addr;
		value->prefix = 0;
	} else {
		set_text(value, end.host);
		value->cut = end.cut;
	}
}

static void end_port(struct end end, struct tc_value *value)
{
	if (end.has_port)
		set_number(value, end.port);
	else
		set_text(value, end.port_text);
}

static void end_both(struct end end, struct tc_value *value)
{
	if (!end.has_addr && !end.host)
		return;
	value->type = TC_TYPE_ENDPOINT;
	value->text = end.has_addr ? NULL : end.host;
	value->cut = end.cut && !end.has_addr;
	value->addr = *end.addr;
	value->has_port = end.has_port && end.port; /* 0 and none are both shown as '*' */
	value->number = value->has_port ? end.port : 0;
	value->port_text = end.has_port ? NULL : end.port_text;
	value->zone = end.zone;
}

static void end_net(struct end end, const struct tc_key *key, struct tc_value *value)
{
	if (!end.has_addr) {
		set_text(value, end.host);
		value->cut = end.cut;
		return;
	}
	if (tc_addr_is_any(end.addr)) { /* a listener's peer is in no network */
		set_text(value, "*");
		return;
	}
	value->type = TC_TYPE_NET;
	value->addr = tc_addr_masked(end.addr, key->prefix4, key->prefix6);
	value->prefix = tc_addr_is4(end.addr) ? key->prefix4 : key->prefix6;
}

/* One getter a row of the table; GETTER saves the line that all of them begin with. */
#define GETTER(name)                                                                     \
	static void get_##name(const struct tc_key *key __attribute__((unused)),         \
			       const struct tc_sock *sock, struct tc_value *value)

GETTER(local)
{
	end_both(local_end(sock), value);
}

GETTER(local_addr)
{
	end_addr(local_end(sock), value);
}

GETTER(local_port)
{
	end_port(local_end(sock), value);
}

GETTER(local_net)
{
	end_net(local_end(sock), key, value);
}

GETTER(remote)
{
	end_both(remote_end(sock), value);
}

GETTER(remote_addr)
{
	end_addr(remote_end(sock), value);
}

GETTER(remote_port)
{
	end_port(remote_end(sock), value);
}

GETTER(remote_net)
{
	end_net(remote_end(sock), key, value);
}

GETTER(service)
{
	if (sock->listener)
		end_both(local_end(sock->listener), value);
}

/* ---- What kind of socket ------------------------------------------------------------- */

static const char *const family_names[] = {"inet", "inet6", NULL};

static const char *const kind_names[] = {
	[TC_KIND_FULL] = "full",
	[TC_KIND_REQUEST] = "request",
	[TC_KIND_TIMEWAIT] = "timewait",
	NULL,
};

/* Without TC_DIRECTION_NONE, which is shown as nothing. */
static const char *const direction_names[] = {
	[TC_DIRECTION_IN - 1] = "in",
	[TC_DIRECTION_OUT - 1] = "out",
	[TC_DIRECTION_LISTEN - 1] = "listen",
	NULL,
};

static const char *const timer_names[] = {
	[TC_TIMER_NONE] = "none",	    [TC_TIMER_RETRANS] = "retrans",
	[TC_TIMER_KEEPALIVE] = "keepalive", [TC_TIMER_TIMEWAIT] = "timewait",
	[TC_TIMER_PROBE] = "probe",	    NULL,
};

GETTER(state)
{
	set_text(value, tc_state_name(sock->state));
}

GETTER(family)
{
	if (sock->have & TC_HAVE_FAMILY)
		set_text(value, family_names[sock->family == AF_INET6]);
}

GETTER(kind)
{
	if (sock->have & TC_HAVE_KIND)
		set_name(value, kind_names, TC_ARRAY_SIZE(kind_names), sock->kind);
}

GETTER(direction)
{
	if (sock->direction != TC_DIRECTION_NONE)
		set_name(value, direction_names, TC_ARRAY_SIZE(direction_names),
			 sock->direction - 1u);
}

/* ---- Queues and timers --------------------------------------------------------------- */

GETTER(recv_q)
{
	if (sock->have & TC_HAVE_RECV_Q)
		set_number(value, sock->rqueue);
}

GETTER(send_q)
{
	if (sock->have & TC_HAVE_SEND_Q)
		set_number(value, sock->wqueue);
}

GETTER(timer)
{
	if (sock->have & TC_HAVE_TIMER)
		set_name(value, timer_names, TC_ARRAY_SIZE(timer_names), sock->timer);
}

GETTER(drops)
{
	if (sock->have & TC_HAVE_DROPS)
		set_number(value, sock->expires_ms);
}

GETTER(expires)
{
	if ((sock->have & TC_HAVE_EXPIRES) && sock->timer != TC_TIMER_NONE)
		set_number(value, sock->expires_ms);
}

GETTER(retrans)
{
	if (sock->have & TC_HAVE_RETRANS)
		set_number(value, sock->retrans);
}

/* ---- The inside of a connection ------------------------------------------------------ */

/* What was read of its times; NULL: nothing. */
static const struct tc_inside *times_of(const struct tc_sock *sock)
{
	const struct tc_inside *inside =
		(sock->have & TC_HAVE_INSIDE) && sock->text ? sock->text->inside : NULL;

	return inside && (inside->have & TC_INSIDE_TIMES) ? inside : NULL;
}

static void set_smaller(struct tc_value *value, uint32_t one, uint32_t other)
{
	set_number(value, one < other ? one : other);
}

GETTER(heard)
{
	const struct tc_inside *times = times_of(sock);

	if (times)
		set_smaller(value, times->data_received_ms, times->ack_received_ms);
}

GETTER(idle)
{
	const struct tc_inside *times = times_of(sock);

	if (times)
		set_smaller(value, times->data_sent_ms, times->data_received_ms);
}

/* ---- Whose --------------------------------------------------------------------------- */

GETTER(uid)
{
	if (sock->have & TC_HAVE_UID)
		set_number(value, sock->uid);
}

GETTER(user)
{
	if (sock->text && sock->text->user) {
		set_text(value, sock->text->user);
	} else if (sock->have & TC_HAVE_UID) {
		set_number(value, sock->uid);
		value->quoted = true;
	}
}

GETTER(iface)
{
	if (sock->text && sock->text->iface) {
		set_text(value, sock->text->iface);
	} else if (sock->have & TC_HAVE_IFINDEX) {
		if (!sock->ifindex) {
			set_text(value, "*");
			return;
		}
		set_number(value, sock->ifindex);
		value->quoted = true;
	}
}

GETTER(netns)
{
	if (sock->text && sock->text->netns) {
		set_text(value, sock->text->netns);
	} else if (sock->have & TC_HAVE_NETNS) {
		set_number(value, sock->netns);
		value->quoted = true;
	}
}

GETTER(netns_id)
{
	if (sock->have & TC_HAVE_NETNS)
		set_number(value, sock->netns);
}

GETTER(inode)
{
	if (sock->have & TC_HAVE_INODE)
		set_number(value, sock->inode);
}

GETTER(cookie)
{
	if (sock->have & TC_HAVE_COOKIE)
		set_number(value, sock->cookie);
}

GETTER(mark)
{
	if (sock->have & TC_HAVE_MARK)
		set_number(value, sock->mark);
}

GETTER(cgroup_id)
{
	if (sock->have & TC_HAVE_CGROUP)
		set_number(value, sock->cgroup);
}

GETTER(shutdown)
{
	if (sock->have & TC_HAVE_SHUTDOWN)
		set_number(value, sock->shutdown);
}

/* ---- Owners -------------------------------------------------------------------------- */

static void owner_word(const struct tc_sock *sock, enum tc_owner_part part, struct tc_value *value)
{
	if (!sock->text || !sock->text->owner)
		return;
	set_text(value, sock->text->owner->words[part]);
	value->several = part != TC_PART_CMDLINE && tc_owner_is_several(sock->text->owner, part);
}

GETTER(process)
{
	owner_word(sock, TC_PART_PROCESS, value);
	if (!value->type && sock->text && !sock->text->owner)
		set_text(value, sock->text->process);
}

/* A number for one process that holds it; words for several, or where it is inferred. */
GETTER(pid)
{
	const struct tc_owner *owner = sock->text ? sock->text->owner : NULL;

	if (owner && owner->how == TC_OWNER_HELD && owner->count == 1 && owner->processes[0]->pid)
		set_number(value, owner->processes[0]->pid);
	else
		owner_word(sock, TC_PART_PID, value);
}

GETTER(cmdline)
{
	owner_word(sock, TC_PART_CMDLINE, value);
}

GETTER(unit)
{
	owner_word(sock, TC_PART_UNIT, value);
}

GETTER(cgroup)
{
	owner_word(sock, TC_PART_CGROUP, value);
}

GETTER(container)
{
	owner_word(sock, TC_PART_CONTAINER, value);
}

GETTER(pod)
{
	owner_word(sock, TC_PART_POD, value);
}

GETTER(owner)
{
	if (sock->text && sock->text->owner)
		set_text(value, tc_attribution_name(sock->text->owner->how));
}

#define HAVE_LOCAL (TC_HAVE_LOCAL_ADDR | TC_HAVE_LOCAL_PORT)
#define HAVE_REMOTE (TC_HAVE_REMOTE_ADDR | TC_HAVE_REMOTE_PORT)
#define OWNER (HAVE_LOCAL | HAVE_REMOTE | TC_HAVE_INODE | TC_HAVE_KIND | TC_HAVE_COOKIE | \
	       TC_HAVE_EXPIRES)
#define OWNER_GROUP (OWNER | TC_HAVE_CGROUP)

/* clang-format off */
static const struct tc_field fields[] = {
	{ "state", N_("STATE"), N_("state of the socket"), NULL,
	  0, 0, 11, get_state, NULL },
	{ "family", N_("FAMILY"), N_("inet or inet6: family of the socket"), NULL,
	  TC_HAVE_FAMILY, 0, 6, get_family, family_names },
	{ "local", N_("LOCAL"), N_("local address and port"), NULL,
	  HAVE_LOCAL | TC_HAVE_IFINDEX, TC_FIELD_JOINED | TC_FIELD_IFACES, 26, get_local, NULL },
	{ "local.addr", N_("LOCAL.ADDR"), N_("local address"), NULL,
	  TC_HAVE_LOCAL_ADDR, 0, 20, get_local_addr, NULL },
	{ "local.port", N_("LOCAL.PORT"), N_("local port"), NULL,
	  TC_HAVE_LOCAL_PORT, TC_FIELD_RIGHT, 10, get_local_port, NULL },
	{ "local.net", N_("LOCAL.NET"), N_("local network: /24 and /64, or local.net/16"), NULL,
	  TC_HAVE_LOCAL_ADDR, TC_FIELD_PREFIX, 20, get_local_net, NULL },
	{ "remote", N_("REMOTE"), N_("remote address and port"), NULL,
	  HAVE_REMOTE, TC_FIELD_JOINED, 26, get_remote, NULL },
	{ "remote.addr", N_("REMOTE.ADDR"), N_("remote address"), NULL,
	  TC_HAVE_REMOTE_ADDR, 0, 20, get_remote_addr, NULL },
	{ "remote.port", N_("REMOTE.PORT"), N_("remote port"), NULL,
	  TC_HAVE_REMOTE_PORT, TC_FIELD_RIGHT, 11, get_remote_port, NULL },
	{ "remote.net", N_("REMOTE.NET"), N_("remote network: /24 and /64, or remote.net/16"), NULL,
	  TC_HAVE_REMOTE_ADDR, TC_FIELD_PREFIX, 20, get_remote_net, NULL },
	{ "service", N_("SERVICE"), N_("the listener that an inbound socket belongs to"), NULL,
	  HAVE_LOCAL | TC_HAVE_IFINDEX, TC_FIELD_LISTENERS | TC_FIELD_IFACES, 22, get_service, NULL },
	{ "direction", N_("DIRECTION"), N_("in, out or listen, by the listeners seen"), NULL,
	  HAVE_LOCAL | TC_HAVE_KIND, TC_FIELD_LISTENERS, 9, get_direction, direction_names },
	{ "recv_q", N_("RECV-Q"), N_("bytes the program has not read; LISTEN: not accepted"), NULL,
	  TC_HAVE_RECV_Q, TC_FIELD_RIGHT, 7, get_recv_q, NULL },
	{ "send_q", N_("SEND-Q"), N_("bytes the peer has not confirmed; LISTEN: backlog"), NULL,
	  TC_HAVE_SEND_Q, TC_FIELD_RIGHT, 7, get_send_q, NULL },
	{ "timer", N_("TIMER"), N_("none, retrans, keepalive, timewait or probe"), NULL,
	  TC_HAVE_TIMER, 0, 9, get_timer, timer_names },
	{ "expires", N_("EXPIRES-MS"), N_("time until the timer fires, in milliseconds"), "ms",
	  TC_HAVE_EXPIRES | TC_HAVE_TIMER, TC_FIELD_RIGHT, 10, get_expires, NULL },
	{ "retrans", N_("RETRANS"), N_("retransmissions or unanswered probes so far"), NULL,
	  TC_HAVE_RETRANS, TC_FIELD_RIGHT, 7, get_retrans, NULL },
	{ "heard", N_("HEARD-MS"), N_("time since the peer was last heard, in milliseconds"), "ms",
	  TC_HAVE_INSIDE, TC_FIELD_INSIDE | TC_FIELD_RIGHT, 10, get_heard, NULL },
	{ "idle", N_("IDLE-MS"), N_("time since data was sent or received, in milliseconds"), "ms",
	  TC_HAVE_INSIDE, TC_FIELD_INSIDE | TC_FIELD_RIGHT, 10, get_idle, NULL },
	{ "drops", N_("DROPS"), N_("LISTEN: packets it has dropped since it was made"), NULL,
	  TC_HAVE_DROPS, TC_FIELD_INSIDE | TC_FIELD_RIGHT, 7, get_drops, NULL },
	{ "kind", N_("KIND"), N_("full, request or timewait: how the kernel holds it"), NULL,
	  TC_HAVE_KIND, 0, 8, get_kind, kind_names },
	{ "uid", N_("UID"), N_("number of the user that owns it"), NULL,
	  TC_HAVE_UID, TC_FIELD_RIGHT, 6, get_uid, NULL },
	{ "user", N_("USER"), N_("name of the user that owns it"), NULL,
	  TC_HAVE_UID, TC_FIELD_USERS, 10, get_user, NULL },
	{ "iface", N_("IFACE"), N_("device that it is bound to; *: any"), NULL,
	  TC_HAVE_IFINDEX, TC_FIELD_IFACES, 8, get_iface, NULL },
	{ "netns", N_("NETNS"), N_("name of the network namespace"), NULL,
	  TC_HAVE_NETNS, TC_FIELD_NETNS, 16, get_netns, NULL },
	{ "netns.id", N_("NETNS.ID"), N_("inode number of the network namespace"), NULL,
	  TC_HAVE_NETNS, TC_FIELD_RIGHT, 10, get_netns_id, NULL },
	{ "inode", N_("INODE"), N_("inode of the descriptor; 0: no process holds it"), NULL,
	  TC_HAVE_INODE, TC_FIELD_RIGHT, 8, get_inode, NULL },
	{ "cookie", N_("COOKIE"), N_("the kernel's number for the connection"), NULL,
	  TC_HAVE_COOKIE, TC_FIELD_RIGHT, 8, get_cookie, NULL },
	{ "mark", N_("MARK"), N_("firewall mark (needs CAP_NET_ADMIN)"), NULL,
	  TC_HAVE_MARK, TC_FIELD_RIGHT, 6, get_mark, NULL },
	{ "cgroup.id", N_("CGROUP.ID"), N_("cgroup v2 id"), NULL,
	  TC_HAVE_CGROUP, TC_FIELD_RIGHT, 8, get_cgroup_id, NULL },
	{ "shutdown", N_("SHUTDOWN"), N_("directions shut down: 1 receive, 2 send, 3 both"), NULL,
	  TC_HAVE_SHUTDOWN, TC_FIELD_RIGHT, 8, get_shutdown, NULL },
	{ "process", N_("PROCESS"), N_("name of the process that holds it; '?': inferred"), NULL,
	  OWNER, TC_FIELD_OWNERS, 15, get_process, NULL },
	{ "pid", N_("PID"), N_("number of that process"), NULL,
	  OWNER, TC_FIELD_OWNERS | TC_FIELD_RIGHT, 7, get_pid, NULL },
	{ "cmdline", N_("CMDLINE"), N_("arguments of that process"), NULL,
	  OWNER, TC_FIELD_OWNERS | TC_FIELD_CMDLINES, 30, get_cmdline, NULL },
	{ "unit", N_("UNIT"), N_("systemd unit of that process"), NULL,
	  OWNER_GROUP, TC_FIELD_OWNERS | TC_FIELD_CGROUPS, 20, get_unit, NULL },
	{ "cgroup", N_("CGROUP"), N_("control group (version 2) of that process"), NULL,
	  OWNER_GROUP, TC_FIELD_OWNERS | TC_FIELD_CGROUPS, 30, get_cgroup, NULL },
	{ "container", N_("CONTAINER"), N_("container of that process"), NULL,
	  OWNER_GROUP, TC_FIELD_OWNERS | TC_FIELD_CGROUPS, 22, get_container, NULL },
	{ "pod", N_("POD"), N_("Kubernetes pod of that process"), NULL,
	  OWNER_GROUP, TC_FIELD_OWNERS | TC_FIELD_CGROUPS, 36, get_pod, NULL },
	{ "owner", N_("OWNER"), N_("how the owner is known: held, listener, peer, ..."), NULL,
	  OWNER, TC_FIELD_OWNERS, 8, get_owner, tc_attribution_names },
};
/* clang-format on */

size_t tc_field_count(void)
{
	return TC_ARRAY_SIZE(fields);
}

const struct tc_field *tc_field_at(size_t index)
{
	return index < TC_ARRAY_SIZE(fields) ? &fields[index] : NULL;
}

const struct tc_field *tc_field_find(const char *name)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

const char *tc_field_name(const struct tc_field *field)
{
	return field->name;
}

const char *tc_field_help(const struct tc_field *field)
{
	return tc_tr(field->help);
}
