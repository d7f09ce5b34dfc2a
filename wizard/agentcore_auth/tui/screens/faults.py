"""The faults of the practice range: one at a time is switched on, to be found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.screen import ModalScreen

from agentcore_auth.tui.safe import Choices, Tone, Words, lines, set_title, words

if TYPE_CHECKING:
    from textual.app import ComposeResult

_NONE = "healthy"


class FaultsScreen(ModalScreen[str | None]):
    """Gives the code of the fault to switch on, empty for none; None where it was left."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,x", "dismiss(None)", "back")]

    def __init__(self, faults: Mapping[str, str], on_now: str) -> None:
        super().__init__()
        self._faults = faults
        self._on_now = on_now

    def compose(self) -> ComposeResult:
        """Yields the list."""
        with VerticalGroup(classes="box tall") as box:
            set_title(box, "Break the practice range")
            yield Words(("One fault at a time; the doctor must find exactly that one.", Tone.QUIET))
            yield Choices()

    def on_mount(self) -> None:
        """Shows all faults, the one that is on under the cursor."""
        choices = self.query_one(Choices)
        choices.offer(
            [
                (_NONE, words(("Healthy", Tone.STRONG), ("  nothing is broken", Tone.QUIET))),
                *(
                    (code, lines([words((code, Tone.STRONG)), words("  ", (summary, Tone.QUIET))]))
                    for code, summary in self._faults.items()
                ),
            ],
            chosen=self._on_now or _NONE,
        )
        choices.focus()

    @on(Choices.OptionSelected)
    def _chosen(self) -> None:
        chosen = self.query_one(Choices).chosen
        self.dismiss("" if chosen == _NONE else chosen)
