#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""BOUND: so many sockets that are only bound to one port, and a connection that comes and goes for
good: by turns from that port, in front of them in the kernel's list, and from another whose sum is
the same (src/bpf/walk_state.h). On one processor its socket is in the same memory each time. Says
"ready" when it has begun."""
import errno
import itertools
import os
import socket
import struct
import sys
import time

ADDRESS, PORT, OTHER, SERVER = "127.9.9.9", 20000, 20000 + 4096, 79  # where herd has none


def bound(port):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((ADDRESS, port))
    return made


def connect(client):
    """The kernel may still be about to take the last connection of this port away."""
    until = time.monotonic() + 10
    while True:
        try:
            client.connect((ADDRESS, SERVER))
            return
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL or time.monotonic() > until:
                raise
        time.sleep(0.001)


kept = [bound(PORT) for _ in range(int(sys.argv[1]))]
server = bound(SERVER)
server.listen()
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
print("ready", flush=True)
for port in itertools.cycle((PORT, OTHER)):
    client = bound(port)
    connect(client)
    accepted, _ = server.accept()
    time.sleep(0.002)
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    accepted.close()
    client.close()
