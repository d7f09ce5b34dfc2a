"""What the network's refusals are called: each code on one case, and silence on its near miss."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate

import pytest

from agentcore_auth_checks.engine import judge
from agentcore_auth_checks.facts.answers import (
    AuthorizeAnswer,
    EndpointAnswer,
    PageAnswer,
    PreflightAnswer,
    SignOutAnswer,
    TokenAnswer,
)
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument, JsonDocument, KeySet
from agentcore_auth_checks.facts.http import (
    Certificate,
    Exchange,
    Fetched,
    HttpAnswer,
    HttpFailure,
    NoAnswer,
)
from agentcore_auth_checks.findings import Finding, Severity, Status
from agentcore_auth_checks.rules import net
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_templates.catalogue import catalogue

URL = "https://acme.okta.com/oauth2/default/v1/authorize"
NOW = 1_800_000_000.0
MISROUTED = Certificate(
    subject=Untrusted("CN=other.example"),
    issuer=Untrusted("CN=Acme Inspection,O=Acme"),
    names=(Untrusted("other.example"), Untrusted("*.other.example")),
    not_before=0.0,
    not_after=86_400.0,
    sha256="00",
)


def answer(status: int = 200, url: str = URL, seconds: float = 0.1, **headers: str) -> HttpAnswer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpAnswer(url, "GET", status, named, b"", seconds, NOW)


def failure(reason: NoAnswer, url: str = URL, seen: Certificate | None = None) -> HttpFailure:
    return HttpFailure(url, "GET", reason, Untrusted("what was seen"), 0.1, seen)


def document(exchange: Exchange, kind: type[JsonDocument] = JsonDocument) -> JsonDocument:
    return kind(source="document", url=exchange.url, exchange=exchange)


def sign_in(exchange: Exchange) -> AuthorizeAnswer:
    return AuthorizeAnswer(source="authorize", client_id="a", redirect_uri="b", exchange=exchange)


def token(exchange: Exchange) -> TokenAnswer:
    return TokenAnswer(
        source="token", endpoint="e", grant="g", client_id="c", scope="s", exchange=exchange
    )


def others(exchange: Exchange) -> tuple[Fetched, ...]:
    return (
        SignOutAnswer(source="sign_out", client_id="a", return_to="b", exchange=exchange),
        PreflightAnswer(
            source="preflight",
            url=URL,
            origin="o",
            method="POST",
            asked_headers=(),
            exchange=exchange,
        ),
        PageAnswer(source="page", url=URL, contains="", exchange=exchange),
    )


def said(*facts: Fact) -> list[Finding]:
    findings = judge(Facts(facts), net.RULES)
    return [finding for finding in findings if finding.status is Status.FAIL]


def codes(*facts: Fact) -> list[str]:
    return [finding.code for finding in said(*facts)]


REASONS = {
    NoAnswer.BAD_URL: "net.url_invalid",
    NoAnswer.NOT_HTTPS: "net.not_https",
    NoAnswer.HOST_NOT_PUBLIC: "net.host_not_public",
    NoAnswer.DNS: "net.dns",
    NoAnswer.REFUSED: "net.refused",
    NoAnswer.TIMEOUT: "net.timeout",
    NoAnswer.SLOW: "net.slow",
    NoAnswer.TLS_UNTRUSTED: "net.tls_untrusted",
    NoAnswer.TLS_EXPIRED: "net.tls_expired",
    NoAnswer.TLS_HOSTNAME: "net.tls_hostname",
    NoAnswer.TLS_OTHER: "net.tls_failed",
    NoAnswer.PROXY_AUTH: "net.proxy_auth",
    NoAnswer.PROXY_REFUSED: "net.proxy_refused",
    NoAnswer.TOO_LARGE: "net.too_large",
    NoAnswer.BROKEN: "net.broken",
}


@pytest.mark.parametrize("reason", NoAnswer)
def test_each_reason_for_no_answer_has_one_code(reason: NoAnswer) -> None:
    for fact in (sign_in(failure(reason)), token(failure(reason)), *others(failure(reason))):
        (finding,) = said(fact)
        assert finding.code == REASONS[reason]
        assert finding.severity is Severity.ERROR
        assert finding.source == fact.source
        assert finding.where.url == URL
        assert str(finding.actual) == "what was seen"


@pytest.mark.parametrize("reason", NoAnswer)
def test_what_discovery_says_of_a_documents_url_is_not_said_twice(reason: NoAnswer) -> None:
    own = {NoAnswer.BAD_URL, NoAnswer.NOT_HTTPS, NoAnswer.HOST_NOT_PUBLIC}
    for kind in (DiscoveryDocument, KeySet, JsonDocument):
        expected = [] if reason in own else [REASONS[reason]]
        assert codes(document(failure(reason), kind)) == expected


def test_a_healthy_run_passes_every_rule() -> None:
    whole = replace(dated(0.0), certificate=MISROUTED, proxied=True)
    facts = (document(whole), sign_in(replace(whole, status=302)), token(whole), *others(whole))
    findings = judge(Facts(facts), net.RULES)
    assert [finding.status for finding in findings] == [Status.PASS] * len(net.RULES)


def test_nothing_passes_that_was_not_seen() -> None:
    from_file = JsonDocument(source="file", url="", content={})
    assert judge(Facts(), net.RULES) == judge(Facts([from_file]), net.RULES) == ()
    plain = {finding.title for finding in judge(Facts([document(answer())]), net.RULES)}
    assert plain == {
        net.requests_are_answered.holds,
        net.addresses_are_final.holds,
        net.statuses_are_expected.holds,
    }
    unanswered = judge(Facts([document(failure(NoAnswer.DNS))]), net.RULES)
    assert [finding.code for finding in unanswered] == ["net.dns"]


def test_every_code_of_the_area_is_in_the_catalogue_and_has_a_rule() -> None:
    ruled = {code for rule in net.RULES for code in rule.codes}
    assert ruled == {code for code in catalogue().codes if code.startswith("net.")}
    assert ruled == {*REASONS.values(), "net.redirect", "net.http_status", "net.clock_skew"}


def test_a_fact_of_several_exchanges_speaks_once_of_the_first_that_failed() -> None:
    fact = EndpointAnswer(
        source="gateway",
        url=URL,
        challenge=answer(401),
        initialize=failure(NoAnswer.TIMEOUT),
        tools=failure(NoAnswer.REFUSED),
    )
    assert codes(fact) == ["net.timeout"]
    healthy = replace(fact, initialize=answer(), tools=answer())
    assert codes(healthy) == []


def test_commands_of_a_fix_are_safe_to_copy_whatever_the_url() -> None:
    hostile = "https://acme.okta.com/$(touch owned);'\x1b[2J"
    (finding,) = said(token(failure(NoAnswer.TIMEOUT, hostile)))
    commands = "\n".join(fix.text for fix in finding.fixes)
    assert "'https://acme.okta.com/$(touch owned);'\"'\"'<U+001B>[2J'" in commands
    (finding,) = said(token(failure(NoAnswer.DNS)))
    assert any(fix.text.endswith(" acme.okta.com") for fix in finding.fixes)


# --- TLS -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "actual"),
    [
        (NoAnswer.TLS_UNTRUSTED, "issued by CN=Acme Inspection,O=Acme"),
        (NoAnswer.TLS_EXPIRED, "valid from 1970-01-01 00:00 to 1970-01-02 00:00 UTC"),
        (NoAnswer.TLS_OTHER, "what was seen"),
    ],
)
def test_a_refused_certificate_is_shown(reason: NoAnswer, actual: str) -> None:
    (finding,) = said(document(failure(reason, seen=MISROUTED)))
    assert str(finding.actual) == actual


def test_a_certificate_for_another_host_is_shown_with_its_names() -> None:
    (finding,) = said(document(failure(NoAnswer.TLS_HOSTNAME, seen=MISROUTED)))
    assert finding.actual == MISROUTED.names
    nameless = replace(MISROUTED, names=())
    (finding,) = said(document(failure(NoAnswer.TLS_HOSTNAME, seen=nameless)))
    assert finding.actual == MISROUTED.subject


def test_a_certificate_without_an_end_is_shown_all_the_same() -> None:
    # RFC 5280 section 4.1.2.5: 99991231235959Z stands for no end.
    endless = replace(MISROUTED, not_before=4_102_444_800.0, not_after=253_402_300_799.0)
    (finding,) = said(document(failure(NoAnswer.TLS_EXPIRED, seen=endless)))
    assert finding.actual == Untrusted("valid from 2100-01-01 00:00 to 9999-12-31 23:59 UTC")


# --- statuses --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [DiscoveryDocument, KeySet, JsonDocument])
def test_a_redirected_document_is_not_followed_and_said(kind: type[JsonDocument]) -> None:
    moved = answer(302, Location="https://login.example/\x1b")
    (finding,) = said(document(moved, kind))
    assert finding.code == "net.redirect"
    assert str(finding.actual) == "302 to https://login.example/<U+001B>"
    assert codes(document(answer(200, Location="https://login.example/"), kind)) == []


def test_a_redirected_page_is_said_and_a_redirecting_sign_in_is_not() -> None:
    sign_out, preflight, page = others(answer(302, Location=URL))
    assert codes(page) == ["net.redirect"]
    assert codes(sign_out, preflight, sign_in(answer(302, Location=URL))) == []


@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 404, 500, 503])
def test_a_document_with_another_status_than_200(status: int) -> None:
    (finding,) = said(document(answer(status)))
    assert (finding.code, finding.expected, finding.actual) == ("net.http_status", 200, status)


@pytest.mark.parametrize("status", [200, 429])
def test_a_document_that_is_served_or_held_back_for_a_while(status: int) -> None:
    assert codes(document(answer(status))) == []


def test_a_discovery_error_in_json_is_left_to_the_discovery_rules() -> None:
    error = replace(
        document(answer(404), DiscoveryDocument), content={"errorCode": "E0000007", "error": "x"}
    )
    assert codes(error) == []
    assert codes(replace(error, content=None)) == ["net.http_status"]
    assert codes(replace(error, content={"issuer": URL})) == ["net.http_status"]
    key_set = replace(document(answer(404), KeySet), content={"errorCode": "E0000007"})
    assert codes(key_set) == ["net.http_status"]


def test_other_requests_may_be_refused_but_not_break_the_server() -> None:
    sign_out, preflight, page = others(answer(500))
    for fact in (sign_in(answer(500)), token(answer(503)), sign_out, preflight):
        assert codes(fact) == ["net.http_status"]
    assert codes(page) == []
    for status in (200, 302, 400, 401, 403, 429):
        facts = (sign_in(answer(status)), token(answer(status)), *others(answer(status))[:2])
        assert codes(*facts) == []


# --- clocks ----------------------------------------------------------------------------------


def dated(ahead: float, **more: str) -> HttpAnswer:
    """An answer whose host wrote its Date when the local clock was `ahead` seconds further."""
    return answer(Date=formatdate(NOW - ahead, usegmt=True), **more)


@pytest.mark.parametrize(
    ("ahead", "actual"),
    [
        (65.0, "this machine is 64 s ahead of the host"),
        (-65.0, "this machine is 65 s behind the host"),
        (7200.0, "this machine is 7199 s ahead of the host"),
    ],
)
def test_clocks_that_differ_by_more_than_a_minute(ahead: float, actual: str) -> None:
    (finding,) = said(document(dated(ahead)))
    assert (finding.code, finding.severity) == ("net.clock_skew", Severity.WARN)
    assert finding.actual == actual
    assert finding.source == "document"


@pytest.mark.parametrize("ahead", [0.0, 1.0, -1.0, 59.0, -59.0, 61.0])
def test_clocks_that_may_agree_to_the_minute(ahead: float) -> None:
    assert codes(document(dated(ahead))) == []


def test_a_slow_answer_and_a_kept_answer_are_no_difference_of_clocks() -> None:
    assert codes(document(replace(dated(100.0), seconds=90.0))) == []
    assert codes(document(dated(86_400.0, Age="86400"))) == []
    assert codes(document(dated(86_400.0, Age="86300"))) == ["net.clock_skew"]


def test_one_fresh_answer_of_a_host_outweighs_a_stale_one() -> None:
    stale = document(dated(86_400.0))
    assert codes(stale, sign_in(dated(0.0))) == []
    elsewhere = replace(dated(0.0), url="https://other.example/")
    assert codes(stale, sign_in(elsewhere)) == ["net.clock_skew"]


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Wed, 99 Jan 2027 00:00:00 GMT", "Fri, 15 Jan 1999 08:00:00 -0000"]
)
def test_a_date_that_cannot_be_read_is_no_clock(date: str) -> None:
    assert net.clock_skew(answer(Date=date)) is None
    assert net.clock_skew(answer()) is None
    assert codes(document(answer(Date=date))) == []
