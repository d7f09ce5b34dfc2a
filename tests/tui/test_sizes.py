"""Every size from 60x20 on: everything is there, nothing sticks out, the focus is to be seen."""

from __future__ import annotations

import pytest
from app_driving import OpenApp, open_tour, press, settled
from rich.cells import cell_len
from screen_text import screen_text
from textual.pilot import Pilot

SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]
PLACES = ["home", "new", "f2", "f3", "f4", "f5"]


async def go(pilot: Pilot[None], place: str) -> None:
    if place == "new":
        await press(pilot, "n")
    elif place != "home":
        await open_tour(pilot)
        await press(pilot, place)


def assert_whole(pilot: Pilot[None]) -> None:
    """Fails where a line is too wide, or something with a border is cut off by the screen."""
    app = pilot.app
    width, height = app.size
    lines = screen_text(app).splitlines()
    assert len(lines) == height
    assert all(cell_len(line) <= width for line in lines)
    for widget in app.screen.query("Choices, StepPane, #summary, #card-body, #form, #keyring"):
        if widget.display and widget.region:
            assert widget.region.right <= width, widget
            assert widget.region.bottom <= height, widget


async def assert_focus_is_seen(pilot: Pilot[None]) -> None:
    """Fails where the thing with the focus is out of sight, or looks as it does without."""
    screen = pilot.app.screen
    focused = screen.focused
    assert focused is not None
    assert focused.region.overlaps(screen.region)
    with_focus = drawn(pilot)
    screen.set_focus(None)
    await pilot.pause()
    assert drawn(pilot) != with_focus, f"{focused} looks the same without the focus"
    screen.set_focus(focused)
    await pilot.pause()


def drawn(pilot: Pilot[None]) -> list[str]:
    """Returns all cells above the footer, with their styles."""
    strips = pilot.app.screen._compositor.render_strips()[:-1]
    return [str([(part.text, str(part.style)) for part in strip]) for strip in strips]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("place", PLACES)
async def test_a_screen_is_whole(open_app: OpenApp, size: tuple[int, int], place: str) -> None:
    async with open_app(size=size) as pilot:
        await go(pilot, place)
        assert_whole(pilot)
        await assert_focus_is_seen(pilot)
        for _ in range(6):
            await pilot.press("tab")
            await pilot.pause()
            await assert_focus_is_seen(pilot)


@pytest.mark.parametrize("place", PLACES)
async def test_a_screen_follows_the_size_of_the_window(open_app: OpenApp, place: str) -> None:
    async with open_app(size=(80, 24)) as pilot:
        await go(pilot, place)
        before = screen_text(pilot.app)
        for size in [(60, 20), (132, 43), (40, 10), (200, 60)]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            if size[0] >= 60:
                assert_whole(pilot)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert screen_text(pilot.app) == before


async def test_at_the_smallest_size_a_step_can_be_answered_and_proven(open_app: OpenApp) -> None:
    async with open_app(size=(60, 20)) as pilot:
        await open_tour(pilot)
        await press(pilot, "tab", "enter")
        assert "✓ proven" in screen_text(pilot.app)
