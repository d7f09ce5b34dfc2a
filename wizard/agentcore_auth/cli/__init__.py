"""The command line. What only one command needs is imported inside that command."""

from __future__ import annotations

import sys

from agentcore_auth import __version__


def main() -> int:
    """Runs the command that the arguments name and returns its exit status."""
    from agentcore_auth.cli.standard_output import flushed, mend_streams

    mend_streams()
    if sys.argv[1:] == ["--version"]:
        return flushed(0, f"agentcore-auth {__version__}\n")
    import gc

    from agentcore_auth.cli.commands import run

    status = flushed(run(sys.argv[1:]))
    # What is left goes with the process; looking through it for garbage first only takes time.
    gc.freeze()
    return status
