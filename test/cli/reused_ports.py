#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client with four ports: four connections over the loopback, that are all closed by the client
and made again on the same ports for each line that is read, and closed once more. Says "ready",
and "done" after each line."""
import errno
import pathlib
import socket
import sys
import time

SETTINGS = pathlib.Path("/proc/sys/net/ipv4")
(SETTINGS / "ip_local_port_range").write_text("40000 40003")

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 80))
listener.listen(100)


def connect():
    """Until a port can be taken over from TIME_WAIT, there is none."""
    until = time.monotonic() + 10
    while True:
        client = socket.socket()
        try:
            client.connect(("127.0.0.1", 80))
            return client, listener.accept()[0]
        except OSError as error:
            client.close()
            if error.errno != errno.EADDRNOTAVAIL or time.monotonic() > until:
                raise
            time.sleep(0.01)


def close(connections):
    """The client first: it keeps TIME_WAIT."""
    for client, server in connections:
        client.close()
        assert server.recv(1) == b""
        server.close()


made = [connect() for _ in range(4)]
print("ready", flush=True)
for line in sys.stdin:
    close(made)
    made = [connect() for _ in range(4)]
    close(made)
    made = []
    print("done", flush=True)
