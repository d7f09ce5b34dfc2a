"""The guarded client against servers on loopback: what it reaches, and every limit it keeps."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import os
import socket
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import unquote_plus

import pytest

from agentcore_auth_checks.addresses import Address
from agentcore_auth_checks.facts.http import Exchange, HttpAnswer, HttpFailure, NoAnswer
from agentcore_auth_checks.probes.connecting import system_resolver
from agentcore_auth_checks.probes.http import GuardedClient, Limits
from agentcore_auth_checks.text import Secret
from servers.raw_http import RawServer, Request, response

HOST = "acme.okta.com"
LIMITS = Limits()
SENTINEL = "s3ntinel-4f1c9a"
LIMIT = LIMITS.body
A_MOMENT = 0.3
"""Seconds that a test waits for a limit to pass; nothing is measured by it."""
FOREVER = 3600.0
"""A limit that the test's own time limit comes before."""


class Names:
    """A resolver that answers from a list, one entry an inquiry, and remembers what was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    async def __call__(self, host: str, port: int) -> tuple[Address, ...]:
        self.asked.append(host)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return tuple(ip_address(text) for text in answer)


async def never(host: str, port: int) -> NoReturn:
    raise AssertionError(f"{host} was looked up")


def no_tls() -> NoReturn:
    raise AssertionError("a TLS context was made")


def answered(exchange: Exchange) -> HttpAnswer:
    assert isinstance(exchange, HttpAnswer), exchange
    return exchange


def failed(exchange: Exchange, reason: NoAnswer) -> HttpFailure:
    assert isinstance(exchange, HttpFailure), exchange
    assert exchange.reason is reason, exchange
    return exchange


def client_for(server: RawServer, limits: Limits = LIMITS) -> GuardedClient:
    return GuardedClient(routes={HOST: server.url}, limits=limits, resolve=never, trust=no_tls)


async def get(server: RawServer, limits: Limits = LIMITS) -> Exchange:
    async with client_for(server, limits) as client:
        return await client.send("GET", f"https://{HOST}/path?x=1")


# --- routes and loopback ---------------------------------------------------------------------


async def test_a_route_leads_to_loopback_and_the_answer_keeps_its_url() -> None:
    async with RawServer(response(b'{"a":1}', Content_Type="application/json")) as server:
        answer = answered(await get(server))
    assert answer.url == f"https://{HOST}/path?x=1"
    assert (answer.method, answer.status, answer.body) == ("GET", 200, b'{"a":1}')
    assert answer.header("content-type") == "application/json"
    assert answer.certificate is None and not answer.proxied
    (request,) = server.received
    assert request.target == "/path?x=1"
    assert request.headers["host"] == HOST
    assert request.headers["accept-encoding"] == "identity"
    assert "cookie" not in request.headers and "authorization" not in request.headers


async def test_a_routed_host_keeps_its_port_in_the_host_header() -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        answered(await client.send("GET", f"https://{HOST}:8443/"))
        assert server.received[0].headers["host"] == f"{HOST}:8443"


async def test_a_route_is_no_leave_for_plain_http() -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        failed(await client.send("GET", f"http://{HOST}/"), NoAnswer.NOT_HTTPS)
        assert server.connections == 0


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1:1",
        "http://localhost:1",
        "http://10.0.0.1:1",
        "http://acme.okta.com",
        "http://0.0.0.0:1",
        "http://127.0.0.1:1/path",
        "http://user@127.0.0.1:1",
        "127.0.0.1:1",
        "",
    ],
)
def test_a_route_must_lead_to_a_literal_loopback_address(target: str) -> None:
    with pytest.raises(ValueError, match="a route leads to"):
        GuardedClient(routes={HOST: target})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "localhost"])
async def test_plain_http_serves_this_machine_where_it_is_asked_for(host: str) -> None:
    async with RawServer(response(b"page")) as server, GuardedClient(trust=no_tls) as client:
        url = f"http://{host}:{server.port}/"
        assert answered(await client.send("GET", url, loopback=True)).body == b"page"
        failed(await client.send("GET", url), NoAnswer.NOT_HTTPS)
        assert server.connections == 1


async def test_plain_http_serves_ipv6_loopback() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with RawServer(response(b"page"), host="::1") as server, GuardedClient() as client:
        answer = await client.send("GET", f"http://[::1]:{server.port}/", loopback=True)
        assert answered(answer).body == b"page"
        assert server.received[0].headers["host"] == f"[::1]:{server.port}"


async def test_plain_http_to_a_name_goes_to_loopback_only() -> None:
    async with RawServer(response(b"page")) as server:
        url = f"http://app.example.com:{server.port}/"
        async with GuardedClient(resolve=Names(["127.0.0.1"])) as client:
            assert answered(await client.send("GET", url, loopback=True)).body == b"page"
        for addresses in (["10.0.0.1"], ["8.8.8.8"], ["127.0.0.1", "8.8.8.8"]):
            async with GuardedClient(resolve=Names(addresses)) as client:
                failed(await client.send("GET", url, loopback=True), NoAnswer.NOT_HTTPS)
        assert server.connections == 1


# --- hosts and addresses ---------------------------------------------------------------------

HOSTILE = [
    ("http://acme.okta.com/", NoAnswer.NOT_HTTPS),
    ("http://127.0.0.1/", NoAnswer.NOT_HTTPS),
    ("http://169.254.169.254/latest/meta-data/", NoAnswer.NOT_HTTPS),
    ("ftp://acme.okta.com/", NoAnswer.NOT_HTTPS),
    ("file://localhost/etc/passwd", NoAnswer.NOT_HTTPS),
    ("gopher://127.0.0.1:25/", NoAnswer.NOT_HTTPS),
    ("file:///etc/passwd", NoAnswer.BAD_URL),
    ("data:text/plain,x", NoAnswer.BAD_URL),
    ("acme.okta.com", NoAnswer.BAD_URL),
    ("https://acme.okta.com@169.254.169.254/", NoAnswer.BAD_URL),
    ("https://user:word@acme.okta.com/", NoAnswer.BAD_URL),
    ("https://acme.okta.com\\@10.0.0.1/", NoAnswer.BAD_URL),
    ("https://acme.okta.com/\r\nX: y", NoAnswer.BAD_URL),
    ("https://acme.okta.com/a b", NoAnswer.BAD_URL),
    ("https://①②⑦.⓪.⓪.①/", NoAnswer.BAD_URL),
    ("https://%6c%6f%63alhost/", NoAnswer.BAD_URL),
    ("https://[fe80::1%25lo]/", NoAnswer.BAD_URL),
    ("https://acme.okta.com:0/", NoAnswer.BAD_URL),
    ("https://localhost/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://LOCALHOST./", NoAnswer.HOST_NOT_PUBLIC),
    ("https://app.localhost/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://keycloak/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://metadata.google.internal/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://127.0.0.1/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://127.1/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://2130706433/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://0x7f.1/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://0177.0.0.1/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://0/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://169.254.169.254/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://2852039166/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://192.0.0.192/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://100.100.100.200/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://168.63.129.16/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://10.0.0.1:8443/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://1.2.3.4.5/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[::1]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[::]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[::ffff:169.254.169.254]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[::ffff:7f00:1]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[64:ff9b::a9fe:a9fe]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[2002:7f00:1::]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[fd00:ec2::254]/", NoAnswer.HOST_NOT_PUBLIC),
    ("https://[fe80::1]/", NoAnswer.HOST_NOT_PUBLIC),
]


@pytest.mark.parametrize(("url", "reason"), HOSTILE)
async def test_a_hostile_url_is_refused_before_anything_is_looked_up(
    url: str, reason: NoAnswer
) -> None:
    async with GuardedClient(resolve=never, trust=no_tls) as client:
        failure = failed(await client.send("GET", url), reason)
    assert failure.url == url


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["192.168.0.10"],
        ["100.64.1.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["2606:4700::1111", "8.8.8.8", "10.0.0.1"],
    ],
)
async def test_one_special_address_of_a_name_is_one_too_many(addresses: list[str]) -> None:
    async with GuardedClient(resolve=Names(addresses)) as client:
        failure = failed(await client.send("GET", f"https://{HOST}/"), NoAnswer.HOST_NOT_PUBLIC)
    assert ip_address(failure.detail.raw) == ip_address(addresses[-1])


async def test_a_name_that_does_not_resolve_says_so() -> None:
    async with GuardedClient(resolve=Names([])) as client:
        failure = failed(await client.send("GET", f"https://{HOST}/"), NoAnswer.DNS)
    assert HOST in failure.detail.raw


async def test_the_system_resolver_knows_this_machine_and_not_what_does_not_exist() -> None:
    assert ip_address("127.0.0.1") in await system_resolver("localhost", 443)
    async with GuardedClient() as client:
        # RFC 6761 section 6.4: .invalid never resolves.
        failure = failed(await client.send("GET", "https://okta.invalid/"), NoAnswer.DNS)
    assert "okta.invalid" in failure.detail.raw


async def test_a_silent_name_server_is_named_as_such() -> None:
    async def silent(host: str, port: int) -> tuple[Address, ...]:
        await asyncio.Event().wait()
        return ()

    async with GuardedClient(resolve=silent, limits=Limits(connect=A_MOMENT)) as client:
        failure = failed(await client.send("GET", f"https://{HOST}/"), NoAnswer.DNS)
    assert "name server" in failure.detail.raw


# --- connections -----------------------------------------------------------------------------


async def test_nobody_listening_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with GuardedClient(routes={HOST: f"http://127.0.0.1:{port}"}) as client:
        failure = failed(await client.send("GET", f"https://{HOST}/"), NoAnswer.REFUSED)
    assert failure.detail.raw == "Connection refused"
    assert not failure.proxied


class Swallower:
    """A port that swallows connections: its queue is full and nobody accepts."""

    def __init__(self, host: str, port: int = 0) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self._listener.listen(0)
        self.port = self._listener.getsockname()[1]
        self._queued = [socket.socket() for _ in range(3)]
        for waiting in self._queued:
            waiting.setblocking(False)
            waiting.connect_ex((host, self.port))

    def close(self) -> None:
        for one in (*self._queued, self._listener):
            one.close()


linux = pytest.mark.skipif(sys.platform != "linux", reason="full queues differ elsewhere")


@linux
async def test_a_connection_that_is_never_made_times_out() -> None:
    swallower = Swallower("127.0.0.1")
    limits = Limits(connect=A_MOMENT)
    route = {HOST: f"http://127.0.0.1:{swallower.port}"}
    async with GuardedClient(routes=route, limits=limits) as client:
        failure = failed(await client.send("GET", f"https://{HOST}/"), NoAnswer.TIMEOUT)
    assert failure.detail.raw == "no connection in 0.3 s"
    swallower.close()


@linux
async def test_a_dead_address_does_not_hold_up_a_living_one() -> None:
    async with RawServer(response(b"page")) as server:
        swallower = Swallower("127.0.0.2", server.port)
        names = Names(["127.0.0.2", "127.0.0.1"])
        limits = Limits(total=FOREVER, connect=FOREVER)
        async with GuardedClient(resolve=names, limits=limits) as client:
            url = f"http://app.example.com:{server.port}/"
            assert answered(await client.send("GET", url, loopback=True)).body == b"page"
        swallower.close()


async def test_a_refusing_address_is_followed_by_the_next() -> None:
    names = Names(["127.0.0.3", "127.0.0.1"])
    async with RawServer(response(b"page")) as server, GuardedClient(resolve=names) as client:
        url = f"http://app.example.com:{server.port}/"
        assert answered(await client.send("GET", url, loopback=True)).body == b"page"


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with RawServer(response(b"x")) as server, client_for(server) as client:
        for _ in range(3):
            answered(await client.send("GET", f"https://{HOST}/"))
        assert (len(server.received), server.connections) == (3, 1)


async def test_hosts_are_asked_side_by_side() -> None:
    both_asked = asyncio.Barrier(2)

    async def when_both_are_here(
        _: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await both_asked.wait()
        writer.write(response(b"together"))

    async with RawServer(when_both_are_here) as one, RawServer(when_both_are_here) as other:
        routes = {"one.example.com": one.url, "other.example.com": other.url}
        async with GuardedClient(routes=routes) as client:
            answers = await asyncio.gather(
                client.send("GET", "https://one.example.com/"),
                client.send("GET", "https://other.example.com/"),
            )
    assert [answered(answer).body for answer in answers] == [b"together", b"together"]


# --- time ------------------------------------------------------------------------------------


async def silence(_: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drip(_: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_a_server_that_says_nothing_times_out() -> None:
    async with RawServer(silence) as server:
        failure = failed(await get(server, Limits(total=A_MOMENT)), NoAnswer.TIMEOUT)
    assert failure.detail.raw == "no answer in 0.3 s"


async def test_a_server_that_drips_is_slow_however_often_it_drips() -> None:
    async with RawServer(drip) as server:
        failure = failed(await get(server, Limits(total=A_MOMENT)), NoAnswer.SLOW)
    assert failure.detail.raw == "not complete after 0.3 s"


@pytest.mark.parametrize("answer", [silence, drip])
async def test_cancelling_ends_an_exchange_at_once(answer: object) -> None:
    limits = Limits(total=FOREVER, connect=FOREVER)
    async with RawServer(answer) as server, client_for(server, limits) as client:  # type: ignore[arg-type]
        sending = asyncio.ensure_future(client.send("GET", f"https://{HOST}/"))
        await server.asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def test_cancelling_ends_a_lookup_at_once() -> None:
    looking = asyncio.Event()

    async def silent(host: str, port: int) -> tuple[Address, ...]:
        looking.set()
        await asyncio.Event().wait()
        return ()

    limits = Limits(total=FOREVER, connect=FOREVER)
    async with GuardedClient(resolve=silent, limits=limits) as client:
        sending = asyncio.ensure_future(client.send("GET", f"https://{HOST}/"))
        await looking.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


def test_a_lookup_that_hangs_does_not_hold_up_the_end_of_the_program() -> None:
    program = """
