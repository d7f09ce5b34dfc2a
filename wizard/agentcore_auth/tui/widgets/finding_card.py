"""The card of one finding, hung from the link of the chain that it speaks of."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.containers import VerticalGroup, VerticalScroll

from agentcore_auth.tui.safe import Words
from agentcore_auth.tui.widgets.finding_view import FindingView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from agentcore_auth_checks.findings import Finding


class FindingCard(VerticalGroup):
    """Shows one finding at a time. Its upper edge has a joint where the line from above ends."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self._shown: tuple[Finding | None, str] | None = None
        self._joint = -1
        self._drawing = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Yields the upper edge and the room for the finding."""
        yield Words(id="edge")
        yield VerticalScroll(id="card-body")

    async def show(self, finding: Finding | None, joint: int, otherwise: str = "") -> None:
        """Shows a finding, or a text where there is none.

        `joint` is the cell of the upper edge that is joined, -1 for none.
        """
        self._joint = joint
        self._draw_edge()
        async with self._drawing:
            if (finding, otherwise) == self._shown:
                return
            self._shown = (finding, otherwise)
            body = self.query_one("#card-body", VerticalScroll)
            await body.query_children().remove()
            await body.mount(Words(otherwise) if finding is None else FindingView(finding))
            body.scroll_home(animate=False)

    # A class, since Textual does not draw what is inside anew for :focus-within.
    def on_descendant_focus(self) -> None:
        """Shows on all of the frame that the focus is in it."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Shows that the focus has left."""
        self.remove_class("-focused")

    def on_resize(self) -> None:
        """Draws the edge for the new width."""
        self._draw_edge()

    def _draw_edge(self) -> None:
        inner = self.size.width - 2
        if inner < 1:
            return
        edge = ["─"] * inner
        if 1 <= self._joint <= inner:
            edge[self._joint - 1] = "┴"
        self.query_one("#edge", Words).say(f"╭{''.join(edge)}╮")
