# SPDX-License-Identifier: MIT
"""Network namespaces with sockets in several states, some with a table of their own.

netns_many.py COUNT: prints a line with the namespaces' ids, the first one's first, once they are
made, and keeps them until its input ends.
"""
import ctypes
import os
import socket
import sys

NEWNET, DEATHSIG, SIGKILL = 0x40000000, 1, 9
libc = ctypes.CDLL(None, use_errno=True)


def unshare():
    if libc.unshare(NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def own_table():
    """What is made in a namespace with this setting has a table of its own."""
    try:
        with open("/proc/sys/net/ipv4/tcp_child_ehash_entries", "w") as setting:
            setting.write("64")
    except FileNotFoundError:  # before Linux 6.1
        return
    unshare()


def fill(number):
    held = []
    for i in range(1 + number % 4):
        server, client = socket.socket(), socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen(2)
        client.connect(server.getsockname())
        accepted, _ = server.accept()
        if i == 0:
            accepted.close()  # FIN_WAIT2 and CLOSE_WAIT
        if i == 1:
            accepted.close()
            client.close()  # TIME_WAIT
        bound = socket.socket(socket.AF_INET6)
        bound.bind(("::", 0))
        held += [server, client, accepted, bound]
    return held


def devices(number):
    """Link-local sockets on two devices, of whose numbers each namespace has names of its own."""
    names = [f"left{number}", f"right{number}"]
    held = []
    one, other = names if number % 2 else reversed(names)
    os.system(f"ip link add {one} type veth peer name {other}")
    for name in names:
        os.system(f"ip link set {name} up && ip -6 addr add fe80::1/64 dev {name} nodad")
        end = ("fe80::1", 7, 0, socket.if_nametoindex(name))
        server = socket.create_server(end, family=socket.AF_INET6)
        client = socket.socket(socket.AF_INET6)
        client.connect(end)
        held += [server, client, server.accept()[0]]
    return held


def child(number, told):
    libc.prctl(DEATHSIG, SIGKILL)
    unshare()
    if number % 3 == 1:
        own_table()
    os.system("ip link set lo up")
    held = fill(number) + devices(number)
    os.write(told, b"%d %d\n" % (number, os.stat("/proc/self/ns/net").st_ino))
    sys.stdin.read()
    os._exit(bool(not held))


reading, told = os.pipe()
for number in range(int(sys.argv[1])):
    if os.fork() == 0:
        child(number, told)
os.close(told)
with os.fdopen(reading) as lines:
    ids = dict(lines.readline().split() for _ in range(int(sys.argv[1])))
print(*(ids[str(number)] for number in range(len(ids))), flush=True)
sys.stdin.read()
