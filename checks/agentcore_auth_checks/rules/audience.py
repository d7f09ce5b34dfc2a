"""The audience of a token against `allowedAudience`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentcore_auth_checks.authorizer import audiences_of, shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.recognition import client_of, providers_of
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import in_command, pack_of, pairs
from agentcore_auth_checks.text import Untrusted, visible
from agentcore_auth_templates.packs import Provider
from agentcore_auth_templates.token_marks import AudienceForm, AudienceMark, token_marks

_SEPARATORS = re.compile(r"[\s,]+")


def _is_set(facts: Facts) -> bool:
    return any(settings.allowed_audience for _, settings in pairs(facts))


@rule(
    "aud.missing_cognito",
    "aud.missing",
    "aud.empty",
    "aud.not_string",
    "aud.trailing_slash",
    "aud.case",
    "aud.space_joined",
    "aud.entra_guid_vs_uri",
    "aud.entra_graph",
    "aud.userinfo_only",
    "aud.keycloak_account",
    "aud.okta_default",
    "aud.is_client_id",
    "aud.mismatch",
    needs=(Token, AuthorizerSettings),
    when=_is_set,
)
def audience_is_allowed(facts: Facts) -> Iterator[Finding]:
    """The token is for an audience that the authorizer allows."""
    pack = pack_of(facts)
    for token, settings in pairs(facts):
        allowed = settings.allowed_audience or ()
        if not allowed or not set(allowed).isdisjoint(audiences_of(token)):
            continue
        client = client_of(token, pack)
        values = {"expected": visible(allowed[0])}
        if client:
            values["client_id"] = in_command(client[1])
        yield failed(
            _code(token, settings, pack),
            expected=tuple(Untrusted(value) for value in allowed),
            actual=shown(token.claim("aud")),
            where=Where(claim="aud", field="allowedAudience"),
            values=values,
            source=token.source,
        )


def _code(token: Token, settings: AuthorizerSettings, pack: Provider | None) -> str:
    """Returns the code of why no audience of the token is allowed."""
    value = token.claim("aud")
    known = providers_of(token, pack)
    if value is None:
        absent = (mark.code for mark in token_marks().absent_audiences if mark.provider in known)
        return next(absent, "aud.missing")
    if value in ("", []):
        return "aud.empty"
    audiences = audiences_of(token)
    if not audiences:
        return "aud.not_string"
    allowed = settings.allowed_audience or ()
    return (
        _spelling(audiences, allowed)
        or next(
            (mark.code for mark in token_marks().audiences if _all(mark, audiences, known, pack)),
            None,
        )
        or _client(token, audiences, settings, pack)
        or "aud.mismatch"
    )


def _spelling(audiences: tuple[str, ...], allowed: tuple[str, ...]) -> str | None:
    """Returns the code of how an audience and an allowed one differ though they mean the same."""
    twins = [(audience, other) for audience in audiences for other in allowed]
    if any(audience.rstrip("/") == other.rstrip("/") for audience, other in twins):
        return "aud.trailing_slash"
    if any(audience.casefold() == other.casefold() for audience, other in twins):
        return "aud.case"
    if any(other in _SEPARATORS.split(audience) for audience, other in twins):
        return "aud.space_joined"
    for form in token_marks().audience_forms:
        if any(_is_form(form, *twin) or _is_form(form, *reversed(twin)) for twin in twins):
            return form.code
    return None


def _is_form(form: AudienceForm, bare: str, prefixed: str) -> bool:
    return (
        re.fullmatch(form.identifier, bare) is not None
        and prefixed.casefold() == f"{form.prefix}{bare}".casefold()
    )


def _all(
    mark: AudienceMark, audiences: tuple[str, ...], known: frozenset[str], pack: Provider | None
) -> bool:
    """Whether all audiences of a token are as a mark has them."""
    if mark.provider and mark.provider not in known:
        return False
    values = mark.values
    if mark.default and pack and pack.id == mark.provider and pack.default_audience:
        values = (pack.default_audience,)
    return all(
        audience in values or (mark.pattern and re.fullmatch(mark.pattern, audience))
        for audience in audiences
    )


def _client(
    token: Token,
    audiences: tuple[str, ...],
    settings: AuthorizerSettings,
    pack: Provider | None,
) -> str | None:
    client = client_of(token, pack)
    clients = {*(settings.allowed_clients or ()), *([client[1]] if client else [])}
    return None if clients.isdisjoint(audiences) else "aud.is_client_id"


RULES = (audience_is_allowed,)
