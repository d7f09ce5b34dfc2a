"""The client of a token against `allowedClients`, which reads the claim `client_id` alone."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.authorizer import shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import pairs
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_templates.token_marks import token_marks

_CLAIM = "client_id"


def _is_set(facts: Facts) -> bool:
    return any(settings.allowed_clients for _, settings in pairs(facts))


@rule(
    "client.claim_named_cid",
    "client.claim_named_azp",
    "client.claim_named_appid",
    "client.missing",
    "client.whitespace",
    "client.case",
    "client.not_allowed",
    needs=(Token, AuthorizerSettings),
    when=_is_set,
)
def client_is_allowed(facts: Facts) -> Iterator[Finding]:
    """The token is from a client that the authorizer allows."""
    for token, settings in pairs(facts):
        allowed = settings.allowed_clients or ()
        client = token.text_claim(_CLAIM)
        if not allowed or client in allowed:
            continue
        claim = _CLAIM if token.has_claim(_CLAIM) else _other_claim(token, allowed)
        if claim is None:
            code = "client.missing"
        elif claim != _CLAIM:
            code = token_marks().client_claims[claim]
        else:
            code = _spelling(client, allowed)
        yield failed(
            code,
            expected=tuple(Untrusted(value) for value in allowed),
            actual=shown(token.claim(claim or _CLAIM)),
            where=Where(claim=claim or _CLAIM, field="allowedClients"),
            source=token.source,
        )


def _other_claim(token: Token, allowed: tuple[str, ...]) -> str | None:
    """Returns the claim that AgentCore does not read and that names an allowed client."""
    claims = token_marks().client_claims
    return next((claim for claim in claims if token.text_claim(claim) in allowed), None)


def _spelling(client: str | None, allowed: tuple[str, ...]) -> str:
    if client is None:
        return "client.not_allowed"
    if any(_without_blanks(client) == _without_blanks(other) for other in allowed):
        return "client.whitespace"
    if any(client.casefold() == other.casefold() for other in allowed):
        return "client.case"
    return "client.not_allowed"


def _without_blanks(text: str) -> str:
    return "".join(text.split())


RULES = (client_is_allowed,)
