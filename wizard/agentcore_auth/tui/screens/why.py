"""The page of a finding's code: what it means, how it is known, how it is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from agentcore_auth.tui.safe import Tone, Words, set_title
from agentcore_auth.tui.widgets.finding_view import fix_rows
from agentcore_auth.tui.widgets.rows import copy_row, text_row

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from agentcore_auth_checks.findings import Finding
    from agentcore_auth_templates.catalogue import Entry


class WhyScreen(ModalScreen[None]):
    """Shows what the catalogue knows of a code, with the values of the case where there is one."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,w,q", "dismiss(None)", "back")]

    def __init__(self, finding: Finding, entry: Entry) -> None:
        super().__init__()
        self._finding = finding
        self._entry = entry

    def compose(self) -> ComposeResult:
        """Yields the entry, the best fix first."""
        finding, entry = self._finding, self._entry
        with VerticalScroll(classes="box") as box:
            set_title(box, (finding.code, Tone.STRONG))
            yield Words((finding.title, Tone.STRONG), classes="paragraph")
            yield Words(finding.cause, classes="paragraph")
            yield text_row("severity", entry.severity)
            yield text_row("known by", entry.proof)
            yield text_row("evidence", entry.evidence)
            yield from fix_rows(finding)
            if entry.url:
                yield copy_row("page", entry.url)
