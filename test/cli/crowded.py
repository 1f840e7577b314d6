#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Listeners of every kind over loopback, and then COMMAND ARGUMENT..., in this namespace.

    127.0.0.1:7001 to 7008   idle, backlogs 10 to 80, so that somaxconn (set to 50 here) limits some
    127.0.0.1:7100           full: backlog 3, four wait, and clients go on being refused
    127.0.0.1:7200           four sockets of SO_REUSEPORT, with twelve connections
    127.0.0.1:7300           connections in several states: 7 ESTABLISHED and 4 CLOSE_WAIT, of
                             which three are not accepted, and 3 TIME_WAIT
    [::1]:7400               idle, IPv6

    crowded.py --half-open COMMAND ...: one listener, 127.0.0.1:7500 with backlog 4, whose answers
    get lost (by nft) and whom clients go on asking, so that it answers by cookies

Must run in a network namespace of its own, which unshare(1) makes. Ends with the command.
"""
import os
import socket
import subprocess
import sys
import threading
import time

from waiting import wait_for

keep = []
V4 = socket.AF_INET


def listen(port, backlog, family=V4, reuse=False):
    server = socket.socket(family)
    if reuse:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind(("127.0.0.1" if family == V4 else "::1", port))
    server.listen(backlog)
    keep.append(server)
    return server


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    keep.append(client)
    return client


def counts(port):
    """States of the server ends on a port, as the kernel lists them."""
    lines = open("/proc/net/tcp").read().splitlines()[1:]
    rows = [line.split() for line in lines]
    return [row[3] for row in rows if int(row[1].split(":")[1], 16) == port]


def refused_clients(port):
    """New connections all the time, to a listener that is full: their SYNs are dropped."""
    waiting = []
    while True:
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        waiting.append(client)
        if len(waiting) > 50:
            waiting.pop(0).close()
        time.sleep(0.05)


def fill(port, backlog):
    listen(port, backlog)
    for _ in range(backlog + 1):
        connect(port)
    wait_for("a full queue", lambda: counts(port).count("01") == backlog + 1)
    threading.Thread(target=refused_clients, args=(port,), daemon=True).start()


def group(port):
    for _ in range(4):
        listen(port, 16, reuse=True)
    for _ in range(12):
        connect(port)
    wait_for("a group's connections", lambda: counts(port).count("01") == 12)


def accepted(server, port):
    client = connect(port)
    end, _ = server.accept()
    keep.append(end)
    return client, end


def mixed(port):
    server = listen(port, 20)
    for _ in range(5):
        accepted(server, port)
    for _ in range(3):  # closed by the server first
        client, end = accepted(server, port)
        end.close()
        client.close()
    for _ in range(3):
        accepted(server, port)[0].close()
    for _ in range(3):
        client = connect(port)
    client.close()
    wait_for("states", lambda: sorted(counts(port)) ==
             ["01"] * 7 + ["06"] * 3 + ["08"] * 4 + ["0A"])


def half_open(port, backlog):
    rules = "table ip t { chain c { type filter hook input priority 0; " \
        "tcp sport %d tcp flags & (syn|ack) == (syn|ack) drop; }; }" % port
    try:
        made = subprocess.run(["nft", rules], capture_output=True, text=True)
    except FileNotFoundError:
        made = None
    if not made or made.returncode:
        print("crowded.py: needs nft and nf_tables")
        sys.exit(77)
    listen(port, backlog)
    threading.Thread(target=refused_clients, args=(port,), daemon=True).start()
    wait_for("a full queue", lambda: counts(port).count("03") == backlog + 1)


def main():
    if os.readlink("/proc/self/ns/net") == os.readlink("/proc/%d/ns/net" % os.getppid()):
        sys.exit("crowded.py: run me by unshare -n")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if sys.argv[1] == "--half-open":
        half_open(7500, 4)
        sys.exit(subprocess.run(sys.argv[2:]).returncode)
    with open("/proc/sys/net/core/somaxconn", "w") as setting:
        setting.write("50")
    for i in range(8):
        listen(7001 + i, 10 * (i + 1))
    listen(7400, 16, socket.AF_INET6)
    mixed(7300)
    group(7200)
    fill(7100, 3)
    sys.exit(subprocess.run(sys.argv[1:]).returncode)


if __name__ == "__main__":
    main()