import asyncio, socket, threading
hang, looking = threading.Event(), threading.Event()
def getaddrinfo(*args, **kwargs):
    looking.set()
    hang.wait()
socket.getaddrinfo = getaddrinfo
from agentcore_auth_checks.probes.http import GuardedClient
async def main():
    async with GuardedClient() as client:
        sending = asyncio.ensure_future(client.send("GET", "https://acme.okta.com/"))
        await asyncio.to_thread(looking.wait)
        sending.cancel()
asyncio.run(main())
print("ended")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert done.stdout == b"ended\n", done.stderr.decode()


# --- size ------------------------------------------------------------------------------------


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def compressed(body: bytes, bits: int = zlib.MAX_WBITS) -> bytes:
    deflater = zlib.compressobj(9, wbits=bits)
    return deflater.compress(body) + deflater.flush()


async def test_a_body_of_one_mebibyte_is_read_and_one_byte_more_is_not() -> None:
    async with RawServer(response(b"x" * LIMIT)) as server:
        assert len(answered(await get(server)).body) == LIMIT
    async with RawServer(response(b"x" * (LIMIT + 1))) as server:
        failed(await get(server), NoAnswer.TOO_LARGE)


async def test_an_endless_body_is_cut_off() -> None:
    async def endless(
        _: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            await writer.drain()

    async with RawServer(endless) as server:
        failed(await get(server, Limits(total=FOREVER)), NoAnswer.TOO_LARGE)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzipped(b"hello world")),
        ("X-GZIP", gzipped(b"hello world")),
        ("gzip", gzipped(b"hello ") + gzipped(b"world")),
        ("deflate", compressed(b"hello world")),
        ("identity", b"hello world"),
    ],
)
async def test_a_server_that_compresses_unasked_is_understood(coding: str, body: bytes) -> None:
    async with RawServer(response(body, Content_Encoding=coding)) as server:
        assert answered(await get(server)).body == b"hello world"


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("br", b"\x0b\x05\x80hello world\x03", "br"),
        ("gzip, gzip", gzipped(gzipped(b"hello")), "gzip, gzip"),
        ("gzip", b"hello world", "does not inflate"),
        ("gzip", gzipped(b"hello world")[:-4], "cut short"),
        ("gzip", gzipped(b"hello world") + b"rest", "does not inflate"),
        ("deflate", compressed(b"hello world", -zlib.MAX_WBITS), "does not inflate"),
    ],
)
async def test_a_body_that_is_not_in_its_coding_is_broken(
    coding: str, body: bytes, said: str
) -> None:
    async with RawServer(response(body, Content_Encoding=coding)) as server:
        assert said in failed(await get(server), NoAnswer.BROKEN).detail.raw


