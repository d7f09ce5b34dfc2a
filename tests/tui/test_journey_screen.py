"""The journey, by keys and by mouse, on the practice range."""

from __future__ import annotations

import asyncio
import sys
import webbrowser

import pytest
from app_driving import OpenApp, open_tour, press, settled, type_text, until
from range_session import RangeSession
from screen_text import running_text, screen_text
from textual.pilot import Pilot

from agentcore_auth.profile import load_profile
from agentcore_auth.tui.screens.home import HomeScreen
from agentcore_auth.tui.screens.journey import JourneyScreen
from agentcore_auth.tui.widgets.copy_value import CopyValue
from agentcore_auth.tui.widgets.proof_view import TickBox
from agentcore_auth_checks import engine


def journey(pilot: Pilot[None]) -> JourneyScreen:
    screen = pilot.app.screen
    assert isinstance(screen, JourneyScreen)
    return screen


async def go_to(pilot: Pilot[None], step_id: str) -> None:
    journey(pilot).steps.choose(step_id)
    await settled(pilot)


# --- proofs --------------------------------------------------------------------------------


async def test_all_proofs_at_once_prove_the_healthy_range(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "R")
        shown = screen_text(pilot.app)
        assert "13 of 16 settled" in shown
        assert "✓  1 Find your domain" in shown
        assert "✓ proven, just now" in shown


async def test_a_proof_shows_its_requests_and_their_answers(open_app: OpenApp) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        await press(pilot, "r")
        shown = screen_text(pilot.app)
        assert "Asked and answered" in shown
        assert "sign-in to /okta-auth/" in shown
        assert "302  10 ms" in shown


async def test_a_fault_refuses_its_step_with_expected_against_actual(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await go_to(pilot, "audience")
        await press(pilot, "r")
        shown = screen_text(pilot.app)
        assert "✗ 12 Change the audience" in shown
        assert "✗ refused  aud.okta_default" in shown
        assert "expected  [myagentcoreaud]" in shown
        assert "actual    api://default" in shown
        assert "fix       " in shown


async def test_after_a_refusal_on_a_small_screen_the_finding_is_in_sight(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "audience")
        await press(pilot, "r")
        assert "actual    api://default" in screen_text(pilot.app)


async def test_a_refusal_of_an_earlier_run_names_its_code(
    open_app: OpenApp, session: RangeSession
) -> None:
    session.set_fault("aud.okta_default")
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "R")
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "audience")
        shown = screen_text(pilot.app)
        assert "aud.okta_default" in shown
        assert "r proves it again" in shown


async def test_a_step_that_waits_for_an_answer_says_which(
    open_app: OpenApp, session: RangeSession
) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s")
        await go_to(pilot, "browser_application")
        shown = running_text(pilot.app, "#step")
        assert "it needs Client id of the single-page application, Okta domain" in shown
        await press(pilot, "r")
        assert "Not yet; it needs Client id" in screen_text(pilot.app)
        assert session.range.asked == []


