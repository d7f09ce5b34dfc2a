"""What a test needs on the machine: there, or the test is skipped, or in CI has failed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_SYSTEM_PATH = os.pathsep.join(("/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"))


def missing(reason: str) -> NoReturn:
    """Skips the test that asks, or fails it where CI says that nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require_command(name: str, package: str) -> str:
    """Returns the path of a program, which Debian has in `package`."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + _SYSTEM_PATH
    return shutil.which(name, path=path) or missing(
        f"{name} is not installed (Debian package {package})"
    )


def require_path(path: Path, made_by: str) -> Path:
    """Returns the path, which `make test` or the named command makes."""
    return path if path.exists() else missing(f"{path} is not there ({made_by} makes it)")
