"""The walk through a journey: steps, answers, proofs, and taking it up again. Knows no face.

A face shows `StepView`s and calls `Walk`; whatever it decides is decided here or below.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum

from agentcore_auth.profile import Profile, save_profile
from agentcore_auth.secrets.broker import Broker
from agentcore_auth.secrets.keepers import Refused, Stored
from agentcore_auth_checks.answers import Problem, cleaned, complete, fields_by_id, judge
from agentcore_auth_checks.engine import Observer, examine, ignore
from agentcore_auth_checks.engine import judge as judge_facts
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.clock import Clock
from agentcore_auth_checks.facts.profile import Answers, KnownProvider
from agentcore_auth_checks.findings import Finding, Report, failed
from agentcore_auth_checks.probes.base import Fetcher, Probe, Run
from agentcore_auth_checks.probes.from_packs import ProbeMaker
from agentcore_auth_checks.proofs import ProofStatus, judged
from agentcore_auth_checks.rules.base import Rule
from agentcore_auth_checks.rules.keyring import RULES as KEYRING_RULES
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates import packs


class StepStatus(StrEnum):
    """What is known of a step. Each is shown with its word, never by color alone."""

    PROVEN = "proven"
    REFUSED = "refused"
    TICKED = "ticked by hand"
    UNPROVABLE = "cannot be proven"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class FieldView:
    """One answer of a step: the field, and what is there. A secret has no value here."""

    field: packs.Field
    value: str
    stored: bool
    place: str
    """Where a secret is kept: the store's name, or empty."""