async def test_escape_stops_a_running_proof_and_nothing_is_recorded(
    open_app: OpenApp, session: RangeSession
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        session.range.holding = asyncio.Event()
        await pilot.press("r")
        await pilot.pause()
        assert "running" in screen_text(pilot.app)
        await press(pilot, "escape")
        shown = screen_text(pilot.app)
        assert "Stopped. Nothing was recorded." in shown
        assert "· not yet" in shown
        assert isinstance(pilot.app.screen, JourneyScreen)
    assert "domain" not in load_profile("lab").steps


async def test_a_slow_answer_is_said_to_be_waited_for(
    open_app: OpenApp, session: RangeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLOW_AFTER", 0)
    async with open_app() as pilot:
        await open_tour(pilot)
        session.range.holding = asyncio.Event()
        await pilot.press("r")
        await until(pilot, "waiting for organization")
        session.range.holding.set()
        await settled(pilot)
        assert "✓ proven" in screen_text(pilot.app)


# --- answers -------------------------------------------------------------------------------


async def test_an_answer_is_judged_as_it_is_typed_and_the_offer_taken_by_a_key(
    open_app: OpenApp,
) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "enter")
        await type_text(pilot, "https://acme.okta.com")
        shown = running_text(pilot.app, "#step")
        assert "only the host belongs here" in shown
        assert "Did you mean" in shown
        assert load_profile("acme").answers.get("okta.domain") is None
        await press(pilot, "ctrl+y", "escape")
    assert load_profile("acme").answers["okta.domain"] == "acme.okta.com"


async def test_an_offer_is_taken_by_a_click(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "enter")
        await type_text(pilot, "acme-admin.okta.com")
        await pilot.click("AnswerField .remark")
        await press(pilot, "escape")
    assert load_profile("acme").answers["okta.domain"] == "acme.okta.com"


async def test_an_answer_that_is_cleared_is_missed_and_the_old_one_stays(
    open_app: OpenApp,
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "tab", "home", "ctrl+k", "escape")
        assert "✗ it is empty; for example" in running_text(pilot.app, "#step")
    assert load_profile("lab").answers["okta.domain"] == "practice.okta.example"


async def test_the_first_answer_is_one_key_away(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        await press(pilot, "e", "9")
        assert "http://localhost:80809" in screen_text(pilot.app)


async def test_enter_on_the_last_answer_proves_the_step(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "tab", "enter")
        shown = screen_text(pilot.app)
        assert "✓  1 Find your domain" in shown
        await press(pilot, "n")
        assert "2 Authorization server" in screen_text(pilot.app).splitlines()[1]


async def test_another_answer_takes_back_what_rested_on_the_old_one(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "R")
        await go_to(pilot, "audience")
        await press(pilot, "tab", "tab")
        await type_text(pilot, "x")
        await press(pilot, "escape")
        shown = screen_text(pilot.app)
        assert "myagentcoreaudx" in shown
        assert load_profile("lab").answers["okta.jwt.audience"] == "myagentcoreaudx"


async def test_values_of_the_instructions_follow_the_answers(open_app: OpenApp) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        field = journey(pilot).pane.query("AnswerField TextField").first()
        field.focus()
        await press(pilot, "end", "backspace", "9", "escape")
        assert "http://localhost:8089/callback" in screen_text(pilot.app)


async def test_what_cannot_be_taken_is_still_there_when_one_comes_back(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "enter")
        await type_text(pilot, "not a host")
        await press(pilot, "escape", "down", "up")
        assert "not a host" in screen_text(pilot.app)
    assert "okta.domain" not in load_profile("acme").answers


# --- the user's own word, notes, copying, moving -------------------------------------------


@pytest.mark.parametrize("way", ["key", "space", "mouse"])
async def test_a_step_without_a_proof_is_ticked_and_says_so(open_app: OpenApp, way: str) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "assignment")
        assert "No machine can prove this" in screen_text(pilot.app)
        match way:
            case "key":
                await press(pilot, "t")
            case "space":
                journey(pilot).pane.query_one(TickBox).focus()
                await press(pilot, "space")
            case _:
                journey(pilot).pane.query_one(TickBox).scroll_visible(animate=False)
                await settled(pilot)
                await pilot.click(TickBox)
                await settled(pilot)
        assert "ticked by hand" in screen_text(pilot.app)
        assert load_profile("lab").steps["assignment"].ticked
        await press(pilot, "t")
        assert not load_profile("lab").steps["assignment"].ticked


async def test_a_note_is_kept_with_its_step(open_app: OpenApp) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await press(pilot, "N")
        await type_text(pilot, "ask Kim")
        await press(pilot, "enter")
        assert "note      ask Kim" in screen_text(pilot.app)
        await press(pilot, "N")
        await type_text(pilot, " x")
        await press(pilot, "escape")
    assert load_profile("lab").steps["domain"].note == "ask Kim"


async def test_the_value_with_the_focus_is_copied_whole(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        await press(pilot, "tab", "tab", "tab", "c")
        assert pilot.app.clipboard == "http://localhost:8080/okta-auth/iframe-oauth-flow.html"
        assert "Sent to the clipboard" in screen_text(pilot.app)


async def test_a_click_copies_a_value(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        await pilot.click(journey(pilot).pane.query(CopyValue).first())
        assert pilot.app.clipboard == "http://localhost:8080/callback"


async def test_without_a_value_in_focus_copying_says_how(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        await press(pilot, "c")
        assert pilot.app.clipboard == ""
        assert "Go to a value with tab" in screen_text(pilot.app)


async def test_the_list_and_the_step_are_walked_with_arrows_and_the_mouse(
    open_app: OpenApp,
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await pilot.click("StepList", offset=(5, 9))
        await settled(pilot)
        assert "9 Trusted origin" in screen_text(pilot.app).splitlines()[1]
        await press(pilot, "escape", "right")
        assert journey(pilot).pane.has_focus_within
        await press(pilot, "escape")
        assert journey(pilot).steps.has_focus
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, HomeScreen)
    assert load_profile("lab").last_step == "trusted_origin"


async def test_quitting_anywhere_remembers_the_step(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "down", "down", "f3")
        await pilot.press("ctrl+q")
    assert load_profile("lab").last_step == "browser_application"


async def test_the_next_open_step_is_one_key_away(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "R", "n")
        assert "6 Assignment" in screen_text(pilot.app).splitlines()[1]
        await press(pilot, "n")
        assert "13 Test user" in screen_text(pilot.app).splitlines()[1]


async def test_corrections_of_the_guide_stand_with_their_step(open_app: OpenApp) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await go_to(pilot, "redirect_addresses")
        shown = running_text(pilot.app)
        assert "Where the guide is wrong" in shown
        assert "answers /callback with 404" in shown


async def test_a_fault_of_the_range_is_switched_on_and_off(
    open_app: OpenApp, session: RangeSession
) -> None:
    async with open_app(size=(120, 40)) as pilot:
        await open_tour(pilot)
        await press(pilot, "x")
        codes = list(session.faults())
        for _ in range(codes.index("aud.okta_default") + 1):
            await pilot.press("down")
        await press(pilot, "enter")
        assert "broken now: aud.okta_default" in screen_text(pilot.app)
        await press(pilot, "R")
        assert "✗ 12 Change the audience" in screen_text(pilot.app)
        await press(pilot, "x", "home", "enter", "R")
        assert "✓ 12 Change the audience" in screen_text(pilot.app)


# --- the browser ---------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a window system")
async def test_without_a_display_nothing_is_opened_and_the_address_is_shown(
    open_app: OpenApp,
) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "enter")
        await type_text(pilot, "acme.okta.com")
        await press(pilot, "escape")
        await go_to(pilot, "scope")
        shown = screen_text(pilot.app)
        assert "o open" not in shown
        await press(pilot, "tab", "tab", "tab")
        assert "https://acme-admin.okta.com" in screen_text(pilot.app)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a window system")
async def test_with_a_graphical_browser_the_address_is_opened_in_it(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    class Window(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            loop.call_soon_threadsafe(opened.put_nowait, url)
            return True

    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setattr(webbrowser, "get", lambda using=None: Window())
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "enter")
        await type_text(pilot, "acme.okta.com")
        await press(pilot, "escape")
        await go_to(pilot, "scope")
        assert "o open" in screen_text(pilot.app)
        await press(pilot, "o")
        assert await opened.get() == (
            "https://acme-admin.okta.com/admin/oauth2/as/default#tab-scopes"
        )
