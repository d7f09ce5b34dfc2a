"""Whether a page at an origin may call the provider from the browser (Fetch standard, CORS)."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.facts.answers import PreflightAnswer
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.http import HttpAnswer
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import answered_to_the_point, is_to_the_point
from agentcore_auth_checks.text import Untrusted

SAFE_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Methods that need no leave of their own (Fetch standard, CORS-safelisted)."""


@rule("cors.origin_refused", needs=(PreflightAnswer,), when=answered_to_the_point(PreflightAnswer))
def origin_is_allowed(facts: Facts) -> Iterator[Finding]:
    """The provider lets the page's origin call it."""
    for answer in facts.all(PreflightAnswer):
        if not isinstance(answer.exchange, HttpAnswer) or not _succeeded(answer.exchange):
            continue
        if answer.allow_origin in (answer.origin, "*"):
            continue
        actual = answer.allow_origin
        yield failed(
            "cors.origin_refused",
            expected=f"Access-Control-Allow-Origin: {answer.origin}",
            actual=None if actual is None else Untrusted(actual),
            where=Where(url=answer.url),
            values={"origin": answer.origin},
            source=answer.source,
        )


@rule(
    "cors.preflight_failed", needs=(PreflightAnswer,), when=answered_to_the_point(PreflightAnswer)
)
def preflight_succeeds(facts: Facts) -> Iterator[Finding]:
    """The preflight itself is answered with success, for this method and these headers."""
    for answer in facts.all(PreflightAnswer):
        exchange = answer.exchange
        if not isinstance(exchange, HttpAnswer) or not is_to_the_point(exchange):
            continue
        if _succeeded(exchange) and answer.allow_origin not in (answer.origin, "*"):
            continue
        trouble = _trouble(answer, exchange)
        if trouble:
            yield failed(
                "cors.preflight_failed",
                expected="a status of 200 to 299 that allows method and headers",
                actual=Untrusted(trouble),
                where=Where(url=answer.url),
                values={"origin": answer.origin},
                source=answer.source,
            )


def _succeeded(exchange: HttpAnswer) -> bool:
    return 200 <= exchange.status <= 299


def _trouble(answer: PreflightAnswer, exchange: HttpAnswer) -> str:
    """Returns why a browser would refuse although the origin is allowed, or nothing."""
    if not _succeeded(exchange):
        return f"status {exchange.status}"
    methods = _listed(answer.allow_methods)
    if answer.method not in SAFE_METHODS and answer.method.lower() not in methods | {"*"}:
        return f"Access-Control-Allow-Methods: {answer.allow_methods}"
    headers = _listed(answer.allow_headers)
    if "*" in headers:
        return ""
    missing = [name for name in answer.asked_headers if name.lower() not in headers]
    return f"Access-Control-Allow-Headers: {answer.allow_headers}" if missing else ""


def _listed(value: str | None) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in (value or "").split(",") if part.strip())


RULES = (origin_is_allowed, preflight_succeeds)
