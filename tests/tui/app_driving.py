"""Drives the app as a user does: keys, typed text, and waiting until it has had its effect."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from screen_text import running_text
from textual.pilot import Pilot

OpenApp = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
"""What the fixture `open_app` gives: `async with open_app(size=(120, 40)) as pilot`."""


async def settled(pilot: Pilot[None]) -> None:
    """Waits until nothing runs and everything is drawn."""
    # What one message starts another one finishes: list, then step, then layout.
    for _ in range(2):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Presses keys one after the other, each when the one before has had its effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def until(pilot: Pilot[None], text: str) -> None:
    """Waits until the screen shows the text; the test's own time limit ends it otherwise."""
    while text not in running_text(pilot.app):
        await pilot.pause(0.01)


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Types a text, letter by letter."""
    await pilot.press(*text)
    await settled(pilot)


async def open_tour(pilot: Pilot[None]) -> None:
    """Opens the journey of the practice range."""
    await press(pilot, "t")
