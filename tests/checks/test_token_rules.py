"""Every code of tokens, authorizers, discovery and keys: what raises it, and what comes close."""

from __future__ import annotations

from itertools import combinations

import cases_of_claims
import cases_of_documents
import cases_of_tokens
import pytest
from token_changes import (
    GONE,
    Change,
    claims,
    document,
    header,
    nothing,
    rules,
    signed_by,
)
from token_minting import ISSUER, NOW, Setup, custom_claim, failures, rsa_key

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


INDEPENDENT: dict[str, Change] = {
    "header.zip": header(zip="DEF"),
    "authorizer.operator_type": rules(custom_claim("sub", "STRING", "CONTAINS", "user-7")),
    "disc.endpoint_missing": document(authorization_endpoint=GONE),
    "sig.invalid": signed_by(rsa_key("thief")),
    "exp.expired": claims(exp=NOW - 1),
    "iss.scheme": claims(iss=ISSUER.replace("https", "http")),
    "aud.mismatch": claims(aud="api://invoices"),
    "client.not_allowed": claims(client_id="client-two"),
    "scope.not_granted": claims(scope="openid"),
}
"""Errors that have nothing to do with each other, in the order of diagnosis."""


@pytest.mark.parametrize(
    ("first", "second"),
    list(combinations(INDEPENDENT, 2)),
    ids=[" and ".join(pair) for pair in combinations(INDEPENDENT, 2)],
)
def test_of_two_faults_the_earlier_is_the_cause_and_both_are_listed(
    first: str, second: str
) -> None:
    setup = Setup()
    INDEPENDENT[second](setup)
    INDEPENDENT[first](setup)
    assert failures(setup.report()) == [first, second]


def test_every_code_of_the_rules_has_a_case() -> None:
    codes_of_rules = {code for rule in RULES for code in rule.codes}
    assert {code for code, _, _, _ in CASES} == codes_of_rules
