"""A row of a name and what it stands for, the latter wrapped beside the former."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import HorizontalGroup

from agentcore_auth.tui.safe import Piece, Tone, Words, words
from agentcore_auth.tui.widgets.copy_value import CopyValue
from agentcore_auth_checks.text import Text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


class Row(HorizontalGroup):
    """A short name, then a widget that takes the rest of the line."""

    def __init__(self, name: Text, shown: Widget, *, tone: Tone = Tone.QUIET) -> None:
        super().__init__(classes="row")
        self._label = words((name, tone))
        self._shown = shown

    def compose(self) -> ComposeResult:
        """Yields the name, then what it stands for."""
        yield Words(self._label, classes="name")
        yield self._shown


def text_row(name: Text, *pieces: Piece) -> Row:
    """Returns a row whose text is only read."""
    return Row(name, Words(*pieces, classes="text"))


def copy_row(name: Text, value: Text, *shown_as: Piece) -> Row:
    """Returns a row whose value can be copied in full."""
    return Row(name, CopyValue(value, *shown_as, classes="text"))
