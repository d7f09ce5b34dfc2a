"""Progress of a run on standard error: one line that says what is waited for."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

from agentcore_auth_checks.engine import Ended, Event, Observer, Started, Waiting
from agentcore_auth_checks.text import visible

_CLEAR_LINE = "\r\x1b[K"


@contextmanager
def progress(stream: TextIO) -> Generator[Observer]:
    """Yields an observer that keeps one line up to date; silent where nobody watches."""
    if not stream.isatty():
        yield _silent
        return
    open_labels: dict[str, str] = {}
    done = 0

    def observe(event: Event) -> None:
        nonlocal done
        match event:
            case Started():
                open_labels[event.source] = event.label
            case Ended():
                open_labels.pop(event.source, None)
                done += 1
            case Waiting():
                open_labels[event.source] = f"{event.label} (slow)"
            case _:
                return
        waiting = visible(", ".join(open_labels.values()))[:60]
        tail = f", waiting for {waiting}" if waiting else ""
        stream.write(f"{_CLEAR_LINE}{done} of {done + len(open_labels)} done{tail}")
        stream.flush()

    try:
        yield observe
    finally:
        stream.write(_CLEAR_LINE)
        stream.flush()


def _silent(_: Event) -> None:
    return
