"""Runs probes side by side, judges their facts, and tells an observer as it goes.

A crash of one probe or one rule is a finding of its own and stops nothing else. What happens
on the network is decided in the probes; what it means, in the rules; this module only conducts.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.findings import (
    Finding,
    Grade,
    Report,
    Severity,
    Status,
    in_order,
    passed,
    skipped,
)
from agentcore_auth_checks.probes.base import Blocked, Probe, Run
from agentcore_auth_checks.rules.base import Rule

REQUESTS_LEAVE_WITHIN = 0.1
"""Seconds after which the first requests are on their way and only their answers are awaited."""

SLOW_AFTER = 2.0
"""Seconds after which a probe that has not answered is said to be waited for."""


@dataclass(frozen=True, slots=True)
class Started:
    """A probe has begun."""

    source: str
    label: str
    area: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A probe has been silent for a while; `seconds` since it began."""

    source: str
    label: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A probe is done: its fact is there, or it is blocked for the reason given."""

    source: str
    label: str
    seconds: float
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, as soon as it is known. Passed checks come too."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Done:
    """The run is over."""

    report: Report


Event = Started | Waiting | Ended | Found | Done
Observer = Callable[[Event], None]


def ignore(_: Event) -> None:
    """The observer that looks away."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A probe that gave no fact: why, and what it waits for."""

    probe: Probe[Fact]
    blocked: Blocked


@dataclass(slots=True)
class Gathered:
    """What the probes brought."""

    facts: list[Fact] = field(default_factory=list[Fact])
    stopped: list[Stopped] = field(default_factory=list[Stopped])
    crashes: list[Finding] = field(default_factory=list[Finding])
    timings: dict[str, float] = field(default_factory=dict[str, float])


async def gather(probes: Sequence[Probe[Fact]], run: Run, observe: Observer = ignore) -> Gathered:
    """Returns the facts of all probes, fetched side by side.

    Cancelling the caller cancels every probe at once.
    """
    gathered = Gathered()

    async def one(probe: Probe[Fact]) -> None:
        begun = time.perf_counter()
        observe(Started(probe.source, probe.label, probe.area))
        reminder = asyncio.get_running_loop().call_later(
            SLOW_AFTER, lambda: observe(Waiting(probe.source, probe.label, SLOW_AFTER))
        )
        blocked = ""
        try:
            gathered.facts.append(await run.fact(probe))
        except Blocked as stop:
            blocked = stop.reason
            gathered.stopped.append(Stopped(probe, stop))
        except Exception as error:
            gathered.crashes.append(_crash(f"the {probe.label} probe", error, probe.source))
        finally:
            reminder.cancel()
        seconds = time.perf_counter() - begun
        gathered.timings[probe.source] = seconds
        observe(Ended(probe.source, probe.label, seconds, blocked))

    tasks = [asyncio.ensure_future(one(probe)) for probe in probes]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await run.close()
    return gathered


def judge(facts: Facts, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Returns what the rules say of the facts, passed checks included, in the rules' order."""
    findings: list[Finding] = []
    for rule in rules:
        try:
            if not rule.applies(facts):
                continue
            said = tuple(rule.judge(facts))
        except Exception as error:
            findings.append(_crash(f"the rule {rule.name}", error, ""))
            continue
        if any(finding.is_failure for finding in said):
            findings.extend(said)
        else:
            findings.extend(said or (passed(rule.shown_code, rule.holds),))
    return tuple(findings)


def skips(stopped: Iterable[Stopped], failures: Sequence[Finding]) -> tuple[Finding, ...]:
    """Returns one skip a blocked probe, pointing at the failure that stands in its way."""
    made: list[Finding] = []
    for stop in stopped:
        because = next(
            (
                finding.code
                for name in stop.blocked.waits_for
                for finding in failures
                if finding.source == name
            ),
            "",
        )
        made.append(
            skipped(
                f"{stop.probe.area}.*",
                f"{stop.probe.label}: skipped",
                stop.blocked.reason,
                because=because,
                source=stop.probe.source,
            )
        )
    return tuple(made)


async def examine(
    probes: Sequence[Probe[Fact]],
    run: Run,
    load_rules: Callable[[], Iterable[Rule]],
    *,
    known: Iterable[Fact] = (),
    observe: Observer = ignore,
) -> Report:
    """Returns the report of one run: fetch, judge, order.

    Args:
        probes: what to fetch.
        run: answers, secrets and the way to the network.
        load_rules: gives the rules to judge by. It is called in a thread while the probes wait
            for their answers, since importing rules takes time.
        known: facts that need no fetching.
        observe: is told of every start, wait, end and finding.
    """
    gathered, rules = await asyncio.gather(
        gather(probes, run, observe), _loaded_meanwhile(load_rules)
    )
    facts = Facts((*known, *gathered.facts))
    judged = (*gathered.crashes, *judge(facts, rules))
    failures = tuple(finding for finding in judged if finding.is_failure)
    everything = (*judged, *skips(gathered.stopped, failures))
    report = report_of(everything, facts, gathered.timings)
    for finding in report.findings:
        observe(Found(finding))
    observe(Done(report))
    return report


async def _loaded_meanwhile(load_rules: Callable[[], Iterable[Rule]]) -> Iterable[Rule]:
    # Importing and sending compete for the interpreter: the requests leave first.
    await asyncio.sleep(REQUESTS_LEAVE_WITHIN)
    return await asyncio.to_thread(load_rules)


def report_of(
    findings: tuple[Finding, ...], facts: Facts, timings: Mapping[str, float] | None = None
) -> Report:
    """Returns findings as a report: in order, with the facts that they rest on."""
    return Report(findings=_ordered(findings), facts=described(facts), timings=timings or {})


def _ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    # The catalogue is only read where something failed: a healthy run starts faster without it.
    if not any(finding.is_failure for finding in findings):
        return in_order(findings, {})
    from agentcore_auth_templates.catalogue import area_order

    return in_order(findings, area_order())


def described(facts: Facts) -> dict[str, object]:
    """Returns the facts as plain JSON data, by source; secrets and bodies are left out."""
    from agentcore_auth_checks.report.plain_data import as_data

    return {fact.source or type(fact).__name__: as_data(fact) for fact in facts}


def _crash(what: str, error: Exception, source: str) -> Finding:
    """Returns the finding of a fault of our own, without values that could be secret."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "unknown place"
    return Finding(
        code="internal.crash",
        severity=Severity.ERROR,
        status=Status.UNKNOWN,
        title=f"A fault of this program: {what} broke",
        cause=f"{type(error).__name__} in {place}. Everything else was checked as usual.",
        evidence=Grade.MEASURED,
        source=source,
    )
