#!/usr/bin/env bats
# What a census leaves behind must be nothing, however many there are: MANY_CENSUSES (200).

load helper

@test "many: censuses in a row within one process leave nothing behind" {
	needs_namespaces
	! is_sanitized || skip "the sanitizers keep memory of their own"
	in_lab all-states-loopback -- many_censuses
}
