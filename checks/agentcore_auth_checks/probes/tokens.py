"""Probes that get a token: the client-credentials grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlencode

from agentcore_auth_checks.facts.answers import OAuthError, TokenAnswer
from agentcore_auth_checks.facts.http import Exchange, HttpAnswer
from agentcore_auth_checks.probes.base import Blocked, Run, secret_source
from agentcore_auth_checks.probes.documents import DiscoveryProbe
from agentcore_auth_checks.strict_json import decode
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_checks.token_parser import parse_token

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class ClientCredentialsProbe:
    """Asks for a machine's token (RFC 6749 section 4.4)."""

    source: str
    label: str
    client_id: str
    secret_field: str
    scope: str
    audience: str
    authentication: str
    discovery: DiscoveryProbe
    area: str = "idp"

    async def fetch(self, run: Run) -> TokenAnswer:
        """Returns the token or the error that the token endpoint answered.

        Raises:
            Blocked: no secret is kept, or no token endpoint is known that it may be sent to.
        """
        endpoint = await self.discovery.trusted_endpoint(run, "token_endpoint")
        secret = await run.secret(self.secret_field)
        if secret is None:
            raise Blocked(
                "it needs the client secret, which is not kept yet",
                missing=(self.secret_field,),
                waits_for=(secret_source(self.secret_field), "keyring"),
            )
        form = {"grant_type": "client_credentials"}
        if self.scope:
            form["scope"] = self.scope
        if self.audience:
            form["audience"] = self.audience
        if self.authentication == "post":
            form["client_id"] = self.client_id
            exchange = await run.client.send(
                "POST",
                endpoint,
                headers=FORM,
                body=urlencode(form).encode(),
                form_secret=("client_secret", secret),
            )
        else:
            exchange = await run.client.send(
                "POST",
                endpoint,
                headers=FORM,
                body=urlencode(form).encode(),
                credentials=(self.client_id, secret),
            )
        return token_answer(self, endpoint, exchange)


def token_answer(probe: ClientCredentialsProbe, endpoint: str, exchange: Exchange) -> TokenAnswer:
    """Returns the exchange with a token endpoint as a fact, its token taken apart."""
    members = _members(exchange)
    access_token = members.get("access_token")
    secret = Secret(access_token) if isinstance(access_token, str) else None
    expires_in = members.get("expires_in")
    return TokenAnswer(
        source=probe.source,
        endpoint=endpoint,
        grant="client_credentials",
        client_id=probe.client_id,
        scope=probe.scope,
        exchange=_without_body(exchange),
        error=_error(members),
        access_token=secret,
        token=parse_token(secret, source=probe.source) if secret else None,
        token_type=str(members.get("token_type", "")),
        expires_in=float(expires_in) if isinstance(expires_in, int | float) else None,
    )


def _members(exchange: Exchange) -> Mapping[str, object]:
    if not isinstance(exchange, HttpAnswer):
        return {}
    content, _ = decode(exchange.body)
    return cast("Mapping[str, object]", content) if isinstance(content, dict) else {}


def _error(members: Mapping[str, object]) -> OAuthError | None:
    """Returns the error of RFC 6749 section 5.2, or of an API that reports in its own form."""
    error = members.get("error", members.get("errorCode"))
    if not isinstance(error, str):
        return None
    description = members.get("error_description", members.get("errorSummary", ""))
    return OAuthError(
        error=Untrusted(error),
        description=Untrusted(description if isinstance(description, str) else ""),
    )


def _without_body(exchange: Exchange) -> Exchange:
    """Returns the exchange without its body: a token must not lie about in a fact."""
    if not isinstance(exchange, HttpAnswer):
        return exchange
    return replace(exchange, body=b"")
