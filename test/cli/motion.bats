#!/usr/bin/env bats
# Scenarios of the laboratory in which something goes on, so that the numbers are never the same
# for long: what a source finds lies between what another one has found before and after. Those that
# stand still are looked at in states.bats.

load helper

# Under the sanitizers the one that it is about.
both_sides() { # SCENARIO
	in_lab "$1" --ripe -- in_motion
	is_sanitized || in_lab "$1" --ripe --side "$(other_side "$1")" -- in_motion
}

other_side() { # SCENARIO
	tc-lab --list | awk -F'\t' -v name="$1" '$1 == name { print $2 == "a" ? "b" : "a" }'
}

@test "in motion: busy-server" { both_sides busy-server; }
@test "in motion: client-pool" { both_sides client-pool; }
@test "in motion: short-connections" { both_sides short-connections; }
@test "in motion: late-close" { both_sides late-close; }
@test "in motion: proxy" { both_sides proxy; }
@test "in motion: crawler" { both_sides crawler; }
@test "in motion: crawler-paused" { both_sides crawler-paused; }
@test "in motion: some-loss" { both_sides some-loss; }
@test "in motion: slow-peer" { both_sides slow-peer; }
@test "in motion: scanned" { both_sides scanned; }
@test "in motion: syn-flood" { both_sides syn-flood; }
@test "in motion: syn-flood-small" { both_sides syn-flood-small; }
@test "in motion: syn-flood-beside" { both_sides syn-flood-beside; }
@test "in motion: syn-cookies" { both_sides syn-cookies; }
@test "in motion: orphan-syn-recv" { both_sides orphan-syn-recv; }
@test "in motion: refused" { both_sides refused; }
@test "in motion: ports-reused" { both_sides ports-reused; }
@test "in motion: retrans" { both_sides retrans; }
@test "in motion: stale-syn" { both_sides stale-syn; }
@test "in motion: abort-on-close" { both_sides abort-on-close; }
@test "in motion: close-wait-grows" { both_sides close-wait-grows; }
@test "in motion: close-wait-limit" { both_sides close-wait-limit; }
@test "in motion: tw-overflow" { both_sides tw-overflow; }
@test "in motion: paws" { both_sides paws; }
@test "in motion: conntrack-full" { both_sides conntrack-full; }
@test "in motion: conntrack-brim" { both_sides conntrack-brim; }
@test "in motion: tw-buckets-tiny" { both_sides tw-buckets-tiny; }
@test "in motion: dangerous-settings" { both_sides dangerous-settings; }

@test "in motion: every scenario has its test here or in states.bats" {
	diff <(tc-lab --list | cut -f1 | sort) \
		<(sed -n 's/^@test ".*both_sides \(.*\); }/\1/p' "$here/states.bats" \
			"$BATS_TEST_FILENAME" | sort)
}
