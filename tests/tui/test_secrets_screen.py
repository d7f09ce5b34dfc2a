"""The secrets: kept, tested and deleted, and never shown."""

from __future__ import annotations

from app_driving import OpenApp, press, type_text
from range_session import RangeSession
from screen_text import running_text, screen_text
from textual.pilot import Pilot

SECRET = "Zq7" * 12


async def open_secrets(pilot: Pilot[None]) -> None:
    await press(pilot, "n", "tab")
    await type_text(pilot, "acme")
    await press(pilot, "ctrl+s", "f5")


async def test_without_a_keyring_it_says_why_and_what_to_do(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_secrets(pilot)
        shown = screen_text(pilot.app)
        assert "? unknown: its place cannot be asked" in shown
        assert "✗ refused  keyring.absent" in shown
        assert "fix" in shown


async def test_a_secret_is_typed_unseen_and_kept_in_memory(
    open_app: OpenApp, session: RangeSession
) -> None:
    async with open_app() as pilot:
        await open_secrets(pilot)
        await press(pilot, "s")
        await type_text(pilot, SECRET)
        assert SECRET not in screen_text(pilot.app)
        assert "•" * len(SECRET) in screen_text(pilot.app)
        await press(pilot, "enter")
        shown = screen_text(pilot.app)
        assert "✓ kept in memory until this program ends" in running_text(pilot.app)
        assert "Kept in memory only" in shown
        await press(pilot, "escape", "escape", "enter", "f5")
        assert "✓ kept in memory" in running_text(pilot.app)


async def test_what_cannot_be_a_secret_is_refused_with_the_reason(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_secrets(pilot)
        await press(pilot, "s")
        await type_text(pilot, "short")
        await press(pilot, "enter")
        assert "Not kept: it must be at least 16" in screen_text(pilot.app)
        assert "✓ kept" not in screen_text(pilot.app)


async def test_a_secret_is_deleted_after_a_question(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_secrets(pilot)
        await press(pilot, "s")
        await type_text(pilot, SECRET)
        await press(pilot, "enter", "d")
        assert "Delete this secret?" in screen_text(pilot.app)
        await press(pilot, "escape")
        assert "✓ kept" in screen_text(pilot.app)
        await press(pilot, "d", "y")
        assert "Gone from memory" in screen_text(pilot.app)
        assert "✓ kept" not in screen_text(pilot.app)


async def test_in_the_journey_too_it_is_typed_unseen_and_its_state_is_shown(
    open_app: OpenApp,
) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", *["down"] * 10, "tab", "tab")
        await type_text(pilot, SECRET)
        await press(pilot, "enter")
        shown = screen_text(pilot.app)
        assert SECRET not in shown
        assert "✓ kept in memory until this program ends" in shown
        assert "Kept in memory only, because:" in shown
        assert "keyring.absent" in shown
