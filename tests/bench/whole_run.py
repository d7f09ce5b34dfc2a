"""What a command takes from start to end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of the memory in the system's resource usage, whose unit differs."""


@dataclass(frozen=True)
class WholeRun:
    """One run of a command."""

    seconds: float
    peak_megabytes: float


def run_whole(command: Sequence[str]) -> WholeRun:
    """Returns what the command takes; its output goes nowhere.

    Raises:
        CalledProcessError: it failed, so that its numbers mean nothing.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # Not by `process.wait`: with a time limit it looks at growing intervals only, up to 50 ms.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return WholeRun(seconds, usage.ru_maxrss * _BYTES_PER_UNIT / 1000**2)
