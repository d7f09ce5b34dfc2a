"""What the guarded client sends is what it was given, and what it returns is what was answered."""

from __future__ import annotations

import pytest

from agentcore_auth_checks.facts.http import HttpAnswer, HttpFailure, NoAnswer
from agentcore_auth_checks.probes.http import GuardedClient
from servers.raw_http import RawServer, response

HOST = "acme.okta.com"


async def exchange(
    answer: bytes, method: str = "GET", target: str = "/"
) -> tuple[HttpAnswer, RawServer]:
    async with RawServer(answer) as server, GuardedClient(routes={HOST: server.url}) as client:
        answered = await client.send(method, f"https://{HOST}{target}")
    assert isinstance(answered, HttpAnswer), answered
    return answered, server


@pytest.mark.parametrize(
    "target",
    [
        "/oauth2/../.well-known/./openid-configuration",
        "//double//slashes/",
        "/%7Ejo/%7ejo/~jo/%zz",
        """/{tenant}/"<a>"?x='^`{|}`'&y=%20+[]&&""",
        "/?",
        "/authorize?redirect_uri=http://localhost:8080/callback",
    ],
)
async def test_path_and_query_are_sent_as_they_are_written(target: str) -> None:
    _, server = await exchange(response(), target=target)
    assert [request.target for request in server.received] == [target]


@pytest.mark.parametrize(("method", "more"), [("GET", set()), ("POST", {"content-length"})])
async def test_no_header_is_sent_that_was_not_asked_for(method: str, more: set[str]) -> None:
    _, server = await exchange(response(), method)
    headers = server.received[0].headers
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding"} | more
    assert headers["user-agent"] == "agentcore-auth"


@pytest.mark.parametrize(
    "location",
    ["https://app.example.com:PORT/callback", "javascript:alert(1)", "https://[::1/", "http://"],
)
async def test_a_redirect_to_what_is_no_url_is_an_answer(location: str) -> None:
    answer, _ = await exchange(response(status="302 Found", Location=location))
    assert (answer.status, answer.header("location")) == (302, location)


async def test_the_headers_of_an_answer_are_kept_one_by_one_and_byte_for_byte() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Name: caf\xc3\xa9\r\nx-name: caf\xe9\r\nContent-Length: 0\r\n\r\n"
    answer, _ = await exchange(head)
    names = [(name, value) for name, value in answer.headers if name.lower() == "x-name"]
    assert names == [("X-Name", "cafÃ©"), ("x-name", "café")]


@pytest.mark.parametrize("host", ["999.1.1.1", "256.256.256.256"])
async def test_four_numbers_that_are_no_address_have_none(host: str) -> None:
    async with GuardedClient() as client:
        failure = await client.send("GET", f"http://{host}/", loopback=True)
    assert isinstance(failure, HttpFailure), failure
    assert failure.reason is NoAnswer.DNS
    assert host in failure.detail.raw
