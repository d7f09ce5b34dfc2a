"""The authorizer's configuration, before any token is held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentcore_auth_checks.authorizer import audiences_of, scopes_of
from agentcore_auth_checks.custom_claims import CustomClaim, read_custom_claim
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.recognition import client_of
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import pack_of, pairs
from agentcore_auth_checks.text import Untrusted

_CLAIM_NAME = re.compile(r"[A-Za-z0-9_./:]{1,255}")
_CLAIM_VALUE = re.compile(r"[A-Za-z0-9_.-]{1,255}")
"""As the service model has them; a hyphen is one in values only."""
_RESERVED = frozenset({"scp", "client_id"})

_PLACEHOLDER = re.compile(
    r"""
      <[^<>]+> | \{\{[^{}]*\}\} | \$\{[^{}]*\} | \$[A-Z_]{3,}        # <x>, {{x}}, ${X}, $TENANT
    | \b(?i:your|replace|insert|enter)[-_ ]\w | \{(?i:your)?[\w .-]*\}  # your-tenant, {tenant}
    | \b(?i:changeme|change_me|replaceme|placeholder|todo)\b | \b[xX]{4,}\b
    | (?<![A-Za-z0-9])(?:REGION|POOL_ID|USER_POOL_ID|TENANT_ID|CLIENT_ID|DOMAIN)(?![A-Za-z0-9])
    """,
    re.VERBOSE,
)
_JOINED = {
    "allowedAudience": re.compile(r"\s*[,;]\s*"),
    # Neither client ids nor scopes can hold blanks (RFC 6749 section 3.3 and appendix A.1).
    "allowedClients": re.compile(r"[\s,;]+"),
    "allowedScopes": re.compile(r"[\s,;]+"),
}


@rule("authorizer.no_constraint", "authorizer.empty_list", needs=(AuthorizerSettings,))
def authorizer_constrains_something(facts: Facts) -> Iterator[Finding]:
    """The authorizer constrains at least one of audience, clients, scopes and custom claims."""
    for settings in facts.all(AuthorizerSettings):
        lists = {**_lists(settings), "customClaims": settings.custom_claims}
        for field, entries in lists.items():
            if entries == ():
                yield failed(
                    "authorizer.empty_list",
                    expected="at least one entry, or no list",
                    actual="an empty list",
                    where=Where(field=field),
                    source=settings.source,
                )
        if not any(lists.values()):
            yield failed(
                "authorizer.no_constraint",
                expected=" or ".join(lists),
                actual="none",
                where=Where(field="customJWTAuthorizer"),
                source=settings.source,
            )


@rule("authorizer.placeholder", "authorizer.value_is_list", needs=(AuthorizerSettings,))
def entries_are_real_values(facts: Facts) -> Iterator[Finding]:
    """Each entry of the authorizer is one value of the user's own."""
    for settings in facts.all(AuthorizerSettings):
        carried = _carried(facts)
        entries = [("discoveryUrl", settings.discovery_url)]
        for field, values in _lists(settings).items():
            entries.extend((field, value) for value in values or ())
        for field, value in entries:
            if value in carried:
                continue
            if _PLACEHOLDER.search(value):
                code, expected = "authorizer.placeholder", "a value of your own"
            elif field in _JOINED and _holds_several(field, value):
                code, expected = "authorizer.value_is_list", "one value an entry"
            else:
                continue
            yield failed(
                code,
                expected=expected,
                actual=Untrusted(value),
                where=Where(field=field),
                source=settings.source,
            )


def _holds_several(field: str, value: str) -> bool:
    return len([part for part in _JOINED[field].split(value) if part.strip()]) > 1


def _carried(facts: Facts) -> frozenset[str]:
    """Returns the values that tokens at hand carry: however odd they look, they are real."""
    found: set[str] = set()
    for token in facts.all(Token):
        client = token.text_claim("client_id")
        found.update(audiences_of(token), scopes_of(token), [client] if client else [])
    return frozenset(found)


@rule(
    "authorizer.claim_name_reserved",
    "authorizer.claim_name_pattern",
    "authorizer.claim_value_pattern",
    "authorizer.operator_type",
    needs=(AuthorizerSettings,),
    when=lambda facts: any(each.custom_claims for each in facts.all(AuthorizerSettings)),
)
def custom_claims_are_permitted(facts: Facts) -> Iterator[Finding]:
    """The custom claims have names, values and operators that AgentCore permits."""
    for settings in facts.all(AuthorizerSettings):
        for configured in settings.custom_claims or ():
            yield from _custom_claim(settings, read_custom_claim(configured))


def _custom_claim(settings: AuthorizerSettings, claim: CustomClaim) -> Iterator[Finding]:
    where = Where(claim=str(Untrusted(claim.name)), field="customClaims")
    if claim.name in _RESERVED:
        yield failed(
            "authorizer.claim_name_reserved",
            expected="another claim",
            actual=Untrusted(claim.name),
            where=where,
            source=settings.source,
        )
    elif not _CLAIM_NAME.fullmatch(claim.name):
        yield failed(
            "authorizer.claim_name_pattern",
            expected="letters, digits, _ . / : only",
            actual=Untrusted(claim.name),
            where=where,
            source=settings.source,
        )
    bad = tuple(Untrusted(value) for value in claim.values if not _CLAIM_VALUE.fullmatch(value))
    if bad and claim.name not in _RESERVED:
        yield failed(
            "authorizer.claim_value_pattern",
            expected="letters, digits, _ . - only",
            actual=bad,
            where=where,
            source=settings.source,
        )
    if not claim.operator_fits:
        yield failed(
            "authorizer.operator_type",
            expected="STRING with EQUALS, or STRING_ARRAY with CONTAINS or CONTAINS_ANY",
            actual=Untrusted(claim.says),
            where=where,
            source=settings.source,
        )


def _has_audiences(facts: Facts) -> bool:
    return any(settings.allowed_audience for _, settings in pairs(facts))


@rule("authorizer.audience_is_client_id", needs=(AuthorizerSettings, Token), when=_has_audiences)
def audiences_are_no_clients(facts: Facts) -> Iterator[Finding]:
    """No entry of allowedAudience is the client id of the tokens."""
    for token, settings in pairs(facts):
        audiences = audiences_of(token)
        client = client_of(token, pack_of(facts))
        # Without an audience in the token, that it has none is the clearer thing to say.
        if not audiences or client is None or client[1] in audiences:
            continue
        if client[1] in (settings.allowed_audience or ()):
            yield failed(
                "authorizer.audience_is_client_id",
                expected=tuple(Untrusted(audience) for audience in audiences),
                actual=Untrusted(client[1]),
                where=Where(claim=client[0], field="allowedAudience"),
                source=settings.source,
            )


def _lists(settings: AuthorizerSettings) -> dict[str, tuple[str, ...] | None]:
    return {
        "allowedAudience": settings.allowed_audience,
        "allowedClients": settings.allowed_clients,
        "allowedScopes": settings.allowed_scopes,
    }


RULES = (
    authorizer_constrains_something,
    entries_are_real_values,
    custom_claims_are_permitted,
    audiences_are_no_clients,
)
