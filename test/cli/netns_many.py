# SPDX-License-Identifier: MIT
"""Network namespaces with sockets in several states, some with a table of their own.

netns_many.py COUNT: prints a line with the namespaces' ids once they are made, and keeps them
until its input ends.
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


def child(number, told):
    libc.prctl(DEATHSIG, SIGKILL)
    unshare()
    if number % 3 == 1:
        own_table()
    os.system("ip link set lo up")
    held = fill(number)
    os.write(told, b"%d\n" % os.stat("/proc/self/ns/net").st_ino)
    sys.stdin.read()
    os._exit(bool(not held))


reading, told = os.pipe()
for number in range(int(sys.argv[1])):
    if os.fork() == 0:
        child(number, told)
os.close(told)
with os.fdopen(reading) as lines:
    print(*(lines.readline().strip() for _ in range(int(sys.argv[1]))), flush=True)
sys.stdin.read()
