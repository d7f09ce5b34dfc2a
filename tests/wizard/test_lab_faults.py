"""The faults of the practice range: each changes what it says and nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from time import time

import msgspec
import pytest

from agentcore_auth.lab.practice import FAULTS, Lab, UnknownFault
from agentcore_auth_templates.catalogue import catalogue
from agentcore_auth_templates.loading import DataFileError
from agentcore_auth_templates.packs import journey, provider
from agentcore_auth_templates.practice_ranges import Fault, merged, practice_range
from servers.lab_requests import (
    DISCOVERY,
    KEYS,
    PROVIDER,
    SIGN_IN_CALL,
    TOKEN,
    Requests,
    part,
    rpc,
)

STALLS = {"net.timeout": "silent", "net.slow": "dripping", "net.broken": "breaking"}
ANSWERED = [code for code in FAULTS if code not in STALLS]

PUBLISHED = {"idp.scope_not_advertised", "idp.grant_not_advertised", "idp.token_exchange_disabled"}
SIGN_INS = {"sign-in /callback", "sign-in /okta-auth/", "sign-in /okta-auth/iframe-oauth-flow.html"}
PARTS: Mapping[str, set[str]] = {
    "idp.client_ids_swapped": {*SIGN_INS, "sign-in by the machine", "sign-out", "token"},
    "idp.redirect_uri_mismatch": {"sign-in /okta-auth/iframe-oauth-flow.html"},
    "idp.sign_out_uri_mismatch": {"sign-out"},
    "idp.not_assigned": SIGN_INS,
    "idp.rate_limited": {"organization"},
    "cors.origin_refused": {f"preflight {TOKEN}", f"preflight {SIGN_IN_CALL}"},
    "cors.preflight_failed": {f"preflight {SIGN_IN_CALL}"},
    "nginx.redirect_uri_not_served": {"page /callback"},
    "net.clock_skew": {"clock", "token"},
}
"""What some faults change; the others are known by their area."""

BY_AREA = {
    "disc": {"discovery"},
    "net": {"discovery"},
    "jwks": {"key set"},
    "key": {"key set"},
    "endpoint": {"gateway"},
}


def what_changes(code: str) -> set[str]:
    if code in PUBLISHED:
        return {"discovery"}
    return PARTS.get(code) or BY_AREA.get(code.partition(".")[0], {"token"})


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    running.set_faults(())
    yield running
    running.set_faults(())


@pytest.fixture
def requests(lab: Lab) -> Iterator[Requests]:
    client = Requests(lab)
    yield client
    client.close()


def token_seen(requests: Requests) -> object:
    """Returns the token answer without what differs from token to token."""
    answer = requests.token()
    members = answer.json()
    if answer.status_code != 200:
        return answer.status_code, members
    token = members.pop("access_token")
    if token.count(".") != 2:
        return members, "opaque"
    claims = part(token, 1)
    assert claims.pop("jti")
    issued_at, expires = claims.pop("iat", None), claims.pop("exp", None)
    lifetime = None if None in (issued_at, expires) else expires - issued_at
    is_fast = (issued_at or 0) > time() + 60
    known = is_taken_for_exchange(requests, token)
    return members, part(token, 0), claims, lifetime, is_fast, known


def is_taken_for_exchange(requests: Requests, token: str) -> bool:
    """Returns whether the provider knows its own valid token again."""
    grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    return requests.token(grant_type=grant, subject_token=token).status_code == 200


def seen(requests: Requests) -> dict[str, object]:
    """Returns everything that the range shows of itself, by what it is."""
    lab = requests.lab
    answers = lab.answers
    origin, browser = answers["page.origin"], answers["okta.user_auth.client_id"]
    paths = ("/callback", "/okta-auth/", "/okta-auth/iframe-oauth-flow.html")
    organization = requests.get(f"{PROVIDER}/.well-known/okta-organization")
    discovery, keys = requests.get(DISCOVERY), requests.get(KEYS)
    shown: dict[str, object] = {
        "organization": (organization.status_code, organization.text),
        "discovery": (discovery.status_code, discovery.text, discovery.headers.get("Location")),
        "key set": (keys.status_code, keys.text),
        "token": token_seen(requests),
        "clock": is_ahead(organization.headers["Date"]),
    }
    for path in paths:
        answer = requests.authorize(browser, origin + path)
        shown[f"sign-in {path}"] = (answer.headers.get("Location"), answer.text)
        shown[f"page {path}"] = requests.get(origin + path).status_code
    machine = requests.authorize(answers["okta.m2m.client_id"], f"{origin}/callback")
    shown["sign-in by the machine"] = (machine.status_code, machine.headers.get("Location"))
    shown["sign-out"] = requests.sign_out(browser, f"{origin}/").status_code
    for url in (TOKEN, SIGN_IN_CALL):
        preflight = requests.preflight(url, origin)
        allowed = preflight.headers.get("Access-Control-Allow-Origin")
        shown[f"preflight {url}"] = (preflight.status_code, allowed)
    return shown


def is_ahead(date: str) -> bool:
    return parsedate_to_datetime(date).timestamp() > time() + 60


def gateway_seen(requests: Requests, token: str) -> list[int]:
    url = requests.lab.gateway_url
    challenge = requests.call(url, body=rpc("tools/list"))
    listing = requests.call(url, token, body=rpc("tools/list"))
    return [challenge.status_code, listing.status_code]


@pytest.mark.parametrize("code", ANSWERED)
def test_fault_changes_what_it_says_and_nothing_else(
    lab: Lab, requests: Requests, code: str
) -> None:
    healthy = seen(requests)
    good_token = requests.access_token()
    healthy["gateway"] = gateway_seen(requests, good_token)
    assert healthy["gateway"] == [401, 200]
    lab.set_faults((code,))
    faulty = seen(requests)
    changed = {name for name in faulty if faulty[name] != healthy[name]}
    # The gateway reads discovery and keys too: what is wrong with them shows there as well.
    gateway = gateway_seen(requests, good_token)
    if what_changes(code) == {"gateway"} and gateway != healthy["gateway"]:
        changed.add("gateway")
    assert changed == what_changes(code)
    lab.set_faults(())
    assert seen(requests) == {name: healthy[name] for name in faulty}


@pytest.mark.parametrize("code", STALLS)
def test_connection_faults_break_the_discovery_document_only(
    lab: Lab, requests: Requests, code: str
) -> None:
    healthy = requests.get(DISCOVERY)
    lab.set_faults((code,))
    with socket.create_connection(("127.0.0.1", lab.port), timeout=60) as connection:
        path = DISCOVERY.removeprefix(PROVIDER)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: practice.okta.example\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        received = connection.makefile("rb").read() if code != "net.slow" else connection.recv(15)
    if code == "net.timeout":
        assert received == b""
    elif code == "net.slow":
        assert received == b"HTTP/1.1 200 OK"
    else:
        head, _, body = received.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(healthy.content)}".encode() in head
        assert body == healthy.content[: len(healthy.content) // 2]
    assert lab.visits[-1].stall == STALLS[code]
    assert requests.get(KEYS).status_code == 200


def test_several_faults_are_played_at_once(lab: Lab, requests: Requests) -> None:
    lab.set_faults(("aud.okta_default", "exp.too_close", "cors.origin_refused"))
    claims = part(requests.access_token(), 1)
    assert claims["aud"] == "api://default"
    assert claims["exp"] - claims["iat"] == 45
    answer = requests.preflight(TOKEN, lab.answers["page.origin"])
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert lab.faults == ("aud.okta_default", "exp.too_close", "cors.origin_refused")


def test_unknown_fault_is_refused_with_the_list(lab: Lab) -> None:
    lab.set_faults(("aud.mismatch",))
    with pytest.raises(UnknownFault) as refused:
        lab.set_faults(("aud.mismatch", "aud.mismatched"))
    assert "no fault aud.mismatched;" in str(refused.value)
    assert all(code in str(refused.value) for code in FAULTS)
    assert lab.faults == ("aud.mismatch",)


def test_every_fault_leads_to_a_finding_that_exists() -> None:
    assert set(FAULTS) <= set(catalogue().codes)


def test_every_fault_says_what_it_does_in_one_line() -> None:
    summaries = [fault.summary for fault in FAULTS.values()]
    assert len(set(summaries)) == len(summaries)
    for summary in summaries:
        assert 0 < len(summary) <= 80
        assert summary[0].isupper()
        assert not summary.endswith(".")


NOT_THE_PROVIDER_S = {
    "disc.okta_admin_host": "a wrong answer of the user's",
    "disc.host_not_public": "a wrong answer of the user's",
    "disc.not_https": "a wrong answer of the user's",
    "net.refused": "nothing listens: the range would have to be off",
}
LOCAL_AREAS = {"secret", "keyring", "config"}
DAMAGE = {"token", "b64", "payload"}
"""What copying does to a token; no provider issues such a one."""
UNCONFIGURED = {"client", "scope", "claim"}
"""What the journey's authorizer is not told to match."""


