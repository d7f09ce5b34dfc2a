"""Every screen as it was looked at and found good: 80x24 and 120x40, dark and light."""

from __future__ import annotations

import pytest
from app_driving import OpenApp, open_tour, press, settled, type_text
from kept_profile import keep_profile
from range_session import RangeSession
from screen_text import assert_golden
from textual.pilot import Pilot

from agentcore_auth.tui.screens.journey import JourneyScreen
from agentcore_auth.tui.widgets.step_list import StepList

SIZES = [(80, 24), (120, 40)]
THEMES = ["agentcore-dark", "agentcore-light"]


async def open_golden_tour(pilot: Pilot[None]) -> None:
    """Opens the tour, its message gone, its files in a folder of the same name everywhere."""
    await open_tour(pilot)
    pilot.app.clear_notifications()
    screen = pilot.app.screen
    assert isinstance(screen, JourneyScreen)
    screen.walk.profile.directory = "/srv/operations-agent"


every_look = pytest.mark.parametrize("theme", THEMES)
every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@every_look
@every_size
async def test_beginnings(open_app: OpenApp, size: tuple[int, int], theme: str) -> None:
    async with open_app(size=size, theme=theme) as pilot:
        assert_golden(pilot.app, f"first-start-{size[0]}x{size[1]}")


@every_look
@every_size
async def test_home(
    open_app: OpenApp, session: RangeSession, size: tuple[int, int], theme: str
) -> None:
    keep_profile("acme-dev", now=session.now)
    keep_profile("acme-gateway", now=session.now)
    async with open_app(size=size, theme=theme) as pilot:
        assert_golden(pilot.app, f"home-{size[0]}x{size[1]}")


@every_look
@every_size
async def test_journey(
    open_app: OpenApp, session: RangeSession, size: tuple[int, int], theme: str
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app(size=size, theme=theme) as pilot:
        await open_golden_tour(pilot)
        await press(pilot, "R")
        for step in ("redirect_addresses", "assignment", "scope", "audience"):
            pilot.app.screen.query_one(StepList).choose(step)
            await settled(pilot)
            assert_golden(pilot.app, f"journey-{step}-{size[0]}x{size[1]}")


@every_look
@every_size
async def test_an_answer_that_is_wrong(
    open_app: OpenApp, size: tuple[int, int], theme: str
) -> None:
    async with open_app(size=size, theme=theme) as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "enter")
        await type_text(pilot, "https://acme.okta.com/")
        assert_golden(pilot.app, f"journey-wrong-answer-{size[0]}x{size[1]}")


@every_look
@every_size
@pytest.mark.parametrize("fault", ["", "aud.okta_default"])
async def test_doctor(
    open_app: OpenApp, session: RangeSession, fault: str, size: tuple[int, int], theme: str
) -> None:
    session.set_fault(fault or None)
    async with open_app(size=size, theme=theme) as pilot:
        await open_golden_tour(pilot)
        await press(pilot, "f3")
        assert_golden(pilot.app, f"doctor-{fault or 'healthy'}-{size[0]}x{size[1]}")


@every_look
@every_size
async def test_secrets_help_why_and_questions(
    open_app: OpenApp, session: RangeSession, size: tuple[int, int], theme: str
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app(size=size, theme=theme) as pilot:
        await open_golden_tour(pilot)
        await press(pilot, "f5")
        assert_golden(pilot.app, f"secrets-{size[0]}x{size[1]}")
        await press(pilot, "s")
        assert_golden(pilot.app, f"secrets-ask-{size[0]}x{size[1]}")
        await press(pilot, "escape", "f1")
        assert_golden(pilot.app, f"help-{size[0]}x{size[1]}")
        await press(pilot, "escape", "f3", "w")
        assert_golden(pilot.app, f"why-{size[0]}x{size[1]}")
        await press(pilot, "escape", "x")
        assert_golden(pilot.app, f"faults-{size[0]}x{size[1]}")


@every_look
@every_size
async def test_files(
    open_app: OpenApp, session: RangeSession, size: tuple[int, int], theme: str
) -> None:
    async with open_app(size=size, theme=theme) as pilot:
        await open_golden_tour(pilot)
        await press(pilot, "f4")
        assert_golden(pilot.app, f"files-{size[0]}x{size[1]}")
        await press(pilot, "w")
        assert_golden(pilot.app, f"files-ask-{size[0]}x{size[1]}")
