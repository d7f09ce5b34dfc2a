"""The doctor: the chain, the findings, the report."""

from __future__ import annotations

import asyncio

import pytest
from app_driving import OpenApp, open_tour, press, settled, type_text, until
from range_session import RangeSession
from screen_text import running_text, screen_text
from textual.pilot import Pilot

from agentcore_auth.profile import load_profile
from agentcore_auth.tui.screens.doctor import DoctorScreen
from agentcore_auth.tui.screens.journey import JourneyScreen
from agentcore_auth.tui.screens.why import WhyScreen
from agentcore_auth_checks import engine


def doctor(pilot: Pilot[None]) -> DoctorScreen:
    screen = pilot.app.screen
    assert isinstance(screen, DoctorScreen)
    return screen


async def test_a_healthy_range_is_proven_from_end_to_end(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3")
        lines = screen_text(pilot.app).splitlines()
        assert "✓ nothing is wrong" in lines[1]
        assert lines[4].count("✓") == 8
        assert "Everything that could be examined" in running_text(pilot.app)
    assert load_profile("lab").last_verdict == "accept"


async def test_the_first_failure_is_the_cause_and_hangs_from_its_link(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3")
        lines = screen_text(pilot.app).splitlines()
        assert "✗ refused" in lines[1]
        claims = lines[3].index("claims") + 2
        assert lines[4][claims] == "✗"
        assert lines[5][claims] == "┴"
        assert "aud.okta_default" in lines[6]
        found = [doctor(pilot).findings.get_option_at_index(0).prompt]
        assert "aud.okta_default" in str(found[0])
        assert "expected" in screen_text(pilot.app)
        assert "fix" in screen_text(pilot.app)


async def test_the_cursor_shows_each_finding_in_the_card(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3", "end")
        card = running_text(pilot.app, "#card")
        assert "✓ proven" in card
        await pilot.click("#findings", offset=(5, 1))
        await settled(pilot)
        assert doctor(pilot).chosen is not None


async def test_what_is_asked_and_waited_for_is_said_while_it_runs(
    open_app: OpenApp, session: RangeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLOW_AFTER", 0)
    async with open_app() as pilot:
        await open_tour(pilot)
        session.range.holding = asyncio.Event()
        await pilot.press("f3")
        await until(pilot, "waiting for")
        shown = screen_text(pilot.app)
        assert "answered, waiting for" in shown
        assert "discovery document" in shown
        session.range.holding.set()
        await settled(pilot)
        assert "nothing is wrong" in screen_text(pilot.app)


async def test_escape_stops_it_and_nothing_is_recorded(
    open_app: OpenApp, session: RangeSession
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        session.range.holding = asyncio.Event()
        await pilot.press("f3")
        await pilot.pause()
        await press(pilot, "escape")
        assert "Stopped" in screen_text(pilot.app)
        assert isinstance(pilot.app.screen, DoctorScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, JourneyScreen)
    assert load_profile("lab").last_doctor == 0


async def test_the_report_stays_while_one_looks_elsewhere(
    open_app: OpenApp, session: RangeSession
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3")
        asked = len(session.range.asked)
        await press(pilot, "f2", "f3")
        assert "nothing is wrong" in screen_text(pilot.app)
        assert len(session.range.asked) == asked


async def test_the_filter_shows_what_holds_a_text(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3", "f")
        await type_text(pilot, "keyring")
        assert doctor(pilot).findings.option_count == 1
        await press(pilot, "escape")
        assert doctor(pilot).findings.option_count > 20


async def test_why_opens_the_page_of_the_code(open_app: OpenApp, session: RangeSession) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3", "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        shown = screen_text(pilot.app)
        assert "aud.okta_default" in shown
        assert "evidence" in shown
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, DoctorScreen)


async def test_the_report_is_copied_as_text(open_app: OpenApp, session: RangeSession) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3", "y")
        assert "Root cause: aud.okta_default" in pilot.app.clipboard
        assert "more lines" in screen_text(pilot.app)
        await press(pilot, "c")
        assert pilot.app.clipboard == "aud.okta_default"


async def test_steps_take_over_what_the_doctor_found(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f3", "escape")
        assert "✗ 12 Change the audience" in screen_text(pilot.app)
