#!/usr/bin/env bats
# What the kernel refuses a program without telling why (test/tools/denied.c): the next source is
# used, and what is said of it is true.

load helper

needs_denied() {
	needs_namespaces
	needs_root
	"$build/test/tools/denied" recvmsg=EACCES true || skip "needs seccomp"
}

# Where nothing listens and nobody is connected.
denied() { # CALL=ERROR ARGUMENT...
	apart unshare -n "$build/test/tools/denied" "$1" tcpcensus "${@:2}"
}

@test "denied: a kernel without memory for a dump is named, and another source reads" {
	needs_denied
	local why='source netlink was not used: the kernel has no memory to list its sockets'
	for words in '' list 'by process'; do
		denied recvmsg=ENOMEM $words -v
		[ "$status" = 0 ]
		grep -qx "tcpcensus: $why" "$err_file"
	done
	refused 3 'the kernel has no memory to list its sockets$' \
		unshare -n "$build/test/tools/denied" recvmsg=ENOMEM tcpcensus --source netlink
}

@test "denied: all namespaces are read one by one where there is no memory to read them together" {
	needs_denied
	needs_bpf
	! is_sanitized || skip "the sanitizer needs memory of its own"
	# Which thinks that there are many, so that they would be read together.
	apart unshare -n prlimit --as=10000000 "$build/test/tools/gives_up" -N all -v
	[ "$status" = 0 ]
	grep -q '^tcpcensus: source bpf was not used: .' "$err_file"
	grep -q '^tcpcensus: read through netlink' "$err_file"
}

@test "denied: how eBPF would have read is not told of netlink" {
	needs_denied
	needs_bpf
	apart unshare -n "$build/test/tools/denied" bpf:5=EINVAL "$build/test/tools/gives_up" -v
	[ "$status" = 0 ]
	grep -q '^tcpcensus: source bpf was not used: this kernel refuses the eBPF program: Inv' "$err_file"
	grep -q '^tcpcensus: read through netlink' "$err_file"
	! grep 'by calls' "$err_file"
}

@test "denied: why the tables were not walked is told as it is" {
	needs_denied
	needs_bpf
	denied bpf:10=EINVAL --source bpf -v
	[ "$status" = 0 ]
	grep -qx "tcpcensus: the kernel's own iterator counted the connections, since eBPF could not \
walk its tables: this kernel refuses the eBPF program: Invalid argument" "$err_file"
	! grep 'Linux' "$err_file"
}

@test "denied: what folders that cannot be listed would have told is not taken for nothing" {
	needs_denied
	! is_sanitized || skip "the sanitizer lists threads of its own"
	local error
	for error in EIO EINTR EACCES; do
		denied "getdents64=$error" -N all -j
		[ "$status" = 0 ]
		grep -q '"complete":false' "$out_file"
		grep -q '"why":"network namespaces could not all be looked for, as a folder' "$out_file"
	done
	apart tc-lab all-states-loopback -- "$build/test/tools/denied" getdents64=EIO tcpcensus by process
	grep -q 'cannot read /proc: Input/output error$' "$err_file"
}
