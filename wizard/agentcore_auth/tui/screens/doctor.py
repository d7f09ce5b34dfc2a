"""The doctor: the chain from laptop to gateway drawn live, and what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from agentcore_auth.tui.chain import ANSWERED, judged_chain, link_of, running_chain
from agentcore_auth.tui.looks import RUNNING, SKIPPED, VERDICTS, finding_look
from agentcore_auth.tui.moments import ago, duration
from agentcore_auth.tui.progress import RunProgress
from agentcore_auth.tui.safe import Choices, TextField, Tone, Words, plain, spread, tell, words
from agentcore_auth.tui.screens.base import BACK
from agentcore_auth.tui.screens.of_profile import FAULTS, ProfileScreen
from agentcore_auth.tui.typed_app import app_of, stop_workers
from agentcore_auth.tui.widgets.chain_view import ChainView
from agentcore_auth.tui.widgets.copy_value import CopyValue, send_to_clipboard
from agentcore_auth.tui.widgets.finding_card import FindingCard
from agentcore_auth.tui.widgets.top_bar import Place
from agentcore_auth_checks.findings import Finding, Report, Status, failed
from agentcore_auth_checks.report.text import render_text, summary

if TYPE_CHECKING:
    from textual.content import Content
    from textual.timer import Timer
    from textual.widget import Widget

    from agentcore_auth.tui.desk import Desk

_TICK_SECONDS = 0.12
_CODE_CELLS = 23
_ALL = "all"
"""The key of the line that stands for a whole report without a failure."""


class DoctorScreen(ProfileScreen):
    """Examines everything that the profile knows."""

    PLACE = Place.DOCTOR
    CSS_PATH = "doctor.tcss"
    ABOUT: ClassVar[tuple[str, ...]] = (
        "The doctor asks everything that the profile's answers allow, side by side: keyring, "
        "files, identity provider, page, gateway. The chain shows how far a call would come.",
        "Failures come first, and the first of them is the cause. What could not be examined "
        "because of it is skipped and says so. Under them is what was found to be right.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", "run again", tooltip="Examine everything again"),
        Binding("w", "why", "why", tooltip="What the code under the cursor means"),
        Binding("y", "copy_report", "copy report", tooltip="Copy the whole report as text"),
        Binding("f,slash", "filter", "filter", tooltip="Show only what holds some text"),
        Binding("c", "copy", "copy", show=False, tooltip="Copy the value that has the focus"),
        FAULTS,
        BACK,
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._progress = RunProgress()
        self._examining = False
        self._frame = 0
        self._timer: Timer | None = None

    # --- drawing ---------------------------------------------------------------------------

    def body(self) -> Iterator[Widget]:
        """Yields status, chain, card, filter, list."""
        yield Words(id="status")
        yield ChainView()
        yield FindingCard()
        yield TextField(id="filter", example="part of a code or a title; escape shows all again")
        yield Choices(id="findings")

    @property
    def findings(self) -> Choices:
        """The list of findings; of what is being asked, while a run goes on."""
        return self.query_one("#findings", Choices)

    @property
    def filter(self) -> TextField:
        """The line that the list is filtered by."""
        return self.query_one("#filter", TextField)

    def on_mount(self) -> None:
        """Shows the last report, or examines at once where there is none."""
        self._timer = self.set_interval(_TICK_SECONDS, self._move, pause=True)
        self.filter.display = False
        self.findings.focus()
        if self.desk.report is None:
            self.action_examine()

    async def on_resize(self) -> None:
        """Draws the lines anew for the new width."""
        self.call_after_refresh(self._show)

    async def _show(self) -> None:
        if self._examining:
            await self._show_run()
        elif self.desk.report is not None:
            await self._show_report(self.desk.report)

    async def _move(self) -> None:
        self._frame += 1
        await self._show_run()

    async def _show_run(self) -> None:
        mark = app_of(self).moving_mark(self._frame)
        self.query_one("#status", Words).say(
            (f"{mark} running  ", Tone.ACCENT), self._progress.sentence()
        )
        self.query_one(ChainView).show(running_chain(self._progress), mark)
        await self.query_one(FindingCard).show(None, -1)
        self.findings.offer(
            [(source, self._asked_line(source, mark)) for source in self._progress.started]
        )

    def _asked_line(self, source: str, mark: str) -> Content:
        label = self._progress.started[source].label
        ended = self._progress.ended.get(source)
        if ended is None:
            waited = self._progress.waited_for.get(label)
            silent = f"waiting, {waited} s" if waited else RUNNING.word
            return self._line(words((mark, Tone.ACCENT), " ", label), silent)
        if ended.blocked:
            skipped = (SKIPPED.mark, SKIPPED.tone)
            left = words(skipped, " ", label, (f"  {ended.blocked}", Tone.QUIET))
            return self._line(left, SKIPPED.word)
        left = words((ANSWERED.mark, ANSWERED.tone), " ", label)
        return self._line(left, f"{ANSWERED.word}  {duration(ended.seconds)}")

    async def _show_report(self, report: Report) -> None:
        look = VERDICTS[report.verdict]
        when = ago(self.walk.profile.last_doctor, self.walk.now())
        counts, _, _ = summary(report).partition(".")
        self.query_one("#status", Words).say(
            (f"{look.mark} {look.word}", look.tone), f"  {counts}", (f"  {when}", Tone.QUIET)
        )
        self.query_one(ChainView).show(judged_chain(report.findings))
        self._offer_findings(report)
        await self._show_chosen()

    def _offer_findings(self, report: Report) -> None:
        wanted = self.filter.value.strip().lower()
        offered = [
            (str(number), self._finding_line(finding, report))
            for number, finding in enumerate(report.findings)
            if wanted in f"{finding.code} {plain(finding.title)}".lower()
        ]
        if report.root_cause is None and not wanted:
            offered.insert(0, (_ALL, words(("✓ Nothing is wrong", Tone.STRONG_PROVEN))))
        self.findings.offer(offered)

    def _finding_line(self, finding: Finding, report: Report) -> Content:
        look = finding_look(finding)
        seconds = report.timings.get(finding.source)
        pointer = f"see {finding.because}" if finding.because else ""
        right = pointer or (duration(seconds) if seconds is not None else "")
        title = finding.cause if finding.status is Status.SKIP else finding.title
        left = words(
            (f"{look.mark} {finding.code:<{_CODE_CELLS}}", look.tone),
            (f" {look.word:<8}", Tone.QUIET),
            title or finding.title,
        )
        return self._line(left, right)

    def _line(self, left: Content, right: str) -> Content:
        width = self.findings.scrollable_content_region.width - 2
        return spread(left, words((right, Tone.QUIET)), max(width, 1))

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        report = self.desk.report
        key = self.findings.chosen
        if report is None or self._examining or not key.isdecimal():
            return None
        return report.findings[int(key)]

    @on(Choices.OptionHighlighted, "#findings")
    async def _show_chosen(self) -> None:
        finding = self.chosen
        chain = self.query_one(ChainView)
        joint = -1 if finding is None else chain.joint_of(link_of(finding))
        await self.query_one(FindingCard).show(finding, joint, self._healthy())

    def _healthy(self) -> str:
        report = self.desk.report
        if report is None or self._examining or report.root_cause is not None:
            return ""
        longest = max(report.timings.values(), default=0.0)
        return (
            f"{len(report.timings)} probes, side by side; the slowest took {duration(longest)}. "
            "Everything that could be examined is as it should be."
        )

    # --- actions ---------------------------------------------------------------------------

    @work(exclusive=True, group="doctor", description="examine a profile")
    async def action_examine(self) -> None:
        """Examines everything, from the start."""
        self._progress = RunProgress()
        self._examining = True
        if self._timer is not None:
            self._timer.resume()
        try:
            with app_of(self).telling_errors():
                report = await app_of(self).session.doctor(self.walk, self._progress.observe)
                self.desk.report = report
                self.desk.remember(report)
        finally:
            self._examining = False
            if self._timer is not None:
                self._timer.pause()
        self.findings.clear_options()
        await self._show()

    async def action_back(self) -> None:
        """Stops a run; else shows all findings again; else returns to the steps."""
        if self._examining:
            stop_workers(self, "doctor")
            self._examining = False
            tell(self, "Stopped. Nothing was recorded.")
            self.findings.clear_options()
            self.query_one("#status", Words).say("Stopped. r runs it again.")
            await self._show()
        elif self.filter.display:
            self.filter.value = ""
            self.filter.display = False
            self.findings.focus()
        else:
            await super().action_back()

    def action_filter(self) -> None:
        """Asks for a text to filter by."""
        self.filter.display = True
        self.filter.focus()

    @on(TextField.Changed, "#filter")
    async def _filtered(self) -> None:
        if self.desk.report is not None and not self._examining:
            self._offer_findings(self.desk.report)
            await self._show_chosen()

    @on(TextField.Submitted, "#filter")
    def _filter_entered(self) -> None:
        self.findings.focus()

    @on(Choices.OptionSelected, "#findings")
    @work(description="read the catalogue")
    async def action_why(self) -> None:
        """Shows the page of the code under the cursor."""
        from agentcore_auth.tui.screens.why import WhyScreen
        from agentcore_auth_templates.catalogue import catalogue

        finding = self.chosen
        if finding is None:
            return
        code = finding.because or finding.code
        entries = (await asyncio.to_thread(catalogue)).codes
        if code in entries:
            known = finding if finding.is_failure else failed(code)
            app_of(self).push_screen(WhyScreen(known, entries[code]))
        else:
            tell(self, "This is right: there is nothing to put right about it")

    def action_copy_report(self) -> None:
        """Copies the report as text."""
        if self.desk.report is not None:
            send_to_clipboard(self, render_text(self.desk.report))

    def action_copy(self) -> None:
        """Copies the value that has the focus, or the code under the cursor."""
        finding = self.chosen
        if isinstance(self.focused, CopyValue):
            self.focused.action_copy_value()
        elif finding is not None:
            send_to_clipboard(self, finding.code)
