#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ADDRESS...: connections from each of them to port 443 of the first one; says "ready"."""
import socket
import sys

listener = socket.socket(socket.AF_INET6)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], 443))
listener.listen(100)
kept = []
for address in sys.argv[1:]:
    kept.append(socket.socket(socket.AF_INET6))
    kept[-1].setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
    kept[-1].bind((address, 0))
    kept[-1].connect((sys.argv[1], 443))
print("ready", flush=True)
sys.stdin.read()
