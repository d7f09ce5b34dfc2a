"""The gateway, the proxy, nginx, the terminal and the sentinel do what tests rely on."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from servers.host_proxy import HostProxy
from servers.mcp_gateway import StartMcpGateway
from servers.nginx_page import StartNginxPage
from servers.okta_server import OktaServer, StartOktaServer
from servers.sentinel import Sentinel
from servers.terminal import OpenTerminal

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def access_token(okta: OktaServer) -> str:
    answer = httpx.post(
        f"{okta.url}/oauth2/default/v1/token",
        auth=(okta.m2m_client_id, okta.m2m_client_secret),
        data={"grant_type": "client_credentials", "scope": "api"},
        trust_env=False,
    )
    token: str = answer.json()["access_token"]
    return token


def initialize(url: str, token: str | None) -> httpx.Response:
    headers = {"Accept": "application/json, text/event-stream"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.post(url, json=INITIALIZE, headers=headers, trust_env=False)


# --- home ----------------------------------------------------------------------------------


def test_a_test_has_a_home_of_its_own(isolated_home: Path) -> None:
    assert Path.home() == isolated_home
    assert not [path for path in isolated_home.rglob("*") if path.is_file()]
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        assert Path(os.environ[name]).is_relative_to(isolated_home)


def test_a_test_has_no_keyring_unless_it_asks_for_one() -> None:
    script = "import keyring; print(type(keyring.get_keyring()).__module__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"keyring.backends.fail"


# --- gateway -------------------------------------------------------------------------------


@pytest.mark.node
def test_the_gateway_takes_a_token_of_its_issuer_alone(
    okta_server: StartOktaServer, mcp_gateway: StartMcpGateway
) -> None:
    okta = okta_server(origin="https://acme.okta.com")
    gateway = mcp_gateway(
        issuer=okta.issuer,
        jwks_uri=f"{okta.url}/oauth2/default/v1/keys",
        audience=okta.audience,
        scopes=("api",),
        origin="https://gateway.example.com",
    )
    assert initialize(gateway.url, access_token(okta)).status_code == 200

    challenge = initialize(gateway.url, None)
    assert challenge.status_code == 401
    metadata = "https://gateway.example.com/.well-known/oauth-protected-resource"
    assert metadata in challenge.headers["WWW-Authenticate"]

    unchanged = okta_server("audience-default", origin="https://acme.okta.com")
    assert initialize(gateway.url, access_token(unchanged)).status_code == 401


# --- proxy ---------------------------------------------------------------------------------


@pytest.mark.node
def test_a_public_host_name_leads_to_loopback_over_tls(
    okta_server: StartOktaServer, test_proxy: HostProxy
) -> None:
    okta = okta_server(origin="https://acme.okta.com")
    test_proxy.serve("acme.okta.com", okta.url)
    script = "import sys, httpx; print(httpx.get(sys.argv[1]).json()['issuer'])"
    done = subprocess.run(
        [sys.executable, "-c", script, okta.discovery_url],
        env={**os.environ, **test_proxy.environment},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == okta.issuer
    assert test_proxy.hosts() == ("acme.okta.com",)
    assert [request.host for request in okta.requests()] == ["acme.okta.com"]


def test_the_proxy_lets_nothing_else_through(test_proxy: HostProxy) -> None:
    trust = ssl.create_default_context(cafile=str(test_proxy.certificate))
    with (
        httpx.Client(proxy=test_proxy.url, verify=trust, trust_env=False) as client,
        pytest.raises(httpx.ProxyError, match="502"),
    ):
        client.get("https://elsewhere.example.com/")
    assert test_proxy.hosts() == ()


# --- nginx ---------------------------------------------------------------------------------


def test_nginx_serves_the_page_at_every_address(nginx_page: StartNginxPage) -> None:
    page = nginx_page()
    for path in ("/", "/callback", "/okta-auth/", "/okta-auth/iframe-oauth-flow.html"):
        answer = httpx.get(page.origin + path, trust_env=False)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/html"
        assert "oktaDomain" in answer.text


def test_nginx_serves_something_else_or_nothing(nginx_page: StartNginxPage) -> None:
    path = "/okta-auth/iframe-oauth-flow.html"
    welcome, nothing = nginx_page("welcome"), nginx_page("nothing")
    assert "Welcome to nginx" in httpx.get(welcome.origin, trust_env=False).text
    assert httpx.get(welcome.origin + path, trust_env=False).status_code == 404
    assert httpx.get(nothing.origin + path, trust_env=False).status_code == 404
    nothing.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(nothing.origin, trust_env=False)


# --- terminal ------------------------------------------------------------------------------


@pytest.mark.terminal
def test_a_terminal_runs_a_program_by_keys(tmux: OpenTerminal, isolated_home: Path) -> None:
    script = "import os; print('home', os.environ['HOME']); print('said', input('say: '))"
    terminal = tmux([sys.executable, "-c", script], width=200)
    assert f"home {isolated_home}" in terminal.wait_for("say:")
    terminal.type('a "quoted" $HOME; #{pane_id} \\ ~ {x} %1 é')
    terminal.press("Enter")
    terminal.wait_for('said a "quoted" $HOME; #{pane_id} \\ ~ {x} %1 é')
    assert terminal.wait_for_exit() == 0


@pytest.mark.terminal
def test_a_terminal_has_the_size_that_was_asked_for(tmux: OpenTerminal) -> None:
    script = """
