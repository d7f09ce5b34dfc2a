"""Outside text is made visible, secrets stay masked, and reports say the same in every form."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcore_auth_checks.findings import (
    Finding,
    Fix,
    FixKind,
    Grade,
    Report,
    Severity,
    Status,
    Where,
    passed,
    skipped,
)
from agentcore_auth_checks.report.json import render_json
from agentcore_auth_checks.report.text import render_text
from agentcore_auth_checks.text import Secret, Untrusted, visible

GOLDEN = Path(__file__).parent / "golden"
VALUE = "sentinel-8f2a6c-value"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢", "plain é 漢"),
        ("\x1b]0;title\x07", "<U+001B>]0;title<U+0007>"),
        ("a\u202eb", "a<U+202E>b"),
        ("zero\u200bwidth", "zero<U+200B>width"),
        ("line\nfeed", "line<U+000A>feed"),
        ("no\u00a0break", "no<U+00A0>break"),
        ("c1\x9b2J", "c1<U+009B>2J"),
        ("lone \ud800", "lone <U+D800>"),
        ("[red]markup[/]", "[red]markup[/]"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert str(Untrusted(text)) == shown
    assert f"{Untrusted(text)}" == shown


@given(st.text(max_size=300))
def test_no_terminal_control_ever_passes(text: str) -> None:
    assert all(ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0 for c in visible(text))
    assert not any(c in visible(text) for c in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f")


def test_long_text_is_cut_and_counted() -> None:
    assert visible("x" * 20, limit=5) == "xxxxx… (15 more characters)"


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(VALUE)
    shown = f"{secret} {secret!r} {secret:>40} {[secret]} %s" % secret
    assert VALUE not in shown
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    assert not hasattr(secret, "__dict__")
    assert secret == Secret(VALUE)
    assert secret != Secret("other")
    assert secret.reveal() == VALUE


def report() -> Report:
    refused = Finding(
        code="aud.okta_default",
        severity=Severity.ERROR,
        status=Status.FAIL,
        title="The audience was never changed",
        cause=Untrusted("said by the token: \x1b[2J[/x]"),
        expected=("myagentcoreaud",),
        actual=Untrusted("api://default"),
        where=Where(claim="aud"),
        fixes=(
            Fix(FixKind.CONSOLE, "Security > API > Authorization Servers"),
            Fix(FixKind.COMMAND, "agentcore-auth files write"),
        ),
        evidence=Grade.DOCUMENTED,
    )
    warned = Finding(
        code="net.clock_skew",
        severity=Severity.WARN,
        status=Status.FAIL,
        title="This machine's clock is off",
        expected=0,
        actual=True,
        where=Where(file="config/static-config.yaml", line=3, column=5),
        evidence=Grade.MEASURED,
    )
    return Report(
        findings=(
            refused,
            warned,
            skipped("endpoint.*", "gateway: skipped", "needs a token", because="aud.okta_default"),
            passed("disc.*", "The discovery document is sound"),
        ),
        facts={"token": {"text": Secret(VALUE), "aud": Untrusted("api://\u202edefault")}},
        timings={"token": 0.20004},
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("report.txt", render_text(report())), ("report.json", render_json(report(), "0.0.0"))],
)
def test_reports_are_as_they_always_were(name: str, text: str) -> None:
    assert VALUE not in text
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_text_report_holds_no_terminal_sequence() -> None:
    assert "\x1b" not in render_text(report())


def test_json_keeps_outside_text_exactly_and_in_ascii() -> None:
    text = render_json(report(), "0.0.0")
    assert text.isascii()
    document = json.loads(text)
    assert document["schema"] == 1
    assert document["verdict"] == "reject"
    assert document["facts"]["token"]["aud"] == "api://\u202edefault"
    assert document["findings"][1]["where"] == {
        "file": "config/static-config.yaml",
        "line": 3,
        "column": 5,
    }


def test_one_failure_in_several_places_is_told_once() -> None:
    refused = report().findings[0]
    twice = dataclasses.replace(refused, where=Where(url="https://acme.okta.com/b"))
    text = render_text(Report((refused, twice)))
    assert text.count("aud.okta_default  ") == 1
    assert "also at   https://acme.okta.com/b" in text
    assert "2 refused" in text


def test_passed_checks_are_folded_by_area_unless_asked_for() -> None:
    checks = tuple(passed("disc.*", f"Check {number}") for number in range(3))
    assert "Check 0, and 2 more" in render_text(Report(checks))
    assert "Check 2" in render_text(Report(checks), every_check=True)
