"""The walk on the practice range: left and taken up again, ticked, noted, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentcore_auth.journey import StepStatus, Walk
from agentcore_auth.lab.practice import FAULTS, Lab
from agentcore_auth.lab.profile import PROFILE_NAME
from agentcore_auth.profile import ProfileError, load_profile
from agentcore_auth.session import Session
from agentcore_auth_checks.answers import Problem
from agentcore_auth_checks.findings import Status, Verdict
from agentcore_auth_checks.text import Secret

MACHINE_SECRET = "okta.m2m.client_secret"  # a field's id


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
async def walk(session: Session) -> Walk:
    return await session.start_lab()


def statuses(walk: Walk) -> dict[str, StepStatus]:
    return {view.step.id: view.status for view in walk.views()}


async def test_every_provable_step_is_proven_on_a_healthy_range(
    session: Session, walk: Walk, tmp_path: Path
) -> None:
    walk.profile.directory = str(tmp_path)
    session.write_files(walk, session.plan_files(walk))
    report = await session.doctor(walk, lambda event: None)
    assert [(f.code, f.actual) for f in report.findings if f.is_failure] == []
    assert report.verdict is Verdict.ACCEPT
    unprovable = {"assignment", "test_user"}
    assert {name for name, status in statuses(walk).items() if status is not StepStatus.PROVEN} == (
        unprovable
    )


@pytest.mark.parametrize("code", sorted(FAULTS))
async def test_the_doctor_puts_a_switched_on_fault_first(
    session: Session, walk: Walk, code: str
) -> None:
    session.set_fault(code)
    report = await session.doctor(walk, lambda event: None)
    assert report.root_cause is not None
    assert report.root_cause.code == code


async def test_a_walk_is_taken_up_where_it_was_left(session: Session, walk: Walk) -> None:
    await walk.prove(["domain"])
    walk.tick("test_user", ticked=True)
    walk.write_note("domain", "ours since May")
    walk.visit("scope")
    again = session.open(PROFILE_NAME)
    assert again.profile.last_step == "scope"
    assert again.view("domain").status is StepStatus.PROVEN
    assert again.view("domain").at > 0
    assert again.view("domain").note == "ours since May"
    assert again.view("test_user").status is StepStatus.TICKED
    assert again.next_open("domain") == "authorization_server"


async def test_a_tick_is_never_a_proof(walk: Walk) -> None:
    with pytest.raises(ValueError, match="has a proof"):
        walk.tick("domain", ticked=True)


async def test_a_refused_answer_changes_nothing(walk: Walk) -> None:
    before = dict(walk.profile.answers)
    problem = walk.answer("okta.domain", "https://acme-admin.okta.com/")
    assert isinstance(problem, Problem)
    assert walk.profile.answers == before


async def test_a_step_says_which_answers_it_waits_for(session: Session) -> None:
    walk = session.create("acme", "okta-agentcore")
    assert walk.view("domain").waits_for == ("Okta domain",)
    assert "Client secret of the machine application" in walk.view("audience").waits_for
    walk.answer("okta.domain", "acme.okta.com")
    assert walk.view("domain").waits_for == ()
    assert walk.view("domain").link == ""
    assert walk.view("authorization_server").link == "https://acme-admin.okta.com/admin/oauth2/as"


async def test_a_step_without_its_answers_is_not_yet_and_asks_nobody(session: Session) -> None:
    walk = session.create("acme", "okta-agentcore")
    report = await walk.prove(["domain", "audience"])
    assert walk.view("domain").status is StepStatus.NOT_YET
    assert all(finding.status is Status.SKIP for finding in report.findings if finding.source)


async def test_a_profile_name_is_not_taken_twice(session: Session) -> None:
    session.create("acme", "okta-agentcore")
    with pytest.raises(ProfileError, match="it exists"):
        session.create("acme", "okta-agentcore")


async def test_one_unreadable_profile_does_not_hide_the_others(
    session: Session, isolated_home: Path
) -> None:
    session.create("good", "okta-agentcore")
    folder = isolated_home / ".local" / "state" / "agentcore-auth" / "profiles"
    (folder / "bad.json").write_text("{", encoding="utf-8")
    assert [profile.name for profile in session.profiles()] == ["bad", "good"]


async def test_no_answer_of_a_secret_ever_reaches_the_profile(session: Session) -> None:
    walk = session.create("acme", "okta-agentcore")
    value = "Sentinel_" + "x" * 40
    outcome = await walk.keep_secret(MACHINE_SECRET, Secret(value))
    assert not isinstance(outcome, Problem)
    assert outcome is not None
    assert outcome.code == "keyring.absent"
    assert await walk.broker.get(MACHINE_SECRET) == Secret(value)
    assert value not in str(load_profile("acme"))


async def test_without_a_keyring_the_doctor_names_it_first(session: Session) -> None:
    walk = session.create("acme", "okta-agentcore")
    with Lab() as lab:
        walk.profile.answers.update(lab.answers)
        walk.profile.routes = dict(lab.routes)
        await walk.keep_secret(MACHINE_SECRET, lab.client_secret)
        report = await session.doctor(walk, lambda event: None)
    assert report.root_cause is not None
    assert report.root_cause.code == "keyring.absent"
    assert walk.view("machine_credentials").status is StepStatus.PROVEN