import os, signal
def show(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, show)
show()
while True: signal.pause()
"""
    terminal = tmux([sys.executable, "-c", script])
    terminal.wait_for("size 80 24")
    terminal.resize(120, 40)
    terminal.wait_for("size 120 40")


@pytest.mark.terminal
def test_a_terminal_tells_what_it_waited_for_and_how_the_program_ended(
    tmux: OpenTerminal,
) -> None:
    terminal = tmux([sys.executable, "-c", "print('only this'); raise SystemExit(3)"])
    assert terminal.wait_for_exit() == 3
    with pytest.raises(AssertionError, match=re.compile("something else.*only this", re.DOTALL)):
        terminal.wait_for("something else")


# --- sentinel ------------------------------------------------------------------------------


def test_a_sentinel_is_found_in_any_form(sentinel: Sentinel, tmp_path: Path) -> None:
    import base64

    value = sentinel.value
    for offset in range(3):
        basic = base64.b64encode(b"x" * offset + value.encode() + b":more").decode()
        assert sentinel.is_in(f"Authorization: Basic {basic}")
    for text in (value, value[::-1], value.encode().hex(), f"client_secret={value}&x"):
        assert sentinel.is_in(text)
    assert not sentinel.is_in(value[:-1])

    (tmp_path / "clean").write_text("nothing here")
    sentinel.assert_absent(tmp_path, "a screen")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(f"token={value}")
    with pytest.raises(AssertionError, match="deep/log"):
        sentinel.assert_absent(tmp_path)
    with pytest.raises(AssertionError, match="is in: the screen"):
        sentinel.assert_absent(f"the screen {value}")


def test_a_sentinel_in_an_argument_list_is_found(sentinel: Sentinel) -> None:
    environment = {**os.environ, **sentinel.recording, "IN_THE_ENVIRONMENT": sentinel.value}
    through = "import subprocess, sys, os; subprocess.run(['true', *sys.argv[1:]], env=os.environ)"
    subprocess.run([sys.executable, "-c", through, "harmless"], env=environment, check=True)
    assert any("'true', 'harmless'" in line for line in sentinel.process_arguments())
    sentinel.assert_absent()

    reads = "import subprocess, sys; subprocess.run(['true', sys.stdin.read()])"
    subprocess.run(
        [sys.executable, "-c", reads], env=environment, input=sentinel.value.encode(), check=True
    )
    with pytest.raises(AssertionError, match="was an argument"):
        sentinel.assert_absent()
