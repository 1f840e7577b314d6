#!/usr/bin/env bats
# Where /proc is not mounted: what is read from it is not guessed, and its absence is told as what
# it is.

load helper

# Among the sockets of a scenario, with an empty folder for /proc.
without_proc() { # FUNCTION
	needs_root
	needs_namespaces
	! is_sanitized || skip "the sanitizer needs /proc"
	unshare -m mount -t tmpfs none /proc || skip "needs mount namespaces"
	in_lab all-states-loopback -- "$@"
}

@test "no /proc: the range of local ports is not guessed" {
	without_proc no_proc_range
}

@test "no /proc: a filter by what is read from it is not answered by none" {
	without_proc no_proc_filters
}

@test "no /proc: processes are not said to be forbidden" {
	without_proc no_proc_owners
}

@test "no /proc: settings that are hidden are not told as an error of our own" {
	unshare -m mount -t proc -o subset=pid none /proc || skip "needs subset=pid (Linux 5.8)"
	without_proc only_processes
}

@test "no /proc: what is found through it is not said to be nowhere" {
	without_proc no_proc_names
}

@test "no /proc: a process that hidepid=2 does not name is not said to be missing" {
	needs_root
	needs_namespaces
	! is_sanitized || skip "the sanitizer needs /proc"
	unshare -m mount -t proc -o hidepid=2 none /proc || skip "needs hidepid for a mount (Linux 5.8)"
	apart unshare -n -m sh -c 'mount -t proc -o hidepid=2 none /proc && exec "$@"' - setpriv \
		--reuid 65534 --regid 65534 --clear-groups /dev/fd/9 by state pid = 1 \
		9<"$(command -v tcpcensus)"
	[ "$status" = 0 ]
	! grep 'there is no process' "$err_file"
}
