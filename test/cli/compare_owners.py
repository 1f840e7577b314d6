#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the holders of sockets with those that ss(8) names, socket by socket.

	compare_owners.py LEAST [PID...]

LEAST is how many held sockets there have to be at least in all. Looks at this network
namespace, and through --netns at those of the processes. What was inferred is no holder.
Prints what differs each time; exit status 1 where anything does.
"""
import csv
import io
import re
import subprocess
import sys
import time

# A tcpcensus -N all of another test takes a copy of each descriptor for a moment (pidfd_getfd), and
# holds the socket then, for whoever looks.
TRIES = 20
USER = re.compile(r'\("(.*?)",pid=(\d+),fd=\d+\)')


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def of_ss(prefix):
    found = {}
    for line in run(*prefix, "ss", "-tanpHO").splitlines():
        words = line.split(None, 5)
        users = {int(pid): name for name, pid in USER.findall(words[5] if len(words) > 5 else "")}
        found.setdefault((words[3], words[4]), []).append(
            (",".join(str(pid) for pid in sorted(users)),
             ",".join(sorted(set(users.values())))))
    return found


def of_census(options, names):
    found = {}
    text = run("tcpcensus", "list", "-n", "0", "-o", "csv", "-c",
               "local,remote,owner,pid" + ",process" * names, *options)
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        local, remote, owner, pid = row[:4]
        held = owner == "held"
        found.setdefault((local, remote), []).append(
            (pid if held else "", row[4] if held and names else ""))
    return found


def differ(prefix, options, names):
    """What differs, and the number of held sockets."""
    for attempt in range(TRIES):
        time.sleep(0.1 if attempt else 0)
        ss = of_ss(prefix)
        ours = of_census(options, names)
        if not names:
            ss = {key: [(pids, "") for pids, _ in users] for key, users in ss.items()}
        wrong = [key for key in ss.keys() | ours.keys()
                 if sorted(ss.get(key, [])) != sorted(ours.get(key, []))]
        if not wrong:
            break
    for key in wrong[:20]:
        print(key, "ss:", ss.get(key), "tcpcensus:", ours.get(key))
    return len(wrong), sum(1 for users in ss.values() for pids, _ in users if pids)


def main():
    places = [((), ())]
    for pid in sys.argv[2:]:
        net = f"/proc/{pid}/ns/net"
        places.append((("nsenter", "--net=" + net), ("-N", net)))
    wrong = held = 0
    for prefix, options in places:
        for names in (True, False):
            more_wrong, more_held = differ(prefix, options, names)
            wrong += more_wrong
            held += more_held * names
    print(f"{held} held sockets, {wrong} differ")
    return wrong > 0 or held < int(sys.argv[1])


sys.exit(main())
