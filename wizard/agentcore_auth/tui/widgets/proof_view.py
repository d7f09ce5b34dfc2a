"""The proof of a step: what is known of it, by which requests, and what refutes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup

from agentcore_auth.journey import StepStatus, StepView
from agentcore_auth.tui.exchanges import ShownExchange, exchanges_of
from agentcore_auth.tui.looks import STEPS
from agentcore_auth.tui.moments import ago, clock, duration
from agentcore_auth.tui.safe import Tone, Words, fitted, lines, spread, words
from agentcore_auth.tui.widgets.copy_value import CopyValue
from agentcore_auth.tui.widgets.finding_view import FindingView
from agentcore_auth.tui.widgets.rows import text_row

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content
    from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Proof:
    """What there is to show of a step's proof.

    `labels` are those of the step's probes, by source. `codes` are those of a refusal that was
    recorded in an earlier run. `running` says what is going on, empty where nothing is.
    """

    view: StepView
    facts: Mapping[str, object]
    labels: Mapping[str, str]
    codes: tuple[str, ...]
    now: float
    running: str = ""

    @property
    def exchanges(self) -> tuple[ShownExchange, ...]:
        """The requests that were sent for this step in the last run."""
        return exchanges_of(self.facts, self.labels)


def status_words(proof: Proof, mark: str = "") -> Content:
    """Returns mark, word and time of a step's status, in one line."""
    view = proof.view
    if proof.running:
        return words((f"{mark} running", Tone.ACCENT))
    look = STEPS[view.status]
    when = f", {ago(view.at, proof.now)}" if view.at else ""
    return words((f"{look.mark} {look.word}{when}", look.tone))


class ProofView(VerticalGroup):
    """Everything that is known of a step's proof."""

    def __init__(self, proof: Proof) -> None:
        super().__init__(id="proof")
        self._proof = proof

    async def show(self, proof: Proof) -> None:
        """Shows what is known now; what is unchanged stays as it is, the focus too."""
        before, self._proof = self._proof, proof
        if proof.running and before.running:
            self.query_one("#running", Words).say(proof.running)
        elif (before.view, before.running, before.facts) != (
            proof.view,
            proof.running,
            proof.facts,
        ):
            focused = self.screen.focused
            had_focus = focused is not None and self in focused.ancestors
            await self.recompose()
            if had_focus:
                self.screen.set_focus(next(iter(self.query("*:can-focus")), None))

    def compose(self) -> ComposeResult:
        """Yields what fits the step's status."""
        proof = self._proof
        if proof.running:
            yield Words(proof.running, id="running")
            yield Words(("escape stops it", Tone.QUIET))
            return
        yield from self._of_status(proof.view)
        if proof.exchanges:
            yield Words(("Asked and answered", Tone.STRONG), classes="heading")
            yield from (ExchangeLine(exchange) for exchange in proof.exchanges)
        if proof.view.note:
            yield text_row("note", proof.view.note)

    def _of_status(self, view: StepView) -> Iterator[Widget]:
        match view.status:
            case StepStatus.PROVEN:
                yield from self._proven(view)
            case StepStatus.REFUSED:
                yield from self._refused(view)
            case StepStatus.TICKED | StepStatus.UNPROVABLE:
                yield from self._unprovable(view)
            case StepStatus.NOT_YET:
                yield from self._not_yet(view)

    def _proven(self, view: StepView) -> Iterator[Widget]:
        yield Words(self._headline(view), classes="heading")
        yield from self._by(view)

    def _refused(self, view: StepView) -> Iterator[Widget]:
        for finding in view.findings:
            yield FindingView(finding)
        if not view.findings:
            yield Words(self._headline(view), classes="heading")
            for code in self._proof.codes:
                yield text_row("by", (code, Tone.STRONG))
            yield Words(("r proves it again and shows why", Tone.QUIET))

    def _unprovable(self, view: StepView) -> Iterator[Widget]:
        unprovable = view.step.unprovable
        if unprovable is None:
            return
        yield Words(("No machine can prove this from here", Tone.STRONG), classes="heading")
        yield text_row("it takes", unprovable.needs)
        yield TickBox(unprovable.look_at, ticked=view.status is StepStatus.TICKED)

    def _not_yet(self, view: StepView) -> Iterator[Widget]:
        yield Words(self._headline(view), classes="heading")
        if view.waits_for:
            yield text_row("it needs", ", ".join(view.waits_for))
        for finding in view.held_up_by:
            pointer = f"  see {finding.because}" if finding.because else ""
            yield text_row("held up", (finding.code, Tone.STRONG), "  ", finding.title, pointer)
        yield from self._by(view)

    def _by(self, view: StepView) -> Iterator[Widget]:
        if view.step.proof is not None:
            yield text_row("proof", view.step.proof.by)
            if view.step.proof.limits:
                yield text_row("limits", view.step.proof.limits)

    def _headline(self, view: StepView) -> Content:
        look = STEPS[view.status]
        when = f"  {clock(view.at, self._proof.now)}" if view.at else ""
        return words((f"{look.mark} {look.word}", look.tone), (when, Tone.QUIET))


class TickBox(Words, can_focus=True):
    """The user's own word that something is so. Space, enter or a click changes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "screen.tick", "Tick", show=False),
    ]

    def __init__(self, look_at: str, *, ticked: bool) -> None:
        mark = "[x]" if ticked else "[ ]"
        super().__init__((mark, Tone.STRONG_ACCENT), " ", look_at, classes="tick")

    def on_click(self) -> None:
        """Ticks, or takes the tick away."""
        # Left to the screen: ticking draws this very box anew.
        self.screen.call_later(self.screen.run_action, "screen.tick")


class ExchangeLine(CopyValue):
    """One request: what it was for and how it was answered, then its address without the query.

    What is copied is the whole address.
    """

    def __init__(self, exchange: ShownExchange) -> None:
        super().__init__(exchange.url, classes="exchange")
        self._exchange = exchange

    def on_resize(self) -> None:
        """Fits the lines to the width."""
        exchange, width = self._exchange, self.content_size.width
        took = f"  {duration(exchange.seconds)}"
        answer = words((exchange.answer, Tone.STRONG), (took, Tone.QUIET))
        address, _, query = exchange.url.partition("?")
        asked = f"{exchange.method} {address}{'?…' if query else ''}"
        self.update(
            lines(
                [
                    spread(words(exchange.label), answer, width),
                    words((fitted(asked, width), Tone.QUIET)),
                ]
            )
        )