def test_every_code_that_the_journey_s_proofs_wait_for_can_be_played() -> None:
    known = journey(practice_range().journey)
    pack = provider(known.provider)
    steps = [step for step in (*pack.steps, *known.own_steps) if step.proof]
    codes = {code for step in steps if step.proof for code in step.proof.codes}
    codes |= {error.code for error in pack.errors}
    areas = {code.partition(".")[0] for code in codes if code.endswith(".*")}
    played = {code.partition(".")[0] for code in FAULTS}
    assert areas - played <= LOCAL_AREAS | DAMAGE | UNCONFIGURED
    exact = {code for code in codes if not code.endswith(".*")}
    assert exact - set(FAULTS) <= set(NOT_THE_PROVIDER_S)


def test_fault_that_does_not_fit_names_its_place() -> None:
    misspelled = Fault("Misspelled", {"provider": {"hosts": ["practice.okta.example"]}})
    broken = msgspec.structs.replace(practice_range(), faults={"x.y": misspelled})
    with pytest.raises(DataFileError, match=r"practice/okta-agentcore\.yaml: .*x\.y.*`hosts`"):
        broken.played(("x.y",))
    with pytest.raises(DataFileError, match=r"practice/okta-agentcore\.yaml: no fault 'y\.z'"):
        broken.played(("y.z",))


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_follows_its_rfc(target: object, patch: object, result: object) -> None:
    """The examples of RFC 7396, appendix A."""
    assert merged(target, patch) == result
