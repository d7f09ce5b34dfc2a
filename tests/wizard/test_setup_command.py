"""`setup` without a terminal: what it takes, what it refuses in one line, and its exit status."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.commands import Ended, agentcore_auth

GOOD = """okta.domain: acme.okta.com
okta.user_auth.client_id: 0oaspaexample0000001
okta.m2m.client_id: 0oam2mexample0000001
okta.jwt.audience: myagentcoreaud
aws.account_id: 012345678901
"""
WRITTEN = Path("out/config/static-config.yaml")


def setup(folder: Path, answers: str, *more: str) -> Ended:
    (folder / "a.yaml").write_text(answers, encoding="utf-8")
    return agentcore_auth(
        *("setup", "okta-agentcore", "--answers", "a.yaml", "--dir", "out", "--offline"),
        *more,
        environment=os.environ,
        directory=folder,
    )


def refused(ended: Ended, *words: str) -> None:
    """Checks that it ended as bad input does: one line, status 2, no traceback, nothing else."""
    assert ended.status == 2, ended.said
    assert ended.out == ""
    assert ended.err.count("\n") == 1, ended.err
    assert ended.err.startswith("agentcore-auth")
    for word in words:
        assert word in ended.err


def test_offline_answers_write_the_files(tmp_path: Path) -> None:
    ended = setup(tmp_path, GOOD, "--yes", "--store", "session")
    assert f"new      {tmp_path / WRITTEN}" in ended.out
    assert 'account_id: "012345678901"' in (tmp_path / WRITTEN).read_text(encoding="utf-8")
    # The machine's secret was never given: that is an error of the set-up, not of the input.
    assert ended.status == 1
    assert "Root cause: secret.missing" in ended.out


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    setup(tmp_path, GOOD, "--yes")
    first = (tmp_path / WRITTEN).read_bytes()
    ended = setup(tmp_path, GOOD)
    assert f"same     {tmp_path / WRITTEN}" in ended.out
    assert (tmp_path / WRITTEN).read_bytes() == first


def test_nested_answers_are_dotted_ones(tmp_path: Path) -> None:
    nested = """okta:
  domain: acme.okta.com
  user_auth: {client_id: 0oaspaexample0000001}
  m2m: {client_id: 0oam2mexample0000001}
