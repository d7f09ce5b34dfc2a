"""The one error of this package."""

from __future__ import annotations


class FilesError(Exception):
    """A file cannot be planned, written or taken back; nothing was changed.

    The message is one line: what, where, what to do.
    """
