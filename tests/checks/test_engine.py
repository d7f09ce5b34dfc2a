"""The engine: facts side by side, one fetch for all who ask, crashes and skips that are said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from agentcore_auth_checks import engine
from agentcore_auth_checks.engine import Done, Ended, Event, Found, Started, Waiting, examine
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.findings import (
    Finding,
    Grade,
    Severity,
    Status,
    Verdict,
    failed,
    matches,
    selected,
)
from agentcore_auth_checks.probes.base import Blocked, Run
from agentcore_auth_checks.rules.base import rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Fact):
    value: int


@dataclass(frozen=True)
class Give:
    source: str
    value: int = 0
    label = "number"
    area = "disc"

    async def fetch(self, run: Run) -> Number:
        return Number(source=self.source, value=self.value)


@dataclass(frozen=True)
class Break(Give):
    async def fetch(self, run: Run) -> Number:
        raise ZeroDivisionError("a value that must not be shown")


@dataclass(frozen=True)
class Depend(Give):
    async def fetch(self, run: Run) -> Number:
        raise Blocked("it needs the first number", waits_for=("first",))


@rule("disc.issuer_missing", needs=(Number,))
def numbers_are_small(facts: Facts) -> Iterator[Finding]:
    """Every number is small."""
    for number in facts.all(Number):
        if number.value > 9:
            yield failed("disc.issuer_missing", actual=number.value, source=number.source)


@rule("net.dns", needs=(Number,))
def breaks(facts: Facts) -> Iterator[Finding]:
    """This rule never breaks."""
    raise KeyError("hidden")


def run() -> Run:
    async def no_secret(_: str) -> None:
        return None

    return Run({}, object(), no_secret, lambda: 0.0)  # type: ignore[arg-type]


async def test_what_passed_is_said_in_the_rules_words() -> None:
    report = await examine([Give("first", 1)], run(), lambda: [numbers_are_small])
    assert [(f.status, f.code, f.title) for f in report.findings] == [
        (Status.PASS, "disc.issuer_missing", "Every number is small")
    ]
    assert report.verdict is Verdict.ACCEPT
    assert set(report.timings) == {"first"}


async def test_a_crash_of_one_probe_or_rule_leaves_the_rest() -> None:
    report = await examine(
        [Break("bad"), Give("first", 10)], run(), lambda: [breaks, numbers_are_small]
    )
    crashes = [finding for finding in report.findings if finding.code == "internal.crash"]
    assert len(crashes) == 2
    assert all("must not be shown" not in f"{f.title}{f.cause}" for f in crashes)
    assert report.root_cause is not None
    assert report.root_cause.code == "disc.issuer_missing"


async def test_a_consequence_is_skipped_and_points_to_its_cause() -> None:
    report = await examine(
        [Give("first", 10), Depend("second")], run(), lambda: [numbers_are_small]
    )
    skip = next(finding for finding in report.findings if finding.status is Status.SKIP)
    assert skip.because == "disc.issuer_missing"
    assert skip.source == "second"


async def test_a_rule_without_its_facts_does_not_run() -> None:
    report = await examine([], run(), lambda: [breaks])
    assert report.findings == ()


async def test_equal_probes_are_fetched_once() -> None:
    fetched: list[str] = []

    @dataclass(frozen=True)
    class Count(Give):
        async def fetch(self, run: Run) -> Number:
            fetched.append(self.source)
            return Number(source=self.source, value=1)

    @dataclass(frozen=True)
    class Ask(Give):
        async def fetch(self, run: Run) -> Number:
            return await run.fact(Count("shared"))

    await examine([Ask("a"), Ask("b"), Count("shared")], run(), list)
    assert fetched == ["shared"]


async def test_probes_run_side_by_side() -> None:
    both = asyncio.Barrier(2)

    @dataclass(frozen=True)
    class Meet(Give):
        async def fetch(self, run: Run) -> Number:
            await both.wait()
            return Number(source=self.source, value=1)

    report = await examine([Meet("a"), Meet("b")], run(), lambda: [numbers_are_small])
    assert report.verdict is Verdict.ACCEPT


async def test_the_observer_hears_of_everything_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLOW_AFTER", 0.0)
    events: list[Event] = []
    heard = asyncio.Event()

    @dataclass(frozen=True)
    class Slow(Give):
        async def fetch(self, run: Run) -> Number:
            await heard.wait()
            return Number(source=self.source, value=1)

    def observe(event: Event) -> None:
        events.append(event)
        if isinstance(event, Waiting):
            heard.set()

    await examine([Slow("slow")], run(), lambda: [numbers_are_small], observe=observe)
    assert [type(event) for event in events] == [Started, Waiting, Ended, Found, Done]


async def test_cancelling_ends_every_probe_at_once() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    @dataclass(frozen=True)
    class Hang(Give):
        async def fetch(self, run: Run) -> Number:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            raise AssertionError

    task = asyncio.ensure_future(examine([Hang("hang")], run(), list))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


def note(code: str, severity: Severity) -> Finding:
    return Finding(code, severity, Status.FAIL, code, evidence=Grade.MEASURED)


async def test_the_root_cause_is_the_earliest_error() -> None:
    @rule("aud.mismatch", needs=())
    def many(_: Facts) -> Iterator[Finding]:
        """Nothing."""
        yield note("exp.soon", Severity.INFO)
        yield note("aud.mismatch", Severity.ERROR)
        yield note("alg.missing", Severity.WARN)
        yield note("disc.issuer_missing", Severity.ERROR)

    report = await examine([], run(), lambda: [many])
    assert [finding.code for finding in report.findings] == [
        "disc.issuer_missing",
        "aud.mismatch",
        "alg.missing",
        "exp.soon",
    ]
    assert report.verdict is Verdict.REJECT
    assert selected(report, [], ["disc", "aud.*"]).verdict is Verdict.WARN
    assert selected(report, ["exp"], []).verdict is Verdict.ACCEPT


def test_codes_are_chosen_by_name_area_or_star() -> None:
    assert matches("disc.not_json", ["disc"])
    assert matches("disc.not_json", ["disc.*"])
    assert matches("disc.not_json", ["disc.not_json"])
    assert not matches("disc.not_json", ["di", "disc.not", "net.*"])
