#!/usr/bin/env bats
# Many sockets: counts, groups, and the memory that they take.

load helper

@test "20,000 sockets: every source counts as ss does" {
	in_herd --established 6000 --time-wait 10000 --close-wait 1500 --fin-wait2 1500 \
		--syn-recv 800 --listen 200 --peers 500 -6 30 -- crowd_counts
}

@test "20,000 sockets: groups add up to what ss and awk find" {
	in_herd --established 6000 --time-wait 10000 --close-wait 1500 --fin-wait2 1500 \
		--syn-recv 800 --listen 200 --peers 500 -6 30 -- crowd_groups
}

@test "20,000 sockets: top rows and other are the total" {
	in_herd --established 4000 --time-wait 12000 --close-wait 2000 --fin-wait2 2000 \
		--peers 700 -- crowd_top
}

@test "20,000 sockets: the list has each of them once" {
	in_herd --established 4000 --time-wait 12000 --close-wait 2000 --fin-wait2 2000 \
		--peers 700 -6 20 -- crowd_list
}

@test "20,000 sockets: whatever the source, a reader that goes away ends the list, by SIGPIPE" {
	in_herd --established 16000 --time-wait 16000 --peers 700 -- crowd_readers
}

@test "100,000 sockets: a census stays below 10 MiB" {
	! is_sanitized || skip "the sanitizers take memory of their own"
	in_herd --established 10000 --time-wait 80000 --close-wait 5000 --fin-wait2 5000 -- \
		crowd_memory
}

@test "crowd: where descriptors are few, one is enough to count" {
	in_herd --established 2000 --time-wait 2000 --peers 100 -- crowd_descriptors
}
