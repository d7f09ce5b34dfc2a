"""The token against the custom claims of the authorizer."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.authorizer import shown
from agentcore_auth_checks.custom_claims import ClaimResult, compare, read_custom_claim
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import pairs
from agentcore_auth_checks.text import Untrusted

_CODES = {
    ClaimResult.MISSING: "claim.missing",
    ClaimResult.TYPE: "claim.type",
    ClaimResult.MISMATCH: "claim.mismatch",
}


def _is_set(facts: Facts) -> bool:
    return any(settings.custom_claims for _, settings in pairs(facts))


@rule(*_CODES.values(), needs=(Token, AuthorizerSettings), when=_is_set)
def custom_claims_match(facts: Facts) -> Iterator[Finding]:
    """The token satisfies the authorizer's custom claims."""
    for token, settings in pairs(facts):
        for configured in settings.custom_claims or ():
            claim = read_custom_claim(configured)
            result = compare(claim, token.payload or {})
            if result is not ClaimResult.MATCHES:
                yield failed(
                    _CODES[result],
                    expected=Untrusted(claim.says),
                    actual=shown(token.claim(claim.name)),
                    where=Where(claim=str(Untrusted(claim.name)), field="customClaims"),
                    source=token.source,
                )


RULES = (custom_claims_match,)
