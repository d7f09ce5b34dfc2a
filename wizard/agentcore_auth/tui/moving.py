"""The mark of something that runs."""

from __future__ import annotations

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
STILL = "…"
"""The mark where animation is off."""


def moving_mark(frame: int, *, moves: bool) -> str:
    """Returns the mark of one frame; always the same one where nothing moves."""
    return _FRAMES[frame % len(_FRAMES)] if moves else STILL
