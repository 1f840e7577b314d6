#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client with 200 ports: for each line that is read, 2 connections over the loopback to :80 and 40
to :81, that it closes at once. Says "ready" before."""
import pathlib
import socket
import sys

SETTINGS = pathlib.Path("/proc/sys/net/ipv4")
(SETTINGS / "ip_local_port_range").write_text("40000 40199")
(SETTINGS / "tcp_tw_reuse").write_text("0")

listeners = {}
for port in (80, 81):
    listeners[port] = socket.socket()
    listeners[port].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listeners[port].bind(("127.0.0.1", port))
    listeners[port].listen(100)


def connect_and_close(port):
    client = socket.socket()
    client.connect(("127.0.0.1", port))
    server = listeners[port].accept()[0]
    client.close()
    assert server.recv(1) == b""
    server.close()


print("ready", flush=True)
for line in sys.stdin:
    for port, count in ((80, 2), (81, 40)):
        for _ in range(count):
            connect_and_close(port)
