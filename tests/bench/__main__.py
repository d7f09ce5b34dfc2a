"""Prints what the program takes, against the least that it could take or the most that it may.

    python -m tests.bench [--runs N] [--paint-marker TEXT]

Every number is the median of runs that take turns with those of its baseline, so that a busy
machine slows both. Nothing fails here: the limit beside a ratio is for the reader. What is
measured is what `make bench` installs in `.venv-bench`: the program without the test tools, some
of which slow its imports down.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.doctor_on_lab import DOCTOR, chain_seconds, playing_range
from tests.bench.first_paint import seconds_to_paint
from tests.bench.installed import PROGRAM, PYTHON
from tests.bench.whole_run import run_whole

_EMPTY_APP = str(Path(__file__).parent / "empty_app.py")
_BARE_PYTHON = ("python -c pass", lambda: run_whole([PYTHON, "-c", "pass"]).seconds)
_ALLOWED_MEGABYTES = 120.0


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:6.0f} ms"


def _megabytes(megabytes: float) -> str:
    return f"{megabytes:6.0f} MB"


@dataclass(frozen=True)
class Comparison:
    """What is measured, what it is measured against, and the ratio it should stay below."""

    name: str
    measure: Callable[[], float]
    baseline_name: str
    baseline: Callable[[], float]
    limit: float
    shown: Callable[[float], str] = _milliseconds


def start_up(paint_marker: str) -> list[Comparison]:
    """Returns the comparisons of starting. The app has painted once it shows `paint_marker`."""
    return [
        Comparison(
            "--version", lambda: run_whole([PROGRAM, "--version"]).seconds, *_BARE_PYTHON, 2
        ),
        Comparison("--help", lambda: run_whole([PROGRAM, "--help"]).seconds, *_BARE_PYTHON, 3),
        Comparison(
            "first paint",
            lambda: seconds_to_paint([PROGRAM], paint_marker),
            "empty Textual app",
            lambda: seconds_to_paint([PYTHON, _EMPTY_APP], "painted"),
            1.5,
        ),
    ]


def doctor() -> list[Comparison]:
    """Returns the comparisons of the doctor, for which the practice range has to play."""
    return [
        Comparison(
            "doctor on lab",
            lambda: run_whole(DOCTOR).seconds,
            "its longest chain",
            chain_seconds,
            1.3,
        ),
        Comparison(
            "doctor peak memory",
            lambda: run_whole(DOCTOR).peak_megabytes,
            "what it may take",
            lambda: _ALLOWED_MEGABYTES,
            1,
            _megabytes,
        ),
    ]


def _line(comparison: Comparison, runs: int) -> str:
    # The first run of each fills caches and is not counted.
    pairs = [(comparison.measure(), comparison.baseline()) for _ in range(runs + 1)][1:]
    measured = statistics.median(pair[0] for pair in pairs)
    baseline = statistics.median(pair[1] for pair in pairs)
    return (
        f"{comparison.name:<18} {comparison.shown(measured)}   "
        f"{comparison.baseline_name:<17} {comparison.shown(baseline)}   "
        f"ratio {measured / baseline:5.2f}   limit {comparison.limit:g}"
    )


def _show(comparisons: Sequence[Comparison], runs: int) -> bool:
    """Prints one line a comparison and returns whether all could be measured."""
    complete = True
    for comparison in comparisons:
        try:
            print(_line(comparison, runs), flush=True)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            print(f"{comparison.name:<18} not measured: {error}", flush=True)
            complete = False
    return complete


def main() -> int:
    """Measures and prints; returns 1 where something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--paint-marker", default="New set-up", metavar="TEXT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in [name for name in os.environ if name.startswith(("XDG_", "AWS_"))]:
            del os.environ[name]
        os.environ.update(HOME=home, TERM="xterm-256color", COLORTERM="truecolor")
        complete = _show(start_up(options.paint_marker), options.runs)
        with playing_range():
            complete = _show(doctor(), options.runs) and complete
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
