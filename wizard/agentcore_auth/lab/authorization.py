"""How the range's gateway and runtime come to a verdict on a token.

Whether a token is accepted, the product's own emulator decides; which of the reasons counts and
how it is worded is up to the gateway and the runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentcore_auth.lab.exchange import Request, Response, json_response
from agentcore_auth_checks import strict_json
from agentcore_auth_checks.authorizer import decide
from agentcore_auth_checks.facts.documents import DiscoveryDocument, KeySet
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.text import Secret
from agentcore_auth_checks.token_parser import parse_token
from agentcore_auth_templates import practice_ranges as data

METADATA_PATH = "/.well-known/oauth-protected-resource"
AUTHORIZATION_FAILED = -32001
"""The JSON-RPC code that AgentCore puts into its refusals."""

Fetch = Callable[[str], Response]
"""Fetches one of the identity provider's documents by its URL."""

_MUST_HOLD = ("iss", "signature")
"""Lines of the trace that may not stay open: no token is accepted on trust."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the Authorization header holds: a scheme in lower case, and the rest."""

    scheme: str
    value: str

    @classmethod
    def of(cls, request: Request) -> Credentials:
        """Returns the credentials of a request, both parts empty where there are none."""
        scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
        return cls(scheme.lower(), value.strip())


class Judge:
    """Decides about tokens as the authorizer of one gateway or runtime."""

    def __init__(self, authorizer: data.Authorizer, fetch: Fetch, now: Callable[[], float]) -> None:
        self._settings = AuthorizerSettings(
            discovery_url=authorizer.discovery_url,
            allowed_audience=authorizer.allowed_audience,
            allowed_clients=authorizer.allowed_clients,
            allowed_scopes=authorizer.allowed_scopes,
        )
        self._fetch = fetch
        self._now = now

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that are advertised."""
        return self._settings.allowed_scopes or ()

    def issuer(self) -> str:
        """Returns the issuer that the discovery document names, empty where it names none."""
        return self._discovery().text_member("issuer") or ""

    def failures(self, token: str) -> tuple[str, ...]:
        """Returns the lines that refuse the token; none where it is accepted."""
        parsed = parse_token(Secret(token))
        if parsed.cleaned:
            return ("form",)
        discovery = self._discovery()
        address = discovery.text_member("jwks_uri")
        content = self._document(address) if address else None
        key_set = KeySet(url=address or "", content=content)
        trace = decide(parsed, self._settings, discovery, key_set, self._now()).trace
        return tuple(
            line.rule
            for line in trace
            if line.passed is False or (line.passed is None and line.rule in _MUST_HOLD)
        )

    def _discovery(self) -> DiscoveryDocument:
        url = self._settings.discovery_url
        return DiscoveryDocument(url=url, content=self._document(url))

    def _document(self, url: str) -> object:
        response = self._fetch(url)
        if response.status != 200 or response.stall:
            return None
        return strict_json.decode(response.body)[0]


def metadata(judge: Judge, resource: str, scopes: tuple[str, ...] | None) -> Response:
    """Returns protected resource metadata (RFC 9728 section 2), without scopes where None."""
    members: dict[str, object] = {
        "authorization_servers": [judge.issuer()],
        "resource": resource,
    }
    if scopes is not None:
        members["scopes_supported"] = list(scopes)
    return json_response(members)


def challenge(parameters: Mapping[str, str]) -> tuple[str, str]:
    """Returns a Bearer challenge (RFC 6750 section 3) as a header."""
    pairs = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
    return ("WWW-Authenticate", f"Bearer {pairs}")
