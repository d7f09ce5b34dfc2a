"""The issuer of a token against the one that the discovery document publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentcore_auth_checks.authorizer import shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.recognition import client_of, providers_of
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import (
    has_payload,
    in_command,
    pack_of,
    published_issuer,
)
from agentcore_auth_checks.strict_json import json_type
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_templates.packs import Provider
from agentcore_auth_templates.token_marks import IssuerPair, token_marks


@rule("iss.missing", "iss.not_string", needs=(Token,), when=has_payload)
def token_names_its_issuer(facts: Facts) -> Iterator[Finding]:
    """The token says who issued it."""
    for token in facts.all(Token):
        if token.payload is None or token.text_claim("iss"):
            continue
        issuer = token.claim("iss")
        is_absent = issuer is None or issuer == ""
        yield failed(
            "iss.missing" if is_absent else "iss.not_string",
            expected="the issuer's URL",
            actual=None if is_absent else f"a JSON {json_type(issuer)}",
            where=Where(claim="iss"),
            source=token.source,
        )


def _states_issuer(facts: Facts) -> bool:
    # With a placeholder in it the document is the fault, not the token.
    published = published_issuer(facts)
    return has_payload(facts) and published is not None and "{" not in published


@rule(
    "iss.trailing_slash",
    "iss.case",
    "iss.scheme",
    "iss.cognito_other_region",
    "iss.cognito_other_pool",
    "iss.entra_v1",
    "iss.okta_org_server",
    "iss.mismatch",
    needs=(Token, DiscoveryDocument),
    when=_states_issuer,
)
def issuers_are_equal(facts: Facts) -> Iterator[Finding]:
    """The token's issuer equals the published one, character by character."""
    published = published_issuer(facts)
    for token in facts.all(Token):
        issuer = token.text_claim("iss")
        if not issuer or published is None or issuer == published:
            continue
        client = client_of(token, pack_of(facts))
        named = {"client_id": in_command(client[1])} if client else {}
        yield failed(
            _difference(token, issuer, published, pack_of(facts)),
            expected=Untrusted(published),
            actual=shown(issuer),
            where=Where(claim="iss"),
            values={"host": Untrusted(_host(published)), **named},
            source=token.source,
        )


def _difference(token: Token, issuer: str, published: str, pack: Provider | None) -> str:
    """Returns the code of how two issuers differ."""
    if issuer.rstrip("/") == published.rstrip("/"):
        return "iss.trailing_slash"
    if issuer.casefold() == published.casefold():
        return "iss.case"
    if _without_scheme(issuer) == _without_scheme(published):
        return "iss.scheme"
    for pair in token_marks().issuer_pairs:
        if _is_pair(pair, issuer, published):
            return pair.code
    known = providers_of(token, pack)
    for server in token_marks().organization_servers:
        own = pack.authorization_server_path if pack and pack.id == server.provider else ""
        below = issuer.rstrip("/") + (own or server.path)
        if server.provider in known and published.startswith(below):
            return server.code
    return "iss.mismatch"


def _is_pair(pair: IssuerPair, issuer: str, published: str) -> bool:
    token, other = re.fullmatch(pair.token, issuer), re.fullmatch(pair.published, published)
    if token is None or other is None:
        return False
    return all(token[group] == other[group] for group in pair.same) and all(
        token[group] != other[group] for group in pair.differ
    )


def _without_scheme(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")


def _host(url: str) -> str:
    return _without_scheme(url).partition("/")[0]


RULES = (token_names_its_issuer, issuers_are_equal)
