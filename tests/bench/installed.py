"""The programs that are measured: those of an environment without test tools, as users have it."""

from __future__ import annotations

from pathlib import Path

_PROGRAMS = Path(__file__).parents[2] / ".venv-bench" / "bin"

PYTHON = str(_PROGRAMS / "python")
PROGRAM = str(_PROGRAMS / "agentcore-auth")
