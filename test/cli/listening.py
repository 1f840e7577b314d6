#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""listening.py COUNT PROGRAM...: has so many listeners share a port, of each family, and fails where
the PROGRAM, which is tcpcensus, does not count each of them through bpf."""
import json
import socket
import subprocess
import sys

PORT = 1000


def listening(family):
    one = socket.socket(family)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.bind(("", PORT))
    one.listen(1)
    return one


def main():
    count, failed = int(sys.argv[1]), False
    for family, option in ((socket.AF_INET, "-4"), (socket.AF_INET6, "-6")):
        stay = [listening(family) for _ in range(count)]
        told = json.loads(subprocess.run([*sys.argv[2:], "--source", "bpf", "-j", option],
                                         stdout=subprocess.PIPE, check=False).stdout)
        if told["states"]["LISTEN"] != len(stay) or not told["source"]["complete"]:
            print(f"{option}: {told['states']['LISTEN']} of {len(stay)}, {told['source']}")
            failed = True
    sys.exit(failed)


main()
