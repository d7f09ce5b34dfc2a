"""Whether the network let the requests through: names, connections, TLS, proxies, answers, clocks.

A rule speaks once for a fact, of its first exchange that failed; the later ones failed likewise.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from agentcore_auth_checks.facts.answers import (
    AuthorizeAnswer,
    PageAnswer,
    PreflightAnswer,
    SignOutAnswer,
    TokenAnswer,
)
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument, JsonDocument
from agentcore_auth_checks.facts.http import (
    Certificate,
    Exchange,
    Fetched,
    HttpAnswer,
    HttpFailure,
    NoAnswer,
)
from agentcore_auth_checks.findings import Finding, Value, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.text import Untrusted, visible
from agentcore_auth_checks.urls import UrlRefused, read_url

LARGEST_CLOCK_SKEW = 60.0
"""Seconds by which two clocks may differ: the leeway that token checks commonly grant."""

_OK = 200
_TOO_MANY_REQUESTS = 429

_UNDELIVERED = {
    NoAnswer.BAD_URL: ("net.url_invalid", "a URL with https:// and a host"),
    NoAnswer.NOT_HTTPS: ("net.not_https", "an https URL"),
    NoAnswer.HOST_NOT_PUBLIC: ("net.host_not_public", "a host with public addresses only"),
    NoAnswer.DNS: ("net.dns", "an address for the name"),
    NoAnswer.REFUSED: ("net.refused", "a connection"),
    NoAnswer.TIMEOUT: ("net.timeout", "an answer in time"),
    NoAnswer.SLOW: ("net.slow", "a whole answer in time"),
    NoAnswer.TOO_LARGE: ("net.too_large", "an answer of at most 1 MiB"),
    NoAnswer.BROKEN: ("net.broken", "a whole answer in HTTP"),
}
_DISTRUSTED = {
    NoAnswer.TLS_UNTRUSTED: ("net.tls_untrusted", "a certificate from a trusted authority"),
    NoAnswer.TLS_EXPIRED: ("net.tls_expired", "a certificate that is valid now"),
    NoAnswer.TLS_HOSTNAME: ("net.tls_hostname", "a certificate for this host"),
    NoAnswer.TLS_OTHER: ("net.tls_failed", "a TLS connection"),
}
_PROXY = {
    NoAnswer.PROXY_AUTH: ("net.proxy_auth", "a tunnel through the proxy"),
    NoAnswer.PROXY_REFUSED: ("net.proxy_refused", "a tunnel through the proxy"),
}
_SAID_OF_DOCUMENTS = frozenset({NoAnswer.BAD_URL, NoAnswer.NOT_HTTPS, NoAnswer.HOST_NOT_PUBLIC})
"""What the discovery rules say of a document's URL in words of their own."""

_ANSWERS = (AuthorizeAnswer, SignOutAnswer, TokenAnswer, PreflightAnswer)


def _was_asked(facts: Facts) -> bool:
    return any(True for _ in _exchanges(facts))


def _was_answered(facts: Facts) -> bool:
    return any(True for _ in _answers(facts))


def _saw_tls(facts: Facts) -> bool:
    return any(
        each.reason in _DISTRUSTED if isinstance(each, HttpFailure) else each.certificate
        for _, each in _exchanges(facts)
    )


def _was_proxied(facts: Facts) -> bool:
    # A proxy that is named wrongly stood in the way without being asked.
    return any(
        each.proxied or (isinstance(each, HttpFailure) and each.reason in _PROXY)
        for _, each in _exchanges(facts)
    )


def _saw_a_clock(facts: Facts) -> bool:
    return any(clock_skew(answer) is not None for _, answer in _answers(facts))


@rule(*(code for code, _ in _UNDELIVERED.values()), needs=(Fetched,), when=_was_asked)
def requests_are_answered(facts: Facts) -> Iterator[Finding]:
    """Every request got a whole answer."""
    for fact, failure in _failures(facts):
        if isinstance(fact, JsonDocument) and failure.reason in _SAID_OF_DOCUMENTS:
            continue
        if failure.reason in _UNDELIVERED:
            code, expected = _UNDELIVERED[failure.reason]
            yield _finding(code, fact, failure, expected, failure.detail)


@rule(*(code for code, _ in _DISTRUSTED.values()), needs=(Fetched,), when=_saw_tls)
def certificates_are_trusted(facts: Facts) -> Iterator[Finding]:
    """Every host showed a certificate that is valid, its own, and trusted here."""
    for fact, failure in _failures(facts):
        if failure.reason in _DISTRUSTED:
            code, expected = _DISTRUSTED[failure.reason]
            yield _finding(code, fact, failure, expected, _distrusted(failure))


@rule(*(code for code, _ in _PROXY.values()), needs=(Fetched,), when=_was_proxied)
def proxy_lets_requests_through(facts: Facts) -> Iterator[Finding]:
    """No proxy stands in the way."""
    for fact, failure in _failures(facts):
        if failure.reason in _PROXY:
            code, expected = _PROXY[failure.reason]
            yield _finding(code, fact, failure, expected, failure.detail)


@rule("net.redirect", needs=(Fetched,), when=_was_answered)
def addresses_are_final(facts: Facts) -> Iterator[Finding]:
    """Documents and pages are served where they are asked for, without a redirect."""
    for fact, answer in _answers(facts):
        if isinstance(fact, JsonDocument | PageAnswer) and _is_redirect(answer):
            location = answer.header("Location")
            target = "nowhere" if location is None else location
            actual = Untrusted(f"{answer.status} to {target}")
            yield _finding("net.redirect", fact, answer, "the document itself", actual)


