"""A new set-up: three questions, then its journey."""

from __future__ import annotations

from pathlib import Path

from app_driving import OpenApp, press, type_text
from screen_text import screen_text

from agentcore_auth.profile import Profile, load_profile, profile_names, save_profile
from agentcore_auth.tui.screens.home import HomeScreen
from agentcore_auth.tui.screens.journey import JourneyScreen


async def test_keys_alone_begin_a_set_up(open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app() as pilot:
        await press(pilot, "n")
        assert "Okta operations agent" in screen_text(pilot.app)
        await press(pilot, "enter")
        await type_text(pilot, "acme-dev")
        await press(pilot, "enter", "enter")
        assert isinstance(pilot.app.screen, JourneyScreen)
    profile = load_profile("acme-dev")
    assert profile.journey == "okta-agentcore"
    assert profile.directory == str(tmp_path)


async def test_the_mouse_begins_a_set_up(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "n")
        await pilot.click("#name")
        await type_text(pilot, "acme")
        await pilot.click("ActionLink")
        await press(pilot)
        await pilot.pause()
    assert profile_names() == ("acme",)


async def test_without_a_name_nothing_is_begun(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "ctrl+s")
        assert "A set-up needs a name" in screen_text(pilot.app)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, HomeScreen)
    assert profile_names() == ()


async def test_a_name_that_is_taken_or_is_none_is_told(open_app: OpenApp) -> None:
    save_profile(Profile(name="taken", journey="okta-agentcore"))
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "taken")
        await press(pilot, "ctrl+s")
        assert "it exists" in screen_text(pilot.app)
        await type_text(pilot, "/../x")
        await press(pilot, "ctrl+s")
        assert "a name has up to 64 letters" in screen_text(pilot.app)
    assert profile_names() == ("taken",)
