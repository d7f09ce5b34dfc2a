"""What the practice range plays, held against servers and clients that nobody here wrote.

The provider against oidc-provider (dressed as Okta by `servers/okta`), the gateway against fastmcp
and its client. AgentCore itself is not at hand: its own statuses and words are held against what
was recorded of it, in `tests/wizard/test_lab_agentcore.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from agentcore_auth.lab.practice import Lab
from agentcore_auth_checks.facts.answers import (
    AuthorizeAnswer,
    PreflightAnswer,
    SignOutAnswer,
    TokenAnswer,
)
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument, KeySet
from agentcore_auth_checks.facts.http import HttpAnswer
from agentcore_auth_checks.probes.base import Run
from agentcore_auth_checks.probes.from_packs import ProbeMaker
from agentcore_auth_checks.probes.http import GuardedClient
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.packs import journey, provider
from servers.lab_requests import KEYS, SERVER, Requests, rpc
from servers.mcp_gateway import StartMcpGateway
from servers.okta_server import OktaServer, StartOktaServer

HOST = "acme.okta.com"


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    running.set_faults(())
    yield running


async def facts_of(
    answers: Mapping[str, str], routes: Mapping[str, str], client_secret: Secret
) -> Facts:
    """Returns what every probe of the provider sees."""
    known = journey("okta-agentcore")
    pack = provider(known.provider)
    maker = ProbeMaker(pack, known, answers)

    async def secret(field: str) -> Secret | None:
        return client_secret

    async with GuardedClient(routes=routes) as client:
        run = Run(maker.answers, client, secret, lambda: 0.0)
        probes = maker.make(pack.probes)
        found: list[Fact] = list(await asyncio.gather(*(run.fact(probe) for probe in probes)))
    return Facts(found)


async def facts_of_lab(lab: Lab) -> Facts:
    return await facts_of(lab.answers, lab.routes, lab.client_secret)


async def facts_of_server(server: OktaServer) -> Facts:
    answers = {
        "okta.domain": HOST,
        "okta.authorization_server": "default",
        "okta.user_auth.client_id": server.spa_client_id,
        "okta.m2m.client_id": server.m2m_client_id,
        "okta.m2m.scope": server.scope,
        "okta.jwt.audience": server.audience,
        "page.origin": server.page_origin,
    }
    return await facts_of(answers, {HOST: server.url}, Secret(server.m2m_client_secret))


def sign_ins(facts: Facts) -> dict[str, object]:
    return {
        answer.source: (
            status(answer.exchange) // 100,
            answer.redirected,
            answer.error.error.raw if answer.error else None,
        )
        for answer in facts.all(AuthorizeAnswer)
    }


def sign_outs(facts: Facts) -> list[object]:
    return [answer.accepted for answer in facts.all(SignOutAnswer)]


def preflights(facts: Facts) -> dict[str, object]:
    return {
        answer.source: (status(answer.exchange) // 100, answer.allow_origin == answer.origin)
        for answer in facts.all(PreflightAnswer)
    }


def tokens(facts: Facts) -> list[object]:
    return [
        (
            status(answer.exchange),
            answer.error.error.raw if answer.error else None,
            answer.token_type,
            answer.expires_in,
        )
        for answer in facts.all(TokenAnswer)
    ]


def status(exchange: object) -> int:
    assert isinstance(exchange, HttpAnswer)
    return exchange.status


@pytest.mark.node
async def test_healthy_provider_answers_alike(lab: Lab, okta_server: StartOktaServer) -> None:
    played = await facts_of_lab(lab)
    real = await facts_of_server(okta_server(origin=f"https://{HOST}"))
    assert sign_ins(played) == sign_ins(real)
    assert sign_outs(played) == sign_outs(real)
    assert preflights(played) == preflights(real)
    assert tokens(played) == tokens(real)


@pytest.mark.node
async def test_tokens_have_the_same_shape(lab: Lab, okta_server: StartOktaServer) -> None:
    shapes: list[tuple[object, object]] = []
    for facts in (
        await facts_of_lab(lab),
        await facts_of_server(okta_server(origin=f"https://{HOST}")),
    ):
        answer = facts.first(TokenAnswer)
        assert answer is not None
        assert answer.token is not None
        payload, header = answer.token.payload or {}, answer.token.header or {}
        shapes.append(
            (
                set(header),
                {name: type(value) for name, value in payload.items()},
            )
        )
    assert shapes[0] == shapes[1]


@pytest.mark.node
async def test_documents_name_the_same_places(lab: Lab, okta_server: StartOktaServer) -> None:
    played = await facts_of_lab(lab)
    real = await facts_of_server(okta_server(origin=f"https://{HOST}"))
    paths: list[dict[str, str]] = []
    for facts in (played, real):
        document = facts.first(DiscoveryDocument)
        assert document is not None
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        urls = {name: document.text_member(name) for name in (*names, "end_session_endpoint")}
        paths.append({name: urlsplit(url or "").path for name, url in urls.items()})
        assert {"code"} <= set(document.list_member("response_types_supported") or ())
    assert paths[0] == paths[1]
    members = [
        [key for key in facts.all(KeySet)[0].members["keys"] if key["kty"] == "RSA"]  # type: ignore[attr-defined]
        for facts in (played, real)
    ]
    assert set(members[0][0]) == set(members[1][0])


SAME_FAULTS = [
    ("idp.unauthorized_client", "m2m-unauthorized", tokens),
    ("idp.dpop_required", "dpop-required", tokens),
    ("idp.policy_denied", "policy-denied", tokens),
    ("idp.invalid_scope", "scope-unknown", tokens),
    ("idp.redirect_uri_mismatch", "redirect-missing-iframe", sign_ins),
    ("idp.sign_out_uri_mismatch", "sign-out-missing", sign_outs),
    ("cors.origin_refused", "cors-refused", preflights),
]


@pytest.mark.node
@pytest.mark.parametrize(
    ("played_fault", "real_fault", "seen"), SAME_FAULTS, ids=[case[0] for case in SAME_FAULTS]
)
async def test_faulty_provider_answers_alike(
    lab: Lab, okta_server: StartOktaServer, played_fault: str, real_fault: str, seen: Any
) -> None:
    healthy = seen(await facts_of_lab(lab))
    lab.set_faults((played_fault,))
    played = seen(await facts_of_lab(lab))
    real = seen(await facts_of_server(okta_server(real_fault, origin=f"https://{HOST}")))
    assert played == real
    assert played != healthy


# --- the gateway -------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(document: bytes) -> Iterator[str]:
    """Serves one JSON document on loopback, whatever is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *arguments: object) -> None:
            """Not on the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


TOKEN_FAULTS = [
    "exp.expired",
    "aud.okta_default",
    "aud.mismatch",
    "aud.missing",
    "aud.case",
    "iss.mismatch",
    "iss.okta_org_server",
    "iss.trailing_slash",
    "iss.missing",
    "sig.invalid",
    "kid.not_found",
    "shape.opaque",
]


def test_tokens_are_judged_as_by_a_real_resource_server(
    lab: Lab, mcp_gateway: StartMcpGateway
) -> None:
    headers = {"Accept": "application/json, text/event-stream"}
    body = rpc(
        "initialize",
        protocolVersion="2025-06-18",
        capabilities={},
        clientInfo={"name": "test", "version": "1"},
    )
    with contextlib.closing(Requests(lab)) as requests, serving(requests.get(KEYS).content) as keys:
        real = mcp_gateway(issuer=SERVER, jwks_uri=keys, audience="myagentcoreaud")

        def verdicts(token: str) -> tuple[bool, bool]:
            authorization = {**headers, "Authorization": f"Bearer {token}"}
            there = httpx.post(real.url, json=body, headers=authorization, timeout=60)
            here = requests.call(lab.gateway_url, token, body=body)
            return here.status_code == 200, there.status_code == 200

        assert verdicts(requests.access_token()) == (True, True)
        for fault in TOKEN_FAULTS:
            lab.set_faults((fault,))
            assert (fault, verdicts(requests.access_token())) == (fault, (False, False))
        # The last minute is AgentCore's own rule: others take the token until it expires.
        lab.set_faults(("exp.too_close",))
        assert verdicts(requests.access_token()) == (False, True)


async def test_real_mcp_client_lists_the_tools(lab: Lab) -> None:
    from fastmcp import Client
    from fastmcp.client.transports import StreamableHttpTransport

    with contextlib.closing(Requests(lab)) as requests:
        token = await asyncio.to_thread(requests.access_token)
    transport = StreamableHttpTransport(
        f"http://127.0.0.1:{lab.port}/mcp",
        headers={
            "Host": urlsplit(lab.gateway_url).netloc,
            "Authorization": f"Bearer {token}",
        },
    )
    async with Client(transport) as client:
        tools = [tool.name for tool in await client.list_tools()]
    assert tools == ["practice___list_instances", "practice___describe_alarm"]


def test_protected_resource_metadata_are_those_of_a_real_server(
    lab: Lab, mcp_gateway: StartMcpGateway
) -> None:
    """The members that AgentCore serves are there and mean the same (RFC 9728 section 2)."""
    path = "/.well-known/oauth-protected-resource"
    origin = lab.gateway_url.removesuffix("/mcp")
    real = mcp_gateway(issuer=SERVER, jwks_uri="http://127.0.0.1:9/", origin=origin)
    there = httpx.get(f"{real.url.removesuffix('/mcp')}{path}/mcp", timeout=60).json()
    with contextlib.closing(Requests(lab)) as requests:
        here = requests.get(f"{origin}{path}").json()
    assert here["resource"] == there["resource"]
    assert [url.rstrip("/") for url in there["authorization_servers"]] == here[
        "authorization_servers"
    ]
    assert here["scopes_supported"] == there["scopes_supported"]
