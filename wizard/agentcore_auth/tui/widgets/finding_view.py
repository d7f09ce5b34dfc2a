"""One finding with all there is: what, why, expected against actual, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.containers import VerticalGroup

from agentcore_auth.tui.looks import finding_look
from agentcore_auth.tui.safe import Tone, Words
from agentcore_auth.tui.widgets.rows import Row, copy_row, text_row
from agentcore_auth_checks.findings import Finding, FixKind
from agentcore_auth_checks.report.text import place, shown

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FindingView(VerticalGroup):
    """A finding. What it compares and what it orders can be copied."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(classes="finding")
        self._finding = finding

    def compose(self) -> ComposeResult:
        """Yields the code and title, then what is known, best fix first."""
        finding = self._finding
        look = finding_look(finding)
        yield Words(
            (f"{look.mark} {look.word}", look.tone),
            "  ",
            (finding.code, Tone.STRONG),
            "  ",
            (finding.evidence.value if finding.is_failure else "", Tone.QUIET),
            classes="code",
        )
        yield Words((finding.title, Tone.STRONG), classes="title")
        if finding.cause:
            yield Words(finding.cause, classes="cause")
        yield from self._rows()

    def _rows(self) -> Iterator[Row]:
        finding = self._finding
        if finding.expected is not None:
            yield copy_row("expected", shown(finding.expected))
        if finding.actual is not None:
            yield copy_row("actual", shown(finding.actual))
        if finding.where:
            yield text_row("where", place(finding.where))
        if finding.because:
            yield text_row("because", (finding.because, Tone.STRONG), ", which must be right first")
        yield from fix_rows(finding)


def fix_rows(finding: Finding) -> Iterator[Row]:
    """Yields the fixes, the best one first. What is typed elsewhere can be copied."""
    for number, fix in enumerate(finding.fixes):
        name = "fix" if number == 0 else "or"
        if fix.kind is FixKind.CONSOLE:
            yield text_row(name, fix.text)
        else:
            yield copy_row(name, fix.text)
