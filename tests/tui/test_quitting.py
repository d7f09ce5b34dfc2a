"""Leaving is instant: nothing that hangs is waited for."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pexpect
import pytest
from app_driving import OpenApp, open_tour, press
from range_session import RangeSession
from screen_text import screen_text

_PROGRAM = """
import asyncio, sys, threading, time
sys.path[:0] = sys.argv[1:3]
from range_session import RangeSession
from agentcore_auth.tui.app import run_app


class Held(RangeSession):
    # Every request is held for ever, and a thread of the lookup with it.
    async def start_lab(self):
        walk = await super().start_lab()
        self.range.holding = asyncio.Event()
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        return walk


raise SystemExit(run_app(Held()))
"""


@pytest.mark.parametrize("place", ["journey", "doctor"])
async def test_a_probe_that_hangs_does_not_hold_the_app(
    open_app: OpenApp, session: RangeSession, place: str
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        session.range.holding = asyncio.Event()
        await pilot.press("r" if place == "journey" else "f3")
        await pilot.pause()
        assert "running" in screen_text(pilot.app)
        await pilot.press("ctrl+q")
    # The app has ended, and nobody ever let the requests go.
    assert not session.range.holding.is_set()
    assert pilot.app.return_code == 0


def test_the_process_ends_while_requests_are_held(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    here = Path(__file__).parent
    child = pexpect.spawn(
        sys.executable,
        [str(program), str(here), str(here.parent)],
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=60,
        cwd=str(tmp_path),
    )
    child.expect("Where to begin")
    child.send("t")
    child.expect("Find your domain")
    child.send("r")
    child.expect("running")
    child.send("\x11")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


async def test_ctrl_c_does_not_quit_and_says_what_does(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "ctrl+c")
        assert "ctrl+q quits" in screen_text(pilot.app)
        assert pilot.app.is_running
