"""The chain, drawn in one line: its links, their marks, and the line down to the first break."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agentcore_auth.tui.chain import NOT_EXAMINED, Link
from agentcore_auth.tui.looks import RUNNING, Look
from agentcore_auth.tui.safe import Tone, Words, lines, words

if TYPE_CHECKING:
    from textual.content import Content

_NARROWEST_GAP = 3
_WIDEST_GAP = 12


class ChainView(Words):
    """Shows the links as wide apart as there is room for; the marks alone where there is none."""

    def __init__(self) -> None:
        super().__init__(id="chain")
        self._looks: Mapping[Link, Look] = dict.fromkeys(Link, NOT_EXAMINED)
        self._mark = ""

    def show(self, looks: Mapping[Link, Look], mark: str = "") -> None:
        """Shows what is known of each link; `mark` is the moving mark of those that run."""
        self._looks, self._mark = looks, mark
        self._draw()

    def on_resize(self) -> None:
        """Draws the chain for the new width."""
        self._draw()

    def joint_of(self, link: Link) -> int:
        """Returns the column of the screen below which a link stands; -1 where it has none."""
        if self._gap() < _NARROWEST_GAP:
            return -1
        return self.content_region.x + self._centers()[list(Link).index(link)]

    def _gap(self) -> int:
        room = self.size.width - sum(len(link) for link in Link)
        return min(room // (len(Link) - 1), _WIDEST_GAP)

    def _centers(self) -> list[int]:
        gap, start, centers = self._gap(), 0, list[int]()
        for link in Link:
            centers.append(start + (len(link) - 1) // 2)
            start += len(link) + gap
        return centers

    def _draw(self) -> None:
        if self._gap() < _NARROWEST_GAP:
            self.update(words(*self._in_words()))
        else:
            self.update(lines([self._names(), self._marks()]))

    def _names(self) -> Content:
        line = "─" * (self._gap() - 2)
        parts: list[tuple[str, Tone]] = []
        for link in Link:
            if parts:
                parts.append((f" {line} ", Tone.QUIET))
            look = self._looks[link]
            parts.append((link.value, Tone.QUIET if look == NOT_EXAMINED else Tone.PLAIN))
        return words(*parts)

    def _marks(self) -> Content:
        parts: list[str | tuple[str, Tone]] = []
        at = 0
        for link, center in zip(Link, self._centers(), strict=True):
            parts.append(" " * (center - at))
            parts.append(self._shown_mark(link))
            at = center + 1
        return words(*parts)

    def _in_words(self) -> list[str | tuple[str, Tone]]:
        parts: list[str | tuple[str, Tone]] = []
        for link in Link:
            parts += [self._shown_mark(link), f" {link.value}  "]
        return parts

    def _shown_mark(self, link: Link) -> tuple[str, Tone]:
        look = self._looks[link]
        return (self._mark if look == RUNNING and self._mark else look.mark, look.tone)