@rule("net.http_status", needs=(Fetched,), when=_was_answered)
def statuses_are_expected(facts: Facts) -> Iterator[Finding]:
    """Every answer has a status that its request may get."""
    for fact, answer in _answers(facts):
        if isinstance(fact, JsonDocument):
            if _is_served(answer) or _is_error_document(fact):
                continue
            yield _finding("net.http_status", fact, answer, _OK, answer.status)
        elif isinstance(fact, _ANSWERS) and answer.status >= 500:
            expected = "a status below 500"
            yield _finding("net.http_status", fact, answer, expected, answer.status)


@rule("net.clock_skew", needs=(Fetched,), when=_saw_a_clock)
def clocks_agree(facts: Facts) -> Iterator[Finding]:
    """The clock of this machine agrees with the hosts' to the minute."""
    smallest: dict[str, tuple[float, Fetched, HttpAnswer]] = {}
    for fact, answer in _answers(facts):
        skew = clock_skew(answer)
        host = _host(answer.url)
        if skew is not None and (host not in smallest or abs(skew) < abs(smallest[host][0])):
            smallest[host] = (skew, fact, answer)
    for skew, fact, answer in smallest.values():
        if abs(skew) > LARGEST_CLOCK_SKEW:
            side = "ahead of" if skew > 0 else "behind"
            actual = f"this machine is {abs(skew):.0f} s {side} the host"
            expected = f"at most {LARGEST_CLOCK_SKEW:.0f} s of difference"
            yield _finding("net.clock_skew", fact, answer, expected, actual)


def clock_skew(answer: HttpAnswer) -> float | None:
    """Returns the seconds that the local clock is surely ahead of the host's; negative if behind.

    The host wrote its Date (RFC 9110 section 6.6.1) at some moment of the exchange, which is
    therefore no difference; nor is the Age of an answer that a cache kept (RFC 9111 section 5.1).
    None where the answer has no Date that can be read.
    """
    date = _date(answer.header("Date"))
    if date is None:
        return None
    age = answer.header("Age") or "0"
    written = date + (int(age) if age.isdecimal() and len(age) < 10 else 0)
    ahead = answer.received_at - answer.seconds - (written + 1.0)  # Date counts whole seconds
    behind = answer.received_at - written
    return max(ahead, 0.0) + min(behind, 0.0)


def _date(value: str | None) -> float | None:
    if value is None:
        return None
    # Not with the other imports: it brings the parsers of electronic mail along.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        return None if moment.tzinfo is None else moment.timestamp()
    except (ValueError, OverflowError):
        return None


def _failures(facts: Facts) -> Iterator[tuple[Fetched, HttpFailure]]:
    """Yields each fact that has one with its first failed exchange."""
    for fact in facts.all(Fetched):
        for exchange in fact.exchanges:
            if isinstance(exchange, HttpFailure):
                yield fact, exchange
                break


def _answers(facts: Facts) -> Iterator[tuple[Fetched, HttpAnswer]]:
    for fact, exchange in _exchanges(facts):
        if isinstance(exchange, HttpAnswer):
            yield fact, exchange


def _exchanges(facts: Facts) -> Iterator[tuple[Fetched, Exchange]]:
    for fact in facts.all(Fetched):
        for exchange in fact.exchanges:
            yield fact, exchange


def _finding(
    code: str, fact: Fetched, exchange: Exchange, expected: Value, actual: Value
) -> Finding:
    url = exchange.url.partition("?")[0]
    return failed(
        code,
        expected=expected,
        actual=actual,
        where=Where(url=url),
        # These stand in commands that are copied into a shell, and a document may have named them.
        values={"host": shlex.quote(_host(url)), "url": shlex.quote(visible(url))},
        source=fact.source,
    )


def _host(url: str) -> str:
    try:
        return read_url(url).host
    except UrlRefused:
        return "the host"


def _distrusted(failure: HttpFailure) -> Value:
    """Returns what is wrong with the certificate, or what the system said where none was seen."""
    certificate = failure.certificate
    if certificate is None:
        return failure.detail
    match failure.reason:
        case NoAnswer.TLS_UNTRUSTED:
            return Untrusted(f"issued by {certificate.issuer.raw}")
        case NoAnswer.TLS_EXPIRED:
            return Untrusted(_validity(certificate))
        case NoAnswer.TLS_HOSTNAME:
            return certificate.names or certificate.subject
        case _:
            return failure.detail


def _validity(certificate: Certificate) -> str:
    begin = datetime.fromtimestamp(certificate.not_before, UTC)
    end = datetime.fromtimestamp(certificate.not_after, UTC)
    return f"valid from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"


def _is_redirect(answer: HttpAnswer) -> bool:
    return 300 <= answer.status < 400


def _is_served(answer: HttpAnswer) -> bool:
    """Whether nothing is unexpected here, or another rule says what is."""
    return answer.status in (_OK, _TOO_MANY_REQUESTS) or _is_redirect(answer)


def _is_error_document(document: JsonDocument) -> bool:
    """Whether a discovery URL answered an error in JSON, which the discovery rules explain."""
    is_discovery = isinstance(document, DiscoveryDocument)
    return is_discovery and bool(document.members) and "issuer" not in document.members


RULES = (
    requests_are_answered,
    certificates_are_trusted,
    proxy_lets_requests_through,
    addresses_are_final,
    statuses_are_expected,
    clocks_agree,
)
