"""How long a command takes from start to end."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence


def seconds_to_run(command: Sequence[str]) -> float:
    """Returns the seconds that the command takes.

    Raises:
        CalledProcessError: it failed, so that its time means nothing.
    """
    start = time.perf_counter()
    subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=60
    )
    return time.perf_counter() - start
