#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two listeners over loopback, and then COMMAND ARGUMENT..., in this namespace.

    drops.py transient COMMAND ...: 127.0.0.1:8001 is full, and nobody connects to it; at 8000, which
    is empty, clients are refused between the looks of tcpcensus, and then all is accepted
    drops.py both COMMAND ...: both are full, and only 8001 has clients, meanwhile

Must run in a network namespace of its own, which unshare(1) makes. Ends with the command.
"""
import glob
import os
import socket
import subprocess
import sys
import threading

from waiting import wait_for

BACKLOG = 2
keep = []


def listen(port):
    server = socket.socket()
    server.bind(("127.0.0.1", port))
    server.listen(BACKLOG)
    keep.append(server)
    return server


def connect(port, count):
    for _ in range(count):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        keep.append(client)


def read(path):
    try:
        return open(path).read()
    except OSError:
        return ""


def has_looked():
    """The first look is over: a tcpcensus of this namespace sleeps until the second."""
    here = os.stat("/proc/self/ns/net").st_ino
    for comm in glob.glob("/proc/[0-9]*/comm"):
        process = os.path.dirname(comm)
        try:
            if read(comm) == "tcpcensus\n" and os.stat(process + "/ns/net").st_ino == here and \
                    "nanosleep" in read(process + "/wchan"):
                return True
        except OSError:
            pass
    return False


def waiting(port):
    """Connections that wait at a listener to be accepted."""
    for line in read("/proc/net/tcp").splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(":%04X" % port) and fields[3] == "0A":
            return int(fields[4].split(":")[1], 16)
    return 0


def refused():
    names, values = [line.split() for line in read("/proc/net/netstat").splitlines()
                     if line.startswith("TcpExt:")]
    return int(values[names.index("ListenOverflows")])


def meanwhile(scene, server):
    wait_for("a first look", has_looked)
    if scene == "both":
        connect(8001, 4)
        return
    connect(8000, BACKLOG + 1 + 7)
    wait_for("a refusal", lambda: refused() >= 7)
    while True:
        keep.append(server.accept()[0])


def main():
    scene, command = sys.argv[1], sys.argv[2:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = listen(8000)
    listen(8001)
    connect(8001, BACKLOG + 1)
    if scene == "both":
        connect(8000, BACKLOG + 1)
    wait_for("a full queue", lambda: waiting(8001) == BACKLOG + 1)
    if scene == "both":
        wait_for("another", lambda: waiting(8000) == BACKLOG + 1)
    threading.Thread(target=meanwhile, args=(scene, server), daemon=True).start()
    sys.exit(subprocess.run(command, check=False).returncode)


main()
