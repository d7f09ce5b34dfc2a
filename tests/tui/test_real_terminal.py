"""The app in a real terminal, by keys alone: the tour from the first start to a healthy doctor."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from servers.terminal import OpenTerminal

pytestmark = pytest.mark.terminal

APP = [sys.executable, "-m", "agentcore_auth"]


def test_the_tour_from_first_start_to_a_healthy_doctor(tmux: OpenTerminal, tmp_path: Path) -> None:
    terminal = tmux(APP, directory=tmp_path)
    terminal.wait_for("Take the tour")
    terminal.press("t")
    terminal.wait_for("0 of 16 settled")
    terminal.press("R")
    terminal.wait_for("13 of 16 settled")
    terminal.press("n")
    terminal.wait_for(re.compile(r"╭─ 6 Assignment"))
    terminal.press("t")
    terminal.wait_for("☑ ticked by hand")
    terminal.press("n")
    terminal.wait_for(re.compile(r"╭─ 13 Test user"))
    terminal.press("t")
    terminal.wait_for("15 of 16 settled")
    terminal.press("F4")
    terminal.wait_for("+ new  static-config.yaml")
    terminal.press("w")
    terminal.wait_for("Write to")
    terminal.press("y")
    terminal.wait_for("✓ same")
    terminal.press("F3")
    terminal.wait_for("✓ nothing is wrong")
    terminal.press("Escape")
    terminal.wait_for("16 of 16 settled")
    terminal.press("C-q")
    assert terminal.wait_for_exit() == 0
    assert (tmp_path / "config" / "static-config.yaml").exists()


def test_a_fault_is_found_where_it_was_made(tmux: OpenTerminal, tmp_path: Path) -> None:
    terminal = tmux(APP, directory=tmp_path, width=120, height=40)
    terminal.wait_for("Take the tour")
    terminal.press("t")
    terminal.wait_for("Find your domain")
    terminal.press("x")
    terminal.wait_for("One fault at a time")
    terminal.press("Down")
    terminal.press("Enter")
    screen = terminal.wait_for(re.compile(r"broken now: ([a-z_.]+)"))
    broken = re.search(r"broken now: ([a-z_.]+)", screen)
    assert broken is not None
    terminal.press("F3")
    terminal.wait_for(re.compile(rf"✗ refused +{re.escape(broken[1].rstrip('.'))}"))
    terminal.press("C-q")
    assert terminal.wait_for_exit() == 0


def test_the_terminal_is_given_back_as_it_was(tmux: OpenTerminal, tmp_path: Path) -> None:
    program = f"echo before; {sys.executable} -m agentcore_auth; echo after"
    terminal = tmux(["sh", "-c", program], directory=tmp_path)
    terminal.wait_for("Take the tour")
    terminal.press("C-q")
    screen = terminal.wait_for("after")
    assert screen.split() == ["before", "after"]
