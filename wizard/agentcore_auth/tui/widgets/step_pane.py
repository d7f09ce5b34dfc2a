"""One step: why, where to click, what is entered here, and its proof."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll

from agentcore_auth.tui.safe import Tone, Words, set_subtitle, set_title, words
from agentcore_auth.tui.widgets.action_link import ActionLink
from agentcore_auth.tui.widgets.answer_field import AnswerField
from agentcore_auth.tui.widgets.copy_value import CopyValue
from agentcore_auth.tui.widgets.finding_view import FindingView
from agentcore_auth.tui.widgets.proof_view import Proof, ProofView, status_words
from agentcore_auth.tui.widgets.rows import Row, text_row
from agentcore_auth.tui.widgets.secret_box import SecretBox

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from agentcore_auth.journey import FieldView, InstructionView, StepView, Walk

_NOT_KNOWN_YET = "not known yet"


class StepPane(VerticalScroll):
    """Shows one step at a time. What was typed and cannot be taken is kept for coming back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("left", "screen.to_list", show=False)]

    def __init__(self, walk: Walk) -> None:
        super().__init__(id="step")
        self._walk = walk
        self._step_id = ""
        self._drafts: dict[str, str] = {}
        # Keys, runs and a timer ask for drawing, each in a task of its own.
        self._drawing = asyncio.Lock()

    async def show(self, proof: Proof, mark: str = "") -> None:
        """Shows a step as it is now; only what changed is drawn anew."""
        async with self._drawing:
            await self._draw(proof, mark)

    async def _draw(self, proof: Proof, mark: str) -> None:
        await self._draw_parts(proof, mark)
        # A stop of its own only where there is nothing else to stop at; then it can be scrolled.
        self.can_focus = not self.query("*:can-focus")

    async def _draw_parts(self, proof: Proof, mark: str) -> None:
        view = proof.view
        changed = view.step.id != self._step_id
        if changed:
            self._keep_drafts()
            self._step_id = view.step.id
            await self.query_children().remove()
            await self.mount_all(self._parts(proof))
            self.scroll_home(animate=False)
        # Named once it is there: who reads the name may type into the step.
        set_title(self, f"{view.number} ", (view.step.title, Tone.STRONG))
        self.show_status(proof, mark)
        if changed:
            return
        await self.query_one(Instructions).show(view)
        for box, field in zip(self.query(SecretBox), _secrets(view), strict=True):
            box.show(field)
        await self.query_one(ProofView).show(proof)

    def show_status(self, proof: Proof, mark: str = "") -> None:
        """Shows the status in the lower border, where it never scrolls away."""
        guide = proof.view.step.mark
        set_subtitle(
            self,
            status_words(proof, mark),
            (f"  {guide} in the guide" if guide else "", Tone.QUIET),
        )

    def scroll_to_proof(self) -> None:
        """Scrolls until the proof is to be seen; not at all where its first finding is in sight."""
        proof = self.query_one(ProofView)
        shown = next(iter(proof.query(FindingView)), proof)
        if not self.region.contains_region(shown.region):
            self.scroll_to_widget(proof, top=True, animate=False)

    def commit(self) -> None:
        """Has the walk take what is typed and right."""
        for field in self.query(AnswerField):
            if field.draft:
                field.commit()

    def enter(self) -> None:
        """Moves the focus in: to the first answer that is missing, else to the first value."""
        missing = next((field for field in self._fields() if not field.is_answered), None)
        if missing is not None:
            missing.focus_input()
        else:
            self.screen.set_focus(next(iter(self.query("*:can-focus")), self))

    def edit(self) -> None:
        """Moves the focus to the first answer, where the step has one."""
        first = next(iter(self._fields()), None)
        if first is not None:
            first.focus_input()

    def _fields(self) -> list[AnswerField | SecretBox]:
        """Returns the step's answers in the order in which they stand."""
        return [
            found for found in self.query(".field") if isinstance(found, AnswerField | SecretBox)
        ]

    def focus_next_field(self, field: AnswerField | SecretBox) -> bool:
        """Moves the focus to the next answer of the step; returns whether there is one."""
        fields = self._fields()
        behind = fields[fields.index(field) + 1 :]
        if behind:
            behind[0].focus_input()
        return bool(behind)

    def _keep_drafts(self) -> None:
        for field in self.query(AnswerField):
            self._drafts[field.field.id] = field.draft

    def _parts(self, proof: Proof) -> Iterator[Widget]:
        view = proof.view
        yield Words(view.step.why, id="why")
        yield Instructions(view)
        for field in view.fields:
            if field.field.secret:
                yield SecretBox(field, self._walk)
            else:
                yield AnswerField(field, self._walk, self._drafts.get(field.field.id, ""))
        if view.step.proof is not None and view.step.proof.files:
            yield ActionLink("Look at the files and write them", "app.files", key="f4")
        yield ProofView(proof)
        if view.step.corrections:
            yield Corrections(view)


class Instructions(VerticalGroup):
    """Where to click, line by line, with the exact values to type there."""

    def __init__(self, view: StepView) -> None:
        super().__init__(id="instructions")
        self._view = view

    async def show(self, view: StepView) -> None:
        """Shows the lines with the answers as they are now."""
        before, self._view = self._view, view
        if (before.where, before.instructions, before.link) != (
            view.where,
            view.instructions,
            view.link,
        ):
            await self.recompose()

    def compose(self) -> ComposeResult:
        """Yields heading, numbered lines, address."""
        view = self._view
        if view.where:
            yield Words((view.where, Tone.STRONG), classes="heading")
        for number, line in enumerate(view.instructions, 1):
            yield text_row(str(number), line.do)
            if line.has_value:
                yield _value_row(line)
        if view.link:
            yield Row("", CopyValue(view.link, (view.link, Tone.QUIET), classes="text link"))


def _value_row(line: InstructionView) -> Row:
    if not line.value:
        return text_row("", (_NOT_KNOWN_YET, Tone.QUIET))
    return Row("", CopyValue(line.value, (line.value, Tone.STRONG_ACCENT), classes="text"))


class Corrections(VerticalGroup):
    """What the published guide says wrongly of this step, and what is true."""

    def __init__(self, view: StepView) -> None:
        super().__init__(id="corrections")
        self._corrections = view.step.corrections

    def compose(self) -> ComposeResult:
        """Yields statement, truth and reason of each."""
        yield Words(("Where the guide is wrong", Tone.STRONG_WARNING), classes="heading")
        for correction in self._corrections:
            yield text_row("it says", (correction.guide_says, Tone.QUIET))
            yield text_row("true is", words(correction.truth))
            yield text_row("because", correction.because, (f"  {correction.evidence}", Tone.QUIET))


def _secrets(view: StepView) -> list[FieldView]:
    return [field for field in view.fields if field.field.secret]
