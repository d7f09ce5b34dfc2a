"""JSON documents that a provider publishes: discovery, key set, and any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from agentcore_auth_checks.facts.http import Exchange, Fetched
from agentcore_auth_checks.strict_json import JsonProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonDocument(Fetched):
    """A document fetched from `url`, or read from a file (`exchange` is None then).

    `content` is the decoded JSON value, `problem` why there is none. Both are None where
    nothing was answered; `exchange` says why.
    """

    url: str
    exchange: Exchange | None = None
    content: object = None
    problem: JsonProblem | None = None
    member: str = ""
    """A member that the document must hold, where one was asked for."""

    @property
    def members(self) -> Mapping[str, object]:
        """The document where it is a JSON object, else nothing."""
        is_object = isinstance(self.content, Mapping)
        return cast("Mapping[str, object]", self.content) if is_object else {}

    def text_member(self, name: str) -> str | None:
        """Returns a member that is a string, or None."""
        value = self.members.get(name)
        return value if isinstance(value, str) else None

    def list_member(self, name: str) -> tuple[str, ...] | None:
        """Returns a member that is a list, its strings only, or None where it is no list."""
        value = self.members.get(name)
        if not isinstance(value, list):
            return None
        return tuple(item for item in cast("list[object]", value) if isinstance(item, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryDocument(JsonDocument):
    """The discovery document of an authorization server (OpenID Connect Discovery 1.0, 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet(JsonDocument):
    """The JSON Web Key Set that a discovery document names (RFC 7517 section 5)."""
