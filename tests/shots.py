"""Draws the pictures of the documentation: the real app on the practice range.

Run it with `make shots`; the pictures go to docs/pictures, as SVG and as PNG.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from agentcore_auth.session import Session

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = ((80, 24), (120, 40))
THEMES = {"dark": "agentcore-dark", "light": "agentcore-light"}
FAULT = "aud.okta_default"
FONTS = """
@font-face {font-family: "Fira Code"; src: local("FiraCode-Regular")}
@font-face {font-family: "Fira Code"; src: local("FiraCode-Bold"); font-weight: bold}
@font-face {font-family: "Fira Code"; src: local("DejaVu Sans Mono");
  unicode-range: U+2611, U+2713, U+2717}
@font-face {font-family: "Fira Code"; src: local("DejaVu Sans Mono Bold"); font-weight: bold;
  unicode-range: U+2611, U+2713, U+2717}
"""
"""The fonts of the PNGs. The check mark of Fira Code looks like a root sign."""
CHROMIUM = "/usr/bin/chromium"

Scene = Callable[["Pilot[None]", "Session"], Awaitable[None]]


async def settled(pilot: Pilot[None]) -> None:
    """Waits until nothing runs and everything is drawn."""
    for _ in range(2):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Presses keys one after the other, each when the one before has had its effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def open_tour(pilot: Pilot[None]) -> None:
    """Opens the practice range's journey, its files in a folder with a short name."""
    from agentcore_auth.tui.screens.journey import JourneyScreen

    await press(pilot, "t")
    screen = pilot.app.screen
    if not isinstance(screen, JourneyScreen):
        raise RuntimeError("the tour did not begin")
    screen.walk.profile.directory = "/srv/operations-agent"


async def home(pilot: Pilot[None], session: Session) -> None:
    """Home with profiles, one of them refused."""


async def journey(pilot: Pilot[None], session: Session) -> None:
    """Steps that are proven, ticked, refused and not yet, the refused one open."""
    await open_tour(pilot)
    await press(pilot, *["down"] * 5, "t", "R")
    session.set_fault(FAULT)
    await press(pilot, *["down"] * 6, "r")


async def doctor_broken(pilot: Pilot[None], session: Session) -> None:
    """The doctor with its cause."""
    await open_tour(pilot)
    session.set_fault(FAULT)
    await press(pilot, "f3")


async def doctor_healthy(pilot: Pilot[None], session: Session) -> None:
    """The doctor with nothing to say."""
    await open_tour(pilot)
    await press(pilot, "f3")


async def files(pilot: Pilot[None], session: Session) -> None:
    """The difference before the first writing."""
    await open_tour(pilot)
    await press(pilot, "f4")


SCENES: dict[str, Scene] = {
    "home": home,
    "journey": journey,
    "doctor-broken": doctor_broken,
    "doctor-healthy": doctor_healthy,
    "files": files,
}


def keep_profiles() -> None:
    """Saves two set-ups, as they look after some work."""
    from agentcore_auth.profile import Profile, StepRecord, save_profile

    now = time.time()
    proven = StepRecord(status="proven", at=now - 900)
    for name, done, code in (("acme-dev", 11, FAULT), ("acme-prod", 16, "")):
        steps = {f"step{number}": proven for number in range(done)}
        if code:
            steps["audience"] = StepRecord(status="refused", at=now - 900, codes=[code])
        save_profile(
            Profile(
                name=name,
                journey="okta-agentcore",
                title="Okta operations agent",
                total=16,
                steps=steps,
                directory=f"/srv/{name}",
                written={"static-config": {}},
                last_doctor=now - 12 * 60,
                last_verdict="reject" if code else "accept",
            )
        )


async def draw(name: str, scene: Scene, size: tuple[int, int], look: str) -> Path:
    """Plays one scene from the start and returns its picture, an SVG."""
    from agentcore_auth.profile import delete_profile, profile_names
    from agentcore_auth.session import LAB_PROFILE, Session
    from agentcore_auth.tui.app import WizardApp

    if LAB_PROFILE in profile_names():
        delete_profile(LAB_PROFILE)
    session = Session()
    app = WizardApp(session)
    app.animation_level = "none"
    app.theme = THEMES[look]
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await scene(pilot, session)
        app.clear_notifications()
        await settled(pilot)
        picture = app.export_screenshot(title="agentcore-auth", simplify=True)
    session.close()
    place = PICTURES / f"{name}-{size[0]}x{size[1]}-{look}.svg"
    # Fonts are taken from the reader's machine: a picture fetches nothing.
    place.write_text(re.sub(r"@font-face\s*{.*?}", "", picture, flags=re.S), encoding="utf-8")
    return place


def as_png(pictures: list[Path]) -> None:
    """Writes each SVG as a PNG beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for picture in pictures:
            drawing = picture.read_text(encoding="utf-8")
            found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
            if found is None:
                raise RuntimeError(f"{picture} has no size")
            width, height = (round(float(number)) for number in found.groups())
            page = browser.new_page(viewport={"width": width, "height": height})
            style = f"body{{margin:0}}svg{{width:{width}px;height:{height}px;display:block}}"
            page.set_content(f"<style>{FONTS}{style}</style>{drawing}")
            page.screenshot(path=picture.with_suffix(".png"), omit_background=True)
            page.close()
        browser.close()


def main(wanted: list[str]) -> None:
    """Draws the scenes that are named, or all."""
    with tempfile.TemporaryDirectory() as stage:
        os.environ |= {"HOME": stage, "XDG_STATE_HOME": stage, "TZ": "UTC"}
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        keep_profiles()
        PICTURES.mkdir(parents=True, exist_ok=True)
        pictures = [
            asyncio.run(draw(name, scene, size, look))
            for name, scene in SCENES.items()
            if not wanted or name in wanted
            for size in SIZES
            for look in THEMES
        ]
    as_png(pictures)


if __name__ == "__main__":
    main(sys.argv[1:])