@pytest.mark.parametrize("bits", [zlib.MAX_WBITS, 16 + zlib.MAX_WBITS])
async def test_a_bomb_is_not_unfolded_beyond_the_limit(bits: int) -> None:
    bomb = compressed(bytes(256 * LIMIT), bits)
    assert len(bomb) < LIMIT
    async with RawServer(response(bomb, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        try:
            failed(await get(server), NoAnswer.TOO_LARGE)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 6 * LIMIT


async def test_a_bomb_of_empty_members_ends_too() -> None:
    async with RawServer(response(gzipped(b"") * 60_000, Content_Encoding="gzip")) as server:
        failed(await get(server), NoAnswer.TOO_LARGE)


async def test_a_flood_of_headers_is_cut_off() -> None:
    async def flood(_: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Flood: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    async with RawServer(flood) as server:
        failure = failed(await get(server, Limits(total=FOREVER)), NoAnswer.TOO_LARGE)
    assert "head" in failure.detail.raw


# --- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
async def test_a_redirect_is_an_answer_and_is_not_followed(status: str) -> None:
    async with RawServer(response(b"elsewhere")) as elsewhere:
        moved = response(status=status, Location=f"{elsewhere.url}/")
        async with RawServer(moved) as server:
            answer = answered(await get(server))
        assert answer.status == int(status[:3])
        assert answer.header("location") == f"{elsewhere.url}/"
        assert elsewhere.connections == 0


async def test_cookies_are_not_kept() -> None:
    async with RawServer(response(Set_Cookie="session=1; Path=/")) as server:
        async with client_for(server) as client:
            for _ in range(2):
                answered(await client.send("GET", f"https://{HOST}/"))
        assert "cookie" not in server.received[1].headers


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\r\n\r\n",
        b"hello\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        bytes(range(256)) * 4,
    ],
)
async def test_what_is_not_http_is_broken_and_never_an_exception(garbage: bytes) -> None:
    async def answer(
        _: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(garbage)
        writer.close()

    async with RawServer(answer) as server:
        assert failed(await get(server), NoAnswer.BROKEN).detail.raw


# --- secrets ---------------------------------------------------------------------------------


async def test_the_secret_of_a_client_is_form_encoded_before_it_is_joined() -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        secret = Secret("a:b c+d%e/é")
        await client.send("POST", f"https://{HOST}/token", credentials=("my:id", secret), body=b"x")
    scheme, _, encoded = server.received[0].headers["authorization"].partition(" ")
    name, _, value = base64.b64decode(encoded).decode().partition(":")
    assert (scheme, unquote_plus(name), unquote_plus(value)) == ("Basic", "my:id", "a:b c+d%e/é")


async def test_a_secret_form_member_comes_last() -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        url = f"https://{HOST}/token"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        secret = ("client_secret", Secret("a&b=c d"))
        await client.send("POST", url, headers=form, body=b"grant_type=x", form_secret=secret)
        await client.send("POST", url, headers=form, form_secret=secret)
        await client.send("POST", url)
    bodies = [request.body for request in server.received]
    assert bodies == [
        b"grant_type=x&client_secret=a%26b%3Dc+d",
        b"client_secret=a%26b%3Dc+d",
        b"",
    ]
    assert server.received[2].headers["content-length"] == "0"


async def test_a_bearer_token_is_sent_and_other_headers_are_kept() -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        await client.send(
            "GET",
            f"https://{HOST}/",
            headers={"accept": "application/json", "MCP-Protocol-Version": "1"},
            bearer=Secret("abc.def.ghi"),
        )
    headers = server.received[0].headers
    assert headers["authorization"] == "Bearer abc.def.ghi"
    assert headers["accept"] == "application/json"
    assert headers["mcp-protocol-version"] == "1"


async def test_secrets_are_in_nothing_that_is_left_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = Secret(SENTINEL)
    left: list[object] = []
    async with RawServer(response(b"ok")) as server, RawServer(b"garbage\r\n\r\n") as broken:
        routes = {HOST: server.url, "broken.example.com": broken.url}
        async with GuardedClient(routes=routes, resolve=Names([])) as client:
            for host in (HOST, "broken.example.com", "missing.example.com"):
                url = f"https://{host}/"
                left += [
                    await client.send("POST", url, bearer=secret),
                    await client.send("POST", url, credentials=("id", secret)),
                    await client.send("POST", url, form_secret=("client_secret", secret)),
                ]
            left += [client, vars(client)]
        sent = repr(server.received)
    assert sent.count(SENTINEL) == 2
    assert base64.b64encode(f"id:{SENTINEL}".encode()).decode() in sent
    for shown in (repr(left), str(left), caplog.text):
        assert SENTINEL not in shown
        assert base64.b64encode(f"id:{SENTINEL}".encode()).decode() not in shown


@pytest.mark.parametrize("tail", ["\r\nX-Injected: 1", "\n", "\x00", "é\u2028", "\udcff", " "])
async def test_a_secret_that_no_header_may_hold_is_not_sent_and_not_quoted(tail: str) -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        url = f"https://{HOST}/"
        failure = failed(
            await client.send("GET", url, bearer=Secret(SENTINEL + tail)), NoAnswer.BROKEN
        )
    assert "header authorization" in failure.detail.raw
    assert SENTINEL not in repr(failure)
    assert server.connections == 0


async def test_a_secret_that_is_no_text_is_not_sent_and_not_quoted() -> None:
    async with RawServer(response()) as server, client_for(server) as client:
        url = f"https://{HOST}/"
        secret = Secret(SENTINEL + "\udcff")
        for exchange in (
            await client.send("POST", url, credentials=("id", secret)),
            await client.send("POST", url, form_secret=("client_secret", secret)),
        ):
            assert SENTINEL not in repr(failed(exchange, NoAnswer.BROKEN))
    assert server.connections == 0


# --- start-up --------------------------------------------------------------------------------


def test_a_client_costs_no_tls_and_no_certificates_before_they_are_needed() -> None:
    program = """
import sys
from agentcore_auth_checks.probes.http import GuardedClient
GuardedClient(routes={"acme.okta.com": "http://127.0.0.1:1"})
print(sorted({"httpx", "truststore", "cryptography", "urllib.request"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=os.environ)
    assert done.stdout == b"[]\n", done.stderr.decode()
