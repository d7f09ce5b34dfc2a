"""The times in a token, against the clock."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.authorizer import LEAST_LIFE, number, shown
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.clock import Clock
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import has_payload

SOON = 5 * 60.0
"""Seconds of life below which a token is said to expire soon."""

CLOCK_TOLERANCE = 30.0
"""Seconds by which clocks that are kept by NTP may still seem to differ."""

OLD = 2 * 24 * 3600.0
"""Seconds of age from which a token that is still valid counts as old."""

_MILLISECONDS = 1e11
"""Seconds since the epoch in the year 5138; a larger time was meant in milliseconds."""


@rule(
    "exp.missing",
    "exp.not_number",
    "exp.milliseconds",
    "exp.expired",
    "exp.too_close",
    "exp.soon",
    needs=(Token, Clock),
    when=has_payload,
)
def token_has_life_left(facts: Facts) -> Iterator[Finding]:
    """The token has not expired, and will not within five minutes."""
    for token, now in _timed(facts):
        if not token.has_claim("exp"):
            yield _about(token, "exp.missing", "exp", "a time", None)
            continue
        expires = number(token.claim("exp"))
        if expires is None:
            yield _about(token, "exp.not_number", "exp", "seconds since 1970", token.claim("exp"))
        elif expires >= _MILLISECONDS:
            yield _about(token, "exp.milliseconds", "exp", f"{expires // 1000:.0f}", expires)
        else:
            yield from _life(token, expires - now)


def _life(token: Token, left: float) -> Iterator[Finding]:
    if left <= 0:
        code = "exp.expired"
    elif left <= LEAST_LIFE:
        code = "exp.too_close"
    elif left < SOON:
        code = "exp.soon"
    else:
        return
    actual = f"expired {duration(abs(left))} ago" if left <= 0 else f"{duration(left)} left"
    yield _about(token, code, "exp", f"more than {LEAST_LIFE:.0f} s left", actual)


@rule("nbf.not_number", "nbf.future", needs=(Token, Clock), when=has_payload)
def token_is_valid_already(facts: Facts) -> Iterator[Finding]:
    """The time from which the token is valid, where it names one, has come."""
    for token, now in _timed(facts):
        if not token.has_claim("nbf"):
            continue
        begins = number(token.claim("nbf"))
        if begins is None:
            yield _about(token, "nbf.not_number", "nbf", "seconds since 1970", token.claim("nbf"))
        elif begins > now + CLOCK_TOLERANCE:
            actual = f"in {duration(begins - now)}"
            yield _about(token, "nbf.future", "nbf", "a time that has come", actual)


@rule("iat.missing", "iat.future", "iat.old", needs=(Token, Clock), when=has_payload)
def token_was_issued_lately(facts: Facts) -> Iterator[Finding]:
    """The token was issued in the last days, and not in the future."""
    for token, now in _timed(facts):
        if not token.has_claim("iat"):
            yield _about(token, "iat.missing", "iat", "the time of issue", None)
            continue
        issued, expires = number(token.claim("iat")), number(token.claim("exp"))
        if issued is None:
            continue
        if issued > now + CLOCK_TOLERANCE:
            actual = f"in {duration(issued - now)}"
            yield _about(token, "iat.future", "iat", "a time that has come", actual)
        elif now - issued >= OLD and expires is not None and expires > now:
            actual = f"{duration(now - issued)} ago"
            yield _about(token, "iat.old", "iat", "two days ago at most", actual)


def duration(seconds: float) -> str:
    """Returns a length of time in words, in one unit or two: `2 h 5 min`."""
    for size, unit, smaller, small_unit in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= size:
            rest = int(seconds % size // smaller)
            whole = f"{int(seconds // size)} {unit}"
            return f"{whole} {rest} {small_unit}" if rest else whole
    return f"{seconds:.3g} s"


def _timed(facts: Facts) -> Iterator[tuple[Token, float]]:
    clock = facts.first(Clock)
    for token in facts.all(Token):
        if token.payload is not None and clock is not None:
            yield token, clock.now


def _about(token: Token, code: str, claim: str, expected: str, actual: object) -> Finding:
    return failed(
        code,
        expected=expected,
        actual=shown(actual),
        where=Where(claim=claim),
        source=token.source,
    )


RULES = (token_has_life_left, token_is_valid_already, token_was_issued_lately)