aws: {account_id: 012345670123}
"""
    setup(tmp_path, nested, "--yes")
    assert 'account_id: "012345670123"' in (tmp_path / WRITTEN).read_text(encoding="utf-8")


def test_a_refused_file_takes_nothing_from_the_profile(tmp_path: Path, isolated_home: Path) -> None:
    setup(tmp_path, GOOD, "--yes")
    profile = isolated_home / ".local/state/agentcore-auth/profiles/okta-agentcore.json"
    before = profile.read_bytes()
    changed = GOOD.replace("acme.okta.com", "other.okta.com").replace("myagentcoreaud", "a b")
    refused(setup(tmp_path, changed, "--yes"), "a.yaml:4", "okta.jwt.audience")
    assert profile.read_bytes() == before


def test_two_ids_can_be_given_the_other_way_round(tmp_path: Path) -> None:
    setup(tmp_path, GOOD, "--yes")
    swapped = (
        GOOD.replace("0oaspaexample0000001", "x")
        .replace("0oam2mexample0000001", "0oaspaexample0000001")
        .replace(" x\n", " 0oam2mexample0000001\n")
    )
    setup(tmp_path, swapped, "--yes")
    assert 'client_id: "0oam2mexample0000001"' in (tmp_path / WRITTEN).read_text(encoding="utf-8")


def test_without_a_yes_nothing_is_written(tmp_path: Path) -> None:
    refused(setup(tmp_path, GOOD), "nothing was written", "--yes")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (GOOD + "okta.domian: x\n", ("a.yaml:6:1", "okta.domian", "okta.domain")),
        (GOOD + "okta.domain: x\n", ("a.yaml:6:1", "okta.domain", "twice")),
        (GOOD + "okta: {domain: x}\n", ("a.yaml:6:8", "okta.domain", "twice", "line 1")),
        (GOOD.replace("acme", "acme-admin"), ("a.yaml:1", "okta.domain", "acme.okta.com")),
        (GOOD.replace("myagentcoreaud", "0oam2mexample0000001"), ("okta.jwt.audience",)),
        (
            GOOD.replace("0oam2mexample0000001", "0oaspaexample0000001"),
            ("okta.m2m.client_id", "single-page"),
        ),
        (GOOD.replace("aws.account_id: 012345678901\n", ""), ("aws.account_id", "--answers")),
        (GOOD + "aws.region: [us-east-1]\n", ("a.yaml:6:1", "aws.region")),
        (
            GOOD + "okta.m2m.client_secret: {env: NOT_SET_ANYWHERE}\n",
            ("a.yaml:6", "NOT_SET_ANYWHERE"),
        ),
        (GOOD + "okta.m2m.client_secret: {file: no-such-file}\n", ("okta.m2m.client_secret",)),
        ("okta.domain: [\n", ("a.yaml:2:1", "not YAML")),
        ("just text\n", ("a.yaml",)),
        ("", ("a.yaml",)),
        (GOOD + "okta.jwt.audience: \x1b[2J\n", ("a.yaml",)),
    ],
)
def test_bad_answers_are_refused_in_one_line(
    tmp_path: Path, answers: str, words: tuple[str, ...]
) -> None:
    refused(setup(tmp_path, answers, "--yes"), *words)
    assert not (tmp_path / "out").exists()


LITERAL = "Sentinel0123456789abcdef0123456789"


@pytest.mark.parametrize(
    "written",
    [LITERAL, f"{{value: {LITERAL}}}", f"[{LITERAL}]", f"{{env: {LITERAL}, file: x}}"],
)
def test_a_secret_in_clear_is_refused_and_not_quoted(tmp_path: Path, written: str) -> None:
    ended = setup(tmp_path, GOOD + f"okta.m2m.client_secret: {written}\n", "--yes")
    refused(ended, "a.yaml:6", "okta.m2m.client_secret", "{env: NAME}")
    assert LITERAL not in ended.said


def test_a_secret_that_looks_like_an_alias_is_not_quoted(tmp_path: Path) -> None:
    ended = setup(tmp_path, GOOD + f"okta.m2m.client_secret: *{LITERAL}\n", "--yes")
    refused(ended, "a.yaml:6")
    assert LITERAL not in ended.said


@pytest.mark.parametrize("true", ["true", "True", "TRUE"])
def test_the_keyring_is_named_with_any_true_of_yaml(tmp_path: Path, true: str) -> None:
    ended = setup(tmp_path, GOOD + f"okta.m2m.client_secret: {{keyring: {true}}}\n", "--yes")
    assert ended.status == 1, ended.said
    assert (tmp_path / WRITTEN).exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused(
        agentcore_auth(
            "setup", "--answers", "missing.yaml", environment=os.environ, directory=tmp_path
        ),
        "missing.yaml",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("setup", "nowhere", "--yes"), ("nowhere", "okta-agentcore")),
        (("setup", "--profile", "a/b", "--yes"), ("a/b",)),
        (("doctor",), ("setup",)),
        (("doctor", "--profile", "nobody"), ("nobody",)),
        (("files", "diff", "--profile", "nobody"), ("nobody",)),
        (("setup", "--connect-to", "acme.okta.com=http://10.0.0.1:80"), ("127.0.0.1",)),
        ((), ("terminal",)),
        (("nothing",), ("nothing", "doctor")),
        (("doctor", "--format", "xml"), ("--format", "xml", "json")),
        (("secret",), ("ACTION",)),
        (("setup",), ("okta.domain", "--answers")),
    ],
)
def test_bad_usage_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    refused(agentcore_auth(*arguments, environment=os.environ, directory=tmp_path), *words)


def test_a_refused_set_up_leaves_no_profile(tmp_path: Path, isolated_home: Path) -> None:
    setup(tmp_path, GOOD + "okta.domian: x\n", "--yes")
    agentcore_auth("setup", environment=os.environ, directory=tmp_path)
    assert not list(isolated_home.rglob("okta-agentcore.json"))


def test_the_practice_ranges_name_is_kept_for_it(tmp_path: Path) -> None:
    refused(
        agentcore_auth(
            "setup", "--profile", "lab", "--yes", environment=os.environ, directory=tmp_path
        ),
        "agentcore-auth lab",
    )


def test_a_misspelled_filter_hides_nothing(tmp_path: Path) -> None:
    setup(tmp_path, GOOD, "--yes")
    refused(
        agentcore_auth("doctor", "--only", "dics", environment=os.environ, directory=tmp_path),
        "dics",
    )


def test_a_profile_of_another_version_is_not_touched(tmp_path: Path, isolated_home: Path) -> None:
    folder = isolated_home / ".local" / "state" / "agentcore-auth" / "profiles"
    folder.mkdir(parents=True)
    path = folder / "old.json"
    path.write_text('{"name":"old","journey":"okta-agentcore","schema":99}', encoding="utf-8")
    refused(
        agentcore_auth("doctor", "--profile", "old", environment=os.environ, directory=tmp_path),
        "old",
        "99",
    )
    assert "99" in path.read_text(encoding="utf-8")
