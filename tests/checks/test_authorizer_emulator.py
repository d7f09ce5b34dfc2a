"""The emulator of AgentCore's decision: what passes, what fails, and what stays open."""

from __future__ import annotations

from typing import Any

import pytest
from cases_of_claims import CASES
from token_changes import Change, both, claims, header, issued_by, settings, signed_by
from token_minting import Setup, ec_key, ed_key, published

from agentcore_auth_checks.authorizer import Decision, decide
from agentcore_auth_checks.authorizer_settings import read_authorizer
from agentcore_auth_checks.facts.documents import DiscoveryDocument, KeySet
from agentcore_auth_checks.findings import Severity
from agentcore_auth_checks.text import Secret
from agentcore_auth_checks.token_parser import parse_token


def decision(setup: Setup, *, with_documents: bool = True) -> Decision:
    """Returns what the emulator decides of a setup."""
    text = setup.token() if setup.text is None else setup.text
    return decide(
        parse_token(Secret(text)),
        read_authorizer(setup.authorizer),
        DiscoveryDocument(url="", content=setup.discovery) if with_documents else None,
        KeySet(url="", content=setup.key_set) if with_documents else None,
        setup.now,
    )


def outcomes(made: Decision) -> dict[str, bool | None]:
    """Returns each line's outcome by its name."""
    return {line.rule: line.passed for line in made.trace}


def test_a_healthy_token_passes_every_line() -> None:
    made = decision(Setup())
    assert outcomes(made) == {
        "alg": True,
        "iss": True,
        "signature": True,
        "exp": True,
        "allowedAudience": True,
        "allowedClients": True,
        "allowedScopes": True,
    }
    assert made.accepted is True


def test_what_is_not_configured_is_not_looked_at() -> None:
    setup = Setup()
    settings(allowedClients=["client-one"], allowedAudience=[])(setup)
    del setup.authorizer["allowedScopes"], setup.authorizer["allowedAudience"]
    assert "allowedScopes" not in outcomes(decision(setup))
    assert "allowedAudience" not in outcomes(decision(setup))


def test_without_documents_issuer_and_signature_stay_open() -> None:
    made = decision(Setup(), with_documents=False)
    assert outcomes(made)["iss"] is None
    assert outcomes(made)["signature"] is None
    assert made.accepted is None


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("alg", both(signed_by(ed_key("o"), alg="EdDSA", kid="k1"))),
        ("typ", header(typ="secevent+jwt")),
        ("nbf", claims(nbf=Setup().now + 5)),
        ("exp", claims(exp="soon")),
    ],
    ids=["alg", "typ", "nbf", "exp"],
)
def test_what_nobody_has_measured_stays_open(line: str, change: Change) -> None:
    setup = Setup()
    change(setup)
    assert outcomes(decision(setup))[line] is None


def test_the_rarer_algorithms_stay_open_though_their_signature_is_checked() -> None:
    setup = Setup()
    signed_by(ed_key("o1"), alg="EdDSA", kid="o1")(setup)
    setup.key_set = {"keys": [published(ed_key("o1"), "o1")]}
    assert outcomes(decision(setup))["signature"] is True
    assert decision(setup).accepted is None


def test_es256_passes() -> None:
    setup = Setup()
    signed_by(ec_key("e1"), alg="ES256", kid="e1")(setup)
    assert decision(setup).accepted is True


@pytest.mark.parametrize("left", [60, 60.9, 61])
def test_more_than_a_minute_of_life_is_needed(left: float) -> None:
    setup = Setup()
    setup.payload["exp"] = setup.now + left
    assert outcomes(decision(setup))["exp"] is (left > 60)


def test_issuers_are_compared_byte_for_byte() -> None:
    setup = Setup()
    issued_by("https://acme.auth0.com/")(setup)
    assert outcomes(decision(setup))["iss"] is True
    setup.payload["iss"] = "https://acme.auth0.com"
    assert outcomes(decision(setup))["iss"] is False


def test_any_entry_of_a_list_is_enough_but_every_list_must_match() -> None:
    setup = Setup()
    settings(allowedAudience=["x", "api://orders"], allowedScopes=["y", "openid"])(setup)
    assert decision(setup).accepted is True
    setup.authorizer["allowedClients"] = ["somebody-else"]
    assert decision(setup).accepted is False


@pytest.mark.parametrize("claim", ["cid", "azp", "appid"])
def test_only_the_claim_client_id_names_the_client(claim: str) -> None:
    setup = Setup()
    setup.payload[claim] = setup.payload.pop("client_id")
    assert outcomes(decision(setup))["allowedClients"] is False


@pytest.mark.parametrize(
    "payload",
    [{"scope": "a orders.read"}, {"scp": "orders.read b"}, {"scp": ["orders.read"]}],
    ids=["scope", "scp string", "scp list"],
)
def test_scopes_are_read_from_scope_and_scp(payload: dict[str, Any]) -> None:
    setup = Setup()
    del setup.payload["scope"]
    setup.payload.update(payload)
    assert outcomes(decision(setup))["allowedScopes"] is True


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    setup = Setup()
    thief = ec_key("thief")
    signed_by(thief, alg="ES256", kid="e1", jwk=published(thief))(setup)
    assert outcomes(decision(setup))["signature"] is False


def test_what_is_no_token_fails_at_once() -> None:
    made = decision(Setup(text="opaque"))
    assert outcomes(made) == {"form": False}


REFUSALS = [
    (f"{code}-{what}", change)
    for code, what, change, _ in CASES
    if code.partition(".")[0] in ("iss", "aud", "client", "scope", "claim")
]


@pytest.mark.parametrize(
    "change", [change for _, change in REFUSALS], ids=[name for name, _ in REFUSALS]
)
def test_rules_and_emulator_agree_that_it_is_refused(change: Change) -> None:
    setup = Setup()
    change(setup)
    errors = [f for f in setup.report().findings if f.is_failure and f.severity is Severity.ERROR]
    assert errors
    assert decision(setup).accepted is False


@pytest.mark.parametrize("wrapper", ["customJWTAuthorizer", "customJwtAuthorizer"])
def test_the_configuration_is_found_in_its_wrappings(wrapper: str) -> None:
    inner = {"discoveryUrl": "https://x", "allowedAudience": [], "allowedClients": "one"}
    found = read_authorizer({"authorizerConfiguration": {wrapper: inner}})
    assert found.discovery_url == "https://x"
    assert found.allowed_audience == ()
    assert found.allowed_clients == ("one",)
    assert found.allowed_scopes is None
