"""Fixtures for all tests: a home of their own, and real servers on loopback."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from servers import host_proxy
from servers import mcp_gateway as gateway
from servers import nginx_page as nginx
from servers import okta_server as okta
from servers.host_proxy import HostProxy
from servers.mcp_gateway import McpGateway, StartMcpGateway
from servers.nginx_page import Content, NginxPage, StartNginxPage
from servers.okta_server import OktaServer, StartOktaServer
from servers.sentinel import Sentinel
from servers.terminal import OpenTerminal, Terminal

_FOREIGN_PREFIXES = ("AWS_", "AGENTCORE_", "TEXTUAL", "XDG_", "PYTHON_KEYRING_")
_FOREIGN = {
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK"),
    *("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "EDITOR", "VISUAL", "PAGER"),
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLORTERM", "COLUMNS", "LINES"),
}

_homes = itertools.count()

# Times on the screen are the user's: the same ones on every machine.
os.environ["TZ"] = "UTC"
time.tzset()


@pytest.fixture(autouse=True)
def isolated_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An empty home directory, with nothing of the user's in the environment.

    No proxy, no AWS credentials, no session bus, no display; the keyring has no backend (a test
    that needs one names it).
    """
    for name in list(os.environ):
        if name.upper() in _FOREIGN or name.startswith(_FOREIGN_PREFIXES):
            monkeypatch.delenv(name)
    # Named by a count: to find a free number itself, pytest looks at every home there is.
    home = tmp_path_factory.mktemp(f"home-{next(_homes)}", numbered=False)
    directories = {
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / "run",
    }
    for name, directory in directories.items():
        directory.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(name, str(directory))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return home


@pytest.fixture(scope="session")
def certificate_authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """A certificate authority of the tests, and its certificate as a PEM file."""
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return authority, file


@pytest.fixture(scope="session")
def _healthy_okta_servers() -> Iterator[dict[tuple[object, ...], OktaServer]]:
    """The servers without a fault, which tests share."""
    servers: dict[tuple[object, ...], OktaServer] = {}
    yield servers
    for server in servers.values():
        server.process.stop()


@pytest.fixture
def okta_server(
    _healthy_okta_servers: dict[tuple[object, ...], OktaServer],
    certificate_authority: tuple[trustme.CA, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[StartOktaServer]:
    """Starts Okta organizations: `okta_server("cors-refused", origin="https://acme.okta.com")`.

    One without faults is shared between tests, one with faults ends with its test.
    """
    with ExitStack() as stack:

        def certificate() -> Path:
            file = tmp_path_factory.mktemp("certificate") / "localhost.pem"
            issued = certificate_authority[0].issue_cert("localhost", "127.0.0.1")
            issued.private_key_and_cert_chain_pem.write_to_path(str(file))
            return file

        def start(
            *faults: str,
            origin: str | None = None,
            page_origin: str = "http://localhost:8080",
            audience: str = "myagentcoreaud",
            ttl: int = 3600,
            secret: str | None = None,
            tls: bool = False,
        ) -> OktaServer:
            key = (origin, page_origin, audience, ttl, tls)
            shared = not faults and secret is None
            if shared and key in _healthy_okta_servers:
                server = _healthy_okta_servers[key]
                return replace(server, served_before=len(server.requests()))
            server = okta.start(
                logs=tmp_path_factory.mktemp("okta"),
                faults=faults,
                origin=origin,
                page_origin=page_origin,
                audience=audience,
                ttl=ttl,
                secret=secret,
                certificate=certificate() if tls else None,
            )
            if shared:
                _healthy_okta_servers[key] = server
            else:
                stack.callback(server.process.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def _proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProxy]:
    proxy = host_proxy.start(tmp_path_factory.mktemp("proxy"))
    yield proxy
    proxy.process.stop()


@pytest.fixture
def test_proxy(_proxy: HostProxy) -> HostProxy:
    """A TLS proxy: `test_proxy.serve("acme.okta.com", okta.url)`, then `test_proxy.environment`."""
    _proxy.forget()
    return _proxy


@pytest.fixture
def mcp_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartMcpGateway]:
    """Starts MCP servers that accept the tokens of one issuer."""
    with ExitStack() as stack:

        def start(
            *,
            issuer: str,
            jwks_uri: str,
            audience: str = "",
            scopes: tuple[str, ...] = (),
            origin: str | None = None,
        ) -> McpGateway:
            started = gateway.start(
                logs=tmp_path_factory.mktemp("gateway"),
                issuer=issuer,
                jwks_uri=jwks_uri,
                audience=audience,
                scopes=scopes,
                origin=origin,
            )
            stack.callback(started.process.stop)
            return started

        yield start


@pytest.fixture
def nginx_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartNginxPage]:
    """Starts nginx servers: `nginx_page()`, `nginx_page("welcome")`, `nginx_page("nothing")`."""
    with ExitStack() as stack:

        def start(serve: Content = "page") -> NginxPage:
            page = nginx.start(tmp_path_factory.mktemp("nginx"), serve)
            stack.callback(page.stop)
            return page

        yield start


@pytest.fixture
def tmux(isolated_home: Path) -> Iterator[OpenTerminal]:
    """Opens real terminals: `tmux([...], width=120, height=40).wait_for("New set-up")`."""
    with ExitStack() as stack:

        def start(
            command: Sequence[str],
            *,
            environment: Mapping[str, str] | None = None,
            directory: Path | None = None,
            width: int = 80,
            height: int = 24,
        ) -> Terminal:
            terminal = Terminal(
                command,
                environment={**os.environ, **(environment or {})},
                directory=directory or isolated_home,
                width=width,
                height=height,
            )
            stack.callback(terminal.close)
            return terminal

        yield start


@pytest.fixture
def sentinel(tmp_path_factory: pytest.TempPathFactory) -> Sentinel:
    """A secret to put in, and the search for where it went."""
    return Sentinel(tmp_path_factory.mktemp("sentinel"))
