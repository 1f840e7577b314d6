#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command and sends it a signal in the middle of what it prints.

	interrupt.py INT|TERM [--still] COMMAND [ARGUMENT...]

The command writes into a pipe that nobody reads further than its first bytes, so it is still
at work when the signal comes. What it printed goes to standard output; the exit status is the
command's, or 128 and the number of the signal that it died of. With --still the signal comes when
the pipe is full, and nothing more is read until the command has ended; whoever has not after 20
seconds is killed.
"""
import array
import fcntl
import os
import signal
import subprocess
import sys
import termios
import time


def wait_until_full(file):
    """Until what waits in the pipe becomes no more."""
    before, waiting = -1, array.array("i", [0])
    while waiting[0] != before or not before:
        before = waiting[0]
        time.sleep(0.5)
        fcntl.ioctl(file, termios.FIONREAD, waiting)


def main():
    number = getattr(signal, "SIG" + sys.argv[1])
    still = sys.argv[2] == "--still"
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(sys.argv[3 if still else 2 :], stdout=subprocess.PIPE, restore_signals=True)
    begun = os.read(process.stdout.fileno(), 100)
    if still:
        wait_until_full(process.stdout)
    process.send_signal(number)
    if still:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
    sys.stdout.buffer.write(begun + process.stdout.read())
    status = process.wait()
    return status if status >= 0 else 128 - status


sys.exit(main())
