"""When the app itself breaks: the terminal is given back, a report lies there, nothing is shown."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from servers.sentinel import Sentinel

_PROGRAM = """
import os, sys
from agentcore_auth.session import Session
from agentcore_auth.tui import app as module
from agentcore_auth.tui.screens.home import HomeScreen
from agentcore_auth_checks.text import Secret

secret = Secret(os.environ["SENTINEL"])


class Broken(Session):
    def journeys(self):
        client_secret = secret.reveal()
        raise RuntimeError(client_secret + " is in this message")


def handler(self):
    client_secret = secret.reveal()
    raise ValueError(client_secret)


where = sys.argv[1]
if where == "handler":
    HomeScreen.action_new = handler
raise SystemExit(module.run_app(Broken() if where == "worker" else Session()))
"""


@pytest.mark.parametrize("where", ["handler", "worker"])
def test_a_fault_ends_with_its_report_and_no_values(
    where: str, sentinel: Sentinel, isolated_home: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    child = pexpect.spawn(
        sys.executable,
        [str(program), where],
        env={**__import__("os").environ, "SENTINEL": sentinel.value},
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=60,
    )
    written: list[str] = []
    child.logfile_read = type("Log", (), {"write": written.append, "flush": lambda: None})
    child.expect("Where to begin")
    child.send("n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 4
    output = "".join(written)
    assert "a fault of this program; a report lies in" in output
    assert "Traceback" not in output
    sentinel.assert_absent(output, isolated_home)
    reports = list(isolated_home.rglob("faults/*.txt"))
    assert len(reports) == 1
    assert "program.py" in reports[0].read_text(encoding="utf-8")
