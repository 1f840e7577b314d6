# SPDX-License-Identifier: MIT
"""What the scenes of these tests wait for."""
import time

SECONDS = 60  # on a machine that has other work, too


def wait_for(what, condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what + " did not come about")
        time.sleep(0.002)
