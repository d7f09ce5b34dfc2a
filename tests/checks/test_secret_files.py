"""Secrets that stand in a project's files: where they are found, and what is left alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from agentcore_auth_checks.engine import examine
from agentcore_auth_checks.facts.keyring import SearchedFiles
from agentcore_auth_checks.probes.base import Fetcher, Run
from agentcore_auth_checks.probes.secret_files import SecretFilesProbe, secrets_in
from agentcore_auth_checks.report.json import render_json
from agentcore_auth_checks.report.text import render_text
from agentcore_auth_checks.rules import secret
from agentcore_auth_checks.text import Secret

FIELD = "okta.m2m.client_secret"
VALUE = 'Sentinel/55"c0+value'
SYSTEMS = Path(__file__).parents[1] / "data" / "systems"


def places(text: str, **values: str) -> list[tuple[int, int, str, str]]:
    known: Mapping[str, Secret] = {name: Secret(value) for name, value in values.items()}
    found = secrets_in("file", text, (FIELD,), known)
    return [(place.line, place.column, place.key, place.field) for place in found]


@pytest.mark.parametrize(
    ("text", "line", "column", "key", "field"),
    [
        ('okta:\n  m2m:\n    client_secret: "abcDEF123"\n', 3, 21, "client_secret", FIELD),
        ("    client_secret: 'abcDEF123'", 1, 21, "client_secret", FIELD),
        ("client_secret: abcDEF123  # from the console", 1, 16, "client_secret", FIELD),
        ('{"clientSecret": "abcDEF123"}', 1, 19, "clientSecret", FIELD),
        ("[okta]\nclient-secret = abcDEF123\n", 2, 17, "client-secret", FIELD),
        ("export OKTA_M2M_CLIENT_SECRET=abcDEF123", 1, 31, "OKTA_M2M_CLIENT_SECRET", FIELD),
        ("GITHUB_CLIENT_SECRET=abcDEF123", 1, 22, "GITHUB_CLIENT_SECRET", ""),
        ("db: {password: hunter2, user: me}", 1, 16, "password", ""),
        ("aws_secret_access_key=abcDEF123", 1, 23, "aws_secret_access_key", ""),
        ("api-key: 12345678", 1, 10, "api-key", ""),
        ("key: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIE", 2, 3, "", ""),
    ],
)
def test_a_literal_at_a_key_that_names_a_secret(
    text: str, line: int, column: int, key: str, field: str
) -> None:
    assert places(text) == [(line, column, key, field)]


@pytest.mark.parametrize(
    "text",
    [
        "client_secret:",
        'client_secret: ""',
        "client_secret: ''",
        "client_secret: null",
        "client_secret: ~",
        "client_secret: <YOUR_OKTA_CLIENT_SECRET>",
        'client_secret: "<YOUR_OKTA_CLIENT_SECRET>"',
        "client_secret: ${OKTA_CLIENT_SECRET}",
        "client_secret: $OKTA_CLIENT_SECRET",
        'client_secret: "{{ okta_client_secret }}"',
        "client_secret: {env: OKTA_CLIENT_SECRET}",
        "client_secret: {keyring: true}",
        "client_secret: !ENV OKTA",
        "client_secret: *shared",
        "client_secret: your-client-secret",
        "client_secret: YOUR_SECRET_HERE",
        "client_secret: changeme",
        "client_secret: xxxxxxxx",
        f"client_secret: {Secret.MASK}",
        "# client_secret: abcDEF123",
        "  // password: abcDEF123",
        "client_secret_arn: arn:aws:secretsmanager:us-east-1:123456789012:secret:okta",
        "password_policy: strict",
        "secrets: none",
        "client_id: 0oaabcDEF123456789",
        "scope: api",
        '"summary": "oldPassword: The credentials were wrong"',
        "mfa_token: abcDEF123",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_stands_for_a_secret_or_is_none(text: str) -> None:
    assert places(text) == []


@pytest.mark.parametrize(
    "written",
    [VALUE, json.dumps(VALUE)[1:-1], quote(VALUE, safe="")],
    ids=["as it is", "JSON", "URL"],
)
def test_the_value_itself_is_found_anywhere(written: str) -> None:
    text = f"first line\n# note: it is {written} for now\nhttps://x/?s={written}\n"
    found = secrets_in("file", text, (FIELD,), {FIELD: Secret(VALUE)})
    assert [(place.line, place.column) for place in found] == [(2, 15), (3, 14)]
    assert {place.field for place in found} == {FIELD}


def test_a_value_at_its_key_is_one_place() -> None:
    assert places("client_secret: abcDEF123456", **{FIELD: "abcDEF123456"}) == [
        (1, 16, "client_secret", FIELD)
    ]


def test_a_short_value_is_found_at_a_key_and_not_in_any_word() -> None:
    text = "scope: api\npassword: api\n"
    assert places(text, **{FIELD: "api"}) == [(2, 11, "password", FIELD)]


def test_the_value_at_a_key_tells_which_secret_it_is() -> None:
    assert places("password: abcDEF123", **{"other.secret": "abcDEF123"}) == [
        (1, 11, "password", "other.secret")
    ]


def test_a_long_line_takes_no_long_time() -> None:
    # A pattern that went back and forth would not come to an end within the life of this test.
    assert secrets_in("file", "a" * 500_000, (FIELD,), {}) == ()
    assert secrets_in("file", "secret" * 100_000 + ":", (FIELD,), {}) == ()
    assert secrets_in("file", 'password: "' + "\\" * 500_000, (FIELD,), {}) == ()


@pytest.mark.parametrize("path", sorted(SYSTEMS.rglob("*.yaml")), ids=lambda path: path.name)
def test_published_configuration_files_hold_no_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert secrets_in(path.name, text, (FIELD,), {}) == ()


class NoNetwork(Fetcher):
    async def send(self, *arguments: Any, **options: Any) -> Any:
        raise AssertionError("this probe has no business on the network")


def run_with(value: str | None) -> Run:
    async def secret_of(field: str) -> Secret | None:
        return Secret(value) if value is not None and field == FIELD else None

    return Run({}, NoNetwork(), secret_of, time.time)


async def test_the_probe_reads_the_files_and_reports_places_only(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"okta:\n  note: '{VALUE}'\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("client_secret: ${OKTA}\n", encoding="utf-8")
    files = tuple(str(tmp_path / name) for name in ("a.yaml", "b.yaml", "missing.yaml"))
    probe = SecretFilesProbe(files=files, fields=(FIELD,))
    report = await examine([probe], run_with(VALUE), lambda: secret.RULES)
    (finding,) = report.findings
    assert finding.code == "secret.in_file"
    assert (finding.where.file, finding.where.line, finding.where.column) == (files[0], 2, 10)
    for rendered in (render_text(report), render_json(report, "0")):
        assert "a.yaml" in rendered
        assert "Sentinel" not in rendered


async def test_the_probe_finds_nothing_in_files_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"password: abcDEF123\n" * 100_000)
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    files = tuple(str(tmp_path / name) for name in ("pipe", "large", "binary", ".", "nowhere"))
    probe = SecretFilesProbe(files=files, fields=(FIELD,))
    assert await probe.fetch(run_with(None)) == SearchedFiles(source="secret_files", files=files)
