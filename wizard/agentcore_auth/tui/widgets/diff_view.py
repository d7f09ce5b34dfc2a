"""A unified diff in color, with its marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentcore_auth.tui.safe import Tone, Words, lines, words

if TYPE_CHECKING:
    from textual.content import Content

_TONES = {"+": Tone.PROVEN, "-": Tone.REFUSED, "@": Tone.ACCENT}


class DiffView(Words):
    """Shows a diff; a line that is longer than the view is wide is wrapped."""

    def show(self, diff: str, notes: Sequence[str] = ()) -> None:
        """Shows another diff, below what is to be said of it."""
        said = [words((f"! {note}", Tone.WARNING)) for note in notes]
        if said:
            said.append(words(""))
        self.update(lines([*said, *(_line(line) for line in diff.splitlines())]))


def _line(line: str) -> Content:
    if line.startswith(("---", "+++")):
        return words((line, Tone.STRONG))
    return words((line, _TONES.get(line[:1], Tone.PLAIN)))
