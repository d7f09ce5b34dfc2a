"""Text that came from outside, and secrets.

Two types keep the rest of the code honest: `Untrusted` holds what a provider, a token or a
file says and only shows it with control, bidirectional and zero-width characters made
visible; `Secret` holds what must never be shown and is revealed only where it leaves for
its owner.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

SHOWN_CHARACTERS = 4096
"""Longest piece of outside text that is shown, in characters."""

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, *, limit: int = SHOWN_CHARACTERS, keep_lines: bool = False) -> str:
    """Returns `text` fit for a terminal: what cannot be seen is written as `<U+202E>`.

    Args:
        text: anything, lone surrogates included.
        limit: characters kept; the rest is counted, not shown.
        keep_lines: whether line feeds and tabs stay as they are.
    """
    cut = len(text) - limit
    shown = "".join(
        character if _is_plain(character, keep_lines) else f"<U+{ord(character):04X}>"
        for character in text[:limit]
    )
    return f"{shown}… ({cut} more characters)" if cut > 0 else shown


def _is_plain(character: str, keep_lines: bool) -> bool:
    if character in "\n\t":
        return keep_lines
    if character == " ":
        return True
    category = unicodedata.category(character)
    return category not in _INVISIBLE_CATEGORIES and category != "Zs"


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Text from outside. `str()` gives its visible form; `raw` is for comparing, never showing."""

    raw: str

    def __str__(self) -> str:
        return visible(self.raw)

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)


NO_TEXT = Untrusted("")
"""What stands where nothing was said."""


class Secret:
    """A value that must not be seen: masked wherever it is printed, formatted or pickled."""

    __slots__ = ("__value",)

    MASK = "••••••••"

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Returns the value itself. Call it only where the secret leaves for its owner."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({self.MASK})"

    def __str__(self) -> str:
        return self.MASK

    def __format__(self, specification: str) -> str:
        return self.MASK

    def __len__(self) -> int:
        return len(self.__value)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")


Text = str | Untrusted
"""Our own words, or somebody else's."""
