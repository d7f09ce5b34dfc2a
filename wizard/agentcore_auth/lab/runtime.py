"""The runtime of the practice range: an authorizer with no agent behind it.

Statuses, headers and bodies are those that AWS documents or that were recorded from the live
service. Nobody recorded a runtime's words for a bad signature, so they say no more than the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote

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
from agentcore_auth_templates import practice_ranges as data

SHORTEST_SESSION_ID = 33

_METHOD_MISMATCH = (
    "Authorization method mismatch. The agent is configured for a different authorization method "
    "than what was used in your request. Check the agent's authorization configuration and ensure "
    "your request uses the matching method (OAuth or SigV4)"
)
_OAUTH_FAILED = "OAuth authorization failed"
_FORBIDDEN = {
    "form": f"{_OAUTH_FAILED}: Failed to parse token",
    "exp": f"{_OAUTH_FAILED}: Ineffectual token, will expire within the next minute",
    "alg": _OAUTH_FAILED,
    "signature": _OAUTH_FAILED,
}
"""Lines that are judged first, and answered with 403."""

_CLAIMS = {"iss": "iss", "allowedAudience": "aud", "allowedClients": "client_id"}
"""Lines that are answered with 401, naming their claim."""


class Runtime:
    """An AgentCore runtime that is invoked over HTTP. No agent runs in it."""

    def __init__(self, agentcore: data.AgentCore, fetch: Fetch, now: Callable[[], float]) -> None:
        self._agentcore = agentcore
        self._judge = Judge(agentcore.authorizer, fetch, now)

    def answer(self, request: Request) -> Response:
        """Returns the response to a request."""
        arn, rest = _runtime_path(request.path)
        if rest not in ("invocations", f"invocations{METADATA_PATH}"):
            # Recorded for a path that stops short, where another service would say 404.
            return _aws_error(403, "", "Missing Authentication Token")
        if arn != self._agentcore.runtime_arn:
            return _aws_error(404, "ResourceNotFoundException", "No such runtime.")
        qualifier = request.query.get("qualifier", "DEFAULT")
        if rest != "invocations":
            resource = f"{self._url()}?qualifier={quote(qualifier, safe='')}"
            return metadata(self._judge, resource, self._judge.scopes or None)
        refusal = self._refusal(Credentials.of(request), qualifier)
        if refusal is not None:
            return refusal
        if request.method != "POST":
            return Response(405, (("Allow", "POST"),))
        return _invoked(request)

    def _refusal(self, credentials: Credentials, qualifier: str) -> Response | None:
        if not credentials.value and credentials.scheme in ("", "bearer"):
            return self._unauthorized("Missing Authentication Token", qualifier, code=None)
        if credentials.scheme != "bearer":
            return _aws_error(403, "AccessDeniedException", _METHOD_MISMATCH)
        failures = self._judge.failures(credentials.value)
        if not failures:
            return None
        forbidden = next((text for line, text in _FORBIDDEN.items() if line in failures), None)
        if forbidden is not None:
            return _aws_error(403, "AccessDeniedException", forbidden)
        return self._unauthorized(_mismatch(failures[0]), qualifier)

    def _unauthorized(
        self, message: str, qualifier: str, code: int | None = AUTHORIZATION_FAILED
    ) -> Response:
        error: dict[str, object] = {"message": message}
        if code is not None:
            error = {"code": code, **error}
        address = f"{self._url()}{METADATA_PATH}?qualifier={quote(qualifier, safe='')}"
        headers = (
            challenge({"resource_metadata": address}),
            ("x-amzn-ErrorType", "UnauthorizedException"),
        )
        return json_response({"error": error}, 401, headers)

    def _url(self) -> str:
        arn = quote(self._agentcore.runtime_arn, safe="")
        return f"https://{self._agentcore.runtime_host}/runtimes/{arn}/invocations"


def _mismatch(line: str) -> str:
    claim = _CLAIMS.get(line)
    return (
        f"Claim '{claim}' value mismatch with configuration." if claim else "Authorization denied"
    )


def _runtime_path(path: str) -> tuple[str, str]:
    """Returns the ARN in a runtime's path and what follows it; both empty for another path."""
    parts = path.split("/", 3)
    if len(parts) < 4 or parts[:2] != ["", "runtimes"]:
        return "", ""
    return unquote(parts[2]), parts[3]


def _invoked(request: Request) -> Response:
    session = request.headers.get("x-amzn-bedrock-agentcore-runtime-session-id")
    if session is not None and len(session) < SHORTEST_SESSION_ID:
        message = (
            "Value at 'runtimeSessionId' failed to satisfy constraint: "
            f"Member must have length greater than or equal to {SHORTEST_SESSION_ID}"
        )
        return _aws_error(400, "ValidationException", message)
    return json_response({"result": "The practice runtime took the request; no agent runs in it."})


def _aws_error(status: int, kind: str, message: str) -> Response:
    headers = (("x-amzn-ErrorType", kind),) if kind else ()
    return json_response({"message": message}, status, headers)
