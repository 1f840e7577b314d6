#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command in this network namespace among connections whose opener is known.

	population.py COMMAND [ARGUMENT...]

Unlike those of the laboratory, the servers go on listening, as servers do:

	0.0.0.0:8080	3 clients; 1 more that the server closed first (TIME_WAIT at the server)
	[::]:8443	2 clients over IPv6 and 2 over IPv4
	127.0.0.2:22	1 client, whose own port is 8081
	127.0.0.1:22	no client; a more exact address than ...
	0.0.0.0:22	... this one, which has 1 client, by 127.0.0.3
"""
import socket
import subprocess
import sys

FOUR, SIX = socket.AF_INET, socket.AF_INET6
kept = []


def listen(family, address, port, only6=False):
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == SIX:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only6))
    sock.bind((address, port))
    sock.listen(16)
    kept.append(sock)
    return sock


def connect(server, address, source=None):
    client = socket.socket(SIX if ":" in address else FOUR)
    if source:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(source)
    client.connect((address, server.getsockname()[1]))
    accepted, _ = server.accept()
    kept.extend([client, accepted])
    return client, accepted


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    web, tls = listen(FOUR, "0.0.0.0", 8080), listen(SIX, "::", 8443)
    two, one, any4 = (listen(FOUR, address, 22) for address in ("127.0.0.2", "127.0.0.1", "0.0.0.0"))
    for _ in range(3):
        connect(web, "127.0.0.1")
    for address in ("::1", "::1", "127.0.0.1", "127.0.0.1"):
        connect(tls, address)
    connect(two, "127.0.0.2", source=("127.0.0.1", 8081))
    connect(any4, "127.0.0.3")
    client, accepted = connect(web, "127.0.0.1")
    accepted.close()
    client.recv(1)
    client.close()
    return subprocess.run(sys.argv[1:]).returncode


sys.exit(main())
