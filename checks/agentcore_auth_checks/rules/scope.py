"""The scopes of a token against `allowedScopes`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentcore_auth_checks.authorizer import scopes_of
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.recognition import providers_of
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import pack_of, pairs
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_templates.token_marks import QualifiedScope, token_marks


def _is_set(facts: Facts) -> bool:
    return any(settings.allowed_scopes for _, settings in pairs(facts))


@rule(
    "scope.entra_app_only",
    "scope.missing",
    "scope.cognito_user_admin",
    "scope.cognito_prefix",
    "scope.entra_qualified",
    "scope.comma_joined",
    "scope.not_granted",
    needs=(Token, AuthorizerSettings),
    when=_is_set,
)
def scope_is_allowed(facts: Facts) -> Iterator[Finding]:
    """The token has a scope that the authorizer allows."""
    pack = pack_of(facts)
    for token, settings in pairs(facts):
        allowed = settings.allowed_scopes or ()
        scopes = scopes_of(token)
        if not allowed or not set(allowed).isdisjoint(scopes):
            continue
        known = providers_of(token, pack)
        yield failed(
            _difference(scopes, allowed, known) if scopes else _absence(token, known),
            expected=tuple(Untrusted(value) for value in allowed),
            actual=tuple(Untrusted(value) for value in scopes),
            where=Where(claim="scp" if token.has_claim("scp") else "scope", field="allowedScopes"),
            source=token.source,
        )


def _absence(token: Token, known: frozenset[str]) -> str:
    for mark in token_marks().instead_of_scopes:
        if mark.provider in known and token.list_claim(mark.claim):
            return mark.code
    return "scope.missing"


def _difference(scopes: tuple[str, ...], allowed: tuple[str, ...], known: frozenset[str]) -> str:
    for mark in token_marks().scopes:
        if set(scopes) <= set(mark.values):
            return mark.code
    twins = [(scope, other) for scope in scopes for other in allowed]
    for form in token_marks().qualified_scopes:
        if any(_is_qualified(form, scope, other, known) for scope, other in twins):
            return form.code
    if any(other in re.split("[,;]", scope) for scope, other in twins):
        return "scope.comma_joined"
    return "scope.not_granted"


def _is_qualified(form: QualifiedScope, scope: str, allowed: str, known: frozenset[str]) -> bool:
    """Whether one of two scopes is the other with its resource before it."""
    long, short = (scope, allowed) if form.qualified == "token" else (allowed, scope)
    if form.provider and form.provider not in known:
        return False
    if form.pattern and not re.fullmatch(form.pattern, long):
        return False
    return long.endswith(f"/{short}")


RULES = (scope_is_allowed,)
