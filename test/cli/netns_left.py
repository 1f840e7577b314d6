# SPDX-License-Identifier: MIT
"""A network namespace that nobody is in: connections that were closed and cannot end hold it.

Prints its id and ends. It lives until the kernel gives the connections up, some 100 s.
"""
import ctypes
import os
import socket

NEWNET = 0x40000000
if ctypes.CDLL(None).unshare(NEWNET):
    raise SystemExit("unshare")
os.system("ip link set lo up")
server = socket.socket()
server.bind(("127.0.0.1", 80))
server.listen(8)
held = []
for _ in range(3):
    held.append(socket.create_connection(("127.0.0.1", 80)))
    held.append(server.accept()[0])
os.system("ip link set lo down")  # no FIN arrives
for connection in held:
    connection.close()
with open("/proc/self/net/tcp") as table:
    states = [line.split()[3] for line in table]
if states.count("04") != 6:  # FIN_WAIT1
    raise SystemExit(f"not as wanted: {states}")
print(os.stat("/proc/self/ns/net").st_ino)
