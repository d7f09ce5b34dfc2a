"""Probes that ask an authorization server as a browser would: sign-in, sign-out, preflight.

None of them signs anybody in: prompt=none makes the server answer at once (OpenID Connect
Core 1.0 section 3.1.2.1), and what it answers says whether client and address are registered.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from agentcore_auth_checks.facts.answers import (
    AuthorizeAnswer,
    OAuthError,
    PreflightAnswer,
    SignOutAnswer,
)
from agentcore_auth_checks.facts.http import Exchange, HttpAnswer
from agentcore_auth_checks.probes.base import Run
from agentcore_auth_checks.probes.documents import DiscoveryProbe
from agentcore_auth_checks.text import NO_TEXT, Untrusted

PAGE_CHARACTERS = 20_000
"""How much of a shown page is looked at, in characters."""


@dataclass(frozen=True, slots=True)
class AuthorizeProbe:
    """Asks for a code with prompt=none."""

    source: str
    label: str
    client_id: str
    redirect_uri: str
    scope: str
    discovery: DiscoveryProbe
    expects_refusal: bool = False
    area: str = "idp"

    async def fetch(self, run: Run) -> AuthorizeAnswer:
        """Returns where the browser would have been sent, or what it would have been shown.

        Raises:
            Blocked: the discovery document names no authorization endpoint.
        """
        endpoint = await self.discovery.endpoint(run, "authorization_endpoint")
        challenge = hashlib.sha256(secrets.token_urlsafe(48).encode()).digest()
        query = urlencode(
            {
                "client_id": self.client_id,
                "redirect_uri": self.redirect_uri,
                "response_type": "code",
                "scope": self.scope,
                "prompt": "none",
                "state": secrets.token_urlsafe(16),
                "nonce": secrets.token_urlsafe(16),
                "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        exchange = await run.client.send("GET", _with_query(endpoint, query))
        redirected, error, page = _outcome(exchange, self.redirect_uri)
        return AuthorizeAnswer(
            source=self.source,
            client_id=self.client_id,
            redirect_uri=self.redirect_uri,
            exchange=exchange,
            redirected=redirected,
            error=error,
            page=page,
            expects_refusal=self.expects_refusal,
        )


@dataclass(frozen=True, slots=True)
class SignOutProbe:
    """Asks to sign out and be returned (OpenID Connect RP-Initiated Logout 1.0 section 2)."""

    source: str
    label: str
    client_id: str
    return_to: str
    discovery: DiscoveryProbe
    area: str = "idp"

    async def fetch(self, run: Run) -> SignOutAnswer:
        """Returns whether the return address was taken.

        Raises:
            Blocked: the discovery document names no sign-out endpoint.
        """
        endpoint = await self.discovery.endpoint(run, "end_session_endpoint")
        query = urlencode({"client_id": self.client_id, "post_logout_redirect_uri": self.return_to})
        exchange = await run.client.send("GET", _with_query(endpoint, query))
        redirected, error, page = _outcome(exchange, self.return_to)
        # A server may ask "do you want to sign out?" first: it does so only for a known address.
        asked = isinstance(exchange, HttpAnswer) and exchange.status == 200 and error is None
        return SignOutAnswer(
            source=self.source,
            client_id=self.client_id,
            return_to=self.return_to,
            exchange=exchange,
            accepted=redirected or asked,
            error=error,
            page=page,
        )


@dataclass(frozen=True, slots=True)
class PreflightProbe:
    """Sends the CORS preflight that a page's browser would send (Fetch standard, 4.8)."""

    source: str
    label: str
    url: str
    origin: str
    method: str
    headers: tuple[str, ...]
    area: str = "cors"

    async def fetch(self, run: Run) -> PreflightAnswer:
        """Returns what the server allows that origin."""
        headers = {"Origin": self.origin, "Access-Control-Request-Method": self.method}
        if self.headers:
            headers["Access-Control-Request-Headers"] = ",".join(self.headers)
        exchange = await run.client.send("OPTIONS", self.url, headers=headers)
        allowed: dict[str, str | None] = dict.fromkeys(
            ("origin", "methods", "headers", "credentials")
        )
        if isinstance(exchange, HttpAnswer):
            allowed = {name: exchange.header(f"Access-Control-Allow-{name}") for name in allowed}
        return PreflightAnswer(
            source=self.source,
            url=self.url,
            origin=self.origin,
            method=self.method,
            asked_headers=self.headers,
            exchange=exchange,
            allow_origin=allowed["origin"],
            allow_methods=allowed["methods"],
            allow_headers=allowed["headers"],
            allow_credentials=allowed["credentials"],
        )


def _with_query(url: str, query: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def _outcome(exchange: Exchange, registered: str) -> tuple[bool, OAuthError | None, Untrusted]:
    """Returns whether the browser was sent to `registered`, the error sent along, and the page."""
    if not isinstance(exchange, HttpAnswer):
        return False, None, NO_TEXT
    target = exchange.header("Location") if 300 <= exchange.status < 400 else None
    if target is None:
        return False, None, Untrusted(exchange.text().raw[:PAGE_CHARACTERS])
    parameters = _parameters(target)
    error = None
    if "error" in parameters:
        error = OAuthError(
            error=Untrusted(parameters["error"]),
            description=Untrusted(parameters.get("error_description", "")),
        )
    sent_to_client = _without_query(target) == _without_query(registered)
    return sent_to_client, error, NO_TEXT if sent_to_client else Untrusted(target)


def _without_query(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def _parameters(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return {}
    members = parse_qs(parts.query or parts.fragment, keep_blank_values=True)
    return {name: values[0] for name, values in members.items()}
