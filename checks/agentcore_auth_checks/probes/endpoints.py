"""Probes of what the user runs: the test page on this machine, and an AgentCore gateway."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentcore_auth_checks.facts.answers import EndpointAnswer, PageAnswer
from agentcore_auth_checks.facts.http import HttpAnswer
from agentcore_auth_checks.probes.base import Blocked, Run
from agentcore_auth_checks.probes.tokens import ClientCredentialsProbe

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
PROTOCOL_VERSION = "2025-06-18"
MCP_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": PROTOCOL_VERSION,
}


@dataclass(frozen=True, slots=True)
class PageProbe:
    """Fetches a page that the user serves, on this machine or elsewhere."""

    source: str
    label: str
    url: str
    contains: str
    area: str = "nginx"

    async def fetch(self, run: Run) -> PageAnswer:
        """Returns what the page's address answered."""
        loopback = urlsplit(self.url).hostname in LOOPBACK_HOSTS
        exchange = await run.client.send("GET", self.url, loopback=loopback)
        holds_text = isinstance(exchange, HttpAnswer) and self.contains.encode() in exchange.body
        return PageAnswer(
            source=self.source,
            url=self.url,
            contains=self.contains,
            exchange=exchange,
            holds_text=holds_text,
        )


@dataclass(frozen=True, slots=True)
class GatewayProbe:
    """Asks a gateway without and with a token; never calls a tool."""

    source: str
    label: str
    url: str
    token: ClientCredentialsProbe
    area: str = "endpoint"

    async def fetch(self, run: Run) -> EndpointAnswer:
        """Returns the challenge, and the answers to `initialize` and `tools/list`.

        Raises:
            Blocked: there is no token to present.
        """
        challenge, issued = await asyncio.gather(
            run.client.send("POST", self.url, headers=MCP_HEADERS, body=_request(1, "tools/list")),
            run.fact(self.token),
        )
        if issued.access_token is None:
            raise Blocked("it needs a token, and none was issued", waits_for=(self.token.source,))
        token = issued.access_token
        initialize = await run.client.send(
            "POST", self.url, headers=MCP_HEADERS, body=_initialize(), bearer=token
        )
        tools = None
        if isinstance(initialize, HttpAnswer) and initialize.status == 200:
            session = initialize.header("Mcp-Session-Id")
            headers = MCP_HEADERS | ({"Mcp-Session-Id": session} if session else {})
            # Servers that follow the protocol closely list nothing before they were told this.
            ready = _request(None, "notifications/initialized")
            await run.client.send("POST", self.url, headers=headers, body=ready, bearer=token)
            listing = _request(2, "tools/list")
            tools = await run.client.send(
                "POST", self.url, headers=headers, body=listing, bearer=token
            )
        return EndpointAnswer(
            source=self.source,
            url=self.url,
            challenge=challenge,
            initialize=initialize,
            tools=tools,
        )


def _initialize() -> bytes:
    client = {"name": "agentcore-auth", "version": "1"}
    return _request(
        1,
        "initialize",
        {"protocolVersion": PROTOCOL_VERSION, "capabilities": {}, "clientInfo": client},
    )


def _request(number: int | None, method: str, parameters: dict[str, object] | None = None) -> bytes:
    """Returns a JSON-RPC 2.0 request, or a notification where it has no number."""
    message: dict[str, object] = {"jsonrpc": "2.0", "method": method}
    if number is not None:
        message["id"] = number
    if parameters is not None:
        message["params"] = parameters
    return json.dumps(message).encode()
