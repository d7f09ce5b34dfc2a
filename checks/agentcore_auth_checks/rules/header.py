"""The JOSE header of a token: is it JSON, what does it demand, which algorithm does it name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from agentcore_auth_checks.algorithms import algorithm_of
from agentcore_auth_checks.authorizer import media_type, shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Severity, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import discovery_of, has_header, key_set_of
from agentcore_auth_checks.signatures import (
    SignatureState,
    check_signature,
    is_keyed_with_public_key,
)
from agentcore_auth_checks.strict_json import JsonFault
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_checks.urls import UrlRefused, read_url
from agentcore_auth_templates.token_marks import token_marks

_JSON_FAULTS = {
    JsonFault.NOT_UTF8: "header.not_utf8",
    JsonFault.TOO_DEEP: "header.too_deep",
    JsonFault.NOT_OBJECT: "header.not_object",
    JsonFault.DUPLICATE_MEMBER: "header.duplicate_member",
}

_REGISTERED = frozenset(
    {"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"}
    | {"enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c"}
)
"""Header parameters that crit may not list (RFC 7515 section 4.1.11, RFC 7518 section 4)."""
_KNOWN_EXTENSIONS = frozenset({"b64"})


def _has_header_text(facts: Facts) -> bool:
    return any(token.header is not None or token.header_problem for token in facts.all(Token))


@rule(
    "header.not_utf8",
    "header.not_json",
    "header.not_object",
    "header.too_deep",
    "header.duplicate_member",
    needs=(Token,),
    when=_has_header_text,
)
def header_is_json(facts: Facts) -> Iterator[Finding]:
    """The header is a JSON object."""
    for token in facts.all(Token):
        problem = token.header_problem
        if problem:
            yield failed(
                _JSON_FAULTS.get(problem.fault, "header.not_json"),
                expected="a JSON object in UTF-8",
                actual=Untrusted(problem.detail or problem.fault.value),
                where=Where(field="header"),
                source=token.source,
            )


@rule(
    "header.crit_invalid",
    "header.crit_unknown",
    "header.b64_false",
    "header.zip",
    needs=(Token,),
    when=has_header,
)
def header_demands_nothing_unusual(facts: Facts) -> Iterator[Finding]:
    """The header demands nothing that a verifier must refuse."""
    for token in facts.all(Token):
        header: Mapping[str, object] = token.header or {}
        if header.get("b64") is False:
            yield _about(token, "header.b64_false", "b64", "an encoded payload")
        if "crit" in header:
            yield from _crit(token, header)
        if "zip" in header:
            yield _about(token, "header.zip", "zip", "no zip in a signed token")


def _crit(token: Token, header: Mapping[str, object]) -> Iterator[Finding]:
    listed = header["crit"]
    names = cast("list[object]", listed) if isinstance(listed, list) else []
    texts = [name for name in names if isinstance(name, str)]
    if not names or len(texts) != len(names) or _REGISTERED.intersection(texts):
        yield _about(token, "header.crit_invalid", "crit", "a list of names of extensions")
    elif not _KNOWN_EXTENSIONS.issuperset(texts):
        yield _about(token, "header.crit_unknown", "crit", "no extension that must be understood")
    elif not set(texts) <= set(header):
        yield _about(token, "header.crit_invalid", "crit", "names of members that are there")


@rule("header.remote_key_url", "header.embedded_key", needs=(Token,), when=has_header)
def header_brings_no_key(facts: Facts) -> Iterator[Finding]:
    """The token does not bring its own key, or an address for one."""
    for token in facts.all(Token):
        header: Mapping[str, object] = token.header or {}
        for name in ("jku", "x5u"):
            if name in header and not _is_the_issuers(facts, token, header[name]):
                yield _about(token, "header.remote_key_url", name, "no address outside the issuer")
        if media_type(token.header_text("typ") or "") in token_marks().own_key_types:
            continue
        for name in ("jwk", "x5c"):
            if name in header:
                yield from _embedded_key(facts, token, name)


def _embedded_key(facts: Facts, token: Token, name: str) -> Iterator[Finding]:
    # Some providers add the certificate of a key that they publish too: that harms nobody.
    key_set = key_set_of(facts)
    if key_set is None:
        severity = Severity.WARN
    elif check_signature(token, key_set) is SignatureState.VALID:
        return
    else:
        severity = None
    yield failed(
        "header.embedded_key",
        expected="a signature by a published key",
        actual=f"a key of its own in {name}",
        where=Where(field=name),
        source=token.source,
        severity=severity,
    )


def _is_the_issuers(facts: Facts, token: Token, url: object) -> bool:
    """Whether an address is on the issuer's own host, as some issuers write it into each token."""
    discovery = discovery_of(facts)
    homes = [token.text_claim("iss")]
    if discovery:
        homes = [discovery.text_member("issuer"), discovery.text_member("jwks_uri")]
    host = _https_host(url)
    return host is not None and host in {_https_host(home) for home in homes}


def _https_host(url: object) -> str | None:
    if not isinstance(url, str):
        return None
    try:
        parts = read_url(url)
    except UrlRefused:
        return None
    return parts.host if parts.scheme == "https" else None


@rule(
    "alg.missing",
    "alg.not_string",
    "alg.none",
    "alg.unsupported",
    "alg.symmetric",
    "alg.symmetric_with_public_key",
    needs=(Token,),
    when=has_header,
)
def algorithm_is_asymmetric(facts: Facts) -> Iterator[Finding]:
    """The token is signed with an algorithm for public keys."""
    for token in facts.all(Token):
        if token.header is not None:
            code = _algorithm_code(facts, token, token.header)
            if code:
                yield _about(token, code, "alg", "RS256")


def _algorithm_code(facts: Facts, token: Token, header: Mapping[str, object]) -> str | None:
    name = header.get("alg")
    if "alg" not in header:
        return "alg.missing"
    if not isinstance(name, str):
        return "alg.not_string"
    if name.lower() == "none":
        return "alg.none"
    algorithm = algorithm_of(header)
    if algorithm is None:
        return "alg.unsupported"
    if not algorithm.is_symmetric:
        return None
    key_set = key_set_of(facts)
    forged = key_set is not None and is_keyed_with_public_key(token, key_set)
    return "alg.symmetric_with_public_key" if forged else "alg.symmetric"


@rule("typ.wrong_kind", needs=(Token,), when=has_header)
def token_is_made_for_access(facts: Facts) -> Iterator[Finding]:
    """The token's type is not that of a token for another purpose."""
    for token in facts.all(Token):
        if media_type(token.header_text("typ") or "") in token_marks().wrong_types:
            yield _about(token, "typ.wrong_kind", "typ", "at+jwt, JWT, or none")


def _about(token: Token, code: str, name: str, expected: str) -> Finding:
    """Returns a finding about one header parameter."""
    value = None if token.header is None else token.header.get(name)
    return failed(
        code,
        expected=expected,
        actual=shown(value),
        where=Where(field=name),
        source=token.source,
    )


RULES = (
    header_is_json,
    header_demands_nothing_unusual,
    header_brings_no_key,
    algorithm_is_asymmetric,
    token_is_made_for_access,
)
