"""Small questions that lie over a screen: a line of text, a secret, a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.screen import ModalScreen

from agentcore_auth.tui.safe import Piece, SecretField, TextField, Tone, Words, set_title
from agentcore_auth.tui.widgets.action_link import ActionLink
from agentcore_auth_checks.text import Secret, Text

if TYPE_CHECKING:
    from textual.app import ComposeResult


class AskLine(ModalScreen[str | None]):
    """Asks for one line of text; None where it was left with escape."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]

    def __init__(self, question: Text, value: str = "") -> None:
        super().__init__()
        self._question = question
        self._value = value

    def compose(self) -> ComposeResult:
        """Yields the line."""
        with VerticalGroup(classes="box") as box:
            set_title(box, self._question)
            yield TextField(self._value)
            yield Words(("enter keeps it, escape leaves it as it was", Tone.QUIET))

    @on(TextField.Submitted)
    def _entered(self, event: TextField.Submitted) -> None:
        self.dismiss(event.value.strip())


class AskSecret(ModalScreen[Secret | None]):
    """Asks for a secret, hidden; None where it was left with escape."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]

    def __init__(self, label: Text, about: Text) -> None:
        super().__init__()
        self._label = label
        self._about = about

    def compose(self) -> ComposeResult:
        """Yields the hidden line."""
        with VerticalGroup(classes="box") as box:
            set_title(box, self._label)
            yield Words((self._about, Tone.QUIET))
            yield SecretField(example="Type or paste it; it is not shown")
            yield Words(("enter keeps it, escape leaves it as it was", Tone.QUIET))

    @on(SecretField.Entered)
    def _entered(self) -> None:
        secret = self.query_one(SecretField).take()
        self.dismiss(secret or None)


class AskYes(ModalScreen[bool]):
    """Asks whether to go on; the answer is no until it is yes."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "dismiss(False)", "no"),
        Binding("y", "dismiss(True)", "yes"),
    ]

    def __init__(self, question: Text, *about: Piece, yes: Text) -> None:
        super().__init__()
        self._question = question
        self._about = about
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Yields what is about to happen, and the two answers."""
        with VerticalGroup(classes="box") as box:
            set_title(box, self._question)
            yield Words(*self._about)
            with HorizontalGroup(classes="answers"):
                yield ActionLink("No", "screen.dismiss(False)", key="n")
                yield ActionLink(self._yes, "screen.dismiss(True)", key="y")
