"""Every code of tokens, authorizers, discovery and keys: what raises it, and what comes close."""

from __future__ import annotations

import cases_of_claims
import cases_of_documents
import cases_of_tokens
import pytest
from token_changes import Change, nothing
from token_minting import Setup, failures

from agentcore_auth_checks.findings import Verdict
from agentcore_auth_checks.rules.acceptance import RULES

CASES = [*cases_of_tokens.CASES, *cases_of_documents.CASES, *cases_of_claims.CASES]


def test_a_healthy_setup_raises_nothing() -> None:
    report = Setup().report()
    assert failures(report) == []
    assert report.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("code", "change"),
    [pytest.param(code, change, id=f"{code}-{what}") for code, what, change, _ in CASES],
)
def test_the_code_is_the_root_cause(code: str, change: Change) -> None:
    setup = Setup()
    change(setup)
    assert failures(setup.report())[:1] == [code]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        pytest.param(code, change, id=f"{code}-{what}")
        for code, what, _, change in CASES
        if change is not nothing
    ],
)
def test_the_near_miss_is_silent(code: str, change: Change) -> None:
    setup = Setup()
    change(setup)
    assert code not in failures(setup.report())


def test_every_code_of_the_rules_has_a_case() -> None:
    codes_of_rules = {code for rule in RULES for code in rule.codes}
    assert {code for code, _, _, _ in CASES} == codes_of_rules