@dataclass(frozen=True, slots=True)
class InstructionView:
    """One line of what to do; `value` is typed in the console, empty until its answer is known."""

    do: str
    value: str
    has_value: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """Everything a face shows of a step.

    `at` is when it was last proven or refused, in seconds since the epoch, 0 for never.
    `waits_for` are labels of answers that are missing; `held_up_by` findings of other steps.
    """

    number: int
    step: packs.Step
    status: StepStatus
    at: float
    where: str
    instructions: tuple[InstructionView, ...]
    link: str
    fields: tuple[FieldView, ...]
    findings: tuple[Finding, ...]
    waits_for: tuple[str, ...]
    held_up_by: tuple[Finding, ...]
    note: str

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do here."""
        return self.status in (StepStatus.PROVEN, StepStatus.TICKED)


OpenClient = Callable[[Profile], AbstractAsyncContextManager[Fetcher]]
"""Opens the way to the network for one run."""


class Walk:
    """One walk through one journey, for one profile."""

    def __init__(
        self,
        profile: Profile,
        broker: Broker,
        *,
        open_client: OpenClient,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Raises DataFileError where the journey's data is missing or not what it should be."""
        self.profile = profile
        self.journey = packs.journey(profile.journey)
        self.provider = packs.provider(self.journey.provider)
        self.fields = fields_by_id(self.provider, self.journey)
        self.broker = broker
        self._open_client = open_client
        self.now = now
        known = {step.id: step for step in (*self.provider.steps, *self.journey.own_steps)}
        self.steps: tuple[packs.Step, ...] = tuple(known[name] for name in self.journey.steps)
        profile.title, profile.total = self.journey.title, len(self.steps)
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._held_up_by: dict[str, tuple[Finding, ...]] = {}
        for field in self.fields.values():
            if field.default and not field.secret:
                profile.answers.setdefault(field.id, field.default)

    # --- answers ---------------------------------------------------------------------------

    @property
    def answers(self) -> dict[str, str]:
        """The answers with all that follows from them; no secrets."""
        return complete(self.profile.answers, self.provider, self.journey)

    def judge(self, field_id: str, text: str) -> Problem | None:
        """Returns what is wrong with an answer as it is typed, or None."""
        return judge(self.fields[field_id], cleaned(text), self.profile.answers)

    def answer(self, field_id: str, text: str) -> Problem | None:
        """Takes an answer and saves it; what rested on the old one is not proven any more.

        Returns:
            What is wrong with it, in which case nothing is changed.

        Raises:
            ProfileError: the disk refuses.
        """
        return self.answer_all({field_id: text})

    def answer_all(self, texts: Mapping[str, str]) -> Problem | None:
        """Takes several answers together and saves them, or none of them.

        Fields that must differ from each other are judged by the new answers, not by the old.

        Returns:
            What is wrong with the first that is refused, in which case nothing is changed.

        Raises:
            ProfileError: the disk refuses.
        """
        answers = {name: value for name, value in self.profile.answers.items() if name not in texts}
        for field_id, text in texts.items():
            value = cleaned(text)
            problem = judge(self.fields[field_id], value, answers)
            if problem is not None:
                return problem
            answers[field_id] = value
        for field_id in texts:
            if self.profile.answers.get(field_id, "") != answers[field_id]:
                self.profile.answers[field_id] = answers[field_id]
                self._forget_proofs_of(field_id)
        self.save()
        return None

    async def keep_secret(self, field_id: str, secret: Secret) -> Problem | Finding | None:
        """Takes a secret: to the broker's store where it serves, else into memory until the end.

        Returns:
            A `Problem` where the value cannot be right (nothing is kept then), the finding that
            says why it is only kept in memory, or None where it is stored.
        """
        value = Secret(cleaned(secret.reveal()))
        problem = judge(self.fields[field_id], value.reveal(), self.profile.answers)
        if problem is not None:
            return problem
        result = await self.broker.store(field_id, value)
        self._forget_proofs_of(field_id)
        self.save()
        return None if isinstance(result, Stored) else self._not_stored(result)

    async def forget_secret(self, field_id: str) -> bool:
        """Removes a secret from memory and from its store; returns whether nothing is left."""
        gone = await self.broker.delete(field_id)
        self._forget_proofs_of(field_id)
        self.save()
        return gone

    def _not_stored(self, refused: Refused) -> Finding:
        if refused.keyring is None:
            return failed("keyring.write_lost", cause=refused.reason)
        said = judge_facts(Facts((refused.keyring,)), KEYRING_RULES)
        return next(finding for finding in said if finding.is_failure)

    def missing(self) -> tuple[packs.Field, ...]:
        """Returns the fields that must be answered and are not, secrets included."""
        kept = self.broker.kept()
        return tuple(
            field
            for field in self.asked_fields()
            if not field.optional
            and not (field.id in kept if field.secret else self.profile.answers.get(field.id))
        )

    def asked_fields(self) -> tuple[packs.Field, ...]:
        """Returns the fields of all steps, in the order in which they are asked."""
        names = dict.fromkeys(name for step in self.steps for name in step.fields)
        return tuple(self.fields[name] for name in names)

    def _forget_proofs_of(self, field_id: str) -> None:
        maker = self.maker()
        for step in self.steps:
            proof = step.proof
            if proof is None:
                continue
            if proof.files or any(field_id in maker.rests_on(name) for name in proof.probes):
                record = self.profile.step(step.id)
                record.status, record.at, record.codes = "", 0, []
                self._findings.pop(step.id, None)
                self._held_up_by.pop(step.id, None)

    # --- what a face shows -----------------------------------------------------------------

    def view(self, step_id: str) -> StepView:
        """Returns a step as it is now."""
        number, step = next(
            (number, step) for number, step in enumerate(self.steps, 1) if step.id == step_id
        )
        answers = self.answers
        record = self.profile.steps.get(step_id)
        waits_for = self._waits_for(step)
        return StepView(
            number=number,
            step=step,
            status=self._status(step),
            at=record.at if record else 0,
            where=packs.filled(step.where, answers) or "",
            instructions=tuple(_instruction(line, answers) for line in step.instructions),
            link=packs.filled(step.link, answers) or "",
            fields=tuple(self._field_view(name) for name in step.fields),
            findings=self._findings.get(step_id, ()),
            waits_for=waits_for,
            held_up_by=self._held_up_by.get(step_id, ()),
            note=record.note if record else "",
        )

    def views(self) -> tuple[StepView, ...]:
        """Returns all steps as they are now."""
        return tuple(self.view(step.id) for step in self.steps)

    def next_open(self, after: str = "") -> str:
        """Returns the first unsettled step behind `after`, going round; the first step if none."""
        names = [step.id for step in self.steps]
        start = names.index(after) + 1 if after in names else 0
        order = names[start:] + names[:start]
        return next((name for name in order if not self.view(name).is_settled), names[0])

    def _status(self, step: packs.Step) -> StepStatus:
        record = self.profile.steps.get(step.id)
        if record is not None and record.status == StepStatus.PROVEN:
            return StepStatus.PROVEN
        if record is not None and record.status == StepStatus.REFUSED:
            return StepStatus.REFUSED
        if record is not None and record.ticked:
            return StepStatus.TICKED
        return StepStatus.UNPROVABLE if step.unprovable else StepStatus.NOT_YET

    def _waits_for(self, step: packs.Step) -> tuple[str, ...]:
        proof = step.proof
        if proof is None:
            return ()
        maker = self.maker()
        kept = self.broker.kept()
        missing = dict.fromkeys(
            field_id for name in proof.probes for field_id in maker.waits_for(name, kept)
        )
        if proof.files:
            missing |= dict.fromkeys(field.id for field in self.missing() if not field.secret)
        return tuple(self.fields[name].label for name in missing if name in self.fields)

    def _field_view(self, name: str) -> FieldView:
        field = self.fields[name]
        if field.secret:
            place = self.broker.places().get(name, "")
            return FieldView(field, "", stored=name in self.broker.kept(), place=place)
        value = self.profile.answers.get(name, "")
        return FieldView(field, value, stored=bool(value), place="")

    # --- the user's own word ---------------------------------------------------------------

    def tick(self, step_id: str, *, ticked: bool) -> None:
        """Records the user's own word for a step that no machine can prove.

        Raises:
            ValueError: the step has a proof: it is proven, never ticked.
        """
        step = next(step for step in self.steps if step.id == step_id)
        if step.unprovable is None:
            raise ValueError(f"step {step_id} has a proof and cannot be ticked")
        self.profile.step(step_id).ticked = ticked
        self.save()

    def write_note(self, step_id: str, note: str) -> None:
        """Records the user's own note on a step."""
        self.profile.step(step_id).note = note
        self.save()

    def visit(self, step_id: str) -> None:
        """Remembers where the walk was, to be taken up again."""
        self.profile.last_step = step_id
        self.save()

    def save(self) -> None:
        """Saves the profile, with the places of its secrets as the broker knows them."""
        self.profile.secret_places = self.broker.places()
        save_profile(self.profile)

    # --- proofs ----------------------------------------------------------------------------

    def maker(self) -> ProbeMaker:
        """Returns the maker of this walk's probes for the answers as they are now."""
        return ProbeMaker(self.provider, self.journey, self.profile.answers)

    async def prove(
        self, step_ids: Sequence[str] | None = None, observe: Observer = ignore
    ) -> Report:
        """Runs the proofs of these steps, or of all, records what came of it, and returns it.

        Cancelling it records nothing. What cannot run for want of an answer is left out.
        """
        wanted = tuple(step for step in self.steps if step_ids is None or step.id in step_ids)
        maker = self.maker()
        names = dict.fromkeys(name for step in wanted if step.proof for name in step.proof.probes)
        probes = maker.make(names)
        if any(step.proof and step.proof.files for step in wanted):
            probes += self.file_probes()
        report = await self.examine(probes, observe)
        self.record(report, wanted)
        return report

    async def examine(self, probes: Sequence[Probe[Fact]], observe: Observer = ignore) -> Report:
        """Runs probes and judges their facts together with what this walk knows itself."""
        async with self._open_client(self.profile) as client:
            run = Run(self.answers, client, self.broker.get, self.now)
            return await examine(probes, run, _all_rules, known=self.known_facts(), observe=observe)

    def known_facts(self) -> tuple[Fact, ...]:
        """Returns the facts that need no fetching: answers, provider, authorizer, clock."""
        authorizer = self.maker().authorizer()
        return (
            Clock(source="clock", now=self.now()),
            Answers(source="answers", values=self.answers),
            KnownProvider(source="provider", pack=self.provider),
            *((authorizer,) if authorizer else ()),
        )

    def file_probes(self) -> list[Probe[Fact]]:
        """Returns the probes that read this profile's written files back."""
        from agentcore_auth.files.probing import file_probes

        return file_probes(self.journey.files, self.answers, self.profile)

    def record(self, report: Report, steps: Iterable[packs.Step]) -> None:
        """Records what a report says of each step: proven, refused, or held up by another."""
        at = self.now()
        for step in steps:
            proof = step.proof
            if proof is None:
                continue
            sources = self._sources(step)
            outcome = judged(report, proof, sources)
            record = self.profile.step(step.id)
            self._findings[step.id] = outcome.findings
            self._held_up_by[step.id] = outcome.held_up_by
            settled = outcome.status is not ProofStatus.NOT_YET
            record.status = outcome.status.value if settled else ""
            record.at = at if record.status else 0
            record.by = proof.by if record.status else ""
            record.codes = [finding.code for finding in outcome.findings]
        self.save()

    def _sources(self, step: packs.Step) -> frozenset[str]:
        proof = step.proof
        if proof is None:
            return frozenset()
        names = set(proof.probes)
        if proof.files:
            names |= {probe.source for probe in self.file_probes()}
        return frozenset(names)


def _all_rules() -> tuple[Rule, ...]:
    """Returns all rules, with the cryptography imported that those of signatures need."""
    import jwt as _  # noqa: F401

    from agentcore_auth_checks.rules.table import RULES

    return RULES


def _instruction(line: packs.Instruction, answers: Mapping[str, str]) -> InstructionView:
    known = dict(answers)
    return InstructionView(
        do=packs.filled(line.do, known) or line.do,
        value=packs.filled(line.value, known) or "",
        has_value=bool(line.value),
    )


def all_answers(profile: Profile) -> dict[str, str]:
    """Returns a profile's answers, defaults and derived values included; no secrets.

    Raises:
        DataFileError: the journey's data is missing or not what it should be.
    """
    journey = packs.journey(profile.journey)
    provider = packs.provider(journey.provider)
    fields = fields_by_id(provider, journey)
    defaults = {
        field.id: field.default for field in fields.values() if field.default and not field.secret
    }
    return complete({**defaults, **profile.answers}, provider, journey)
