#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""[BOUND]: five connections over the loopback, the last two with ports from bind(), and so many
sockets that are only bound; says "ready", and for each line with a number opens connections to :80
until there are so many more."""
import socket
import sys

kept = []
for port in (80, 81):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(100)
    kept.append(listener)


def connect(port, bind=False):
    made = socket.socket()
    if bind:
        made.bind(("127.0.0.1", 0))
    made.connect(("127.0.0.1", port))
    kept.append(made)


for _ in range(3):
    connect(80)
for _ in range(2):
    connect(81, True)
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 0):
    kept.append(socket.socket())
    kept[-1].bind(("127.0.0.1", 0))
print("ready", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        connect(80)
