"""Commands whose output goes where it cannot be read, or whose state folder cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "agentcore_auth")
FULL = Path("/dev/full")


def in_shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("agentcore-auth", " ".join(COMMAND))],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="latin-1",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["--version", "--help", "why disc", "why aud.okta_default"])
def test_a_closed_output_is_no_fault(command: str) -> None:
    ended = in_shell(f"agentcore-auth {command} >&-")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_closed_input_is_no_terminal() -> None:
    ended = in_shell("agentcore-auth <&-")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "terminal" in ended.stderr


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("command", ["--version", "why disc", "why aud.okta_default"])
def test_a_full_disk_behind_the_output_is_said_in_one_line(command: str) -> None:
    ended = in_shell(f"agentcore-auth {command} > {FULL}")
    assert ended.returncode == 3
    assert ended.stderr.startswith("agentcore-auth: standard output: ")
    assert ended.stderr.count("\n") == 1


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    status = tmp_path / "status"
    ended = in_shell(f"(agentcore-auth why disc; echo $? > {status}) | true")
    assert ended.stderr == ""
    assert status.read_text(encoding="ascii").strip() in ("0", "3")


def test_what_an_old_terminal_cannot_show_is_escaped() -> None:
    ended = in_shell("agentcore-auth secret test", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert ended.returncode == 1, ended.stderr
    assert "\\u2717 refused" in ended.stdout
    assert "keyring.absent" in ended.stdout


def test_a_state_folder_that_cannot_be_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answers = tmp_path / "a.yaml"
    answers.write_text("okta.domain: acme.okta.com\n", encoding="utf-8")
    ended = in_shell(
        f"agentcore-auth setup okta-agentcore --answers {answers}",
        XDG_STATE_HOME=str(tmp_path / "file"),
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert str(tmp_path / "file") in ended.stderr
