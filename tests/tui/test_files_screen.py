"""The files: the difference first, then all or none, then the way back."""

from __future__ import annotations

from pathlib import Path

from app_driving import OpenApp, open_tour, press, settled, type_text
from screen_text import running_text, screen_text

CONFIG = Path("config") / "static-config.yaml"


async def test_nothing_is_written_before_the_difference_was_shown_and_a_yes(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f4")
        shown = screen_text(pilot.app)
        assert "+ new  static-config.yaml" in shown
        assert "+# " in shown
        await press(pilot, "w")
        assert "Write to" in screen_text(pilot.app)
        await press(pilot, "n")
        assert not (tmp_path / CONFIG).exists()
        await press(pilot, "w", "y")
        assert "Written and read back: 1 of 1 files" in screen_text(pilot.app)
        assert "✓ same" in screen_text(pilot.app)
        assert "practice.okta.example" in (tmp_path / CONFIG).read_text(encoding="utf-8")


async def test_a_writing_is_taken_back_byte_for_byte(open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f4", "w", "y")
        place = tmp_path / CONFIG
        mine = place.read_bytes().replace(b"us-east-1", b"eu-west-1") + b"# mine\n"
        place.write_bytes(mine)
        await press(pilot, "r")
        assert "changed" in screen_text(pilot.app)
        await press(pilot, "w", "y")
        assert place.read_bytes() != mine
        await press(pilot, "u")
        assert "Take back" in screen_text(pilot.app)
        await press(pilot, "y")
        assert place.read_bytes() == mine
        assert "wrote 1 file, taken back" in screen_text(pilot.app)


async def test_what_was_changed_by_hand_is_said_before_it_is_overwritten(
    open_app: OpenApp, tmp_path: Path
) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f4", "w", "y")
        place = tmp_path / CONFIG
        text = place.read_text(encoding="utf-8")
        place.write_text(text.replace("practice.okta.example", "other.okta.com"), encoding="utf-8")
        await press(pilot, "r")
        shown = screen_text(pilot.app)
        assert "! changed by hand" in shown
        assert "okta.domain" in shown


async def test_the_mouse_writes_too(open_app: OpenApp, tmp_path: Path) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await pilot.click(pilot.app.screen.query("PlaceLink")[2])
        await settled(pilot)
        assert "Files" in screen_text(pilot.app).splitlines()[1]
        await press(pilot, "w")
        await pilot.click(pilot.app.screen.query("ActionLink")[1])
        await settled(pilot)
        await settled(pilot)
        assert (tmp_path / CONFIG).exists()


async def test_missing_answers_are_named_instead_of_a_difference(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await press(pilot, "n", "tab")
        await type_text(pilot, "acme")
        await press(pilot, "ctrl+s", "f4")
        shown = running_text(pilot.app)
        assert "The files wait for these answers" in shown
        assert "Okta domain" in shown
        await press(pilot, "w", "u")
        assert "Nothing was written that could be taken back" in screen_text(pilot.app)


async def test_the_difference_can_be_walked_into_and_out_of(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "f4", "enter")
        assert pilot.app.screen.query_one("#difference").has_focus
        await press(pilot, "end")
        assert "practice.okta.example" not in screen_text(pilot.app)
        await press(pilot, "left")
        assert pilot.app.screen.query_one("#files").has_focus


async def test_the_step_of_the_files_leads_there(open_app: OpenApp) -> None:
    async with open_app() as pilot:
        await open_tour(pilot)
        await press(pilot, "end")
        link = pilot.app.screen.query_one("#step ActionLink")
        link.focus()
        await press(pilot, "enter")
        assert "static-config.yaml" in screen_text(pilot.app)
        await press(pilot, "w", "y", "f2", "r")
        assert "✓ 16 Files" in screen_text(pilot.app)
