"""What a provider, a page or an endpoint answered to one probe."""

from __future__ import annotations

from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.facts.http import Exchange, Fetched
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.text import NO_TEXT, Secret, Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthError:
    """An error as OAuth reports it (RFC 6749 sections 4.1.2.1 and 5.2), or as a page tells it."""

    error: Untrusted
    description: Untrusted = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeAnswer(Fetched):
    """What came back to an authorization request with prompt=none.

    `redirected` is true where the browser was sent to the redirect URI: then client and
    redirect URI are registered, whatever `error` says. Otherwise `page` is what was shown.
    """

    client_id: str
    redirect_uri: str
    exchange: Exchange
    redirected: bool = False
    error: OAuthError | None = None
    page: Untrusted = NO_TEXT
    expects_refusal: bool = False
    """Whether it is right that this pair is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutAnswer(Fetched):
    """What came back to a sign-out request that names a return address."""

    client_id: str
    return_to: str
    exchange: Exchange
    accepted: bool = False
    error: OAuthError | None = None
    page: Untrusted = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightAnswer(Fetched):
    """What came back to a CORS preflight. The three lists are as the server sent them."""

    url: str
    origin: str
    method: str
    asked_headers: tuple[str, ...]
    exchange: Exchange
    allow_origin: str | None = None
    allow_methods: str | None = None
    allow_headers: str | None = None
    allow_credentials: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer(Fetched):
    """What the token endpoint answered: a token, or an error.

    `access_token` is the text as it came, `token` its decoded form where it is a JWT.
    """

    endpoint: str
    grant: str
    client_id: str
    scope: str
    exchange: Exchange
    error: OAuthError | None = None
    access_token: Secret | None = None
    token: Token | None = None
    token_type: str = ""
    expires_in: float | None = None

    @property
    def within(self) -> tuple[Fact, ...]:
        """The token, which is judged by itself too."""
        return () if self.token is None else (self.token,)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer(Fetched):
    """What a page of the user's own answered, and whether it holds the text it must hold."""

    url: str
    contains: str
    exchange: Exchange
    holds_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAnswer(Fetched):
    """What an AgentCore endpoint answered, rung by rung; a rung not climbed is None."""

    url: str
    challenge: Exchange
    """A request without a token."""
    initialize: Exchange | None = None
    """The MCP `initialize` with the token."""
    tools: Exchange | None = None
    """The MCP `tools/list` with the token."""
