"""Help: what the screen is for, and every key that works on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from agentcore_auth.tui.safe import Tone, Words, set_title
from agentcore_auth.tui.widgets.rows import text_row

if TYPE_CHECKING:
    from textual.app import ComposeResult

_EVERYWHERE = (
    ("tab", "to the next thing, shift+tab back; the arrows move within it"),
    ("enter", "do what has the focus"),
    ("esc", "back; stops a running proof first"),
    ("f2 to f5", "steps, doctor, files, secrets of this set-up"),
    ("ctrl+p", "all commands by name; themes too"),
    ("ctrl+q", "quit; what is not finished is left as it was"),
    ("mouse", "everything can be clicked; shift and drag selects text in most terminals"),
)


class HelpScreen(ModalScreen[None]):
    """Lies over the screen that it explains."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss(None)", "back")]

    def __init__(self, about: Iterable[str], bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._about = tuple(about)
        self._keys = tuple(bindings)

    def compose(self) -> ComposeResult:
        """Yields the explanation, the screen's keys, the keys of every screen."""
        with VerticalScroll(classes="box") as box:
            set_title(box, "Help")
            for paragraph in self._about:
                yield Words(paragraph, classes="paragraph")
            if self._keys:
                yield Words(("On this screen", Tone.STRONG), classes="heading")
            for binding in self._keys:
                yield text_row(_key(binding), binding.tooltip or binding.description)
            yield Words(("Everywhere", Tone.STRONG), classes="heading")
            for key, about in _EVERYWHERE:
                yield text_row(key, about)


def _key(binding: Binding) -> str:
    return binding.key_display or binding.key
