"""Each fault of the practice range, as the product finds it: its own code comes first."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from agentcore_auth.lab.practice import FAULTS, Lab
from agentcore_auth_checks.engine import examine
from agentcore_auth_checks.facts.clock import Clock
from agentcore_auth_checks.facts.profile import Answers, KnownProvider
from agentcore_auth_checks.findings import Report, Status
from agentcore_auth_checks.probes.base import Run
from agentcore_auth_checks.probes.from_packs import ProbeMaker
from agentcore_auth_checks.probes.http import GuardedClient, Limits
from agentcore_auth_checks.rules.table import RULES
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.packs import journey, provider

NEVER_ANSWERED = ("net.timeout", "net.slow")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


async def report_on(lab: Lab, limits: Limits) -> Report:
    """Returns what the product says of everything that the range shows."""
    known = journey(lab.journey)
    pack = provider(known.provider)
    maker = ProbeMaker(pack, known, lab.answers)

    async def secret(field: str) -> Secret | None:
        return lab.client_secret

    authorizer = maker.authorizer()
    assert authorizer is not None
    facts = (
        Clock(source="clock", now=time.time()),
        Answers(source="answers", values=maker.answers),
        KnownProvider(source="provider", pack=pack),
        authorizer,
    )
    async with GuardedClient(routes=lab.routes, limits=limits) as client:
        run = Run(maker.answers, client, secret, time.time)
        return await examine(maker.make(maker.names()), run, lambda: RULES, known=facts)


async def test_healthy_range_raises_no_alarm(lab: Lab) -> None:
    lab.set_faults(())
    report = await report_on(lab, Limits())
    assert [finding for finding in report.findings if finding.is_failure] == []
    assert Status.SKIP not in {finding.status for finding in report.findings}


@pytest.mark.parametrize("code", FAULTS)
async def test_fault_s_own_code_comes_first(lab: Lab, code: str) -> None:
    lab.set_faults((code,))
    # What is never answered is not waited for as long as in earnest.
    limits = Limits(total=2.0) if code in NEVER_ANSWERED else Limits()
    report = await report_on(lab, limits)
    assert report.findings[0].code == code
    assert report.findings[0].is_failure
