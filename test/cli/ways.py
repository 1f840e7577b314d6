#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ways.py [COMMAND...]: `tcpcensus ports --to` says what connect(2) does, for every kind of address.

In a network namespace with two devices and a route of each type, each address is connected to,
and asked for. Where connect(2) fails, the answer has to be one line that names its error; where
it does not, the destination has the address that the connection came from, also where rules go by
the port or the protocol. With a command, it is what runs tcpcensus.
"""
import ctypes
import errno
import json
import socket
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000

COMMANDS = """link set lo up
link add eth0 type veth peer name peer0
link set peer0 up
link set eth0 up
addr add 10.0.0.1/24 dev eth0
addr add fd00::1/64 dev eth0 nodad
addr add fe80::7/64 dev eth0 nodad
route add unreachable 10.1.0.0/16
route add prohibit 10.2.0.0/16
route add blackhole 10.3.0.0/16
route add throw 10.4.0.0/16
route add broadcast 10.5.0.0/16 dev eth0
route add multicast 10.6.0.0/16 dev eth0
-6 route add unreachable fd01::/64
-6 route add prohibit fd02::/64
-6 route add blackhole fd03::/64
-6 route add throw fd04::/64"""

ADDRESSES = """127.0.0.1 127.255.255.255 0.0.0.0 10.0.0.1 10.0.0.2 10.0.0.0 10.0.0.255
255.255.255.255 224.0.0.1 239.255.0.1 240.0.0.1 10.1.0.1 10.2.0.1 10.3.0.1 10.4.0.1 10.5.0.1
10.6.0.1 192.0.2.1 ::1 :: fd00::1 fd00::2 fd00:: fd01::1 fd02::1 fd03::1 fd04::1 2001:db8::1
ff02::1 ff0e::1 ::ffff:10.0.0.2 ::ffff:10.0.0.255 ::ffff:224.0.0.1 fe80::1 fe80::7 fe80::1%eth0
fe80::7%eth0 fe80::1%lo ff02::1%eth0"""

# By rules that go by the port or the protocol, the way leads from another address.
RULES = """addr add 10.0.0.3/24 dev eth0
addr add fd00::3/64 dev eth0 nodad
route add 10.7.0.0/16 via 10.0.0.2 src 10.0.0.1
route add 10.7.0.0/16 via 10.0.0.2 src 10.0.0.3 table 7
rule add to 10.7.0.0/17 dport 443 table 7
rule add to 10.7.128.0/17 ipproto tcp table 7
-6 route add fd07::/64 via fd00::2 src fd00::1
-6 route add fd07::/64 via fd00::2 src fd00::3 table 7
-6 rule add to fd07::/65 dport 443 table 7
-6 rule add to fd07::8000:0:0:0/65 ipproto tcp table 7"""

BY_PORT = "10.7.0.1 10.7.0.1#443 10.7.0.1#80 ::ffff:10.7.0.1#443 fd07::1 fd07::1#443 fd07::1#80"
BY_PROTOCOL = "10.7.128.1 ::ffff:10.7.128.1#443 fd07::8000:0:0:1 fd07::8000:0:0:1#443"

# What an address has to do with it: each in a namespace of its own, with the addresses to try.
OF_EVERY_TYPE = """route add unreachable 10.1.0.0/16
route add prohibit 10.2.0.0/16
route add blackhole 10.3.0.0/16
-6 route add unreachable fd01::/64
-6 route add prohibit fd02::/64
-6 route add blackhole fd03::/64"""
TYPED = "10.1.0.1 10.2.0.1 10.3.0.1 fd01::1 fd02::1 fd03::1"
FROM = """link set lo up
addr add 10.0.0.1/32 dev lo
addr add fd00::1/128 dev lo
route add 10.8.0.0/16 dev lo src 10.0.0.1
rule add from 10.0.0.1 to 10.8.0.0/17 prohibit
rule add from 10.0.0.1 to 10.9.0.0/16 table 7
route add 10.9.0.0/16 dev lo table 7
-6 route add fd08::/64 dev lo src fd00::1
-6 rule add from fd00::1 to fd08::/65 prohibit
-6 rule add from fd00::1 to fd09::/64 table 7
-6 route add fd09::/64 dev lo table 7
-6 rule add from fd00::1 to fd0a::/64 blackhole"""
ELSEWHERE = (
    ("", "127.0.0.1 0.0.0.0 10.0.0.1 192.0.2.1 224.0.0.1 ::1 :: 2001:db8::1 ff02::1 ::ffff:10.0.0.1"),
    ("link set lo up", "127.0.0.1 0.0.0.0 192.0.2.1 ::1 :: 2001:db8::1"),
    (OF_EVERY_TYPE, TYPED),  # and no address
    ("link set lo up\n" + OF_EVERY_TYPE, TYPED),
    ("-6 rule add to fd01::/64 ipproto tcp prohibit", "fd01::1"),
    ("link set lo up\n-6 rule add to fd01::/64 ipproto udp prohibit", "fd01::1"),
    (FROM, "10.8.0.1 10.8.128.1 10.9.0.1 fd08::1 fd08::8000:0:0:1 fd09::1 fd0a::1"),
)


def ip(command):
    return subprocess.run(["ip"] + command.split(), stderr=subprocess.DEVNULL, check=False).returncode == 0


def enter_empty():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) < 0:
        print("needs network namespaces")
        sys.exit(77)


def enter_namespace():
    enter_empty()
    for command in COMMANDS.splitlines():
        if not ip(command):
            print(f"needs `ip {command}`")
            sys.exit(77)
    end = time.monotonic() + 20
    while connect("fe80::1%eth0")[0] or connect("fd00::2")[0]:  # until the devices are up
        assert time.monotonic() < end, "no way to a neighbour"
        time.sleep(0.05)


def ends_of(address):
    """Host and port of HOST#PORT; without a port it is 9."""
    host, _, port = address.partition("#")
    return host, int(port or 9)


