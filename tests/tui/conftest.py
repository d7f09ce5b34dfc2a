"""Fixtures of the terminal app: it runs on a stand-still clock, without animation or blinking."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from app_driving import OpenApp, settled
from range_session import RangeSession
from textual.pilot import Pilot
from textual.widgets import Input

from agentcore_auth.tui.app import WizardApp
from agentcore_auth_checks import engine


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No blinking cursor, no time that passes in what is shown."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    standing = SimpleNamespace(perf_counter=lambda: 0.0)
    monkeypatch.setattr(engine, "time", standing)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RangeSession]:
    """A session on the practice range, started in an empty folder."""
    monkeypatch.chdir(tmp_path)
    made = RangeSession()
    yield made
    made.close()


@pytest.fixture
def open_app(session: RangeSession) -> OpenApp:
    """Opens the app: `async with open_app(size=(120, 40)) as pilot`."""

    @asynccontextmanager
    async def start(
        *, size: tuple[int, int] = (80, 24), profile: str = "", theme: str = ""
    ) -> AsyncIterator[Pilot[None]]:
        app = WizardApp(session, profile=profile, now=lambda: session.now)
        app.animation_level = "none"
        if theme:
            app.theme = theme
        async with app.run_test(size=size, notifications=True) as pilot:
            await settled(pilot)
            yield pilot

    return start
