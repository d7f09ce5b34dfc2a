"""A server that a test starts: one JSON line says that it is ready, and it is always ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

START_LIMIT = 60.0
"""Seconds after which a server that has not said that it is ready counts as broken."""


def wait_until(done: Callable[[], bool], limit: float = START_LIMIT) -> bool:
    """Returns true as soon as `done` does, or false where it has not within `limit` seconds."""
    end = time.monotonic() + limit
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def basic_environment(**more: str) -> dict[str, str]:
    """Returns what a server needs of the environment, without anything of the user's."""
    kept = ("PATH", "TMPDIR", "LANG", "LC_ALL")
    return {name: os.environ[name] for name in kept if name in os.environ} | more


class ServerProcess:
    """A running server and the JSON lines it has printed.

    The lines go to a file, so that a line printed before an answer was sent is there once the
    answer is.
    """

    def __init__(
        self, command: Sequence[str], *, logs: Path, environment: Mapping[str, str]
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._out, self._err = logs / "out", logs / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=dict(environment),
                start_new_session=True,
            )
        wait_until(lambda: bool(self.lines()) or self._process.poll() is not None)
        if not self.lines():
            self.stop()
            raise RuntimeError(f"{command[0]} did not start:\n{self.errors()}")
        self.ready: dict[str, Any] = self.lines()[0]

    def lines(self) -> list[dict[str, Any]]:
        """Returns the JSON lines that are complete."""
        text = self._out.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.split("\n")[:-1] if line.startswith("{")]

    def errors(self) -> str:
        """Returns what the server wrote to its standard error."""
        return self._err.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ends the server and what it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
