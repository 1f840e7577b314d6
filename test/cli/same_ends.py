#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two sockets in TIME_WAIT with the same four ends, the first of them bound to lo. Ends when they are
there; the kernel keeps them for a minute."""
import socket

SERVER = ("127.0.0.1", 2000)

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(SERVER)
listener.listen(2)
for device in (b"lo", b""):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
    client.bind(("127.0.0.1", 3000))
    client.connect(SERVER)
    accepted = listener.accept()[0]
    client.close()
    assert accepted.recv(1) == b""
    accepted.close()
