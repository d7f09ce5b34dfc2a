"""The gateway of the practice range: MCP behind an authorizer.

Statuses, headers and bodies are those that AWS documents or that were recorded from the live
service. Nobody recorded the body of a gateway's 403, so it has none here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from agentcore_auth.lab.authorization import (
    AUTHORIZATION_FAILED,
    METADATA_PATH,
    Credentials,
    Fetch,
    Judge,
    challenge,
    metadata,
)
from agentcore_auth.lab.exchange import Request, Response, json_response
from agentcore_auth_checks import strict_json
from agentcore_auth_templates import practice_ranges as data

PROTOCOL_VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")

_FORBIDDEN = ("iss", "signature", "allowedClients", "allowedScopes", "customClaims")
"""Lines that a gateway was seen to answer with 403; whatever else is wrong gets 401."""


class Gateway:
    """An AgentCore gateway that speaks MCP at `/mcp`."""

    def __init__(self, agentcore: data.AgentCore, fetch: Fetch, now: Callable[[], float]) -> None:
        self._agentcore = agentcore
        self._origin = f"https://{agentcore.gateway_host}"
        self._judge = Judge(agentcore.authorizer, fetch, now)

    def answer(self, request: Request) -> Response:
        """Returns the response to a request."""
        if request.path == METADATA_PATH:
            return metadata(self._judge, f"{self._origin}/mcp", self._judge.scopes)
        if request.path != "/mcp":
            return json_response({"message": "Not Found"}, 404)
        refusal = None if self._agentcore.open else self._refusal(Credentials.of(request))
        if refusal is not None:
            return refusal
        if request.method != "POST":
            return Response(405, (("Allow", "POST"),))
        return _mcp_answer(request.body, self._agentcore.tools)

    def _refusal(self, credentials: Credentials) -> Response | None:
        if not credentials.value and credentials.scheme in ("", "bearer"):
            return self._refused(401, "invalid_token", "Missing Bearer token")
        if credentials.scheme != "bearer":
            return self._refused(401, "invalid_token", "Invalid Bearer token")
        failures = self._judge.failures(credentials.value)
        if not failures:
            return None
        if failures[0].startswith(_FORBIDDEN):
            return self._refused(403, "insufficient_scope", "")
        return self._refused(401, "invalid_token", "Invalid Bearer token")

    def _refused(self, status: int, error: str, message: str) -> Response:
        parameters = {"error": error}
        if self._judge.scopes:
            parameters["scope"] = " ".join(self._judge.scopes)
        parameters["resource_metadata"] = self._origin + METADATA_PATH
        header = challenge(parameters)
        if not message:
            return Response(status, (header,))
        body = {
            "jsonrpc": "2.0",
            "id": 0,
            "error": {"code": AUTHORIZATION_FAILED, "message": message},
        }
        return json_response(body, status, (header,))


# --- the Model Context Protocol (2025-06-18) ---------------------------------------------------


def _mcp_answer(body: bytes, tools: Iterable[str]) -> Response:
    """Returns the answer to one JSON-RPC message; a notification is only taken."""
    message, problem = strict_json.decode(body)
    if problem is not None:
        return json_response(_rpc_error(None, -32700, "Parse error"), 400)
    if not isinstance(message, dict):
        return json_response(_rpc_error(None, -32600, "Invalid Request"), 400)
    members = cast("dict[str, object]", message)
    if "id" not in members:
        return Response(202)
    match members.get("method"):
        case "initialize":
            result = _initialized(members.get("params"))
        case "ping":
            result = {}
        case "tools/list":
            result = {"tools": [_tool(name) for name in tools]}
        case _:
            return json_response(_rpc_error(members["id"], -32601, "Method not found"))
    return json_response({"jsonrpc": "2.0", "id": members["id"], "result": result})


def _initialized(parameters: object) -> dict[str, object]:
    asked = None
    if isinstance(parameters, dict):
        asked = cast("dict[str, object]", parameters).get("protocolVersion")
    version = asked if asked in PROTOCOL_VERSIONS else PROTOCOL_VERSIONS[0]
    return {
        "protocolVersion": version,
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "practice-gateway", "version": "1"},
    }


def _tool(name: str) -> dict[str, object]:
    return {
        "name": name,
        "description": "A tool of the practice range; it is listed and never called.",
        "inputSchema": {"type": "object", "properties": {}},
    }


def _rpc_error(number: object, code: int, message: str) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}
