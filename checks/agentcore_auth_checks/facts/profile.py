"""What the user wants to be true: the answers, and the authorizer that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_templates.packs import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers(Fact):
    """All answers by field id, derived values included, secrets never."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProvider(Fact):
    """The provider pack that the profile is for: its error dictionary and claim names."""

    pack: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizerSettings(Fact):
    """A `customJWTAuthorizer`: what AgentCore is, or will be, told to accept.

    None stands for a member that is absent; an empty tuple for one that is there and empty.
    """

    discovery_url: str
    allowed_audience: tuple[str, ...] | None = None
    allowed_clients: tuple[str, ...] | None = None
    allowed_scopes: tuple[str, ...] | None = None
    custom_claims: tuple[Mapping[str, object], ...] | None = None