def connect(address):
    """The name of the error, or None; and the address that the connection is made from."""
    host, port = ends_of(address)
    host, _, device = host.partition("%")
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setblocking(False)
    try:
        made.connect((host, port, 0, socket.if_nametoindex(device) if device else 0) if ":" in host else (host, port))
    except BlockingIOError:
        pass
    except OSError as error:
        return errno.errorcode[error.errno], None
    finally:
        local = made.getsockname()[0].partition("%")[0].removeprefix("::ffff:")
        made.close()
    return None, local


def ask(address):
    host, port = ends_of(address)
    to = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return subprocess.run(sys.argv[1:] + ["tcpcensus", "ports", "-j", "--to", to], capture_output=True, text=True, check=False)


def check(address):
    failure, local = connect(address)
    done = ask(address)
    print(address, failure or f"from {local}", "|", done.returncode, done.stderr.strip())
    if failure:
        assert done.returncode == 3 and not done.stdout, done.stdout
        assert done.stderr.count("\n") == 1 and f"connect(2) fails with {failure})" in done.stderr
        return
    assert not done.returncode, done.stderr
    (told,) = json.loads(done.stdout)["destinations"]
    assert told["local.addr"] == local, told
    assert told.get("iface", "") == address.partition("%")[2], told


def open_all(device):
    count, kept = 0, []
    while True:
        made = socket.socket(socket.AF_INET6)
        made.setblocking(False)
        kept.append(made)
        try:
            made.connect(("fe80::1", 9, 0, socket.if_nametoindex(device)))
        except BlockingIOError:
            count += 1
        except OSError as error:
            assert error.errno == errno.EADDRNOTAVAIL, error
            return count, kept


def check_link_local():
    """What is said of a link-local destination is made true, and then nothing is left."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
        file.write("40000 40019")
    said = json.loads(ask("fe80::1%eth0").stdout)["destinations"][0]["free"]
    made, kept = open_all("eth0")
    print(f"fe80::1%eth0: said {said}, made {made}")
    assert made == said == 20
    (told,) = json.loads(ask("fe80::1%eth0").stdout)["destinations"]
    assert told["used"] == 20 and told["free"] == 0, told
    number = socket.if_nametoindex("eth0")
    assert json.loads(ask(f"fe80::1%{number}").stdout)["destinations"] == [told], "by number"
    table = subprocess.run(["tcpcensus", "ports"], capture_output=True, text=True, check=True).stdout
    assert "[fe80::1%eth0]:9" in table, table
    del kept


def check_elsewhere():
    for commands, addresses in ELSEWHERE:
        enter_empty()
        print("--", commands.replace("\n", "; "))
        if not all(ip(command) for command in commands.splitlines()):
            print("not made here")
            continue
        for address in addresses.split():
            # Without rtnetlink a datagram asks, and meets other rules.
            if "ipproto" not in commands or not sys.argv[1:]:
                check(address)


enter_namespace()
for one in ADDRESSES.split():
    # A route of the type multicast to another address: without rtnetlink nobody tells its type.
    if one != "10.6.0.1" or not sys.argv[1:]:
        check(one)
if all(ip(command) for command in RULES.splitlines()):
    # Without rtnetlink it is a datagram that asks: of a rule about TCP nobody tells.
    for one in BY_PORT.split() + ([] if sys.argv[1:] else BY_PROTOCOL.split()):
        check(one)
else:
    print("rules that go by port or protocol are not made here")
check_link_local()
check_elsewhere()
