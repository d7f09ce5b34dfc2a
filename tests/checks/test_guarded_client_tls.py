"""The guarded client over TLS: pinned addresses, every way a certificate is refused, proxies."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import ssl
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme

from agentcore_auth_checks.addresses import Address
from agentcore_auth_checks.facts.http import (
    Certificate,
    Exchange,
    HttpAnswer,
    HttpFailure,
    NoAnswer,
)
from agentcore_auth_checks.probes.certificates import decoded_certificate, refusal_reason
from agentcore_auth_checks.probes.http import GuardedClient, Limits
from agentcore_auth_checks.probes.ways import system_trust
from agentcore_auth_checks.text import Secret, Untrusted
from servers.host_proxy import HostProxy
from servers.raw_http import ForwardProxy, RawServer, Request, response

HOST = "acme.okta.com"
SENTINEL = "s3ntinel-4f1c9a"
A_MOMENT = 0.3
NOW = datetime.now(UTC)
YEAR = timedelta(days=365)

Trust = Callable[[], ssl.SSLContext]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Tests of the client")


@pytest.fixture(scope="module")
def trust(authority: trustme.CA) -> Trust:
    def trusting_the_authority() -> ssl.SSLContext:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        return context

    return trusting_the_authority


def serving(certificate: trustme.LeafCert, *, chain: bool = True) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if chain:
        certificate.configure_cert(context)
        return context
    key, leaf = certificate.private_key_pem, certificate.cert_chain_pems[0]
    with key.tempfile() as key_file, leaf.tempfile() as leaf_file:
        context.load_cert_chain(leaf_file, key_file)
    return context


def fingerprint(certificate: trustme.LeafCert) -> str:
    encoded = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    return hashlib.sha256(encoded).hexdigest()


async def here(host: str, port: int) -> tuple[Address, ...]:
    return (ip_address("127.0.0.1"),)


def client(trust: Trust, limits: Limits | None = None) -> GuardedClient:
    return GuardedClient(allow_hosts=[HOST], resolve=here, trust=trust, limits=limits or Limits())


def answered(exchange: Exchange) -> HttpAnswer:
    assert isinstance(exchange, HttpAnswer), exchange
    return exchange


def failed(exchange: Exchange, reason: NoAnswer) -> HttpFailure:
    assert isinstance(exchange, HttpFailure), exchange
    assert exchange.reason is reason, exchange
    return exchange


# --- certificates ----------------------------------------------------------------------------


async def test_the_certificate_of_a_trusted_host_is_part_of_the_answer(
    authority: trustme.CA, trust: Trust
) -> None:
    leaf = authority.issue_cert(HOST, "*.okta.com", "127.0.0.1", organization_name="Acme")
    async with RawServer(response(b"{}"), context=serving(leaf)) as server, client(trust) as http:
        answer = answered(await http.send("GET", f"https://{HOST}:{server.port}/"))
        again = answered(await http.send("GET", f"https://{HOST}:{server.port}/"))
        assert server.connections == 1
    seen = answer.certificate
    assert seen is not None and again.certificate == seen
    assert seen.sha256 == fingerprint(leaf)
    assert [name.raw for name in seen.names] == [HOST, "*.okta.com", "127.0.0.1"]
    assert "O=Acme" in seen.subject.raw
    assert "O=Tests of the client" in seen.issuer.raw
    assert seen.not_before < NOW.timestamp() < seen.not_after


async def test_both_ways_of_reading_a_certificate_see_the_same(
    authority: trustme.CA, trust: Trust
) -> None:
    leaf = authority.issue_cert(HOST, organization_name="Acme", common_name="acme")
    async with RawServer(response(), context=serving(leaf)) as server, client(trust) as http:
        answer = answered(await http.send("GET", f"https://{HOST}:{server.port}/"))
    encoded = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    assert answer.certificate == decoded_certificate(encoded)
    assert decoded_certificate(encoded[:-1]) is None


async def test_an_unknown_authority_is_named(trust: Trust) -> None:
    inspecting = trustme.CA(organization_name="Acme Inspecting Proxy")
    leaf = inspecting.issue_cert(HOST)
    async with RawServer(response(), context=serving(leaf)) as server, client(trust) as http:
        url = f"https://{HOST}:{server.port}/"
        secret = Secret(SENTINEL)
        failure = failed(await http.send("GET", url, bearer=secret), NoAnswer.TLS_UNTRUSTED)
        assert server.received == []
    assert failure.certificate is not None
    assert "O=Acme Inspecting Proxy" in failure.certificate.issuer.raw
    assert failure.certificate.sha256 == fingerprint(leaf)


async def test_a_missing_intermediate_is_untrusted(authority: trustme.CA, trust: Trust) -> None:
    leaf = authority.create_child_ca().issue_cert(HOST)
    async with RawServer(response(), context=serving(leaf)) as server, client(trust) as http:
        answered(await http.send("GET", f"https://{HOST}:{server.port}/"))
    alone = serving(leaf, chain=False)
    async with RawServer(response(), context=alone) as server, client(trust) as http:
        failed(await http.send("GET", f"https://{HOST}:{server.port}/"), NoAnswer.TLS_UNTRUSTED)


@pytest.mark.parametrize("years", [(-2, -1), (1, 2)], ids=["expired", "not yet valid"])
async def test_a_certificate_out_of_its_time(
    authority: trustme.CA, trust: Trust, years: tuple[int, int]
) -> None:
    begin, end = (NOW + year * YEAR for year in years)
    leaf = authority.issue_cert(HOST, not_before=begin, not_after=end)
    async with RawServer(response(), context=serving(leaf)) as server, client(trust) as http:
        url = f"https://{HOST}:{server.port}/"
        failure = failed(await http.send("GET", url), NoAnswer.TLS_EXPIRED)
    assert failure.certificate is not None
    assert failure.certificate.not_before == int(begin.timestamp())
    assert failure.certificate.not_after == int(end.timestamp())


async def test_a_certificate_for_another_host(authority: trustme.CA, trust: Trust) -> None:
    leaf = authority.issue_cert("other.okta.com", "10.0.0.1")
    async with RawServer(response(), context=serving(leaf)) as server, client(trust) as http:
        url = f"https://{HOST}:{server.port}/"
        failure = failed(await http.send("GET", url), NoAnswer.TLS_HOSTNAME)
    assert failure.certificate is not None
    assert [name.raw for name in failure.certificate.names] == ["other.okta.com", "10.0.0.1"]


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_a_port_that_speaks_no_tls(trust: Trust, said: bytes) -> None:
    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, client(trust) as http:
        port = server.sockets[0].getsockname()[1]
        failure = failed(await http.send("GET", f"https://{HOST}:{port}/"), NoAnswer.TLS_OTHER)
    assert failure.detail.raw
    assert failure.certificate is None


async def test_a_server_with_an_obsolete_version_only(authority: trustme.CA, trust: Trust) -> None:
    context = serving(authority.issue_cert(HOST))
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    def modern() -> ssl.SSLContext:
        made = trust()
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        return made

    async with RawServer(response(), context=context) as server, client(modern) as http:
        failed(await http.send("GET", f"https://{HOST}:{server.port}/"), NoAnswer.TLS_OTHER)


async def test_a_handshake_that_never_ends(trust: Trust) -> None:
    limits = Limits(connect=A_MOMENT)
    async with RawServer(response()) as silent, client(trust, limits) as http:
        # It waits for an end of the head that a handshake does not have.
        url = f"https://{HOST}:{silent.port}/"
        failure = failed(await http.send("GET", url), NoAnswer.TIMEOUT)
    assert "handshake" in failure.detail.raw


async def test_the_systems_trust_is_what_counts(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("SSL_CERT_FILE is the trust store of Linux")
    leaf = authority.issue_cert(HOST)
    url = f"https://{HOST}:{{}}/"
    async with RawServer(response(b"{}"), context=serving(leaf)) as server:
        async with client(system_trust) as http:
            failed(await http.send("GET", url.format(server.port)), NoAnswer.TLS_UNTRUSTED)
        store = tmp_path / "store.pem"
        authority.cert_pem.write_to_path(str(store))
        monkeypatch.setenv("SSL_CERT_FILE", str(store))
        async with client(system_trust) as http:
            answer = answered(await http.send("GET", url.format(server.port)))
    assert answer.certificate is not None
    assert answer.certificate.sha256 == fingerprint(leaf)


@pytest.mark.parametrize(
    ("names", "days", "host", "reason"),
    [
        (["acme.okta.com"], (-1, 1), "acme.okta.com", NoAnswer.TLS_UNTRUSTED),
        (["*.okta.com"], (-1, 1), "acme.okta.com", NoAnswer.TLS_UNTRUSTED),
        (["*.okta.com"], (-1, 1), "login.acme.okta.com", NoAnswer.TLS_HOSTNAME),
        (["*.okta.com"], (-1, 1), "okta.com", NoAnswer.TLS_HOSTNAME),
        (["8.8.8.8"], (-1, 1), "8.8.8.8", NoAnswer.TLS_UNTRUSTED),
        (["8.8.8.8"], (-1, 1), "8.8.4.4", NoAnswer.TLS_HOSTNAME),
        (["acme.okta.com"], (-2, -1), "acme.okta.com", NoAnswer.TLS_EXPIRED),
        (["acme.okta.com"], (1, 2), "acme.okta.com", NoAnswer.TLS_EXPIRED),
    ],
)
def test_a_verifier_with_numbers_of_its_own_is_understood_by_the_certificate(
    names: list[str], days: tuple[int, int], host: str, reason: NoAnswer
) -> None:
    error = ssl.SSLCertVerificationError("not trusted")
    error.verify_code = -67843  # errSecNotTrusted of macOS
    begin, end = (1_000_000 + day * 86_400.0 for day in days)
    nobody = Untrusted("CN=x")
    seen = Certificate(nobody, nobody, tuple(map(Untrusted, names)), begin, end, "")
    assert refusal_reason(error, seen, host, 1_000_000) is reason
    assert refusal_reason(error, None, host, 1_000_000) is NoAnswer.TLS_UNTRUSTED


# --- addresses -------------------------------------------------------------------------------


async def test_a_name_that_changes_its_mind_is_not_asked_twice(
    authority: trustme.CA, trust: Trust
) -> None:
    asked: list[str] = []

    async def flipping(host: str, port: int) -> tuple[Address, ...]:
        asked.append(host)
        return (ip_address("127.0.0.1" if len(asked) == 1 else "127.0.0.2"),)

    context = serving(authority.issue_cert(HOST))
    async with (
        RawServer(response(b"checked"), context=context) as checked,
        RawServer(response(b"swapped"), "127.0.0.2", checked.port, context) as swapped,
        GuardedClient(allow_hosts=[HOST], resolve=flipping, trust=trust) as http,
    ):
        answer = answered(await http.send("GET", f"https://{HOST}:{checked.port}/"))
        assert (answer.body, asked) == (b"checked", [HOST])
        assert swapped.connections == 0


async def test_the_second_look_at_a_certificate_goes_to_the_same_address(trust: Trust) -> None:
    asked: list[str] = []

    async def flipping(host: str, port: int) -> tuple[Address, ...]:
        asked.append(host)
        return (ip_address("127.0.0.1" if len(asked) == 1 else "127.0.0.2"),)

    leaf = trustme.CA().issue_cert(HOST)
    async with (
        RawServer(response(), context=serving(leaf)) as checked,
        RawServer(response(), "127.0.0.2", checked.port, serving(leaf)) as swapped,
        GuardedClient(allow_hosts=[HOST], resolve=flipping, trust=trust) as http,
    ):
        url = f"https://{HOST}:{checked.port}/"
        failure = failed(await http.send("GET", url), NoAnswer.TLS_UNTRUSTED)
        assert failure.certificate is not None
        assert (asked, swapped.connections, checked.received) == ([HOST], 0, [])


async def test_a_private_address_is_only_for_a_host_that_was_named(
    authority: trustme.CA, trust: Trust
) -> None:
    context = serving(authority.issue_cert(HOST, "other.okta.com"))
    async with RawServer(response(), context=context) as server, client(trust) as http:
        answered(await http.send("GET", f"https://{HOST.upper()}.:{server.port}/"))
        url = f"https://other.okta.com:{server.port}/"
        failed(await http.send("GET", url), NoAnswer.HOST_NOT_PUBLIC)
        assert server.connections == 1


async def test_https_on_this_machine_is_for_requests_that_say_so(
    authority: trustme.CA, trust: Trust
) -> None:
    context = serving(authority.issue_cert("localhost", "127.0.0.1"))
    async with (
        RawServer(response(b"page"), context=context) as server,
        GuardedClient(trust=trust) as http,
    ):
        for host in ("localhost", "127.0.0.1", "127.1"):
            url = f"https://{host}:{server.port}/"
            assert answered(await http.send("GET", url, loopback=True)).body == b"page"
            # The connection that is still open is not for a request that does not say so.
            failed(await http.send("GET", url), NoAnswer.HOST_NOT_PUBLIC)
        failed(await http.send("GET", "https://10.0.0.1/", loopback=True), NoAnswer.HOST_NOT_PUBLIC)


# --- proxies ---------------------------------------------------------------------------------


async def test_a_proxy_of_the_environment_tunnels_to_the_host(
    authority: trustme.CA, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf = authority.issue_cert(HOST)
    async with (
        RawServer(response(b"{}"), context=serving(leaf)) as server,
        ForwardProxy({HOST: server.port}) as proxy,
        GuardedClient(trust=trust, resolve=here) as http,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        for _ in range(2):
            answer = answered(await http.send("GET", f"https://{HOST}/", bearer=Secret(SENTINEL)))
        assert [request.target for request in proxy.connects] == [f"{HOST}:443"]
        assert SENTINEL not in repr(proxy.connects)
    assert answer.proxied
    assert answer.certificate is not None and answer.certificate.sha256 == fingerprint(leaf)


@pytest.mark.parametrize("variable", ["https_proxy", "ALL_PROXY", "all_proxy"])
async def test_each_variable_that_names_a_proxy_is_read(
    authority: trustme.CA, trust: Trust, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    context = serving(authority.issue_cert(HOST))
    async with (
        RawServer(response(), context=context) as server,
        ForwardProxy({HOST: server.port}) as proxy,
        client(trust) as http,
    ):
        monkeypatch.setenv(variable, proxy.place)
        assert answered(await http.send("GET", f"https://{HOST}/")).proxied


@pytest.mark.parametrize("exempt", [HOST, "okta.com", ".okta.com", "*", f"x.example,{HOST}:{{}}"])
async def test_a_host_that_no_proxy_exempts_is_reached_directly(
    authority: trustme.CA, trust: Trust, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    context = serving(authority.issue_cert(HOST))
    async with RawServer(response(), context=context) as server, client(trust) as http:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", exempt.format(server.port))
        assert not answered(await http.send("GET", f"https://{HOST}:{server.port}/")).proxied


async def test_this_machine_and_routes_need_no_proxy(
    authority: trustme.CA, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    context = serving(authority.issue_cert("localhost"))
    async with RawServer(response(), context=context) as server, client(trust) as http:
        url = f"https://localhost:{server.port}/"
        assert not answered(await http.send("GET", url, loopback=True)).proxied
    async with RawServer(response()) as server, GuardedClient(routes={HOST: server.url}) as http:
        assert not answered(await http.send("GET", f"https://{HOST}/")).proxied
        url = f"http://localhost:{server.port}/"
        assert not answered(await http.send("GET", url, loopback=True)).proxied


@pytest.mark.parametrize("url", ["https://169.254.169.254/", "https://10.1/", "https://intranet/"])
@pytest.mark.parametrize("loopback", [False, True])
async def test_a_proxy_is_not_asked_for_private_hosts(
    monkeypatch: pytest.MonkeyPatch, trust: Trust, url: str, loopback: bool
) -> None:
    async with ForwardProxy() as proxy, GuardedClient(trust=trust) as http:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        failed(await http.send("GET", url, loopback=loopback), NoAnswer.HOST_NOT_PUBLIC)
        assert proxy.connects == []


async def test_a_proxy_that_wants_a_password_gets_it_and_nobody_else_does(
    authority: trustme.CA,
    trust: Trust,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    word = f"{SENTINEL}@:/"
    encoded = base64.b64encode(f"jo:{word}".encode()).decode()
    context = serving(authority.issue_cert(HOST))
    async with (
        RawServer(response(), context=context) as server,
        ForwardProxy({HOST: server.port}, credentials=f"Basic {encoded}") as proxy,
        client(trust) as http,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://jo:{SENTINEL}%40%3A%2F@{proxy.place}")
        answer = answered(await http.send("GET", f"https://{HOST}/"))
        assert "proxy-authorization" not in server.received[0].headers
        monkeypatch.setenv("HTTPS_PROXY", f"http://jo:wrong-{SENTINEL}@{proxy.place}")
        async with client(trust) as other:
            failure = failed(await other.send("GET", f"https://{HOST}/"), NoAnswer.PROXY_AUTH)
    assert failure.detail.raw.startswith("407")
    assert failure.proxied
    for shown in (repr(answer), repr(failure), repr(vars(http)), caplog.text):
        assert SENTINEL not in shown
        assert encoded not in shown


@pytest.mark.parametrize(
    ("refusal", "reason", "said"),
    [
        (response(status="407 Proxy Authentication Required"), NoAnswer.PROXY_AUTH, "407"),
        (response(status="403 Forbidden"), NoAnswer.PROXY_REFUSED, "403 Forbidden"),
        (response(status="502 Bad Gateway"), NoAnswer.PROXY_REFUSED, "502 Bad Gateway"),
        (b"what?\r\n\r\n", NoAnswer.PROXY_REFUSED, "the proxy: "),
        (b"", NoAnswer.PROXY_REFUSED, "the proxy: "),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, NoAnswer.PROXY_REFUSED, "the proxy: "),
    ],
)
async def test_a_proxy_that_gives_no_tunnel(
    trust: Trust, monkeypatch: pytest.MonkeyPatch, refusal: bytes, reason: NoAnswer, said: str
) -> None:
    async with ForwardProxy(refusal=refusal) as proxy, client(trust) as http:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        failure = failed(await http.send("GET", f"https://{HOST}/"), reason)
    assert said in failure.detail.raw
    assert failure.proxied


async def test_a_proxy_that_cannot_be_reached(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ForwardProxy() as proxy:
        place = proxy.place
    monkeypatch.setenv("HTTPS_PROXY", f"http://jo:{SENTINEL}@{place}")
    async with client(trust) as http:
        failure = failed(await http.send("GET", f"https://{HOST}/"), NoAnswer.PROXY_REFUSED)
    assert failure.detail.raw == "the proxy: Connection refused"
    assert SENTINEL not in repr(failure)


async def test_a_proxy_that_keeps_silent(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence(
        _: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await asyncio.Event().wait()

    async with RawServer(silence) as proxy, client(trust, Limits(total=A_MOMENT)) as http:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        failure = failed(await http.send("GET", f"https://{HOST}/"), NoAnswer.PROXY_REFUSED)
    assert failure.detail.raw == "the proxy: no answer in 0.3 s"


@pytest.mark.parametrize(
    "value",
    [
        f"socks5://jo:{SENTINEL}@127.0.0.1:1080",
        f"http://jo:{SENTINEL}@",
        f"http://jo:{SENTINEL}@proxy host:3128",
        f"ftp://{SENTINEL}@127.0.0.1:1",
    ],
)
async def test_a_proxy_that_is_no_use_is_said_without_its_password(
    trust: Trust, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    async with client(trust) as http:
        failure = failed(await http.send("GET", f"https://{HOST}/"), NoAnswer.PROXY_REFUSED)
    assert "HTTPS_PROXY" in failure.detail.raw
    assert SENTINEL not in repr(failure)


async def test_an_inspecting_proxy_is_named_by_its_certificate(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf = trustme.CA(organization_name="Acme Inspection").issue_cert(HOST)
    encoded = base64.b64encode(b"jo:word").decode()
    async with (
        RawServer(response(), context=serving(leaf)) as server,
        ForwardProxy({HOST: server.port}, credentials=f"Basic {encoded}") as proxy,
        client(trust) as http,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://jo:word@{proxy.place}")
        exchange = await http.send("GET", f"https://{HOST}/", bearer=Secret(SENTINEL))
        failure = failed(exchange, NoAnswer.TLS_UNTRUSTED)
        assert len(proxy.connects) == 2
        assert server.received == []
    assert failure.proxied
    assert failure.certificate is not None
    assert "O=Acme Inspection" in failure.certificate.issuer.raw


async def test_a_proxy_may_itself_speak_tls(
    authority: trustme.CA, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = serving(authority.issue_cert(HOST, "127.0.0.1"))
    async with (
        RawServer(response(), context=context) as server,
        ForwardProxy({HOST: server.port}, context=context) as proxy,
        client(trust) as http,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy.place}")
        assert answered(await http.send("GET", f"https://{HOST}/")).proxied


async def test_a_proxy_with_a_bad_certificate_is_not_taken_for_the_host(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = serving(trustme.CA().issue_cert("127.0.0.1"))
    async with ForwardProxy(context=context) as proxy, client(trust) as http:
        monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy.place}")
        failure = failed(await http.send("GET", f"https://{HOST}/"), NoAnswer.PROXY_REFUSED)
    assert failure.detail.raw.startswith("the proxy: ")


async def test_an_independent_proxy_inspects_and_is_trusted(
    test_proxy: HostProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in test_proxy.environment.items():
        monkeypatch.setenv(name, value)
    async with RawServer(response(b"behind it")) as server, GuardedClient() as http:
        test_proxy.serve(HOST, server.url)
        answer = answered(await http.send("GET", f"https://{HOST}/path"))
    assert (answer.body, answer.proxied) == (b"behind it", True)
    assert answer.certificate is not None and "mitmproxy" in answer.certificate.issuer.raw
    monkeypatch.delenv("SSL_CERT_FILE")
    async with GuardedClient() as http:
        failure = failed(await http.send("GET", f"https://{HOST}/path"), NoAnswer.TLS_UNTRUSTED)
    assert failure.certificate is not None and "mitmproxy" in failure.certificate.issuer.raw
