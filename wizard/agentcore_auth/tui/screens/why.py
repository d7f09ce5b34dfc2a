"""The page of a finding's code: what it means, how it is known, how it is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from agentcore_auth.tui.safe import Tone, Words, set_title
from agentcore_auth.tui.widgets.rows import Row, copy_row, text_row

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from agentcore_auth_templates.catalogue import Entry, FixStep


class WhyScreen(ModalScreen[None]):
    """Shows one entry of the catalogue."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,w,q", "dismiss(None)", "back")]

    def __init__(self, code: str, entry: Entry) -> None:
        super().__init__()
        self._code = code
        self._entry = entry

    def compose(self) -> ComposeResult:
        """Yields the entry, the best fix first."""
        entry = self._entry
        with VerticalScroll(classes="box") as box:
            set_title(box, (self._code, Tone.STRONG))
            yield Words((entry.title, Tone.STRONG), classes="paragraph")
            yield Words(entry.why, classes="paragraph")
            yield text_row("severity", entry.severity)
            yield text_row("known by", entry.proof)
            yield text_row("evidence", entry.evidence)
            for number, fix in enumerate(entry.fix):
                yield _fix_row("fix" if number == 0 else "or", fix)
            if entry.url:
                yield copy_row("page", entry.url)


def _fix_row(name: str, fix: FixStep) -> Row:
    return text_row(name, fix.text) if fix.kind == "console" else copy_row(name, fix.text)
