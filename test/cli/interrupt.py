#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command and sends it a signal in the middle of what it prints.

	interrupt.py INT|TERM COMMAND [ARGUMENT...]

The command writes into a pipe that nobody reads further than its first bytes, so it is still
at work when the signal comes. What it printed goes to standard output; the exit status is the
command's, or 128 and the number of the signal that it died of.
"""
import os
import signal
import subprocess
import sys


def main():
    number = getattr(signal, "SIG" + sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, restore_signals=True)
    begun = os.read(process.stdout.fileno(), 100)
    process.send_signal(number)
    sys.stdout.buffer.write(begun + process.stdout.read())
    status = process.wait()
    return status if status >= 0 else 128 - status


sys.exit(main())
