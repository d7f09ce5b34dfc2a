"""Runs the product's command as its users do, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "agentcore_auth")


@dataclass(frozen=True)
class Ended:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything it wrote."""
        return self.out + self.err


def agentcore_auth(
    *arguments: str,
    environment: Mapping[str, str],
    given: str | bytes = b"",
    directory: Path | None = None,
) -> Ended:
    """Returns what came of the command; `given` is its standard input, which is no terminal."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=dict(environment),
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        cwd=directory,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
