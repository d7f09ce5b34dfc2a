"""Standard streams as they may really be: closed, in another encoding, full, read no further."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress


def mend_streams() -> None:
    """Makes the streams usable: a closed one leads nowhere, what cannot be encoded is escaped."""
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.FileIO(os.open(os.devnull, os.O_RDONLY)))
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    # A stand-in, such as that of a test, may have no encoding to be mended.
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def flushed(status: int, text: str = "") -> int:
    """Writes the text; returns the status, or 3 where what was written did not get through."""
    from agentcore_auth.cli.exits import ExitStatus

    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"agentcore-auth: {unwritable_output_line(error)}\n")
        abandon_output()
        return ExitStatus.STOPPED
    return status


def unwritable_output_line(error: OSError) -> str:
    """Returns the one line that says why standard output took no more."""
    return f"standard output: {error.strerror}; what was shown is not whole"


def abandon_output() -> None:
    """Sends what is still buffered nowhere, so that ending does not fail on it once more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _nowhere() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.FileIO(os.open(os.devnull, os.O_WRONLY), "w"), encoding="utf-8")
