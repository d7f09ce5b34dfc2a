"""The payload of a token: is it JSON, whom does it speak for, what kind of token is it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from agentcore_auth_checks.authorizer import matching_lines, scopes_of
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Severity, Where, failed
from agentcore_auth_checks.recognition import is_id_token
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import has_payload
from agentcore_auth_checks.strict_json import JsonFault
from agentcore_auth_checks.text import Untrusted

_JSON_FAULTS = {
    JsonFault.NOT_OBJECT: "payload.not_object",
    JsonFault.DUPLICATE_MEMBER: "payload.duplicate_member",
    JsonFault.NUMBER_TOO_LARGE: "payload.number_too_large",
    JsonFault.BAD_UNICODE: "payload.bad_unicode",
}

_SIGN_IN_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
"""Scopes that only tokens of people have: there is nobody to sign in for a machine."""

_BINDINGS = {"jkt": "kind.dpop_bound", "x5t#S256": "kind.mtls_bound"}
"""Members of `cnf` (RFC 9449 section 6.1, RFC 8705 section 3.1)."""


def _has_payload_text(facts: Facts) -> bool:
    return any(token.payload is not None or token.payload_problem for token in facts.all(Token))


@rule(
    "payload.not_json",
    "payload.not_object",
    "payload.duplicate_member",
    "payload.number_too_large",
    "payload.bad_unicode",
    needs=(Token,),
    when=_has_payload_text,
)
def payload_is_json(facts: Facts) -> Iterator[Finding]:
    """The payload is a JSON object."""
    for token in facts.all(Token):
        problem = token.payload_problem
        if problem:
            yield failed(
                _JSON_FAULTS.get(problem.fault, "payload.not_json"),
                expected="a JSON object in UTF-8",
                actual=Untrusted(problem.detail or problem.fault.value),
                where=Where(field="payload"),
                source=token.source,
            )


@rule("sub.missing", needs=(Token,), when=has_payload)
def token_names_its_subject(facts: Facts) -> Iterator[Finding]:
    """The token says whom it speaks for."""
    for token in facts.all(Token):
        if token.payload is None or token.has_claim("sub"):
            continue
        # Some servers leave it out where a machine speaks for itself.
        is_a_persons = not _SIGN_IN_SCOPES.isdisjoint(scopes_of(token))
        yield failed(
            "sub.missing",
            expected="a sub",
            where=Where(claim="sub"),
            source=token.source,
            severity=None if is_a_persons else Severity.INFO,
        )


@rule("kind.id_token", needs=(Token,), when=has_payload)
def token_is_no_id_token(facts: Facts) -> Iterator[Finding]:
    """The token is for calling an API, not for telling an application who signed in."""
    authorizers = facts.all(AuthorizerSettings)
    for token in facts.all(Token):
        if token.payload is None or not is_id_token(token):
            continue
        is_refused = any(
            line.passed is False
            for settings in authorizers
            for line in matching_lines(token, settings)
        )
        yield failed(
            "kind.id_token",
            expected="an access token",
            actual="an ID token",
            where=Where(claim="token_use" if token.has_claim("token_use") else ""),
            source=token.source,
            # Where all that is configured happens to match, it is accepted all the same.
            severity=None if is_refused else Severity.WARN,
        )


@rule("kind.dpop_bound", "kind.mtls_bound", needs=(Token,), when=has_payload)
def token_is_a_plain_bearer_token(facts: Facts) -> Iterator[Finding]:
    """The token is not bound to a key of the client's."""
    for token in facts.all(Token):
        confirmation = token.claim("cnf")
        if not isinstance(confirmation, Mapping):
            continue
        members = cast("Mapping[str, object]", confirmation)
        for member, code in _BINDINGS.items():
            if member in members:
                yield failed(
                    code,
                    expected="no binding",
                    actual=f"cnf with {member}",
                    where=Where(claim="cnf"),
                    source=token.source,
                )


RULES = (
    payload_is_json,
    token_names_its_subject,
    token_is_no_id_token,
    token_is_a_plain_bearer_token,
)
