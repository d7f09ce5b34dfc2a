"""What the exit status says, the same for every command and format."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit statuses; scripts rely on them."""

    OK = 0
    """Nothing at error level."""
    FOUND = 1
    """At least one error finding."""
    USAGE = 2
    """Bad usage or unreadable input; one line on stderr says what and where."""
    STOPPED = 3
    """Interrupted, or what it needed could not be reached."""
    BUG = 4
    """A fault of this program."""


class UsageError(Exception):
    """The input cannot be used. The message is one line: what, where, what to do."""
