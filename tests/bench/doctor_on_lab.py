"""How long the doctor takes on the practice range, against its longest chain of requests."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

DELAY_SECONDS = 0.2
LONGEST_CHAIN = (
    "discovery document",
    "token",
    "initialize",
    "notifications/initialized",
    "tools/list",
)
"""Each of these requests needs the answer to the one before."""

_KIBIBYTES_IN_MEGABYTE = 1000**2 / 1024
_PROGRAM = str(Path(sys.executable).parent / "agentcore-auth")


@dataclass(frozen=True)
class DoctorRun:
    """One run of the doctor as a whole process."""

    seconds: float
    peak_megabytes: float


def chain_seconds() -> float:
    """Returns the least that any doctor could take: the chain's requests, one after another."""
    return len(LONGEST_CHAIN) * DELAY_SECONDS


def run_doctor() -> DoctorRun:
    """Returns time and peak memory of `doctor --profile lab` on a running range.

    Raises:
        RuntimeError: it did not end with a clean bill.
    """
    # GNU time is not everywhere, and this process's own children would be counted together.
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "sys.exit(done.returncode)\n"
    )
    begun = time.perf_counter()
    subprocess.run(
        [_PROGRAM, "doctor", "--profile", "lab"], stdout=subprocess.DEVNULL, check=True, timeout=60
    )
    seconds = time.perf_counter() - begun
    measured = subprocess.run(
        [sys.executable, "-c", script, _PROGRAM, "doctor", "--profile", "lab"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return DoctorRun(seconds, int(measured.stdout) / _KIBIBYTES_IN_MEGABYTE)


def start_range() -> subprocess.Popen[str]:
    """Starts the range with its delay and returns once it plays."""
    delay = str(int(DELAY_SECONDS * 1000))
    process = subprocess.Popen(
        [_PROGRAM, "lab", "--delay", delay], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "ctrl+c" in line:
            return process
    raise RuntimeError("the practice range did not start")
