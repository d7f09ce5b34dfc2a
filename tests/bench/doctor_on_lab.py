"""The doctor on a practice range whose answers take their time."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator

from tests.bench.installed import PROGRAM

DELAY_SECONDS = 0.2
LONGEST_CHAIN = (
    "discovery document",
    "token",
    "initialize",
    "notifications/initialized",
    "tools/list",
)
"""Each of these requests needs the answer to the one before."""

DOCTOR = (PROGRAM, "doctor", "--profile", "lab")
"""Proves the range, and ends with a clean bill."""


def chain_seconds() -> float:
    """Returns the least that any doctor could take: the chain's requests, one after another."""
    return len(LONGEST_CHAIN) * DELAY_SECONDS


@contextlib.contextmanager
def playing_range() -> Iterator[None]:
    """Plays the range with its delay.

    Raises:
        RuntimeError: it did not start.
    """
    delay = str(int(DELAY_SECONDS * 1000))
    command = [PROGRAM, "lab", "--delay", delay]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if not any(line.startswith("ctrl+c") for line in process.stdout):
                raise RuntimeError("the practice range did not start")
            # It shows every request, and would stand still once nobody reads.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield
        finally:
            process.terminate()
