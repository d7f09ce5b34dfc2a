"""`agentcore-auth why`: the page of a code, the list of an area, and near misses."""

from __future__ import annotations

import argparse
import sys
from subprocess import run

import pytest

from agentcore_auth.cli import why
from agentcore_auth.cli.exits import UsageError
from agentcore_auth_templates.catalogue import catalogue, entry


def asked(code: str) -> int:
    """Runs the command as the command line would, and returns its status."""
    parser = argparse.ArgumentParser()
    why.add_to(parser.add_subparsers())
    options = parser.parse_args(["why", code])
    return int(options.run(options))


def words(text: str) -> str:
    """Returns the text with every run of white space as one blank."""
    return " ".join(text.split())


def test_a_page_says_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("aud.okta_default") == 0
    known = entry("aud.okta_default")
    page = words(capsys.readouterr().out)
    assert page.startswith(f"aud.okta_default {known.title}")
    assert "severity error" in page
    assert words(known.why) in page
    assert words(known.proof) in page
    assert "evidence measured" in page


def test_what_only_a_run_can_know_is_shown_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    asked("cors.origin_refused")
    assert "Add Origin: <origin>" in words(capsys.readouterr().out)


def test_the_best_fix_comes_first_and_the_others_are_alternatives(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked("keyring.insecure_backend")
    lines = capsys.readouterr().out.splitlines()
    fixes = [step.text for step in entry("keyring.insecure_backend").fix]
    assert f"  fix       {fixes[0]}" in lines
    assert [f"  or        {fix}" for fix in fixes[1:]] == [
        line for line in lines if line.startswith("  or ")
    ]


def test_prose_is_wrapped_and_a_command_stays_whole(capsys: pytest.CaptureFixture[str]) -> None:
    asked("keyring.locked")
    lines = capsys.readouterr().out.splitlines()
    command = next(step.text for step in entry("keyring.locked").fix if step.kind == "command")
    assert len(command) > 100
    assert f"  fix       {command}" in lines
    assert [line for line in lines if len(line) > 100] == [f"  fix       {command}"]
    assert len([line for line in lines if line.startswith(" " * 12)]) > 1


@pytest.mark.parametrize("area", ["disc", "disc.*", "DISC"])
def test_an_area_lists_its_codes(area: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(area) == 0
    listed = capsys.readouterr().out.splitlines()
    codes = [code for code in catalogue().codes if code.startswith("disc.")]
    assert [line.split()[0] for line in listed] == codes
    assert all(line.endswith(entry(code).title) for line, code in zip(listed, codes, strict=True))


@pytest.mark.parametrize(
    ("misspelled", "meant"),
    [
        ("aud.okta_defualt", "aud.okta_default"),
        ("okta_default", "aud.okta_default"),
        ("keyring-locked", "keyring.locked"),
        ("jkws", "jwks"),
        ("idp.redirect_mismatch", "idp.redirect_uri_mismatch"),
    ],
)
def test_a_misspelled_code_is_answered_with_what_is_near(misspelled: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        asked(misspelled)
    assert repr(misspelled) in str(refused.value)
    assert meant in str(refused.value).partition("near it: ")[2].split(", ")


def test_a_code_like_no_other_is_answered_with_the_areas() -> None:
    with pytest.raises(UsageError, match=r"the areas are: token, shape, .*config, internal"):
        asked("?\x1b[2J")
    with pytest.raises(UsageError) as refused:
        asked("?\x1b[2J")
    assert "\x1b" not in str(refused.value)


def test_an_unknown_code_ends_with_status_2_and_one_line() -> None:
    ended = run(
        [sys.executable, "-m", "agentcore_auth", "why", "aud.nothing_like_it"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "aud.nothing_like_it" in ended.stderr
