"""A request as the lab's parts see it, and the response that they give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from agentcore_auth_templates.practice_ranges import Reply, filled

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case; of a repeated one the first value counts."""

    method: str
    host: str
    """Without its port, in lower case."""
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def form(self) -> Mapping[str, str]:
        """Returns the members of a form-encoded body; nothing where it is not one."""
        return form_members(self.body.decode("latin-1"))


@dataclass(frozen=True, slots=True)
class Response:
    """One response. `stall` says how the connection fails instead of carrying it (or nothing).

    `clock_ahead` is how many seconds the clock of the answering server is fast.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stall: str = ""
    clock_ahead: int = 0


def target_of(target: str) -> tuple[str, Mapping[str, str]]:
    """Returns path and query of a request target (RFC 9112 section 3.2.1)."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return target, {}
    return parts.path, form_members(parts.query)


def form_members(text: str) -> Mapping[str, str]:
    """Returns form-encoded members, the first of each name; nothing where there are too many."""
    try:
        members = parse_qs(text, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[0] for name, values in members.items()}


def json_response(
    value: object, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> Response:
    """Returns a JSON value as a response."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Response(status, (("Content-Type", JSON), *headers), body)


def reply_response(reply: Reply, values: Mapping[str, object]) -> Response:
    """Returns a reply of the data as a response, its placeholders filled from `values`."""
    headers = tuple(reply.headers.items())
    if reply.json is not None:
        body = json.dumps(filled(reply.json, values), separators=(",", ":")).encode()
        headers = (("Content-Type", JSON), *headers)
    else:
        body = reply.page.encode()
        headers = (("Content-Type", HTML), *headers) if body else headers
    return Response(reply.status, headers, b" " * reply.padding + body)
