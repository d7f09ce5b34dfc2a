"""Imported by Python at start-up: records this process's arguments and those of all it starts."""

import os
import sys

_TARGET = os.environ.get("RECORD_PROCESS_ARGUMENTS", "")

# How many arguments of each event come before the environment, which may hold secrets.
_SHOWN = {
    "subprocess.Popen": 2,
    "os.exec": 2,
    "os.posix_spawn": 2,
    "os.spawn": 3,
    "os.system": 1,
    "pty.spawn": 1,
}


def _write(line: str) -> None:
    with open(_TARGET, "a", encoding="utf-8") as file:  # noqa: PTH123  # no import more than needed
        file.write(f"{line}\n")


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if event in _SHOWN:
        _write(f"{event} {arguments[: _SHOWN[event]]!r}")


if _TARGET:
    _write(f"start {sys.orig_argv!r}")
    sys.addaudithook(_record)
