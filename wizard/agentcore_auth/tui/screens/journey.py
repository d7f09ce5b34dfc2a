"""The journey: all steps on the left, the one under the cursor on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from agentcore_auth.profile import ProfileError
from agentcore_auth.tui.browser import has_graphical_browser, is_openable, open_in_browser
from agentcore_auth.tui.progress import RunProgress
from agentcore_auth.tui.safe import set_title, tell
from agentcore_auth.tui.screens.base import BACK
from agentcore_auth.tui.screens.of_profile import FAULTS, ProfileScreen
from agentcore_auth.tui.typed_app import app_of, stop_workers
from agentcore_auth.tui.widgets.answer_field import AnswerField
from agentcore_auth.tui.widgets.copy_value import CopyValue, send_to_clipboard
from agentcore_auth.tui.widgets.proof_view import Proof
from agentcore_auth.tui.widgets.secret_box import SecretBox
from agentcore_auth.tui.widgets.step_list import StepList
from agentcore_auth.tui.widgets.step_pane import StepPane
from agentcore_auth.tui.widgets.top_bar import Place

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

    from agentcore_auth.tui.desk import Desk

_TICK_SECONDS = 0.12
_REFRESH_SECONDS = 10.0


class JourneyScreen(ProfileScreen):
    """Walks through one journey."""

    PLACE = Place.STEPS
    CSS_PATH = "journey.tcss"
    ABOUT: ClassVar[tuple[str, ...]] = (
        "The steps are on the left, the one under the cursor on the right: why it is needed, "
        "where to click with the exact values, what is entered here, and its proof.",
        "Enter or tab goes into the step, escape comes back. An answer is judged as it is typed "
        "and taken when its line is left.",
        "r proves the step live: it sends the requests that are listed with it, and nothing else. "
        "A step that no machine can prove has a box to tick; it then counts as ticked by hand.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "prove", "prove", tooltip="Prove this step live"),
        Binding("ctrl+r", "prove", "prove", tooltip="Prove this step live"),
        Binding("R", "prove_all", "prove all", show=False, tooltip="Prove every step live"),
        Binding("c", "copy", "copy", tooltip="Copy the value that has the focus"),
        Binding("o", "open_link", "open", tooltip="Open the step's address in the browser"),
        Binding("n", "next_open", "next open", tooltip="Go to the next step that is not settled"),
        Binding("e", "edit", "edit", show=False, tooltip="Change the first answer of this step"),
        Binding("N", "note", "note", tooltip="Write a note on this step"),
        Binding("t", "tick", "tick", tooltip="Tick a step that cannot be proven"),
        FAULTS,
        BACK,
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._progress = RunProgress()
        self._proving: tuple[str, ...] = ()
        self._frame = 0
        self._timer: Timer | None = None
        self._browser = False
        self._shown = ""

    # --- drawing ---------------------------------------------------------------------------

    def body(self) -> Iterator[Widget]:
        """Yields the steps and the step."""
        yield Horizontal(StepList(), StepPane(self.walk), id="panes")

    @property
    def steps(self) -> StepList:
        """The list of steps."""
        return self.query_one(StepList)

    @property
    def pane(self) -> StepPane:
        """The pane of the step under the cursor."""
        return self.query_one(StepPane)

    async def on_mount(self) -> None:
        """Shows the step at which the walk was left, or the first that is open."""
        set_title(self.steps, self.walk.journey.title)
        known = {step.id for step in self.walk.steps}
        last = self.walk.profile.last_step
        self._show_list(chosen=last if last in known else self.walk.next_open())
        self.steps.focus()
        self._timer = self.set_interval(_TICK_SECONDS, self._move, pause=True)
        self.set_interval(_REFRESH_SECONDS, self._refresh_status)
        self._browser = await asyncio.to_thread(has_graphical_browser)
        self.refresh_bindings()

    async def on_screen_resume(self) -> None:
        """Shows what other screens have changed."""
        if self.steps.chosen:
            self._show_list()
            await self._show_step()

    @on(StepList.OptionHighlighted)
    async def _step_chosen(self, event: StepList.OptionHighlighted) -> None:
        # Of several that came while one was being drawn, only the last is worth drawing.
        if event.option_id == self.steps.chosen:
            await self._show_step()

    @on(StepList.OptionSelected)
    @on(StepList.Left)
    def _step_entered(self) -> None:
        self.pane.enter()

    def action_edit(self) -> None:
        """Moves the focus to the step's first answer, whether it is there already or not."""
        self.pane.edit()

    def action_to_list(self) -> None:
        """Moves the focus back to the list."""
        self.steps.focus()

    def _show_list(self, *, chosen: str = "") -> None:
        self.steps.show(
            self.walk.views(), dict.fromkeys(self._proving, self._mark()), chosen=chosen
        )

    def on_unmount(self) -> None:
        """Remembers the step for the next time, however the app is left."""
        with suppress(ProfileError):
            if self._shown:
                self.walk.visit(self._shown)

    async def _show_step(self) -> None:
        self._shown = self.steps.chosen
        await self.pane.show(self._proof(), self._mark())
        self.refresh_bindings()

    def _proof(self) -> Proof:
        step_id = self.steps.chosen
        record = self.walk.profile.steps.get(step_id)
        view = self.walk.view(step_id)
        known = {**self.walk.provider.probes, **self.walk.journey.own_probes}
        probes = view.step.proof.probes if view.step.proof else ()
        return Proof(
            view=view,
            facts=self.desk.facts,
            labels={name: known[name].label for name in probes},
            codes=tuple(record.codes) if record else (),
            now=self.walk.now(),
            running=self._progress.sentence() if step_id in self._proving else "",
        )

    def _mark(self) -> str:
        return app_of(self).moving_mark(self._frame)

    async def _move(self) -> None:
        self._frame += 1
        self._show_list()
        await self.pane.show(self._proof(), self._mark())

    def _refresh_status(self) -> None:
        if self.is_current and self.steps.chosen:
            self.pane.show_status(self._proof(), self._mark())

    # --- answers ---------------------------------------------------------------------------

    @on(AnswerField.Taken)
    @on(SecretBox.Taken)
    async def _answer_taken(self) -> None:
        self._show_list()
        await self._show_step()

    @on(AnswerField.Entered)
    @on(SecretBox.Entered)
    def _answer_entered(self, event: AnswerField.Entered | SecretBox.Entered) -> None:
        if self.pane.focus_next_field(event.field):
            return
        # The step is answered: on the list, n leads on and r proves again.
        self.steps.focus()
        if not self._proof().view.waits_for:
            self.action_prove()

    # --- proofs ----------------------------------------------------------------------------

    def action_prove(self) -> None:
        """Proves the step under the cursor."""
        view = self._proof().view
        if view.step.proof is None:
            tell(self, "This step has no proof: look, then tick it with t")
            return
        self.pane.commit()
        waits_for = self._proof().view.waits_for
        if waits_for:
            tell(self, f"Not yet; it needs {', '.join(waits_for)}")
        else:
            self._prove([view.step.id])

    def action_prove_all(self) -> None:
        """Proves every step that has a proof."""
        self.pane.commit()
        self._prove([step.id for step in self.walk.steps if step.proof is not None])

    @work(exclusive=True, group="proof", description="prove steps")
    async def _prove(self, step_ids: list[str]) -> None:
        self._progress = RunProgress()
        self._proving = tuple(step_ids)
        if self._timer is not None:
            self._timer.resume()
        await self._shown_again()
        try:
            with app_of(self).telling_errors():
                report = await self.walk.prove(step_ids, self._progress.observe)
                self.desk.remember(report)
        finally:
            self._proving = ()
            if self._timer is not None:
                self._timer.pause()
        await self._shown_again()
        if step_ids == [self.steps.chosen]:
            self.call_after_refresh(self.pane.scroll_to_proof)

    async def _shown_again(self) -> None:
        self._show_list()
        await self._show_step()

    async def action_back(self) -> None:
        """Stops a running proof; else leaves the step for the list, or the list for home."""
        if self._proving:
            stop_workers(self, "proof")
            self._proving = ()
            await self._shown_again()
            tell(self, "Stopped. Nothing was recorded.")
        elif self.pane.has_focus_within or self.pane.has_focus:
            self.steps.focus()
        else:
            self.pane.commit()
            await app_of(self).pop_screen()

    # --- the user's own word ---------------------------------------------------------------

    async def action_tick(self) -> None:
        """Ticks the step, or takes the tick away."""
        view = self._proof().view
        if view.step.unprovable is None:
            tell(self, "This step has a proof: r proves it")
            return
        with app_of(self).telling_errors():
            self.walk.tick(view.step.id, ticked=not view.is_settled)
        await self._shown_again()

    def action_note(self) -> None:
        """Asks for a note on the step."""
        from agentcore_auth.tui.screens.ask import AskLine

        view = self._proof().view
        asked = AskLine(f"Note on {view.number} {view.step.title}", view.note)
        app_of(self).push_screen(asked, self._keep_note)

    async def _keep_note(self, note: str | None) -> None:
        if note is not None:
            with app_of(self).telling_errors():
                self.walk.write_note(self.steps.chosen, note)
            await self._shown_again()

    # --- values and addresses --------------------------------------------------------------

    def action_copy(self) -> None:
        """Copies the value that has the focus."""
        if isinstance(self.focused, CopyValue):
            self.focused.action_copy_value()
            return
        values = [line.value for line in self._proof().view.instructions if line.value]
        if len(values) == 1:
            send_to_clipboard(self, values[0])
        else:
            tell(self, "Go to a value with tab; c copies the one that has the focus")

    def action_open_link(self) -> None:
        """Opens the step's address in the browser."""
        open_in_browser(self._proof().view.link)

    async def action_next_open(self) -> None:
        """Goes to the next step that is not settled."""
        self.steps.choose(self.walk.next_open(self.steps.chosen))
        self.steps.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves actions out that the step has no use for."""
        if action not in ("open_link", "tick", "prove") or not self.is_mounted:
            return super().check_action(action, parameters)
        if not self.steps.chosen:
            return False
        view = self.walk.view(self.steps.chosen)
        match action:
            case "open_link":
                return self._browser and is_openable(view.link)
            case "tick":
                return view.step.unprovable is not None
            case _:
                return view.step.proof is not None
