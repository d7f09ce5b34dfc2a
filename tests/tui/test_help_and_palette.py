"""Help, the palette and themes: what can be done is told everywhere."""

from __future__ import annotations

import pytest
from app_driving import OpenApp, open_tour, press, type_text, until
from screen_text import screen_text

from agentcore_auth.tui.screens.doctor import DoctorScreen
from agentcore_auth.tui.screens.help import HelpScreen


@pytest.mark.parametrize("place", ["home", "new", "f2", "f3", "f4", "f5"])
async def test_help_tells_what_a_screen_is_for_and_its_keys(open_app: OpenApp, place: str) -> None:
    async with open_app(size=(100, 50)) as pilot:
        if place == "new":
            await press(pilot, "n")
        elif place != "home":
            await open_tour(pilot)
            await press(pilot, place)
        shown = pilot.app.screen
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        text = screen_text(pilot.app)
        assert "On this screen" in text
        assert "Everywhere" in text
        for active in shown.active_bindings.values():
            everywhere = active.binding.action in ("quit", "command_palette")
            if active.binding.tooltip and active.enabled and not everywhere:
                assert active.binding.tooltip.split(",")[0][:40] in text
        await press(pilot, "escape")
        assert pilot.app.screen is shown


async def test_every_key_is_a_command_of_the_palette_and_no_screenshot_is(
    open_app: OpenApp,
) -> None:
    async with open_app(size=(100, 60)) as pilot:
        await open_tour(pilot)
        await press(pilot, "ctrl+p")
        await until(pilot, "Prove every step live")
        shown = screen_text(pilot.app)
        assert "Prove all" in shown
        assert "Quit" in shown
        assert "Screenshot" not in shown
        await type_text(pilot, "doctor")
        await press(pilot, "enter", "enter")
        await until(pilot, "laptop")
        assert isinstance(pilot.app.screen, DoctorScreen)


@pytest.mark.parametrize(
    "theme", ["agentcore-light", "high-contrast", "ansi-dark", "ansi-light", "nord"]
)
async def test_every_screen_is_drawn_in_other_themes(open_app: OpenApp, theme: str) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        pilot.app.theme = theme
        for key in ("f2", "f3", "f4", "f5"):
            await press(pilot, key)
            assert "Steps" in screen_text(pilot.app)


async def test_a_theme_that_the_environment_names_is_used(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "no-such-theme,agentcore-light")
    async with open_app() as pilot:
        assert pilot.app.theme == "agentcore-light"


async def test_without_color_every_status_still_has_its_word(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_app(size=(120, 40)) as pilot:
        assert pilot.app.no_color
        await open_tour(pilot)
        await press(pilot, "R")
        lines = screen_text(pilot.app).splitlines()
        assert "proven" in lines[2]
        assert "cannot be proven" in lines[7]
        styles = {
            part.style.color.triplet
            for strip in pilot.app.screen._compositor.render_strips()
            for part in strip.apply_filter(
                pilot.app._filters[0], pilot.app.screen.background_colors[0]
            )
            if part.style and part.style.color and part.style.color.triplet
        }
        assert all(red == green == blue for red, green, blue in styles)
