"""A secret that was typed is in nothing that the app shows, sends round, writes or copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_driving import OpenApp, press, settled, type_text
from range_session import RangeSession
from screen_text import screen_text
from textual.message import Message

from agentcore_auth.tui.app import WizardApp
from servers.sentinel import Sentinel


@pytest.mark.parametrize("where", ["journey", "secrets"])
@pytest.mark.parametrize("way", ["typed", "pasted"])
async def test_a_typed_secret(
    session: RangeSession, sentinel: Sentinel, isolated_home: Path, where: str, way: str
) -> None:
    seen: list[str] = []

    def listen(message: Message) -> None:
        seen.append(repr(message) + str(message) + repr(getattr(message, "__dict__", "")))

    app = WizardApp(session, now=lambda: session.now)
    app.animation_level = "none"
    async with app.run_test(size=(120, 40), message_hook=listen, notifications=True) as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s")
        if where == "journey":
            await press(pilot, *["down"] * 10, "tab", "tab")
        else:
            await press(pilot, "f5", "s")
        seen.clear()
        if way == "typed":
            await type_text(pilot, sentinel.value)
        else:
            from textual import events

            # The paste itself comes from the terminal; what follows from it is looked at.
            app.screen.post_message(events.Paste(sentinel.value))
            await settled(pilot)
            seen = [said for said in seen if not said.startswith("Paste(")]
        shown = [screen_text(app), app.export_screenshot()]
        await press(pilot, "ctrl+a", "home", "shift+end", "ctrl+c", "ctrl+x")
        shown += [app.clipboard, screen_text(app)]
        await press(pilot, "enter")
        shown += [screen_text(app), app.export_screenshot()]
        assert "✓ kept in memory" in screen_text(app)
        await press(pilot, "f2", "f3", "f4", "f5")
        shown += [screen_text(app), app.export_screenshot()]
        workers = [repr(worker) + worker.description + worker.name for worker in app.workers]
        kept = [line for line in seen if "Key(" not in line]
        sentinel.assert_absent(*shown, *workers, *kept)
    sentinel.assert_absent(isolated_home)


async def test_the_listener_would_have_heard_it(session: RangeSession, sentinel: Sentinel) -> None:
    seen: list[str] = []
    app = WizardApp(session)
    async with app.run_test(message_hook=lambda message: seen.append(repr(message))) as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, sentinel.value)
        assert any(sentinel.is_in(said) for said in seen)
        assert sentinel.is_in(screen_text(app))


async def test_after_it_was_taken_no_widget_holds_it(open_app: OpenApp, sentinel: Sentinel) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "f5", "s")
        await type_text(pilot, sentinel.value)
        await press(pilot, "enter")
        for screen in pilot.app.screen_stack:
            for widget in screen.walk_children(with_self=True):
                held = {name: value for name, value in vars(widget).items() if name != "_nodes"}
                sentinel.assert_absent(repr(held))
