"""The walk as plain questions, line by line: for screen readers and simple terminals.

It shows what the app shows and calls what the app calls; only the asking is different.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable

import questionary

from agentcore_auth.journey import FieldView, StepStatus, StepView, Walk
from agentcore_auth.session import Session
from agentcore_auth_checks.answers import Problem, cleaned
from agentcore_auth_checks.engine import Event, Waiting
from agentcore_auth_checks.findings import Finding
from agentcore_auth_checks.report.text import finding_lines
from agentcore_auth_checks.text import Secret, visible
from agentcore_auth_templates.packs import Field

_MARKS = {
    StepStatus.PROVEN: "✓",
    StepStatus.REFUSED: "✗",
    StepStatus.TICKED: "☑",
    StepStatus.UNPROVABLE: "–",
    StepStatus.NOT_YET: "·",
}

LEAVE, AGAIN, CHANGE, NEXT = "q", "p", "c", "n"


class _Left(Exception):
    """The user leaves the walk; everything is kept."""


async def walk_in_questions(session: Session, walk: Walk, *, offline: bool) -> bool:
    """Walks through all steps that are not settled, and returns whether all are in the end.

    Leaving is possible at every question; the walk is taken up at the same step next time.
    """
    plain = _PlainWalk(session, walk, offline=offline)
    try:
        await plain.go()
    except (_Left, EOFError):
        plain.resume_line()
    except (KeyboardInterrupt, asyncio.CancelledError):
        plain.resume_line()
        raise
    plain.overview()
    return all(view.is_settled for view in walk.views())


class _PlainWalk:
    def __init__(self, session: Session, walk: Walk, *, offline: bool) -> None:
        self._session = session
        self._walk = walk
        self._offline = offline

    async def go(self) -> None:
        """Goes through the steps in order, from where the walk was left."""
        names = [step.id for step in self._walk.steps]
        last = self._walk.profile.last_step
        start = names.index(last) if last in names else 0
        self.say(f"{self._walk.journey.title}, {len(names)} steps. {self._walk.journey.summary}")
        self.say("Ctrl+C leaves at any question; everything is kept.")
        for name in names[start:]:
            self._walk.visit(name)
            if start and self._walk.view(name).is_settled:
                self.say(_heading(self._walk.view(name), len(names)))
                continue
            await self._step(name, len(names))
        self._walk.visit(names[0])

    async def _step(self, name: str, total: int) -> None:
        view = self._walk.view(name)
        self.say("")
        self.say(_heading(view, total))
        self._instructions(view)
        await self._answers(view.fields)
        while True:
            await self._settle(name)
            view = self._walk.view(name)
            if view.is_settled or view.waits_for or (self._offline and not view.findings):
                await self._catch_up(name)
                return
            choice = await self._choose(view)
            if choice == NEXT:
                return
            if choice == CHANGE:
                await self._answers(view.fields)

    async def _settle(self, name: str) -> None:
        """Proves, writes or ticks the step, whichever it is for."""
        view = self._walk.view(name)
        proof = view.step.proof
        if proof is None:
            await self._tick(view)
        elif proof.files:
            await self._files()
            if self._walk.profile.written:
                await self._prove(name)
        elif self._offline:
            self.say("Not proven: offline.")
        elif view.waits_for:
            needs = ", ".join(view.waits_for)
            self.say(f"Not proven yet; it is as soon as this is there: {needs}")
        else:
            await self._prove(name)

    async def _catch_up(self, name: str) -> None:
        """Proves the earlier steps that waited for an answer which is there now."""
        if self._offline:
            return
        earlier = self._walk.views()[: self._walk.view(name).number - 1]
        waiting = [
            view
            for view in earlier
            if view.status is StepStatus.NOT_YET and view.step.proof and not view.waits_for
        ]
        if not waiting:
            return
        await self._walk.prove([view.step.id for view in waiting], self._observe)
        for view in waiting:
            now = self._walk.view(view.step.id)
            self.say(_heading(now, len(self._walk.steps)))
            self._findings(now.findings)

    async def _prove(self, name: str) -> None:
        self.say("Proving ...")
        await self._walk.prove([name], self._observe)
        view = self._walk.view(name)
        self.say(f"{_MARKS[view.status]} {view.status.value}")
        if view.status is StepStatus.PROVEN and view.step.proof is not None:
            self.say(f"  by: {view.step.proof.by}")
            if view.step.proof.limits:
                self.say(f"  limits: {view.step.proof.limits}")
        self._findings(view.findings)
        if view.held_up_by:
            self.say("  Held up by:")
            self._findings(view.held_up_by)

    def _observe(self, event: Event) -> None:
        if isinstance(event, Waiting):
            self.say(f"  waiting for {event.label} ...")

    async def _tick(self, view: StepView) -> None:
        unprovable = view.step.unprovable
        if unprovable is None:
            return
        self.say(f"No machine can prove this from here; it would take {unprovable.needs}.")
        self.say(f"Look: {unprovable.look_at}")
        self._walk.tick(view.step.id, ticked=await self._agrees("Is it so?"))

    async def _files(self) -> None:
        missing = [field.label for field in self._walk.missing() if not field.secret]
        if missing:
            self.say(f"The files wait for: {', '.join(missing)}")
            return
        planned = self._session.plan_files(self._walk)
        if not any(item.changes for item in planned):
            self.say("The files on disk are as they should be.")
            self._session.write_files(self._walk, planned)
            return
        for item in planned:
            self.say(visible(item.diff(), limit=200_000, keep_lines=True))
        if await self._agrees(f"Write to {self._session.directory(self._walk)}?"):
            self._session.write_files(self._walk, planned)
            self.say("Written. To take it back: agentcore-auth files undo")

    async def _answers(self, fields: Iterable[FieldView]) -> None:
        for view in fields:
            if view.field.secret:
                await self._secret(view)
            else:
                await self._answer(view)

    async def _answer(self, view: FieldView) -> None:
        field = view.field
        self.say(f"{field.label}: {field.help}")

        def valid(text: str) -> bool | str:
            problem = self._walk.judge(field.id, text)
            return True if problem is None else str(problem)

        answer = await questionary.text(
            f"{field.label}", default=view.value, validate=valid, qmark=">"
        ).unsafe_ask_async()
        self._walk.answer(field.id, answer)

    async def _secret(self, view: FieldView) -> None:
        field = view.field
        self.say(f"{field.label}: {field.help}")
        if view.stored:
            self.say(f"It is kept ({view.place or 'in memory'}); enter nothing to keep it.")
        while True:
            typed = Secret(await questionary.password(field.label, qmark=">").unsafe_ask_async())
            if not cleaned(typed.reveal()) and (view.stored or not await self._insists(field)):
                return
            outcome = await self._walk.keep_secret(field.id, typed)
            if isinstance(outcome, Problem):
                self.say(f"! {outcome.reason}")
                continue
            if isinstance(outcome, Finding):
                self.say("It is kept in memory until this program ends, and nowhere else:")
                self._findings([outcome])
            return

    async def _insists(self, field: Field) -> bool:
        """Returns whether the user wants to type the secret after all."""
        return not await self._agrees(f"Go on without the {field.label.lower()}?")

    async def _choose(self, view: StepView) -> str:
        change = f", {CHANGE} change an answer" if view.fields else ""
        text = f"{AGAIN} prove again{change}, {NEXT} or enter next step, {LEAVE} leave"
        while True:
            word = (await self._ask(text)).strip().lower()[:1] or NEXT
            if word == LEAVE:
                raise _Left
            if word in (AGAIN, CHANGE, NEXT):
                return word

    async def _agrees(self, question: str) -> bool:
        """Returns whether the user says yes; enter alone is a no."""
        word = await self._ask(f"{question} [y/N]")
        return word.strip().lower() in ("y", "yes")

    async def _ask(self, text: str) -> str:
        answer = await questionary.text(text, qmark="?").unsafe_ask_async()
        return str(answer)

    def resume_line(self) -> None:
        """Says how the walk is taken up again."""
        self.say("Left. Everything is kept; go on with:")
        self.say(f"  agentcore-auth setup --profile {self._walk.profile.name} --plain")

    def overview(self) -> None:
        """Says how every step stands."""
        views = self._walk.views()
        self.say("")
        for view in views:
            self.say(_heading(view, len(views)))
        settled = sum(view.is_settled for view in views)
        self.say(f"{settled} of {len(views)} settled")

    def _instructions(self, view: StepView) -> None:
        self.say(f"Why: {view.step.why}")
        if view.where:
            self.say(f"{view.where}:")
        for number, line in enumerate(view.instructions, 1):
            value = ""
            if line.has_value:
                value = f"  {line.value}" if line.value else "  (its answer is not there yet)"
            self.say(f"  {number}. {line.do}{value}")
        if view.link:
            self.say(f"  {view.link}")
        for correction in view.step.corrections:
            self.say(f'The guide says: "{correction.guide_says}"')
            self.say(f"  {correction.truth} {correction.because} ({correction.evidence})")

    def _findings(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            for line in finding_lines(finding):
                self.say(f"  {line}")

    def say(self, line: str) -> None:
        """Writes one line; whatever is in it, only what can be seen reaches the terminal."""
        sys.stdout.write(f"{visible(line, limit=200_000, keep_lines=True)}\n")
        sys.stdout.flush()


def _heading(view: StepView, total: int) -> str:
    mark = _MARKS[view.status]
    when = f", {time.strftime('%H:%M', time.localtime(view.at))}" if view.at else ""
    return f"{mark} {view.number:>2} of {total}  {view.step.title}: {view.status.value}{when}"
