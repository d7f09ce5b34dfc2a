"""One answer: its label, a line to type in, and what is the matter with what is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.message import Message

from agentcore_auth.tui.safe import TextField, Tone, Words
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth_checks.answers import Problem, cleaned

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from agentcore_auth.journey import FieldView, Walk


class AnswerField(VerticalGroup):
    """Judges an answer as it is typed, and has the walk take it when the field is left.

    Args:
        view: the field and its answer.
        walk: takes the answer.
        draft: what was typed before and could not be taken, empty for none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "take_suggestion", "Take the suggestion", show=False),
    ]

    class Taken(Message):
        """The walk took another answer than it had."""

    class Entered(Message):
        """Enter was pressed on an answer that is right."""

        def __init__(self, field: AnswerField) -> None:
            super().__init__()
            self.field = field

    def __init__(self, view: FieldView, walk: Walk, draft: str = "") -> None:
        super().__init__(classes="field")
        self.field = view.field
        self._walk = walk
        self._saved = view.value
        self._problem: Problem | None = None
        self._input = TextField(draft or view.value, example=view.field.example)
        self._remark = Words(view.field.help, classes="remark")

    def compose(self) -> ComposeResult:
        """Yields label, input, remark."""
        optional = "  may stay empty" if self.field.optional else ""
        yield Words((self.field.label, Tone.STRONG), (optional, Tone.QUIET), classes="label")
        yield self._input
        yield self._remark

    @property
    def draft(self) -> str:
        """What is typed and not taken; empty where all is."""
        typed = self._input.value
        return typed if cleaned(typed) != self._saved else ""

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer that the walk has taken."""
        return bool(self._saved)

    def on_descendant_focus(self) -> None:
        """Brings the whole field into sight, its label and remark too."""
        self.call_after_refresh(self.scroll_visible, animate=False)

    def focus_input(self) -> None:
        """Puts the cursor into the line."""
        self._input.focus()

    def commit(self) -> bool:
        """Has the walk take what is typed; returns whether it is right."""
        typed = self._input.value
        if cleaned(typed) == self._saved:
            if self._input.value != self._saved:
                self._input.value = self._saved
            return bool(self._saved) or self.field.optional
        with app_of(self).telling_errors():
            problem = self._walk.answer(self.field.id, typed)
            self._remark_on(problem)
            if problem is None:
                self._saved = cleaned(typed)
                self._input.value = self._saved
                self.post_message(self.Taken())
        return self._saved == cleaned(typed)

    @on(TextField.Changed)
    def _judge(self, event: TextField.Changed) -> None:
        event.stop()
        empty = not cleaned(event.value)
        self._remark_on(None if empty else self._walk.judge(self.field.id, event.value))

    @on(TextField.Submitted)
    def _enter(self, event: TextField.Submitted) -> None:
        event.stop()
        if self.commit():
            self.post_message(self.Entered(self))
        else:
            self._remark_on(self._walk.judge(self.field.id, self._input.value))

    @on(TextField.Blurred)
    def _leave(self, event: TextField.Blurred) -> None:
        event.stop()
        if cleaned(self._input.value) != self._saved:
            self.commit()

    def _remark_on(self, problem: Problem | None) -> None:
        self._problem = problem
        self.set_class(problem is not None, "-wrong")
        if problem is None:
            self._remark.say(self.field.help)
        elif problem.instead:
            self._remark.say(
                (f"✗ {problem.reason}. ", Tone.REFUSED),
                ("Did you mean ", Tone.PLAIN),
                (problem.instead, Tone.STRONG),
                ("?  ctrl+y takes it", Tone.ACCENT),
            )
        else:
            self._remark.say((f"✗ {problem.reason}", Tone.REFUSED))

    def action_take_suggestion(self) -> None:
        """Puts what was probably meant in place of what was typed."""
        if self._problem is not None and self._problem.instead:
            self._input.value = self._problem.instead
            self._input.action_end()

    def on_click(self) -> None:
        """Takes the suggestion where there is one: nothing else here does anything else."""
        self.action_take_suggestion()
