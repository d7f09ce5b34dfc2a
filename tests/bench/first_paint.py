"""How long a terminal program takes until a person can read something."""

from __future__ import annotations

import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from fcntl import ioctl

import pyte

_WIDTH, _HEIGHT = 80, 24
_LIMIT = 30.0


def seconds_to_paint(command: Sequence[str], marker: str) -> float:
    """Returns the seconds from the start of the program until `marker` is on its screen.

    Raises:
        RuntimeError: it is not there after 30 seconds, or the program has ended without.
    """
    screen = pyte.Screen(_WIDTH, _HEIGHT)
    stream = pyte.ByteStream(screen)
    terminal, program_side = pty.openpty()
    ioctl(program_side, termios.TIOCSWINSZ, struct.pack("HHHH", _HEIGHT, _WIDTH, 0, 0))
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=program_side, stdout=program_side, stderr=program_side, close_fds=True
    )
    os.close(program_side)
    try:
        while time.perf_counter() - start < _LIMIT:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                stream.feed(os.read(terminal, 65536))
            except OSError:
                break  # the program has ended and closed its side
            if any(marker in line for line in screen.display):
                return time.perf_counter() - start
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
    shown = "\n".join(line.rstrip() for line in screen.display).strip()
    raise RuntimeError(f"{command[0]} did not show {marker!r} but:\n{shown}")
