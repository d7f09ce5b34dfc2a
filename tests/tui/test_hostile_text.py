"""Text from outside is shown as it is: it styles nothing, runs nothing, moves no cursor."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from app_driving import OpenApp, open_tour, press, settled
from range_session import Answer, RangeSession
from screen_text import running_text, screen_text
from textual import events
from textual.app import App

from agentcore_auth.lab.exchange import Request, Response, json_response
from agentcore_auth.profile import Profile, StepRecord, load_profile, save_profile

MARKUP = (
    "[red]x[/red]",
    "bad [/foo] tag",
    "[@click=app.quit]press me[/]",
    "arn:aws/[dev]/x",
    "[foo='bar",
)
"""What Textual or Rich would style, run, swallow or end the app with."""

INVISIBLE = {
    "a\x1b]0;owned\x07b": "a<U+001B>]0;owned<U+0007>b",
    "a\x1b]52;c;b3duZWQ=\x07b": "a<U+001B>]52;c;b3duZWQ=<U+0007>b",
    "a\x1b[2Jb": "a<U+001B>[2Jb",
    "a\x9b2Jb": "a<U+009B>2Jb",
    "a\x00b": "a<U+0000>b",
    "a\u202eb": "a<U+202E>b",
    "a\u200bb": "a<U+200B>b",
}
"""What would reach the terminal as a command, or hide, and how it must look."""

HOSTILE = {**{text: text for text in MARKUP}, **INVISIBLE}


def assert_harmless(app: App[None]) -> None:
    """Fails where anything on the screen is more than letters: control characters, or actions."""
    for strip in app.screen._compositor.render_strips():
        for part in strip:
            for character in part.text:
                category = unicodedata.category(character)
                assert category not in ("Cc", "Cf", "Cs", "Co"), repr(part.text)
            meta = part.style.meta if part.style else {}
            assert "@click" not in meta, part


def refusing_with(text: str) -> Answer:
    """Returns a token endpoint that describes its refusal so."""

    def answer(request: Request) -> Response:
        return json_response({"error": "invalid_client", "error_description": text}, 401)

    return answer


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
async def test_what_a_provider_says(open_app: OpenApp, session: RangeSession, text: str) -> None:
    session.range.answers["/oauth2/default/v1/token"] = refusing_with(text)
    async with open_app(size=(160, 50)) as pilot:
        await open_tour(pilot)
        await press(pilot, *["down"] * 10, "r")
        assert "✗ refused" in screen_text(pilot.app)
        assert HOSTILE[text] in running_text(pilot.app, "#step")
        assert_harmless(pilot.app)
        await press(pilot, "f3", "y")
        assert_harmless(pilot.app)
        assert "\x1b" not in pilot.app.clipboard


async def test_half_a_character_and_a_flood(open_app: OpenApp, session: RangeSession) -> None:
    session.range.answers["/oauth2/default/v1/token"] = refusing_with("a\ud800b" + "[" * 100_000)
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, *["down"] * 10, "r", "f3")
        assert "✗" in screen_text(pilot.app)
        assert_harmless(pilot.app)


async def test_what_stands_in_a_profile(open_app: OpenApp) -> None:
    text = " ".join(HOSTILE)
    save_profile(
        Profile(
            name="acme",
            journey="okta-agentcore",
            title=text,
            total=3,
            directory=text.replace("\0", ""),
            answers={"okta.domain": text, "page.origin": text, "okta.jwt.audience": text},
            steps={
                "domain": StepRecord(status="refused", at=1, codes=[text], note=text),
                "audience": StepRecord(note=text),
            },
            secret_places={"okta.m2m.client_secret": text},
            last_verdict=text,
            last_doctor=1,
        )
    )
    async with open_app(size=(160, 50)) as pilot:
        for shown in HOSTILE.values():
            assert shown in running_text(pilot.app, "#summary")
        assert_harmless(pilot.app)
        await press(pilot, "enter")
        for shown in HOSTILE.values():
            assert shown in running_text(pilot.app, "#step")
        for _ in range(16):
            assert_harmless(pilot.app)
            await pilot.press("down")
            await pilot.pause()
        for key in ("f3", "f4", "f5"):
            await press(pilot, key)
            assert_harmless(pilot.app)


async def test_what_stands_in_a_file(open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app(size=(160, 50)) as pilot:
        await open_tour(pilot)
        await press(pilot, "f4", "w", "y")
        place = tmp_path / "config" / "static-config.yaml"
        text = place.read_text(encoding="utf-8")
        changed = f'region: "us-west-2"  # {" ".join(MARKUP)} a\u202eb a\u200bb'
        place.write_text(text.replace('region: "us-east-1"', changed), encoding="utf-8")
        await press(pilot, "r")
        shown = running_text(pilot.app, "#difference")
        assert "[@click=app.quit]press me[/]" in shown
        assert "a<U+202E>b a<U+200B>b" in shown
        assert_harmless(pilot.app)


async def test_what_is_pasted(open_app: OpenApp) -> None:
    text = " ".join(HOSTILE)
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await press(pilot, "tab", "home")
        pilot.app.post_message(events.Paste(text))
        await settled(pilot)
        assert_harmless(pilot.app)
        await press(pilot, "escape")
        assert_harmless(pilot.app)
        await press(pilot, "N")
        pilot.app.post_message(events.Paste(text))
        await settled(pilot)
        assert_harmless(pilot.app)
        await press(pilot, "enter")
        assert_harmless(pilot.app)
    note = load_profile("lab").steps["domain"].note
    assert "press me" in note
    assert "\x1b" not in note


async def test_a_click_on_hostile_text_does_nothing(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.range.answers["/oauth2/default/v1/token"] = refusing_with(MARKUP[2])
    async with open_app(size=(160, 50)) as pilot:
        await open_tour(pilot)
        await press(pilot, "R", "f3")
        lines = screen_text(pilot.app).splitlines()
        row = next(number for number, line in enumerate(lines) if "press me" in line)
        await pilot.click(offset=(lines[row].index("press me") + 2, row))
        await settled(pilot)
        assert pilot.app.is_running
        assert pilot.app.return_code is None
