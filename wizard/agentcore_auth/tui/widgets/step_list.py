"""The steps of a journey, each with its mark; with its word too where there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from agentcore_auth.tui.looks import STEPS
from agentcore_auth.tui.safe import Choices, Tone, set_subtitle, spread, words

if TYPE_CHECKING:
    from textual import events
    from textual.content import Content

    from agentcore_auth.journey import StepView

_WIDTH_FOR_WORDS = 44
_MARGIN = 3
"""Cells beside a line: its padding, and the bar that comes where the list must scroll."""


class StepList(Choices):
    """The list of steps; the cursor says which one is shown."""

    class Left(Message):
        """The focus should go into the step."""

    def __init__(self) -> None:
        super().__init__(id="steps")
        self._views: Sequence[StepView] = ()
        self._moving_marks: Mapping[str, str] = {}

    def show(
        self, views: Sequence[StepView], running: Mapping[str, str], *, chosen: str = ""
    ) -> None:
        """Shows the steps as they are; `running` maps a step's id to its moving mark."""
        self._views, self._moving_marks = views, running
        settled = sum(view.is_settled for view in views)
        set_subtitle(self, f"{settled} of {len(views)} settled")
        self.offer([(view.step.id, self._line(view)) for view in views], chosen=chosen)

    def _line(self, view: StepView) -> Content:
        look = STEPS[view.status]
        moving = self._moving_marks.get(view.step.id)
        mark = (moving, Tone.ACCENT) if moving else (look.mark, look.tone)
        left = words(mark, f" {view.number:>2} ", view.step.title)
        width = self.content_size.width - _MARGIN
        if width < _WIDTH_FOR_WORDS:
            return left.truncate(max(width, 1), ellipsis=True)
        word = "running" if moving else look.word
        return spread(left, words((word, look.tone)), width)

    def on_resize(self, event: events.Resize) -> None:
        """Fits the lines to the width."""
        self.show(self._views, self._moving_marks)

    def key_right(self) -> None:
        """Moves into the step."""
        self.post_message(self.Left())
