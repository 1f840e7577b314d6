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
