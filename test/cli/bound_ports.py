#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bound_ports.py COUNT PROGRAM: binds sockets to so many ports, and fails where 20 censuses that the
PROGRAM takes through bpf do not count each of them. Ports of one address are in a bucket each, so
these are of several."""
import json
import socket
import subprocess
import sys

CENSUSES, FIRST_PORT, ADDRESSES = 20, 2000, 8


def bound(number):
    one = socket.socket()
    one.bind((f"127.0.0.{1 + number % ADDRESSES}", FIRST_PORT + number))
    return one


def main():
    count, failed = int(sys.argv[1]), False
    stay = [bound(i) for i in range(count)]
    for _ in range(CENSUSES):
        told = json.loads(subprocess.run([sys.argv[2], "--source", "bpf", "-j"],
                                         stdout=subprocess.PIPE, check=False).stdout)
        if told["states"]["BOUND"] != len(stay) or not told["source"]["complete"]:
            print(f"{told['states']['BOUND']} of {len(stay)}, {told['source']}")
            failed = True
    sys.exit(failed)


main()
