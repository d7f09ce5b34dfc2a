"""Home: what can be begun, what is there, how it stands."""

from __future__ import annotations

from app_driving import OpenApp, press, settled
from kept_profile import keep_profile
from range_session import RangeSession
from screen_text import running_text, screen_text

from agentcore_auth.profile import Profile, save_profile, state_directory
from agentcore_auth.tui.screens.home import HomeScreen
from agentcore_auth.tui.screens.journey import JourneyScreen
from agentcore_auth.tui.screens.new_setup import NewSetupScreen


async def test_a_first_start_offers_the_two_beginnings_and_nothing_else(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        shown = screen_text(pilot.app)
        assert "New set-up" in shown
        assert "Take the tour" in shown
        assert "no account needed" in shown
        assert "Profiles" not in shown
        assert "Diagnose" not in shown


async def test_a_profile_says_how_it_stands(open_app: OpenApp, session: RangeSession) -> None:
    keep_profile(now=session.now)
    async with open_app() as pilot:
        shown = screen_text(pilot.app)
        assert "acme-dev  Okta operations agent" in shown
        assert "2 of 16 settled" in shown
        assert "✗ refused  aud.okta_default" in shown
        assert "12 min ago  ✗ refused" in shown


async def test_an_unreadable_profile_says_why_and_hides_no_other(open_app: OpenApp) -> None:
    keep_profile()
    place = state_directory() / "profiles" / "broken.json"
    place.write_text("{", encoding="utf-8")
    async with open_app() as pilot:
        assert "acme-dev" in screen_text(pilot.app)
        await press(pilot, "down")
        assert "Input data was truncated" in running_text(pilot.app)


async def test_enter_goes_on_where_a_profile_was_left_and_escape_comes_back_to_it(
    open_app: OpenApp,
) -> None:
    keep_profile("first")
    left = keep_profile("second")
    left.last_step = "scope"
    save_profile(left)
    async with open_app() as pilot:
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, JourneyScreen)
        assert "7 Scope for the machine" in screen_text(pilot.app)
        await press(pilot, "escape")
        home = pilot.app.screen
        assert isinstance(home, HomeScreen)
        assert home.choices.chosen == "profile second"


async def test_a_click_begins_a_new_set_up(open_app: OpenApp) -> None:
    keep_profile()
    async with open_app() as pilot:
        assert await pilot.click("#choices", offset=(5, 3))
        await settled(pilot)
        assert isinstance(pilot.app.screen, NewSetupScreen)


async def test_the_doctor_of_a_profile_is_one_key_away(open_app: OpenApp) -> None:
    keep_profile()
    async with open_app() as pilot:
        await press(pilot, "D")
        assert "F3 Doctor" in screen_text(pilot.app)
        assert "laptop" in screen_text(pilot.app)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_a_profile_whose_journey_is_gone_is_told_and_home_stays(open_app: OpenApp) -> None:
    save_profile(Profile(name="old", journey="no-such-journey", title="Gone", total=3))
    async with open_app() as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, HomeScreen)
        assert "no-such-journey" in screen_text(pilot.app)


async def test_the_profile_that_was_asked_for_is_open_at_once(open_app: OpenApp) -> None:
    keep_profile()
    async with open_app(profile="acme-dev") as pilot:
        assert isinstance(pilot.app.screen, JourneyScreen)


async def test_the_tour_walks_the_practice_range(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "t")
        assert "lab" in screen_text(pilot.app)
        assert "Find your domain" in screen_text(pilot.app)
    assert (state_directory() / "profiles" / "lab.json").exists()
