"""What the commands add their arguments to."""

from __future__ import annotations

import argparse
from typing import Protocol


class Subparsers(Protocol):
    """The part of argparse's subparsers, a private class there, that a command uses."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,
        description: str | None = None,
        usage: str | None = None,
        allow_abbrev: bool = True,
    ) -> argparse.ArgumentParser:
        """Returns the parser of a new command."""
        ...
