"""Documents as real providers serve them raise no false alarm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from token_minting import encode, json_part

from agentcore_auth_checks.explain import explain
from agentcore_auth_checks.findings import Report, Severity
from agentcore_auth_checks.text import Secret

REAL = Path(__file__).parents[1] / "data" / "real"

TRUE_ALARMS = {
    # A template has no issuer of its own; AgentCore compares the text as it stands.
    "discovery/entra-v1-common-1": {"disc.issuer_template"},
    "discovery/entra-v2-common-1": {"disc.issuer_template"},
    # These were served on the author's own machine.
    "discovery/dex-2": {"disc.issuer_invalid_url", "disc.jwks_uri_not_https"},
    "discovery/entra-v2-tenant-1": {"disc.jwks_uri_host_not_public"},
    "discovery/hashicorp-vault-1": {"disc.issuer_invalid_url", "disc.jwks_uri_not_https"},
    "discovery/keycloak-2": {"disc.issuer_invalid_url", "disc.jwks_uri_not_https"},
    # Google signed with 1024 bits in 2014.
    "jwks/google-1": {"key.too_small"},
    # These are ID tokens.
    "claims/dex-1": {"kind.id_token"},
    "claims/google-1": {"kind.id_token"},
    "claims/okta-org-2": {"kind.id_token"},
}


def names(kind: str) -> list[str]:
    """Returns the names of the documents of a kind."""
    found = sorted(path.stem for path in (REAL / kind).glob("*.json"))
    assert found, f"no {kind} at hand"
    return [f"{kind}/{name}" for name in found]


def read(name: str) -> dict[str, Any]:
    """Returns a document with its provenance."""
    value: dict[str, Any] = json.loads((REAL / f"{name}.json").read_text(encoding="utf-8"))
    return value


def alarms(report: Report) -> set[str]:
    """Returns the codes above information."""
    return {
        finding.code
        for finding in report.findings
        if finding.is_failure and finding.severity is not Severity.INFO
    }


@pytest.mark.parametrize("name", names("discovery"))
def test_discovery_document(name: str) -> None:
    document = read(name)["document"]
    assert alarms(explain(None, None, document, None, 0)) == TRUE_ALARMS.get(name, set())


@pytest.mark.parametrize("name", names("discovery"))
def test_discovery_document_under_its_own_url(name: str) -> None:
    document = read(name)["document"]
    url = f"{document['issuer'].rstrip('/')}/.well-known/openid-configuration"
    report = explain(None, {"discoveryUrl": url, "allowedScopes": ["x"]}, document, None, 0)
    assert "disc.issuer_url_mismatch" not in alarms(report)


@pytest.mark.parametrize("name", names("jwks"))
def test_key_set(name: str) -> None:
    assert alarms(explain(None, None, None, read(name)["document"], 0)) == TRUE_ALARMS.get(
        name, set()
    )


@pytest.mark.parametrize("name", names("claims"))
def test_claims_with_the_authorizer_that_fits_them(name: str) -> None:
    held = read(name)
    payload = held["document"]
    header = {"alg": "RS256", **held.get("header", {})}
    token = f"{json_part(header)}.{json_part(payload)}.{encode(b'x' * 256)}"
    audience, client = payload["aud"], payload.get("client_id")
    authorizer = {
        "discoveryUrl": "https://login.example.com/.well-known/openid-configuration",
        "allowedAudience": [audience] if isinstance(audience, str) else audience,
        **({"allowedClients": [client]} if client else {}),
    }
    report = explain(Secret(token), authorizer, None, None, payload["iat"] + 10)
    assert alarms(report) == TRUE_ALARMS.get(name, set())
