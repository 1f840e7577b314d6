/* SPDX-License-Identifier: MIT */
/* fixture.h - an invented kernel of today whose settings all have their defaults. */
#ifndef TC_TEST_FIXTURE_H
#define TC_TEST_FIXTURE_H

#include <string.h>

#include "model/setting.h"

/* The settings of a kernel that has all that were not removed, in the initial network namespace. */
static inline void fixture_settings(struct tc_setting_value values[TC_SETTING_COUNT])
{
	static const int64_t number[TC_SETTING_COUNT][TC_SETTING_NUMBERS] = {
		[TC_SETTING_tcp_syn_retries] = {6},
		[TC_SETTING_tcp_syn_linear_timeouts] = {4},
		[TC_SETTING_tcp_synack_retries] = {5},
		[TC_SETTING_tcp_max_syn_backlog] = {2048},
		[TC_SETTING_tcp_syncookies] = {1},
		[TC_SETTING_somaxconn] = {4096},
		[TC_SETTING_tcp_retries1] = {3},
		[TC_SETTING_tcp_retries2] = {15},
		[TC_SETTING_tcp_rto_max_ms] = {120000},
		[TC_SETTING_tcp_keepalive_time] = {7200},
		[TC_SETTING_tcp_keepalive_intvl] = {75},
		[TC_SETTING_tcp_keepalive_probes] = {9},
		[TC_SETTING_tcp_max_orphans] = {131072},
		[TC_SETTING_tcp_fin_timeout] = {60},
		[TC_SETTING_tcp_max_tw_buckets] = {131072},
		[TC_SETTING_tcp_tw_reuse] = {2},
		[TC_SETTING_tcp_tw_reuse_delay] = {1000},
		[TC_SETTING_tcp_timestamps] = {1},
		[TC_SETTING_tcp_window_scaling] = {1},
		[TC_SETTING_tcp_sack] = {1},
		[TC_SETTING_tcp_invalid_ratelimit] = {500},
		[TC_SETTING_tcp_challenge_ack_limit] = {2147483647},
		[TC_SETTING_netdev_max_backlog] = {1000},
		[TC_SETTING_tcp_rmem] = {4096, 131072, 33554432},
		[TC_SETTING_tcp_wmem] = {4096, 16384, 4194304},
		[TC_SETTING_nf_conntrack_max] = {262144},
		[TC_SETTING_nf_conntrack_tcp_timeout_established] = {432000},
		[TC_SETTING_nf_conntrack_tcp_timeout_time_wait] = {120},
		[TC_SETTING_ip_local_port_range] = {32768, 60999},
		[TC_SETTING_tcp_mem] = {287898, 383866, 575796},
		[TC_SETTING_tcp_ehash_entries] = {262144},
		[TC_SETTING_tcp_fastopen] = {1},
		[TC_SETTING_tcp_base_mss] = {1024},
		[TC_SETTING_tcp_ecn] = {2},
		[TC_SETTING_tcp_slow_start_after_idle] = {1},
		[TC_SETTING_tcp_frto] = {2},
		[TC_SETTING_tcp_rto_min_us] = {200000},
		[TC_SETTING_ip_unprivileged_port_start] = {1024},
		[TC_SETTING_rmem_max] = {4194304},
		[TC_SETTING_wmem_max] = {4194304},
		[TC_SETTING_tcp_moderate_rcvbuf] = {1},
		[TC_SETTING_tcp_adv_win_scale] = {1},
		[TC_SETTING_tcp_notsent_lowat] = {4294967295},
	};
	static const unsigned count[] = {
		[TC_FORM_NUMBER] = 1, [TC_FORM_RANGE] = 2, [TC_FORM_THREE] = 3,
		[TC_FORM_PORTS] = 1,  [TC_FORM_WORD] = 0,
	};

	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		values[i].status = TC_SETTING_READ;
		values[i].count = count[tc_setting_rows[i].form];
		values[i].word[0] = '\0';
		for (int n = 0; n < TC_SETTING_NUMBERS; n++)
			values[i].number[n] = number[i][n];
		if (tc_setting_rows[i].removed)
			values[i] = (struct tc_setting_value){.status = TC_SETTING_ABSENT};
	}
	strcpy(values[TC_SETTING_tcp_congestion_control].word, "cubic");
}

#endif
