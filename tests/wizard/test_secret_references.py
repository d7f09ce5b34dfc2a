"""How an answers file refers to a secret, and what is refused without a word of the value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentcore_auth.secrets.given import (
    LARGEST_SECRET_BYTES,
    FromEnvironment,
    FromFile,
    FromKeyring,
    UnusableSecret,
    reference,
    resolved,
    usable,
)
from agentcore_auth_checks.text import Secret

FIELD = "okta.m2m.client_secret"
LITERAL = "Sentinel-91b2-literal"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"env": "OKTA_SECRET"}, FromEnvironment("OKTA_SECRET")),
        ({"file": "secrets/okta"}, FromFile("secrets/okta")),
        ({"keyring": True}, FromKeyring()),
    ],
)
def test_the_three_forms(value: object, expected: object) -> None:
    assert reference(FIELD, value) == expected


@pytest.mark.parametrize(
    "value",
    [
        LITERAL,
        12345678,
        None,
        True,
        [LITERAL],
        {},
        {"env": ""},
        {"env": None},
        {"env": 5},
        {"file": ""},
        {"keyring": False},
        {"keyring": "yes"},
        {"value": LITERAL},
        {"env": "A", "file": "b"},
        {"env": "A", "default": LITERAL},
        {1: 2},
    ],
)
def test_anything_else_is_refused_with_the_field_and_the_three_forms(value: object) -> None:
    with pytest.raises(UnusableSecret) as refused:
        reference(FIELD, value)
    said = str(refused.value)
    assert said.startswith(FIELD)
    assert "{env: NAME}, {file: PATH} or {keyring: true}" in said
    assert LITERAL not in said
    assert "12345678" not in said


def test_a_variable(tmp_path: Path) -> None:
    found = resolved(FIELD, FromEnvironment("A_SECRET"), environment={"A_SECRET": "value\n"})
    assert found == Secret("value")


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "from the process")
    assert resolved(FIELD, FromEnvironment("A_SECRET")) == Secret("from the process")


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(UnusableSecret, match=f"{FIELD}.*A_SECRET is not set"):
        resolved(FIELD, FromEnvironment("A_SECRET"), environment={})


def test_a_value_in_place_of_a_variable_is_not_repeated() -> None:
    with pytest.raises(UnusableSecret) as refused:
        resolved(FIELD, FromEnvironment(LITERAL), environment={})
    assert LITERAL not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"value", "value"),
        (b"value\n", "value"),
        (b"value\r\n", "value"),
        (b"value\n\n", "value\n"),
        ("schlüssel".encode(), "schlüssel"),
        (
            b"-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
            "-----BEGIN KEY-----\nabc\n-----END KEY-----",
        ),
    ],
)
def test_a_file_loses_one_line_feed_at_its_end(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "secret").write_bytes(content)
    assert resolved(FIELD, FromFile("secret"), folder=tmp_path) == Secret(expected)
    assert resolved(FIELD, FromFile(str(tmp_path / "secret"))) == Secret(expected)


def test_a_file_below_the_home_directory(isolated_home: Path) -> None:
    (isolated_home / "okta").write_text("value", encoding="utf-8")
    assert resolved(FIELD, FromFile("~/okta"), folder=Path("/")) == Secret("value")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"  \t", "empty"),
        (b"\xff\xfe" + LITERAL.encode(), "not UTF-8"),
        (b"a\0b" + LITERAL.encode(), "NUL"),
        (LITERAL.encode() * LARGEST_SECRET_BYTES, "longer than 64 KiB"),
        (Secret.MASK.encode(), "mask"),
        (b"********", "mask"),
    ],
)
def test_what_cannot_be_a_secret(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(UnusableSecret, match=why) as refused:
        resolved(FIELD, FromFile("secret"), folder=tmp_path)
    assert FIELD in str(refused.value)
    assert LITERAL not in str(refused.value)
    assert refused.value.__context__ is None
    with pytest.raises(UnusableSecret, match=why):
        usable(FIELD, content)


def test_the_longest_secret_is_taken() -> None:
    assert len(usable(FIELD, b"x" * LARGEST_SECRET_BYTES)) == LARGEST_SECRET_BYTES


@pytest.mark.parametrize("path", ["nowhere", "nowhere/at/all", LITERAL])
def test_a_file_that_does_not_exist_is_not_named_since_it_may_be_the_value(
    tmp_path: Path, path: str
) -> None:
    with pytest.raises(UnusableSecret, match=f"{FIELD}.*does not exist") as refused:
        resolved(FIELD, FromFile(path), folder=tmp_path)
    assert LITERAL not in str(refused.value)


@pytest.mark.parametrize("path", [".", "\0", "x" * 5000])
def test_a_file_that_cannot_be_read(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnusableSecret, match=f"{FIELD}.*cannot be read"):
        resolved(FIELD, FromFile(path), folder=tmp_path)


def test_a_variable_with_undecodable_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "A_SECRET", b"\xff\xfe".decode(errors="surrogateescape"))
    with pytest.raises(UnusableSecret, match="not UTF-8"):
        resolved(FIELD, FromEnvironment("A_SECRET"))
