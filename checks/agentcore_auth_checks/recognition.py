"""Recognizes whose token it is, by what the data file says tokens of known providers look like."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentcore_auth_checks.facts.token import Token
from agentcore_auth_templates.packs import Provider
from agentcore_auth_templates.token_marks import IssuerElsewhere, token_marks


def providers_of(token: Token, pack: Provider | None) -> frozenset[str]:
    """Returns the ids of the providers that a token can be from: seldom more than one.

    Args:
        token: the token.
        pack: the provider that the profile is for, which counts whatever the token looks like.
    """
    issuer = token.text_claim("iss") or ""
    found = {
        name
        for name, marks in token_marks().providers.items()
        if re.fullmatch(marks.issuer, issuer)
        or any(token.claim(claim) in values for claim, values in marks.claims.items())
    }
    return frozenset(found | ({pack.id} if pack else set()))


def is_id_token(token: Token) -> bool:
    """Whether a token tells that it is an ID token (OpenID Connect Core 1.0 section 2)."""
    marks = token_marks().id_token
    if any(token.claim(claim) in values for claim, values in marks.says.items()):
        return True
    return _has_any(token, marks.has) and not _has_any(token, marks.lacks)


def client_of(token: Token, pack: Provider | None = None) -> tuple[str, str] | None:
    """Returns the claim that names the token's client and its value, or None where none does.

    `client_id`, the only one that AgentCore reads, comes first; then the pack's own.
    """
    own = (pack.claims.client,) if pack else ()
    for name in ("client_id", *own, *token_marks().client_claims):
        value = token.text_claim(name)
        if value:
            return name, value
    return None


def may_name_issuer(url: str, issuer: str) -> bool:
    """Whether a discovery document at `url` rightly names an issuer that is published elsewhere."""
    return any(_belong(pair, url, issuer) for pair in token_marks().issuers_elsewhere)


def _belong(pair: IssuerElsewhere, url: str, issuer: str) -> bool:
    first, second = re.fullmatch(pair.url, url), re.fullmatch(pair.issuer, issuer)
    if first is None or second is None:
        return False
    return all(first[group] == second[group] for group in pair.same)


def _has_any(token: Token, claims: Iterable[str]) -> bool:
    return any(token.has_claim(claim) for claim in claims)
