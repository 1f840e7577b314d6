#!/usr/bin/env bats
# Whose the sockets are: the processes that hold them, and what is concluded of the others.

load helper

among_crew() { # SITUATION FUNCTION
	needs_root
	needs_namespaces
	run unshare -n "$here/crew.py" "$1" bash "$here/inside.bash" "${@:2}"
	[ "$status" != 77 ] || skip "$(tail -1 <<<"$output")"
	printf '%s\n' "$output"
	[ "$status" = 0 ]
}

@test "owners: every socket has the processes that ss names for it" {
	among_crew shares shares
}

@test "owners: a search that ends early finds all who share" {
	among_crew shares filtered_shares
}

@test "owners: of what nobody holds, by its listener and by its peer" {
	among_crew rules rules
}

@test "owners: by the range of local ports" {
	among_crew ports local_ports
}

@test "owners: none where nothing tells, and it is said" {
	among_crew none nothing_is_left
}

@test "owners: a process without a name has a reason" {
	among_crew nameless nameless
}

@test "owners: a request is its listener's" {
	in_lab syn-recv --side b -- requests
}

@test "owners: in filters" {
	among_crew filters filters
}

@test "owners: a saved listing names the same" {
	among_crew filters listing
}

@test "owners: hidden from nobody" {
	! is_sanitized || skip "the sanitizers need more than nobody may"
	among_crew filters nobody_sees
}

@test "owners: units, containers and pods, as the engines name their cgroups" {
	among_crew cgroups cgroups
}

@test "owners: the cgroup of processes that have gone" {
	among_crew gone gone
}

@test "owners: holders in a pid namespace, where a session may be led from outside" {
	needs_root
	unshare --pid --fork --mount-proc true 2>/dev/null || skip "needs pid namespaces"
	# The shell stays, as process 1 would inherit the orphans of the tests.
	unshare --pid --fork --mount-proc sh -c '"$0"; exit $?' "$build/test/unit/test_holders"
}

@test "owners: of a holder outside of the pid namespace that is what is told" {
	needs_root
	unshare --pid --fork --mount-proc true 2>/dev/null || skip "needs pid namespaces"
	apart unshare -n python3 -c '
import socket, subprocess, sys
held = socket.socket(); held.listen()
sys.exit(subprocess.run(["unshare", "-pf", "--mount-proc", "tcpcensus", "by", "owner", "-j"]).returncode)'
	[ "$status" = 0 ]
	jq -e '[.groups[] | [.owner, .count]] == [["hidden", 1]]' <<<"$out"
	grep -q 'outside of this pid namespace cannot be seen: run in the machine' <<<"$err"
	! grep -q 'root\|CAP_SYS_PTRACE' <<<"$err" || false
}

# What nobody holds makes the kernel be asked, beside /proc: a socket on its way to another.
@test "owners: a pid namespace that has the /proc of another" {
	needs_root
	needs_bpf
	apart unshare -n -p -f python3 -c '
import array, os, signal, socket, subprocess, sys
if os.readlink("/proc/self") == str(os.getpid()): sys.exit(77)
def listen():
	listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
	return listener
one, other = socket.socketpair(socket.AF_UNIX)
flying = listen()
one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [flying.fileno()]))])
flying.close()
ready, said = os.pipe()
child = os.fork()
if not child:
	open("/proc/self/comm", "w").write("holds"); held = listen()
	os.write(said, b"x"); signal.pause()
os.read(ready, 1)
done = subprocess.run(["tcpcensus", "list", "-o", "ndjson", "-c", "process,owner"])
os.kill(child, signal.SIGKILL)
sys.exit(done.returncode)'
	[ "$status" != 77 ] || skip "/proc follows the pid namespace"
	[ "$status" = 0 ]
	jq -se 'map([.process, .owner]) | sort == [[null, "hidden"], ["holds", "held"]]' <<<"$out"
}

# Nor does it take a cookie, or that the connection was in a state that is asked for then.
@test "owners: who cannot be looked for, for want of descriptors, is not nobody" {
	! is_sanitized || skip "the sanitizers need descriptors themselves"
	in_lab listen -- without_descriptors
}

@test "owners: who held a connection at the first look is not forgotten" {
	needs_namespaces
	for words in 'netlink' 'netlink state fin-wait-2' 'proc state fin-wait-2'; do
		apart unshare -n python3 -c '
import os, signal, socket, subprocess, sys, time
children = []
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
listener = socket.socket(); listener.bind(("127.0.0.1", 80)); listener.listen()
def start(name, seconds):
	child = os.fork()
	if child:
		children.append(child)
		return listener.accept()[0]
	open("/proc/self/comm", "w").write(name); listener.close()
	client = socket.create_connection(("127.0.0.1", 80))
	time.sleep(seconds); client.close(); time.sleep(60)
held = [start("stays", 60), start("leaves", 2)]
look = subprocess.run(["tcpcensus", "by", "state,process,owner", "-i", "4s", "-j", "--source", *sys.argv[1:]])
for child in children: os.kill(child, signal.SIGKILL)
sys.exit(look.returncode)' $words
		[ "$status" = 0 ]
		jq -e '[.groups[] | select(.state == "FIN_WAIT2") | [.process, .owner]] ==
			[["leaves?", "seen"]]' <<<"$out"
	done
}
