/* SPDX-License-Identifier: MIT */
/* port_facts.c - records of the eBPF program as sockets and facts; see port_facts.h. */
#include "source/port_facts.h"

#include <arpa/inet.h>
#include <string.h>

#include "bpf/port_facts.h"
#include "model/state.h"
#include "util/addr.h"

struct reader {
	tc_port_fact_sink *sink;
	void *context;
};

static struct tc_sock socket_of(const struct tc_bpf_port *record)
{
	struct tc_sock sock = {
		.count = 1,
		.cookie = record->cookie,
		.local = tc_addr_of(record->family == AF_INET, record->local),
		.remote = tc_addr_of(record->family == AF_INET, record->remote),
		.local_port = record->local_port,
		.remote_port = ntohs(record->remote_port),
		.have = TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_IFINDEX | TC_HAVE_KIND,
		.ifindex = record->ifindex,
		.family = record->family,
		.state = (uint8_t)tc_state_from_kernel(record->state),
		.kind = record->known & TC_BPF_PORT_TIME_WAIT ? TC_KIND_TIMEWAIT : TC_KIND_FULL,
	};

	if (record->cookie)
		sock.have |= TC_HAVE_COOKIE;
	return sock;
}

static int take(void *context, const struct tc_bpf_port *records, size_t count)
{
	const struct reader *reader = context;

	for (size_t i = 0; i < count; i++) {
		const struct tc_bpf_port *record = &records[i];
		bool minisocket = record->known & TC_BPF_PORT_TIME_WAIT;
		struct tc_sock sock = socket_of(record);
		struct tc_port_fact fact = {
			.bind_known = record->known & TC_BPF_PORT_BUCKET,
			.bind = record->bind,
			.choice_known = record->known & TC_BPF_PORT_CHOICE,
			.by_connect = record->by_connect,
			.timestamps_known = minisocket,
			.timestamps = record->timestamps,
			.age_ms = minisocket ? (int64_t)record->age_ms : -1,
		};
		int err = reader->sink(reader->context, &sock, &fact);

		if (err)
			return err;
	}
	return 0;
}

int tc_port_facts_read(struct port_facts_bpf **programs, tc_port_fact_sink *sink, void *context,
		       char why[TC_WHY_MAX])
{
	struct reader reader = { .sink = sink, .context = context };

	return tc_bpf_port_facts(programs, take, &reader, why);
}

void tc_port_facts_release(struct port_facts_bpf *programs)
{
	tc_bpf_port_facts_release(programs);
}
