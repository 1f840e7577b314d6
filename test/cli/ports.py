#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ports.py SOURCE FAMILIES [CASE...]: what `tcpcensus ports` says is made true.

Each case makes a situation, in a network namespace of its own, asks for the headroom of one
destination, opens as many connections to it as are said to be free, and then one more, which must
fail with EADDRNOTAVAIL. With the source bpf the number is exact; with the others it lies between
the bounds that are given. FAMILIES is a list such as 4,6,mapped, or "in-turn": each case has one
of them. Without a CASE it is all of those that have one destination.
"""
import ctypes
import errno
import json
import resource
import socket
import subprocess
import sys
import time

from waiting import wait_for

CLONE_NEWNET = 0x40000000
IP_BIND_ADDRESS_NO_PORT = 24
LOW = 40000


def setting(name, value):
    with open(f"/proc/sys/net/ipv4/{name}", "w") as file:
        file.write(str(value))


def range_of(count):
    setting("ip_local_port_range", f"{LOW} {LOW + count - 1}")


def ip(commands):
    """Whether all of them succeed, in one process."""
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True,
                          stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def enter_namespace():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) < 0:
        print("needs network namespaces")
        sys.exit(77)
    assert ip(["link set lo up", "addr add 10.77.0.1/32 dev lo", "addr add 10.77.0.2/32 dev lo",
               "addr add fd77::1/128 dev lo nodad", "addr add fd77::2/128 dev lo nodad",
               # else a connection to an address of this machine comes from that address
               "route replace local 10.77.0.2 dev lo src 10.77.0.1 table local"])
    wait_for("the route to fd77::2",
             lambda: ip(["route del local fd77::2 dev lo table local",
                         "route add local fd77::2 dev lo src fd77::1 table local"]))
    setting("tcp_tw_reuse", 0)
    # Where the machine stalls, a FIN is repeated to who has left, and the RST would end TIME_WAIT.
    setting("tcp_rfc1337", 1)
    range_of(20)


class Family:
    """How the ends are called where the case runs over IPv4, IPv6 or IPv4 in IPv6."""

    def __init__(self, name):
        self.kind = socket.AF_INET if name == "4" else socket.AF_INET6
        prefix = "::ffff:" if name == "mapped" else ""
        self.here = prefix + "10.77.0.1" if name != "6" else "fd77::1"
        self.there = prefix + "10.77.0.2" if name != "6" else "fd77::2"
        self.lo = prefix + "127.0.0.1" if name != "6" else "::1"


class Scene:
    def __init__(self, family):
        self.family = Family(family)
        self.kept = []
        self.local = self.family.here
        self.remote = self.family.there
        self.port = 80
        self.listen(80)
        self.listen(81)

    def socket(self, *options):
        made = socket.socket(self.family.kind)
        for level, option in options:
            made.setsockopt(level, option, 1)
        self.kept.append(made)
        return made

    def listen(self, port, address=None):
        made = self.socket((socket.SOL_SOCKET, socket.SO_REUSEADDR))
        made.bind((address or ("0.0.0.0" if self.family.kind == socket.AF_INET else "::"), port))
        made.listen(1000)
        return made

    def plain(self, port=80):
        made = self.socket((socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT))
        made.bind((self.local, 0))  # the address alone: connect() chooses the port
        made.connect((self.remote, port))
        return made

    def routed(self, port=80):
        made = self.socket()
        made.connect((self.remote, port))
        return made

    def bound(self, port=81, local_port=0):
        made = self.socket()
        made.bind((self.local, local_port))
        made.connect((self.remote, port))
        return made

    def accept_all(self, listener, count):
        for _ in range(count):
            self.kept.append(listener.accept()[0])

    def time_wait(self, connections, listener_port=80):
        """Closes both ends, ours first, and waits until ours are in TIME_WAIT."""
        listener = next(one for one in self.kept if is_listener(one, listener_port))
        peers = {}
        for _ in connections:
            peer, address = listener.accept()
            peers[address[1]] = peer
        for one in connections:
            peer = peers.pop(one.getsockname()[1])
            one.close()
            assert not peer.recv(1), "data that nobody sent"  # its FIN, before ours is sent
            peer.close()
        wait_for("TIME_WAIT", lambda: count_state("time-wait", listener_port) == len(connections))


def is_listener(one, port):
    try:
        return one.fileno() >= 0 and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and \
            one.getsockname()[1] == port
    except OSError:
        return False


def count_state(state, to_port=None):
    done = subprocess.run(["ss", "-tanH", "state", state] + (["dport", f":{to_port}"] if to_port else []),
                          capture_output=True, text=True, check=True)
    return len(done.stdout.splitlines())


# ---- The situations: each returns how connections are opened to prove the number ----------


def nothing(scene):
    return scene.plain


def by_route(scene):
    return scene.routed


def some_used(scene):
    for _ in range(7):
        scene.plain()
    for _ in range(9):
        scene.plain(81)
    return scene.plain


def bind_before(scene):
    for _ in range(5):
        scene.bound()
    scene.plain()
    return scene.plain


def bind_exhausted(scene):
    for _ in range(20):
        scene.bound()
    return scene.plain


def bind_of_named_ports(scene):
    for port in (0, 1, 7):
        scene.bound(81, LOW + port)
    return scene.plain


def no_port(scene):
    for _ in range(5):
        scene.plain(81)
    return scene.plain


def reserved(scene):
    setting("ip_local_reserved_ports", f"{LOW + 3},{LOW + 10}-{LOW + 18}")
    return scene.plain


def reserved_and_taken(scene):
    scene.listen(LOW + 3)
    setting("ip_local_reserved_ports", f"{LOW + 3}-{LOW + 4}")
    return scene.plain


def listeners_inside(scene):
    listener = scene.listen(LOW + 2)
    scene.listen(LOW + 5, scene.family.lo)
    scene.bound(LOW + 2)
    scene.accept_all(listener, 1)
    scene.socket().bind((scene.family.lo, LOW + 9))
    return scene.plain


def listener_gone(scene):
    """Its connections keep the port closed."""
    listener = scene.listen(LOW + 2)
    scene.plain(LOW + 2)
    scene.accept_all(listener, 1)
    listener.close()
    return scene.plain


def bind_gone(scene):
    """Two share a port, one of them by bind(); when it leaves, the kernel may open the port."""
    port = scene.plain(81).getsockname()[1]
    other = scene.socket()
    other.bind((scene.family.lo, port))
    other.close()
    return scene.plain


def odd(scene):
    range_of(11)
    return scene.plain


def odd_without_first(scene):
    range_of(11)
    setting("ip_local_reserved_ports", f"{LOW},{LOW + 10}")
    return scene.plain


def one_port(scene):
    range_of(1)
    return scene.plain


def two_ports(scene):
    range_of(2)
    return scene.plain


def three_ports(scene):
    """The kernel never tries the third."""
    range_of(3)
    return scene.plain


def time_wait_kept(scene):
    scene.time_wait([scene.plain() for _ in range(6)])
    return scene.plain


def time_wait_reused(scene):
    setting("tcp_tw_reuse", 1)
    setting("tcp_tw_reuse_delay", 1)
    scene.time_wait([scene.plain() for _ in range(6)])
    time.sleep(0.01)  # older than the delay
    return scene.plain


def time_wait_young(scene):
    setting("tcp_tw_reuse", 1)
    setting("tcp_tw_reuse_delay", 60000)
    scene.time_wait([scene.plain() for _ in range(6)])
    return scene.plain


def time_wait_without_timestamps(scene):
    setting("tcp_tw_reuse", 1)
    setting("tcp_tw_reuse_delay", 1)
    setting("tcp_timestamps", 0)
    connections = [scene.plain() for _ in range(6)]
    setting("tcp_timestamps", 1)
    scene.time_wait(connections)
    time.sleep(0.01)
    return scene.plain


def time_wait_loopback(scene):
    setting("tcp_tw_reuse", 2)
    setting("tcp_tw_reuse_delay", 1)
    scene.local = scene.remote = scene.family.lo
    scene.time_wait([scene.plain() for _ in range(6)])
    time.sleep(0.01)
    return scene.plain


def time_wait_not_loopback(scene):
    setting("tcp_tw_reuse", 2)
    setting("tcp_tw_reuse_delay", 1)
    scene.time_wait([scene.plain() for _ in range(6)])
    time.sleep(0.01)
    return scene.plain


def time_wait_bound(scene):
    """Made by bind(): in the way of every destination, and not reused."""
    setting("tcp_tw_reuse", 1)
    setting("tcp_tw_reuse_delay", 1)
    scene.time_wait([scene.bound(81) for _ in range(4)], 81)
    time.sleep(0.01)
    return scene.plain


def fin_wait2(scene):
    """Closed here and not there: a minisocket as well, but never reused."""
    setting("tcp_tw_reuse", 1)
    setting("tcp_tw_reuse_delay", 1)
    for one in [scene.plain() for _ in range(6)]:
        one.close()
    wait_for("FIN_WAIT2", lambda: count_state("fin-wait-2") == 6)
    return scene.plain


# Case: the situation, and how many are free.
CASES = {
    "plain": (nothing, 20),
    "by-route": (by_route, 20),
    "some-used": (some_used, 13),
    "bind-before": (bind_before, 14),
    "bind-exhausted": (bind_exhausted, 0),
    "bind-named-ports": (bind_of_named_ports, 17),
    "no-port": (no_port, 20),
    "reserved": (reserved, 10),
    "reserved-and-taken": (reserved_and_taken, 18),
    "listeners-inside": (listeners_inside, None),
    "listener-gone": (listener_gone, None),
    "bind-gone": (bind_gone, None),
    "odd": (odd, 11),
    "odd-without-first": (odd_without_first, 9),
    "one-port": (one_port, 1),
    "two-ports": (two_ports, 2),
    "three-ports": (three_ports, 2),
    "time-wait": (time_wait_kept, 14),
    "time-wait-reused": (time_wait_reused, 20),
    "time-wait-young": (time_wait_young, 14),
    "time-wait-no-timestamps": (time_wait_without_timestamps, 14),
    "time-wait-loopback": (time_wait_loopback, 20),
    "time-wait-not-loopback": (time_wait_not_loopback, 14),
    "time-wait-bound": (time_wait_bound, 16),
    "fin-wait2": (fin_wait2, 14),
}


def ask(scene, source):
    to = f"[{scene.remote}]:{scene.port}" if ":" in scene.remote else f"{scene.remote}:{scene.port}"
    done = subprocess.run(["tcpcensus", "ports", "-j", "--source", source, "--to", to],
                          capture_output=True, text=True, check=False)
    if done.returncode == 3 and source == "bpf":
        print(done.stderr.strip())
        sys.exit(77)
    if done.returncode or (done.stderr and source == "bpf"):
        raise AssertionError(f"exit status {done.returncode}: {done.stderr}")
    answer = json.loads(done.stdout)
    print(json.dumps(answer["range"]), answer["exact"])
    assert len(answer["destinations"]) == 1, answer
    print(json.dumps(answer["destinations"][0]))
    return answer, answer["destinations"][0]


def open_all(connect):
    """Opens connections until one is refused, and says how many there were."""
    count = 0
    while True:
        try:
            connect()
        except OSError as error:
            assert error.errno == errno.EADDRNOTAVAIL, error
            return count
        count += 1
        assert count < 1000


def check(case, source, family):
    situation, expected = CASES[case]
    scene = Scene(family)
    connect = situation(scene)
    answer, to = ask(scene, source)
    least = to.get("free_at_least", to["free"])
    most = to.get("free_at_most", to["free"])
    made = open_all(connect)
    print(f"{case} over IPv{family} by {source}: said {to['free']} ({least} to {most}), made {made}")
    assert least <= made <= most, "not between the bounds"
    assert least <= to["free"] <= most, "free is not between its own bounds"
    assert to["capacity"] - to["used"] + to["reusable"] == to["free"], "the sum is wrong"
    if source == "bpf":
        assert answer["exact"] and not to["inferred"], "not exact through eBPF"
        assert made == to["free"] or case.startswith("odd"), "not exact"
        assert expected is None or to["free"] == expected, f"expected {expected}"
        assert ask(scene, source)[1]["free"] == to["free"] - made, "what is left is wrong"


def check_bind(source):
    """bind_free: how many more can do what these programs do."""
    scene = Scene("4")
    scene.listen(LOW + 19)
    for _ in range(5):
        scene.bound(80)
    for _ in range(3):
        scene.plain(81)
    _, to = ask(scene, source)
    assert to["shared_pool"], "not seen as a shared pool"
    count = 0
    try:
        while True:
            scene.bound(80)
            count += 1
    except OSError as error:
        assert error.errno == errno.EADDRINUSE, error
    print(f"said {to['bind_free']}, made {count}")
    assert count == to["bind_free"]


def families_of(case, families):
    if families != "in-turn":
        return families.split(",")
    return [("4", "6", "mapped")[list(CASES).index(case) % 3]]


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    source, families, cases = sys.argv[1], sys.argv[2], sys.argv[3:]
    if cases == ["bind-free"]:
        enter_namespace()
        check_bind(source)
        return
    for case in cases or CASES:
        for family in families_of(case, families):
            enter_namespace()  # of which nothing is left when its sockets have gone
            check(case, source, family)


main()
