"""A value that is taken elsewhere by hand: shown whole, copied with a key or a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from agentcore_auth.tui.safe import Piece, Tone, Words, fitted, plain, tell, words
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth_checks.text import Text

if TYPE_CHECKING:
    from textual.widget import Widget

_TOLD_CELLS = 36


class CopyValue(Words, can_focus=True):
    """A value with the focus to itself. Enter or a click copies it, and so does `c`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "copy_value", "Copy", show=False),
        Binding("down", "screen.focus_next", show=False),
        Binding("up", "screen.focus_previous", show=False),
    ]

    def __init__(self, value: Text, *shown_as: Piece, classes: str = "") -> None:
        super().__init__(*(shown_as or (value,)), classes=f"copy {classes}".strip())
        self.value = value

    def show(self, value: Text) -> None:
        """Shows another value."""
        self.value = value
        self.say(value)

    def action_copy_value(self) -> None:
        """Sends the value to the clipboard."""
        send_to_clipboard(self, self.value)

    def on_click(self) -> None:
        """Copies, as enter does."""
        self.action_copy_value()


def send_to_clipboard(widget: Widget, text: Text) -> None:
    """Sends a text to the terminal's clipboard (OSC 52) and says so.

    Nothing tells whether the terminal took it, so no more is claimed.
    """
    shown = plain(text)
    app_of(widget).copy_to_clipboard(shown)
    first, _, rest = shown.partition("\n")
    lines = f" ({len(rest.splitlines())} more lines)" if rest else ""
    tell(widget, f"Sent to the clipboard: {fitted(first, _TOLD_CELLS)}{lines}")


def described(value: Text) -> Words:
    """Returns a value that is only looked at."""
    return Words(words((value, Tone.QUIET)))
