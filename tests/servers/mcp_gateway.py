"""An MCP server that takes the access tokens of one issuer, as AgentCore's gateway does.

Verification is fastmcp's own: it fetches the key set and checks signature, issuer, expiry,
audience and scopes. Run as a program it is the server; imported, what starts it for a test.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from servers.processes import ServerProcess, basic_environment


@dataclass(frozen=True)
class McpGateway:
    """A running gateway. `url` is its MCP endpoint on loopback."""

    url: str
    origin: str
    process: ServerProcess = field(repr=False)


class StartMcpGateway(Protocol):
    """What the `mcp_gateway` fixture gives."""

    def __call__(
        self,
        *,
        issuer: str,
        jwks_uri: str,
        audience: str = "",
        scopes: tuple[str, ...] = (),
        origin: str | None = None,
    ) -> McpGateway:
        """Returns a running gateway that accepts the tokens of this issuer.

        `jwks_uri` is fetched directly, so it is an address on loopback. Without an audience none
        is checked. `origin` is the public one, which the metadata name.
        """
        ...


def start(
    *,
    logs: Path,
    issuer: str,
    jwks_uri: str,
    audience: str,
    scopes: tuple[str, ...],
    origin: str | None,
) -> McpGateway:
    """Starts a gateway on a free port."""
    command = [sys.executable, str(Path(__file__)), f"--issuer={issuer}", f"--jwks-uri={jwks_uri}"]
    command += [f"--audience={audience}"] if audience else []
    command += [f"--scope={scope}" for scope in scopes]
    command += [f"--origin={origin}"] if origin else []
    environment = basic_environment(
        PYTHONPATH=str(Path(__file__).parents[1]),
        HOME=str(logs),
        FASTMCP_LOG_LEVEL="DEBUG",
        FASTMCP_CHECK_FOR_UPDATES="off",
    )
    process = ServerProcess(command, logs=logs, environment=environment)
    url = process.ready["url"]
    return McpGateway(url=f"{url}/mcp", origin=origin or url, process=process)


def main() -> None:
    """Serves until it is ended; its first line says where."""
    from fastmcp import FastMCP
    from fastmcp.server.auth import RemoteAuthProvider
    from fastmcp.server.auth.providers.jwt import JWTVerifier
    from pydantic import AnyHttpUrl

    parser = argparse.ArgumentParser()
    parser.add_argument("--issuer", required=True)
    parser.add_argument("--jwks-uri", required=True)
    parser.add_argument("--audience")
    parser.add_argument("--scope", action="append")
    parser.add_argument("--origin")
    options = parser.parse_args()

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    verifier = JWTVerifier(
        jwks_uri=options.jwks_uri,
        issuer=options.issuer,
        audience=options.audience,
        required_scopes=options.scope,
        algorithm="RS256",
    )
    gateway: FastMCP[None] = FastMCP(
        "gateway",
        auth=RemoteAuthProvider(
            token_verifier=verifier,
            authorization_servers=[AnyHttpUrl(options.issuer)],
            base_url=options.origin or url,
        ),
    )

    @gateway.tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    # The socket listens already: who connects now is served as soon as the application is up.
    os.write(sys.stdout.fileno(), json.dumps({"ready": True, "url": url}).encode() + b"\n")
    gateway.run(
        transport="http", sockets=[listener], show_banner=False, host_origin_protection=False
    )


if __name__ == "__main__":
    main()
