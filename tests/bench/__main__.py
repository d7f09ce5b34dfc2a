"""Prints how long the program takes to start, against the least that it could take.

    python -m tests.bench [--runs N] [--paint-marker TEXT]

Every number is the median of runs that take turns with those of its baseline, so that a busy
machine slows both. Nothing fails here: the limit beside a ratio is for the reader.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.first_paint import seconds_to_paint
from tests.bench.start_up import seconds_to_run

_PROGRAM = str(Path(sys.executable).parent / "agentcore-auth")
_EMPTY_APP = str(Path(__file__).parent / "empty_app.py")
_BARE_PYTHON = ("python -c pass", lambda: seconds_to_run([sys.executable, "-c", "pass"]))


@dataclass(frozen=True)
class Comparison:
    """What is measured, what it is measured against, and the ratio it should stay below."""

    name: str
    measure: Callable[[], float]
    baseline_name: str
    baseline: Callable[[], float]
    limit: float


def comparisons(paint_marker: str) -> list[Comparison]:
    """Returns all comparisons. The app has painted once `paint_marker` is on its screen."""
    return [
        Comparison("--version", lambda: seconds_to_run([_PROGRAM, "--version"]), *_BARE_PYTHON, 2),
        Comparison("--help", lambda: seconds_to_run([_PROGRAM, "--help"]), *_BARE_PYTHON, 3),
        Comparison(
            "first paint",
            lambda: seconds_to_paint([_PROGRAM], paint_marker),
            "empty Textual app",
            lambda: seconds_to_paint([sys.executable, _EMPTY_APP], "painted"),
            1.5,
        ),
    ]


def _line(comparison: Comparison, runs: int) -> str:
    # The first run of each fills caches and is not counted.
    pairs = [(comparison.measure(), comparison.baseline()) for _ in range(runs + 1)][1:]
    measured = statistics.median(pair[0] for pair in pairs)
    baseline = statistics.median(pair[1] for pair in pairs)
    return (
        f"{comparison.name:<12} {measured * 1000:6.0f} ms   "
        f"{comparison.baseline_name:<18} {baseline * 1000:6.0f} ms   "
        f"ratio {measured / baseline:5.2f}   limit {comparison.limit:g}"
    )


def main() -> int:
    """Measures, prints one line a comparison, and returns 1 where one could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--paint-marker", default="New set-up", metavar="TEXT")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as home:
        for name in [name for name in os.environ if name.startswith(("XDG_", "AWS_"))]:
            del os.environ[name]
        os.environ.update(HOME=home, TERM="xterm-256color", COLORTERM="truecolor")
        for comparison in comparisons(options.paint_marker):
            try:
                print(_line(comparison, options.runs), flush=True)
            except (RuntimeError, subprocess.CalledProcessError) as error:
                print(f"{comparison.name:<12} not measured: {error}", flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
