"""The parts of the app that draw nothing themselves."""

from __future__ import annotations

import webbrowser

import pytest
from rich.cells import cell_len

from agentcore_auth.tui import browser
from agentcore_auth.tui.chain import ANSWERED, NOT_EXAMINED, Link, judged_chain, running_chain
from agentcore_auth.tui.exchanges import exchanges_of
from agentcore_auth.tui.looks import PROVEN, REFUSED, RUNNING, SKIPPED, WARNING
from agentcore_auth.tui.moments import ago, clock, duration
from agentcore_auth.tui.progress import RunProgress
from agentcore_auth.tui.safe import fitted, plain, spread, words
from agentcore_auth_checks.engine import Ended, Started, Waiting
from agentcore_auth_checks.findings import Finding, Severity, Status, passed, skipped
from agentcore_auth_checks.text import Untrusted

NOON = 1_795_003_200.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (-5, "just now"),
        (2, "2 s ago"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (12 * 60, "12 min ago"),
        (3 * 3600, "3 h ago"),
        (86_400, "1 day ago"),
        (5 * 86_400, "5 days ago"),
    ],
)
def test_how_long_ago(seconds: float, said: str) -> None:
    assert ago(NOON - seconds, NOON) == said


def test_the_clock_has_the_date_where_it_was_not_today() -> None:
    assert clock(NOON, NOON) == "12:00:00"
    assert clock(NOON - 86_400, NOON) == "2026-11-17 12:00"


def test_durations() -> None:
    assert duration(0.088) == "88 ms"
    assert duration(1.24) == "1.2 s"


def failure(code: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(code, severity, Status.FAIL, "it is wrong")


def test_each_link_shows_its_worst_finding() -> None:
    looks = judged_chain(
        [
            failure("aud.mismatch"),
            passed("net.*", "every request got an answer"),
            passed("disc.*", "fine"),
            failure("disc.slow", Severity.WARN),
            skipped("endpoint.*", "gateway: skipped", "why", because="aud.mismatch"),
        ]
    )
    assert looks == {
        Link.LAPTOP: NOT_EXAMINED,
        Link.DNS: PROVEN,
        Link.TLS: PROVEN,
        Link.DISCOVERY: WARNING,
        Link.KEYS: NOT_EXAMINED,
        Link.TOKEN: NOT_EXAMINED,
        Link.CLAIMS: REFUSED,
        Link.GATEWAY: SKIPPED,
    }


def test_a_name_that_does_not_resolve_breaks_the_chain_at_dns() -> None:
    looks = judged_chain([failure("net.dns")])
    assert looks[Link.DNS] == REFUSED
    assert looks[Link.TLS] == SKIPPED


def test_a_refused_certificate_breaks_it_at_tls_and_the_name_was_found() -> None:
    looks = judged_chain([failure("net.tls_untrusted")])
    assert looks[Link.DNS] == PROVEN
    assert looks[Link.TLS] == REFUSED


def test_what_was_left_out_for_no_fault_breaks_nothing() -> None:
    looks = judged_chain(
        [skipped("keyring.*", "keyring: skipped", "another store"), passed("secret.*", "kept")]
    )
    assert looks[Link.LAPTOP] == PROVEN


def test_a_run_shows_what_is_asked_and_what_has_answered() -> None:
    progress = RunProgress(clock=lambda: 0.0)
    progress.observe(Started("keyring", "keyring", "keyring"))
    progress.observe(Started("discovery", "discovery document", "disc"))
    assert running_chain(progress)[Link.DISCOVERY] == RUNNING
    assert running_chain(progress)[Link.TLS] == RUNNING
    progress.observe(Ended("discovery", "discovery document", 0.1))
    looks = running_chain(progress)
    assert looks[Link.DISCOVERY] == ANSWERED
    assert looks[Link.TLS] == ANSWERED
    assert looks[Link.LAPTOP] == RUNNING
    assert looks[Link.GATEWAY] == NOT_EXAMINED


def test_a_run_says_whom_it_waits_for_and_for_how_long() -> None:
    now = [0.0]
    progress = RunProgress(clock=lambda: now[0])
    for source in ("a", "b", "c"):
        progress.observe(Started(source, f"the {source}", "disc"))
    progress.observe(Ended("c", "the c", 0.1))
    assert progress.sentence() == "1 of 3 answered"
    now[0] = 3.4
    progress.observe(Waiting("a", "the a", 2))
    assert progress.sentence() == "1 of 3 answered, waiting for the a, 3 s"
    progress.observe(Waiting("b", "the b", 2))
    assert progress.sentence() == "1 of 3 answered, waiting for the a and 1 more, 3 s"
    progress.observe(Ended("a", "the a", 3.5))
    assert progress.sentence() == "2 of 3 answered, waiting for the b, 3 s"


def test_exchanges_are_read_from_a_reports_facts() -> None:
    answer = {"method": "GET", "url": "https://a/b", "status": 200, "seconds": 0.5}
    failed = {"method": "POST", "url": "https://a/t", "reason": "tls_expired", "seconds": 1.0}
    facts: dict[str, object] = {
        "one": {"exchange": answer, "url": "https://a/b"},
        "two": {"exchange": failed, "other": None},
        "three": "no fact",
    }
    found = exchanges_of(facts, {"one": "the one", "two": "the two", "none": "x", "three": "y"})
    assert [(item.label, item.method, item.answer) for item in found] == [
        ("the one", "GET", "200"),
        ("the two", "POST", "tls expired"),
    ]


def test_what_does_not_fit_is_shortened_in_its_middle() -> None:
    assert fitted("short", 10) == "short"
    shortened = fitted("https://acme.okta.com/oauth2/default/v1/token", 20)
    assert cell_len(shortened) == 20
    assert shortened.startswith("https://")
    assert shortened.endswith("/token")
    assert cell_len(fitted("日本語日本語日本語", 9)) <= 9
    assert fitted("anything", 0) == ""


@pytest.mark.parametrize("width", range(1, 40))
def test_a_spread_line_never_is_wider_than_asked(width: int) -> None:
    assert spread(words("a long piece of text"), words("right"), width).cell_length <= width


def test_everything_invisible_is_spelled_out() -> None:
    assert plain(Untrusted("a\x1b]0;x\x07b\u202ec")) == "a<U+001B>]0;x<U+0007>b<U+202E>c"
    assert plain("a\tb") == "a   b"


@pytest.mark.parametrize(
    ("url", "is_openable"),
    [
        ("https://acme-admin.okta.com/admin/oauth2/as/default#tab-scopes", True),
        ("http://localhost:8080/okta-auth/", True),
        ("http://example.com/", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://a.example/ -e", False),
        ("https://a.example/\nx", False),
        ('https://a.example/"', False),
        ("https://a.example/$(id)`x`", False),
        ("-https://a.example", False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_are_opened(url: str, is_openable: bool) -> None:
    assert browser.is_openable(url) is is_openable
    if not is_openable:
        with pytest.raises(ValueError, match="plain web address"):
            browser.open_in_browser(url)


def test_a_text_browser_is_no_graphical_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "get", lambda using=None: webbrowser.GenericBrowser("lynx"))
    assert not browser.has_graphical_browser({})
    assert not browser.has_graphical_browser({"DISPLAY": ":0"})
    monkeypatch.setattr(webbrowser, "get", lambda using=None: webbrowser.BackgroundBrowser("x"))
    assert browser.has_graphical_browser({"DISPLAY": ":0"})
    assert browser.has_graphical_browser({"WAYLAND_DISPLAY": "wayland-0"})
    assert not browser.has_graphical_browser({})
