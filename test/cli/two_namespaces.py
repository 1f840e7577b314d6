#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""In the caller's network namespace a server on 127.0.0.1:80 that forgot to close 150 connections,
and in one of its own another server on 127.0.0.1:80 whose queue is full; says "ready", and holds
both until its input ends."""
import ctypes
import socket
import subprocess
import sys

from waiting import wait_for

CLONE_NEWNET = 0x40000000
kept = []


def serve(backlog):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 80))
    listener.listen(backlog)
    kept.append(listener)
    return listener


def count_fin_wait2():
    with open("/proc/thread-self/net/tcp", encoding="ascii") as table:
        return sum(line.split()[3] == "05" for line in table)


first = serve(200)
for _ in range(150):
    client = socket.create_connection(("127.0.0.1", 80))
    kept.append(first.accept()[0])
    client.close()
# The server may take 40 ms to acknowledge a FIN (delayed ACK).
wait_for("FIN_WAIT2", lambda: count_fin_wait2() == 150)
if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) < 0:
    sys.exit(77)
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
serve(2)
for _ in range(5):
    kept.append(socket.socket())
    kept[-1].setblocking(False)
    try:
        kept[-1].connect(("127.0.0.1", 80))
    except BlockingIOError:
        pass
print("ready", flush=True)
sys.stdin.read()
