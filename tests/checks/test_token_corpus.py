"""The labelled tokens: each has the root cause and the verdict that it is labelled with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentcore_auth_checks.explain import explain
from agentcore_auth_checks.findings import Report, Severity
from agentcore_auth_checks.text import Secret

DATA = Path(__file__).parents[1] / "data" / "tokens" / "cases.json"
CASES: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))["cases"]


def report_on(case: dict[str, Any]) -> Report:
    """Returns the report of a case; bytes as served come before the document they stand for."""
    served = {name: case[f"{name}_raw"].encode() for name in _DOCUMENTS if f"{name}_raw" in case}
    documents = {name: served.get(name, case.get(name)) for name in _DOCUMENTS}
    return explain(
        Secret(case["token"]),
        case["authorizer"],
        documents["discovery"],
        documents["jwks"],
        case["now"],
    )


_DOCUMENTS = ("discovery", "jwks")


def test_the_corpus_is_whole() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) == 188


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_root_cause_and_verdict(case: dict[str, Any]) -> None:
    report = report_on(case)
    expected = case["expect"]
    if expected["code"] == "ok":
        alarms = [
            finding
            for finding in report.findings
            if finding.is_failure and finding.severity is not Severity.INFO
        ]
        assert alarms == []
    else:
        assert report.root_cause is not None
        assert report.root_cause.code in (expected["code"], *expected["also_right"])
    if expected["verdict"] != "any":
        assert report.verdict.value == expected["verdict"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_no_report_holds_the_token(case: dict[str, Any]) -> None:
    parts = [part for part in case["token"].split(".") if len(part) > 60]
    said = repr(report_on(case))
    assert [part for part in parts if part in said] == []
