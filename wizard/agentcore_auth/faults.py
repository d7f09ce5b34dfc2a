"""Faults of this program: a report without values, and errors that are the input's instead."""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from pathlib import Path

from agentcore_auth import __version__
from agentcore_auth.profile import ProfileError, state_directory
from agentcore_auth_checks.text import visible
from agentcore_auth_templates.loading import DataFileError


def input_error_line(error: Exception) -> str | None:
    """Returns the one line of an error that is the input's, or None for a fault of ours."""
    from agentcore_auth.files.errors import FilesError
    from agentcore_auth.secrets.encrypted_file import EncryptedFileError
    from agentcore_auth.secrets.given import UnusableSecret

    known = (ProfileError, DataFileError, FilesError, UnusableSecret, EncryptedFileError)
    return visible(str(error)) if isinstance(error, known) else None


def write_fault_report(error: BaseException) -> Path:
    """Writes what broke and where, and returns the file's path.

    Only types, functions and line numbers: messages and values may hold what must not be kept.
    """
    folder = state_directory() / "faults"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write("\n".join([*_heading(), *_chain(error), ""]))
    return path


def _heading() -> list[str]:
    return [
        f"agentcore-auth {__version__}",
        f"Python {platform.python_version()} on {sys.platform}",
        "",
    ]


def _chain(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    while error is not None:
        lines.append(type(error).__name__)
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or error.__context__
    return lines
