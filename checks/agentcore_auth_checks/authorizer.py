"""What AgentCore's authorizer would decide of a token, line by line.

The lines follow `customJWTAuthorizer`: everything that is configured must hold, and within a
list one match is enough. What nobody has documented or measured is left open (`passed` is None),
never guessed: AgentCore's tolerance for clocks, `nbf`, `typ`, and the rarer algorithms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from agentcore_auth_checks.algorithms import algorithm_of
from agentcore_auth_checks.custom_claims import ClaimResult, compare, read_custom_claim
from agentcore_auth_checks.facts.documents import DiscoveryDocument, KeySet
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Grade, Value
from agentcore_auth_checks.signatures import SignatureState, check_signature
from agentcore_auth_checks.strict_json import json_type
from agentcore_auth_checks.text import Untrusted

LEAST_LIFE = 60.0
"""Seconds; a token with this much left or less is refused as ineffectual."""

MEASURED_ALGORITHMS = frozenset({"RS256", "ES256"})
"""Those that AgentCore has been seen to accept."""

USUAL_TYPES = frozenset({"jwt", "at+jwt"})


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One thing the authorizer looks at. `passed` is None where the outcome is not known."""

    rule: str
    expected: Value
    actual: Value
    passed: bool | None
    evidence: Grade


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole trace, in the order of diagnosis."""

    trace: tuple[TraceLine, ...]

    @property
    def accepted(self) -> bool | None:
        """False where a line failed, else None where one is open, else True."""
        outcomes = {line.passed for line in self.trace}
        if False in outcomes:
            return False
        return None if None in outcomes else True


def decide(
    token: Token,
    settings: AuthorizerSettings,
    discovery: DiscoveryDocument | None,
    key_set: KeySet | None,
    now: float,
) -> Decision:
    """Returns what the authorizer would make of a token.

    Args:
        token: the token, taken apart.
        settings: the authorizer's configuration.
        discovery: the document at its discovery URL, or None where it is not known.
        key_set: the key set that the document names, or None where it is not known.
        now: seconds since the epoch.
    """
    if token.header is None or token.payload is None or token.shape_problem:
        line = TraceLine("form", "a signed JWT", "none", False, Grade.MEASURED)
        return Decision((line,))
    return Decision(
        (
            *_header_lines(token),
            _issuer_line(token, discovery),
            _signature_line(token, key_set),
            *_time_lines(token, now),
            *matching_lines(token, settings),
        )
    )


def matching_lines(token: Token, settings: AuthorizerSettings) -> tuple[TraceLine, ...]:
    """Returns the lines of what the authorizer is told to match: those that are configured."""
    lines: list[TraceLine] = []
    audiences, scopes = audiences_of(token), scopes_of(token)
    if settings.allowed_audience is not None:
        lines.append(_any_of("allowedAudience", settings.allowed_audience, audiences))
    if settings.allowed_clients is not None:
        client = token.text_claim("client_id")
        clients = () if client is None else (client,)
        lines.append(_any_of("allowedClients", settings.allowed_clients, clients))
    if settings.allowed_scopes is not None:
        lines.append(_any_of("allowedScopes", settings.allowed_scopes, scopes))
    lines.extend(_claim_lines(token, settings))
    return tuple(lines)


def audiences_of(token: Token) -> tuple[str, ...]:
    """Returns the strings of `aud`, one or several (RFC 7519 section 4.1.3)."""
    return token.list_claim("aud")


def scopes_of(token: Token) -> tuple[str, ...]:
    """Returns the token's scopes: of `scope`, blanks between, or of `scp`, in either form."""
    values = (*token.list_claim("scope"), *token.list_claim("scp"))
    return tuple(dict.fromkeys(scope for value in values for scope in value.split(" ") if scope))


def shown(value: object) -> Value:
    """Returns a claim's value as a finding shows it."""
    match value:
        case str():
            return Untrusted(value)
        case None | bool() | int() | float():
            return value
        case list():
            return tuple(Untrusted(str(item)) for item in cast("list[object]", value))
        case _:
            return f"a JSON {json_type(value)}"


def _any_of(rule: str, allowed: tuple[str, ...], found: tuple[str, ...]) -> TraceLine:
    return TraceLine(
        rule,
        tuple(Untrusted(value) for value in allowed),
        tuple(Untrusted(value) for value in found),
        not set(allowed).isdisjoint(found),
        Grade.DOCUMENTED,
    )


def _claim_lines(token: Token, settings: AuthorizerSettings) -> Iterator[TraceLine]:
    payload: Mapping[str, object] = token.payload or {}
    for configured in settings.custom_claims or ():
        claim = read_custom_claim(configured)
        matches = compare(claim, payload) is ClaimResult.MATCHES
        yield TraceLine(
            f"customClaims {Untrusted(claim.name)}",
            Untrusted(claim.says),
            shown(payload.get(claim.name)),
            # Other combinations are refused when they are configured, so none was ever measured.
            matches if claim.operator_fits else None,
            Grade.DOCUMENTED,
        )


def _header_lines(token: Token) -> Iterator[TraceLine]:
    algorithm = algorithm_of(token.header)
    name = token.header_text("alg")
    if algorithm is None or algorithm.is_symmetric:
        passed: bool | None = False
    else:
        passed = True if algorithm.name in MEASURED_ALGORITHMS else None
    actual = None if name is None else Untrusted(name)
    yield TraceLine("alg", tuple(sorted(MEASURED_ALGORITHMS)), actual, passed, Grade.MEASURED)
    kind = token.header_text("typ")
    if kind is not None and media_type(kind) not in USUAL_TYPES:
        yield TraceLine("typ", ("JWT", "at+jwt"), Untrusted(kind), None, Grade.INFERRED)


def media_type(kind: str) -> str:
    """Returns a value of `typ` as it is compared (RFC 7515 section 4.1.9)."""
    return kind.lower().removeprefix("application/")


def _issuer_line(token: Token, discovery: DiscoveryDocument | None) -> TraceLine:
    published = discovery.text_member("issuer") if discovery else None
    issuer = token.claim("iss")
    passed = None if published is None else issuer == published
    if not isinstance(issuer, str):
        passed = False
    expected = None if published is None else Untrusted(published)
    return TraceLine("iss", expected, shown(issuer), passed, Grade.DOCUMENTED)


def _signature_line(token: Token, key_set: KeySet | None) -> TraceLine:
    state = check_signature(token, key_set) if key_set else SignatureState.UNKNOWN
    if state is SignatureState.UNKNOWN:
        passed: bool | None = None
    else:
        passed = state is SignatureState.VALID
    return TraceLine("signature", "valid with a published key", state.value, passed, Grade.MEASURED)


def _time_lines(token: Token, now: float) -> Iterator[TraceLine]:
    expires = number(token.claim("exp"))
    if expires is None:
        passed: bool | None = None if token.has_claim("exp") else False
        yield TraceLine("exp", "a time", shown(token.claim("exp")), passed, Grade.MEASURED)
    else:
        left = expires - now
        expected = f"more than {LEAST_LIFE:.0f} s of life left"
        passed = left > LEAST_LIFE
        yield TraceLine("exp", expected, f"{left:.12g} s", passed, Grade.MEASURED)
    begins = token.claim("nbf")
    if begins is not None:
        time = number(begins)
        passed = True if time is not None and time <= now else None
        yield TraceLine("nbf", "a time that has come", shown(begins), passed, Grade.INFERRED)


def number(value: object) -> float | None:
    """Returns a JSON number, or None; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
