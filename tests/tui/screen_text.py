"""What is on the screen, as text: for people to compare, and for tests to look into."""

from __future__ import annotations

import os
import re
from pathlib import Path

from textual.app import App

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "UPDATE_GOLDEN"
"""Set it to write the golden screens anew, then look at the difference."""

_CLOCK = re.compile(r"\b\d\d:\d\d:\d\d\b")


def screen_text(app: App[None]) -> str:
    """Returns the lines on the screen, without trailing blanks, with a final line feed."""
    strips = app.screen._compositor.render_strips()
    return "".join(f"{''.join(part.text for part in strip).rstrip()}\n" for strip in strips)


def running_text(app: App[None], within: str = "") -> str:
    """Returns what is on the screen as one line, without frames: for what may be wrapped.

    `within` selects the widget whose part of the screen it is, for panes that lie side by side.
    """
    lines = screen_text(app).splitlines()
    if within:
        place = app.screen.query(within).first().region
        lines = [line[place.x : place.right] for line in lines[place.y : place.bottom]]
    return " ".join(re.sub(r"[─-╿▁-▟]", " ", " ".join(lines)).split())


def assert_golden(app: App[None], name: str) -> None:
    """Fails where the screen is not the one that was looked at and kept under this name."""
    text = _CLOCK.sub("00:00:00", screen_text(app))
    place = GOLDEN / f"{name}.txt"
    if os.environ.get(UPDATE):
        GOLDEN.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    kept = place.read_text(encoding="utf-8")
    assert text == kept, f"{place.name} differs; {UPDATE}=1 writes it anew:\n{text}"
