"""`agentcore-auth files`, as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from operations_agent import GIVEN, PUBLISHED, TARGET, put

from agentcore_auth.profile import Profile, load_profile, save_profile

OLD = (PUBLISHED[0].parent / "static-config@17a75597.yaml").read_text()
SECRET = "s3ntinel-Zq8-client-secret-value-0123456789"
COMMAND = [sys.executable, "-m", "agentcore_auth", "files"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a profile with all answers."""
    folder = tmp_path / "project"
    save_profile(
        Profile(name="acme", journey="okta-agentcore", answers=dict(GIVEN), directory=str(folder))
    )
    return folder


def files(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, env=dict(os.environ)
    )


def test_a_file_is_listed_written_listed_again_and_taken_back(project: Path) -> None:
    path = project / TARGET
    assert files("list").stdout == f"new      {path}\n"
    done = files("write", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"written: {path}\n" in done.stdout
    assert files("list").stdout == f"same     {path}\n"
    assert files("show").stdout == path.read_text()
    again = files("write")
    assert (again.returncode, again.stdout) == (0, f"{path}: nothing to change\n")
    back = files("undo")
    assert f"taken back: {path}: removed" in back.stdout
    assert not path.exists()
    assert files("undo").stdout == "There is nothing to take back.\n"
    assert load_profile("acme").written == {}


def test_an_old_file_is_shown_with_what_changes_and_why(project: Path) -> None:
    path = put(project, OLD)
    done = files("diff")
    assert done.returncode == 0
    assert done.stdout.count('\n-    audience: "<YOUR_OKTA_CLIENT_ID>"\n') == 2
    assert done.stdout.count('\n+    audience: "myagentcoreaud"\n') == 2
    assert "  migrated: okta.client_credentials (" in done.stdout
    assert path.read_text() == OLD


def test_without_a_terminal_and_without_yes_nothing_is_written(project: Path) -> None:
    done = files("write")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--yes" in done.stderr
    assert not (project / TARGET).exists()


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_asks(project: Path, answer: str, written: bool) -> None:
    terminal = pexpect.spawn(
        COMMAND[0], [*COMMAND[1:], "write"], env=dict(os.environ), encoding="utf-8", timeout=60
    )
    terminal.expect_exact("Write this? [y/N] ")
    terminal.sendline(answer)
    terminal.expect_exact("Take it back with" if written else "Nothing was written.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert (project / TARGET).exists() is written


def test_another_folder_can_be_named_and_is_remembered(project: Path, tmp_path: Path) -> None:
    assert files("write", "--yes").returncode == 0
    other = tmp_path / "other"
    assert files("write", "--yes", "--dir", str(other)).returncode == 0
    assert (other / TARGET).read_bytes() == (project / TARGET).read_bytes()
    assert load_profile("acme").directory == str(other)
    assert files("undo", "--dir", str(project)).returncode == 0
    assert not (project / TARGET).exists()
    assert (other / TARGET).exists()


def test_a_change_by_hand_is_told_and_only_taken_back_by_force(project: Path) -> None:
    path = put(project, OLD)
    assert files("write", "--yes").returncode == 0
    put(project, path.read_text().replace('"eu-central-1"', '"eu-west-1"'))
    listed = files("list").stdout
    assert listed.startswith(f"foreign  {path}\n  changed by hand: aws.region: eu-west-1 -> eu-c")
    refused = files("undo")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert files("undo", "--force").returncode == 0
    assert path.read_text() == OLD


def test_what_cannot_be_edited_is_one_line_and_stays(project: Path) -> None:
    path = put(project, "aws:\n\tregion: x\n")
    for action in (["list"], ["diff"], ["write", "--yes"]):
        done = files(*action)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert f"{path}: line 2" in done.stderr
    assert path.read_text() == "aws:\n\tregion: x\n"


def test_a_missing_answer_is_named(project: Path) -> None:
    given = {key: value for key, value in GIVEN.items() if key != "aws.account_id"}
    profile = Profile(name="acme", journey="okta-agentcore", answers=given, directory=str(project))
    save_profile(profile)
    done = files("write", "--yes")
    assert done.returncode == 2
    assert "aws.account_id" in done.stderr


def test_a_secret_in_an_old_file_is_in_no_output_and_no_state(
    project: Path, isolated_home: Path
) -> None:
    put(project, OLD.replace("${OKTA_CLIENT_SECRET}", SECRET))
    said = [files(*action) for action in (["list"], ["diff"], ["show"], ["write", "--yes"])]
    assert all(done.returncode == 0 for done in said)
    assert not any(SECRET in done.stdout + done.stderr for done in said)
    left = [place for place in isolated_home.rglob("*") if place.is_file()]
    assert any("before-" in place.name for place in left)
    assert not any(SECRET.encode() in place.read_bytes() for place in left)
