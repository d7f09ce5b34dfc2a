"""Every letter can be read: contrast of text and ground on every screen, by WCAG 2.2, 1.4.3."""

from __future__ import annotations

import pytest
from app_driving import OpenApp, open_tour, press
from range_session import RangeSession
from textual.app import App
from textual.color import Color

READABLE = 4.5
EXAMPLES = 3.0
"""For the examples in empty fields, which must not be taken for answers."""


def contrast(one: Color, other: Color) -> float:
    """Returns the contrast ratio of two colors (WCAG 2.2, definition of contrast ratio)."""

    def luminance(color: Color) -> float:
        parts = [
            value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
            for value in color.normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def faint(app: App[None], least: float) -> list[str]:
    """Returns the pieces of text whose contrast is below `least`.

    Where a box lies over the screen, what is below it is meant to recede, and is left out.
    """
    boxes = app.screen.query(".box")
    place = boxes.first().region if boxes else app.screen.region
    strips = app.screen._compositor.render_strips()[place.y : place.bottom]
    found = []
    for strip in strips:
        for part in strip.crop(place.x, place.right):
            text = part.text.strip(" ─│╭╮╰╯┴▌▏▁▂▃▄▅▆▇█░")
            style = part.style
            if not text or style is None or style.color is None or style.bgcolor is None:
                continue
            front = Color.from_rich_color(style.color)
            ground = Color.from_rich_color(style.bgcolor)
            if contrast(front, ground) < least:
                found.append(f"{contrast(front, ground):.1f} {front.hex} on {ground.hex}: {text}")
    return found


@pytest.mark.parametrize("theme", ["agentcore-dark", "agentcore-light", "high-contrast"])
async def test_every_letter_can_be_read(
    open_app: OpenApp, session: RangeSession, theme: str
) -> None:
    session.set_fault("aud.okta_default")
    least = 7.0 if theme == "high-contrast" else READABLE
    async with open_app(size=(120, 40), theme=theme) as pilot:
        assert faint(pilot.app, least) == []
        await press(pilot, "n")
        assert faint(pilot.app, EXAMPLES) == []
        await press(pilot, "escape")
        await open_tour(pilot)
        await press(pilot, "R", *["down"] * 11)
        assert faint(pilot.app, least) == []
        for key in ("f3", "f4", "f5", "f1"):
            await press(pilot, key)
            assert faint(pilot.app, least) == [], key
