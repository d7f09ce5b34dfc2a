"""The same journey by an answers file, by plain questions and in the app: the same files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from servers.host_proxy import HostProxy
from servers.nginx_page import NginxPage, StartNginxPage
from servers.okta_server import OktaServer, StartOktaServer
from servers.processes import wait_until
from servers.sentinel import Sentinel
from servers.terminal import OpenTerminal, Terminal

pytestmark = [pytest.mark.node, pytest.mark.terminal, pytest.mark.timeout(300)]

HOST = "acme.okta.com"
ORIGIN = f"https://{HOST}"
PROGRAM = (sys.executable, "-m", "agentcore_auth")
ACCOUNT = "012345678901"


@dataclass(frozen=True)
class Network:
    """A server and the way to it."""

    server: OktaServer
    options: list[str]
    environment: Mapping[str, str]


def answers_file(folder: Path, server: OktaServer) -> Path:
    path = folder / "answers.yaml"
    path.write_text(
        f"""okta.domain: {HOST}
okta.user_auth.client_id: {server.spa_client_id}
okta.m2m.client_id: {server.m2m_client_id}
okta.m2m.client_secret: {{env: OKTA_SECRET}}
okta.jwt.audience: {server.audience}
page.origin: {server.page_origin}
aws.account_id: {ACCOUNT}
""",
        encoding="utf-8",
    )
    return path


def by_answers(folder: Path, network: Network, *more: str) -> subprocess.CompletedProcess[str]:
    path = answers_file(folder, network.server)
    return subprocess.run(
        [
            *PROGRAM,
            *("setup", "okta-agentcore", "--answers", str(path)),
            *("--dir", str(folder / "out"), "--yes", *network.options, *more),
        ],
        env={
            **os.environ,
            **network.environment,
            "OKTA_SECRET": network.server.m2m_client_secret,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def by_questions(terminal: Terminal, server: OktaServer) -> None:
    """Types every answer where it is asked for; each label appears once as a question."""

    def answer(label: str, text: str) -> None:
        terminal.wait_for(re.compile(rf"^> {re.escape(label)}", re.MULTILINE))
        terminal.press("C-u")
        terminal.type(text)
        terminal.press("Enter")

    def agree(question: str) -> None:
        # A question that is answered has its answer behind it; this one has nothing there.
        terminal.wait_for(re.compile(rf"^\? {re.escape(question)}.*\[y/N\]$", re.MULTILINE))
        terminal.type("y")
        terminal.press("Enter")

    answer("Okta domain", HOST)
    answer("Authorization server id", "default")
    answer("Client id of the single-page application", server.spa_client_id)
    answer("Origin of the test page", server.page_origin)
    agree("Is it so?")
    answer("Scope for the machine", "api")
    answer("Client id of the machine application", server.m2m_client_id)
    answer("Client secret of the machine application", server.m2m_client_secret)
    answer("Audience", server.audience)
    agree("Is it so?")
    answer("AWS region", "us-east-1")
    answer("AWS account id", ACCOUNT)
    agree("Write to ")


def by_app(terminal: Terminal, server: OktaServer) -> str:
    """Walks in the app by keys alone and returns the last screen."""

    def step(number: int) -> None:
        terminal.press("Down")
        terminal.wait_for(re.compile(rf"╭─ {number} "))

    def fill(answer: str, *, replacing: bool = False) -> None:
        # Enter goes to the first answer that is missing; `e` to the first, whatever is there.
        terminal.press("e" if replacing else "Enter")
        terminal.wait_for(FIELD_HAS_FOCUS)
        if replacing:
            # A text that comes at once would be there before the old one is deleted.
            before = terminal.screen(styles=True)
            terminal.press("C-u")
            wait_until(lambda: terminal.screen(styles=True) != before)
        terminal.type(answer)
        terminal.wait_for(answer)
        terminal.press("Enter")
        terminal.wait_for(LIST_HAS_FOCUS)

    terminal.wait_for(re.compile("╭─ 1 "))
    terminal.wait_for(LIST_HAS_FOCUS)
    fill(HOST)
    terminal.wait_for("✓ proven, ")
    step(2)
    step(3)
    fill(server.spa_client_id)
    terminal.wait_for("✓ proven, ")
    step(4)
    fill(server.page_origin, replacing=True)
    terminal.wait_for("✓ proven, ")
    step(5)
    step(6)
    terminal.press("t")
    terminal.wait_for("ticked by hand")
    for number in (7, 8, 9, 10, 11):
        step(number)
    terminal.press("Enter")
    terminal.wait_for(FIELD_HAS_FOCUS)
    terminal.type(server.m2m_client_id)
    terminal.wait_for(server.m2m_client_id)
    terminal.press("Enter")
    terminal.wait_for("/oidc_client/instance/0oam2m")
    terminal.press("Escape")
    terminal.wait_for(LIST_HAS_FOCUS)
    terminal.press("Enter")
    terminal.wait_for(FIELD_HAS_FOCUS)
    terminal.type(server.m2m_client_secret)
    terminal.wait_for("•" * 8)
    terminal.press("Enter")
    terminal.wait_for("kept in memory")
    terminal.press("Escape")
    terminal.wait_for(LIST_HAS_FOCUS)
    step(12)
    fill(server.audience, replacing=True)
    terminal.wait_for("✓ proven, ")
    step(13)
    terminal.press("t")
    terminal.wait_for("ticked by hand")
    step(14)
    step(15)
    step(16)
    fill(ACCOUNT)
    terminal.press("R")
    terminal.wait_for("15 of 16 settled")
    terminal.press("F4")
    terminal.wait_for("+ new  static-config.yaml")
    terminal.press("w")
    terminal.wait_for("Write all  y")
    terminal.press("y")
    terminal.wait_for(re.compile("same +static-config.yaml"))
    terminal.press("F2")
    terminal.wait_for("of 16 settled")
    terminal.press("R")
    screen = terminal.wait_for("16 of 16 settled")
    terminal.press("C-q")
    return screen


FIELD_HAS_FOCUS = re.compile(r"^ ?enter take it", re.MULTILINE)
LIST_HAS_FOCUS = re.compile(r"^ ?r prove", re.MULTILINE)


@pytest.fixture
def page(nginx_page: StartNginxPage) -> NginxPage:
    return nginx_page()


@pytest.fixture(params=["loopback", "production names over TLS"])
def network(
    request: pytest.FixtureRequest,
    okta_server: StartOktaServer,
    page: NginxPage,
    sentinel: Sentinel,
) -> Network:
    """An organization under its production name, reached by a stand-in route or by a TLS proxy."""
    server = okta_server(origin=ORIGIN, page_origin=page.origin, secret=sentinel.value)
    if request.param == "loopback":
        return Network(server, [f"--connect-to={HOST}={server.url}"], {})
    proxy: HostProxy = request.getfixturevalue("test_proxy")
    proxy.serve(HOST, server.url)
    return Network(server, [], proxy.environment)


WRITTEN = "out/config/static-config.yaml"


def test_an_answers_file_questions_and_the_app_leave_the_same_files(
    network: Network, tmux: OpenTerminal, tmp_path: Path, isolated_home: Path, sentinel: Sentinel
) -> None:
    answers, questions, app = (tmp_path / name for name in ("answers", "questions", "app"))
    for folder in (answers, questions, app):
        folder.mkdir()
    done = by_answers(answers, network)
    # No keyring here: the files are written, the finding is told, the status says so.
    assert done.returncode == 1, done.stderr
    assert "Root cause: keyring.absent" in done.stdout
    assert "1 refused" in done.stdout

    terminal = tmux(
        [
            *PROGRAM,
            *("setup", "okta-agentcore", "--plain", "--profile", "by-questions"),
            *("--dir", str(questions / "out"), *network.options),
        ],
        environment={**network.environment, **sentinel.recording},
        width=120,
        height=50,
    )
    by_questions(terminal, network.server)
    screen = terminal.wait_for("16 of 16 settled")
    assert terminal.wait_for_exit() == 0

    window = tmux(
        [
            *PROGRAM,
            *("setup", "okta-agentcore", "--profile", "in-the-app"),
            *("--dir", str(app / "out"), *network.options),
        ],
        environment={**network.environment, **sentinel.recording},
    )
    last = by_app(window, network.server)
    assert window.wait_for_exit() == 0

    written = (answers / WRITTEN).read_bytes()
    assert (questions / WRITTEN).read_bytes() == written
    assert (app / WRITTEN).read_bytes() == written
    sentinel.assert_absent(isolated_home, tmp_path, screen, last, done.stdout, done.stderr)


def test_the_scripts_read_what_yaml_reads(network: Network, tmp_path: Path) -> None:
    by_answers(tmp_path, network, "--offline")
    path = tmp_path / WRITTEN
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["aws"]["account_id"] == ACCOUNT
    assert document["okta"]["jwt"]["audience"] == "myagentcoreaud"
    expected = {
        "region": document["aws"]["region"],
        "account_id": document["aws"]["account_id"],
        "domain": document["okta"]["domain"],
        "ecr_repository_name": document["mcp_lambda"]["ecr_repository_name"],
        "stack_name": document["mcp_lambda"]["stack_name"],
    }
    for key, value in expected.items():
        script = (
            f'grep "  {key}:" "$1" | head -1 | '
            """sed 's/.*: *["'\\'']*\\([^"'\\'']*\\)["'\\'']*$/\\1/' | xargs"""
        )
        read = subprocess.run(
            ["sh", "-c", script, "sh", str(path)], capture_output=True, text=True, check=True
        )
        assert read.stdout == f"{value}\n", key
