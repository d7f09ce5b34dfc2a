"""The lab as a server: loopback only, side by side, hard to hurt, and gone when it is stopped."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from agentcore_auth.lab.exchange import Request, Response
from agentcore_auth.lab.practice import Lab
from agentcore_auth.lab.server import (
    LARGEST_BODY,
    MOST_CONNECTIONS,
    LoopbackServer,
    PortTaken,
    Visit,
)
from servers.lab_requests import DISCOVERY, KEYS, PROVIDER, Requests, part

HEAD = b"Host: practice.okta.example\r\n"
TOKEN_PATH = b"POST /oauth2/default/v1/token HTTP/1.1\r\n"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


@pytest.fixture
def requests(lab: Lab) -> Iterator[Requests]:
    client = Requests(lab)
    yield client
    client.close()


@contextlib.contextmanager
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def connected(lab: Lab) -> socket.socket:
    return socket.create_connection(("127.0.0.1", lab.port), timeout=30)


def test_only_loopback_is_listened_on(lab: Lab) -> None:
    listening = [
        connection.laddr.ip
        for connection in psutil.Process().net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == lab.port
    ]
    assert listening == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["nowhere.example", "127.0.0.2", "practice.okta.example.nowhere"])
def test_names_that_are_not_played_get_nothing(requests: Requests, host: str) -> None:
    answer = requests.get(f"https://{host}/oauth2/default/v1/keys")
    assert (answer.status_code, answer.content) == (421, b"")


@pytest.mark.parametrize("host", ["practice.okta.example:443", "Practice.Okta.Example"])
def test_names_are_known_in_any_case_and_with_a_port(requests: Requests, host: str) -> None:
    assert requests.get(f"https://{host}/oauth2/default/v1/keys").status_code == 200


def has_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_stop_leaves_no_thread_and_no_connection() -> None:
    asked = threading.Event()

    def observe(visit: Visit) -> None:
        if visit.stall:
            asked.set()

    lab = Lab(("net.timeout",), observe=observe)
    with no_thread_left():
        lab.start()
        with connected(lab) as idle, connected(lab) as waiting:
            idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(1) == b"H"
            path = DISCOVERY.removeprefix(PROVIDER).encode()
            waiting.sendall(b"GET " + path + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
            assert asked.wait(timeout=60)
            lab.stop()
            idle.recv(LARGEST_BODY)
            assert has_ended(idle)
            assert has_ended(waiting)
    assert (lab.port, lab.visits) == (0, ())


@pytest.mark.timeout(60)
def test_stop_does_not_wait_for_held_back_answers() -> None:
    lab = Lab(delay_seconds=3600)
    lab.start()
    with connected(lab) as waiting:
        waiting.sendall(b"GET /callback HTTP/1.1\r\nHost: localhost\r\n\r\n")
        lab.stop()
        assert has_ended(waiting)


def test_stop_and_start_again() -> None:
    lab = Lab()
    with no_thread_left():
        for _ in range(2):
            lab.start()
            with contextlib.closing(Requests(lab)) as requests:
                assert requests.get(DISCOVERY).status_code == 200
            lab.stop()
            lab.stop()


async def test_lab_in_an_event_loop() -> None:
    async with Lab() as lab, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{lab.port}/oauth2/default/v1/keys"
        answer = await client.get(url, headers={"Host": "practice.okta.example"})
        assert answer.status_code == 200
    assert lab.port == 0


def test_requests_are_answered_side_by_side() -> None:
    meeting = threading.Barrier(8)

    def answer(request: Request) -> Response:
        meeting.wait(timeout=60)
        return Response(204)

    server = LoopbackServer(answer, ports=(0,), delay_seconds=0, observe=lambda visit: None)
    server.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            url = f"http://127.0.0.1:{server.port}/"
            statuses = list(pool.map(lambda _: httpx.get(url).status_code, range(8)))
    finally:
        server.stop()
    assert statuses == [204] * 8


def test_every_one_of_many_requests_gets_its_own_token(lab: Lab) -> None:
    def token(_: int) -> str:
        with contextlib.closing(Requests(lab)) as requests:
            return requests.access_token()

    with ThreadPoolExecutor(10) as pool:
        tokens = list(pool.map(token, range(40)))
    assert len({part(token, 1)["jti"] for token in tokens}) == 40


def test_fault_of_the_range_is_an_answer_and_no_end() -> None:
    calls: list[str] = []

    def answer(request: Request) -> Response:
        calls.append(request.path)
        raise RuntimeError("broken on purpose")

    server = LoopbackServer(answer, ports=(0,), delay_seconds=0, observe=lambda visit: None)
    server.start()
    try:
        url = f"http://127.0.0.1:{server.port}"
        assert httpx.get(f"{url}/one").status_code == 500
        assert httpx.get(f"{url}/two").status_code == 500
    finally:
        server.stop()
    assert calls == ["/one", "/two"]


def test_requests_are_logged_without_what_they_carry() -> None:
    seen: list[Visit] = []
    with Lab(observe=seen.append) as lab, contextlib.closing(Requests(lab)) as requests:
        token = requests.access_token()
        requests.call(f"{lab.gateway_url}?secret=in-the-query", token)
        visits = lab.visits
        secret = lab.client_secret.reveal()
    assert [(str(visit.method), str(visit.path), visit.status) for visit in visits] == [
        ("POST", "/oauth2/default/v1/token", 200),
        ("POST", "/mcp", 202),
    ]
    assert str(visits[0].host) == "practice.okta.example"
    assert seen == list(visits)
    assert all(visit.started <= visit.ended for visit in visits)
    assert not any(word in repr(visits) for word in (token, secret, "in-the-query"))


def test_answers_are_held_back() -> None:
    with Lab(delay_seconds=0.2) as lab, contextlib.closing(Requests(lab)) as requests:
        requests.get(KEYS)
        visit = lab.visits[0]
    assert visit.ended - visit.started > 0.19


def test_named_port_is_used_and_a_taken_one_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            Lab(ports=(port,)).start()
        with Lab(ports=(port, 0)) as lab:
            assert lab.port not in (0, port)
            assert lab.answers["page.origin"] == f"http://localhost:{lab.port}"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00\xff\xfe nonsense\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"BREW /pot HTTP/1.1\r\n" + HEAD + b"\r\n", b"501"),
        (b"GET / HTTP/1.1\r\n\r\n", b"421"),
        (b"GET //[x HTTP/1.1\r\n" + HEAD + b"\r\n", b"404"),
        (TOKEN_PATH + HEAD + b"Content-Length: many\r\n\r\n", b"400"),
        (TOKEN_PATH + HEAD + b"Content-Length: -5\r\n\r\n", b"400"),
        (TOKEN_PATH + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na", b"400"),
        (TOKEN_PATH + HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", b"413"),
        (TOKEN_PATH + HEAD + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), b"413"),
        (TOKEN_PATH + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (TOKEN_PATH + HEAD + b"Content-Length: 4\r\n\r\n\xff\xfe%zz", b"401"),
        (TOKEN_PATH + HEAD + b"Content-Length: 800\r\n\r\n" + b"a=b&" * 200, b"401"),
        (b"GET /?" + b"a=b&" * 5000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", b"404"),
    ],
)
def test_hostile_requests_are_refused_and_survived(
    lab: Lab, requests: Requests, sent: bytes, status: bytes
) -> None:
    with connected(lab) as connection:
        connection.sendall(sent)
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] == status
    assert requests.get(DISCOVERY).status_code == 200


def test_too_many_connections_are_turned_away() -> None:
    with Lab() as lab, contextlib.ExitStack() as stack:
        for _ in range(MOST_CONNECTIONS):
            connection = stack.enter_context(connected(lab))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1) == b"H"
        assert has_ended(stack.enter_context(connected(lab)))


def test_half_a_request_and_a_sudden_end_are_survived(lab: Lab, requests: Requests) -> None:
    for sent in (b"", b"GET / HT", TOKEN_PATH + HEAD + b"Content-Length: 50\r\n\r\nhalf"):
        with connected(lab) as connection:
            connection.sendall(sent)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00" * 2)
    assert requests.get(DISCOVERY).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"[" * 60_000, -32700),
        (b'{"id": 1, "id": 2}', -32700),
        (b'{"id": NaN}', -32700),
        (b"[]", -32600),
        (b"1", -32600),
        (b'{"id": 1}', -32601),
        (b'{"id": 1, "method": ["tools/list"]}', -32601),
    ],
)
def test_hostile_messages_to_the_gateway(
    lab: Lab, requests: Requests, body: bytes, code: int
) -> None:
    headers = {"Authorization": f"Bearer {requests.access_token()}"}
    answer = requests.send("POST", lab.gateway_url, headers=headers, content=body)
    assert answer.json()["error"]["code"] == code
