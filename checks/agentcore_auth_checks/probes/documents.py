"""Probes for what a provider publishes: discovery document, key set, any JSON document."""

from __future__ import annotations

from dataclasses import dataclass

from agentcore_auth_checks.facts.documents import DiscoveryDocument, JsonDocument, KeySet
from agentcore_auth_checks.facts.http import Exchange, HttpAnswer
from agentcore_auth_checks.probes.base import Blocked, Run
from agentcore_auth_checks.strict_json import JsonProblem, decode

JSON_ONLY = {"Accept": "application/json"}
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class DocumentProbe:
    """Fetches a JSON document that should exist."""

    source: str
    label: str
    url: str
    member: str = ""
    area: str = "disc"

    async def fetch(self, run: Run) -> JsonDocument:
        """Returns what the URL answered, decoded strictly."""
        exchange = await run.client.send("GET", self.url, headers=JSON_ONLY)
        content, problem = _decoded(exchange)
        return JsonDocument(
            source=self.source,
            url=self.url,
            exchange=exchange,
            content=content,
            problem=problem,
            member=self.member,
        )


@dataclass(frozen=True, slots=True)
class DiscoveryProbe:
    """Fetches an authorization server's discovery document."""

    source: str
    label: str
    url: str
    area: str = "disc"

    async def fetch(self, run: Run) -> DiscoveryDocument:
        """Returns what the discovery URL answered, decoded strictly."""
        exchange = await run.client.send("GET", self.url, headers=JSON_ONLY)
        content, problem = _decoded(exchange)
        return DiscoveryDocument(
            source=self.source, url=self.url, exchange=exchange, content=content, problem=problem
        )

    @property
    def issuer(self) -> str:
        """The issuer that this URL belongs to (OpenID Connect Discovery 1.0 section 4)."""
        return self.url.removesuffix(WELL_KNOWN)

    async def endpoint(self, run: Run, member: str) -> str:
        """Returns the URL of an endpoint that the document names.

        Raises:
            Blocked: there is no usable document, or it does not name that endpoint.
        """
        document = await run.fact(self)
        url = document.text_member(member)
        if url is None:
            raise Blocked(
                f"it needs {member} of the {self.label}, which is not there",
                waits_for=(self.source,),
            )
        return url

    async def trusted_endpoint(self, run: Run, member: str) -> str:
        """Returns an endpoint's URL that a secret may be sent to.

        Raises:
            Blocked: as `endpoint`, or the document speaks for another issuer than was asked for:
                a secret is not sent where a foreign document points.
        """
        url = await self.endpoint(run, member)
        document = await run.fact(self)
        if document.text_member("issuer") != self.issuer:
            raise Blocked(
                f"the secret is not sent: the {self.label} speaks for another issuer",
                waits_for=(self.source,),
            )
        return url


@dataclass(frozen=True, slots=True)
class KeySetProbe:
    """Fetches the key set that a discovery document names."""

    source: str
    label: str
    discovery: DiscoveryProbe
    area: str = "jwks"

    async def fetch(self, run: Run) -> KeySet:
        """Returns what `jwks_uri` answered, decoded strictly.

        Raises:
            Blocked: the discovery document does not name a key set.
        """
        url = await self.discovery.endpoint(run, "jwks_uri")
        exchange = await run.client.send("GET", url, headers=JSON_ONLY)
        content, problem = _decoded(exchange)
        return KeySet(
            source=self.source, url=url, exchange=exchange, content=content, problem=problem
        )


def _decoded(exchange: Exchange) -> tuple[object, JsonProblem | None]:
    """Returns the body as JSON, or why it is none; neither where nothing was answered."""
    if not isinstance(exchange, HttpAnswer) or 300 <= exchange.status < 400:
        return None, None
    return decode(exchange.body)
