"""Times as people read them: the clock of this machine, and how far away."""

from __future__ import annotations

import time

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def ago(at: float, now: float) -> str:
    """Returns how long ago a time was: `2 s ago`, `12 min ago`, `3 h ago`, `2 days ago`.

    Both are seconds since the epoch; a time that is still to come counts as now.
    """
    seconds = max(0, int(now - at))
    if seconds < 1:
        return "just now"
    if seconds < _MINUTE:
        return f"{seconds} s ago"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min ago"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h ago"
    days = seconds // _DAY
    return "1 day ago" if days == 1 else f"{days} days ago"


def clock(at: float, now: float) -> str:
    """Returns the time of day, with the date where it was not today."""
    then, today = time.localtime(at), time.localtime(now)
    same_day = then[:3] == today[:3]
    return time.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M", then)


def duration(seconds: float) -> str:
    """Returns a duration as it is read at a glance: `88 ms`, `1.2 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
