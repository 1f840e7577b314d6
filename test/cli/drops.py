#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two listeners over loopback, and then COMMAND ARGUMENT..., in this namespace.

    drops.py transient COMMAND ...: 127.0.0.1:8001 is full, and nobody connects to it; at 8000, which
    is empty, clients are refused while COMMAND runs, and then all is accepted
    drops.py both COMMAND ...: both are full, and only 8001 has clients, meanwhile

Must run in a network namespace of its own, which unshare(1) makes. Ends with the command.
"""
import socket
import subprocess
import sys
import threading
import time

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


def meanwhile(scene, server):
    time.sleep(0.7)
    if scene == "both":
        connect(8001, 4)
        return
    connect(8000, BACKLOG + 1 + 7)
    time.sleep(0.3)
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
    time.sleep(0.2)
    threading.Thread(target=meanwhile, args=(scene, server), daemon=True).start()
    sys.exit(subprocess.run(command, check=False).returncode)


main()
