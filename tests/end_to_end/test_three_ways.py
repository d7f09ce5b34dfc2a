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

    answer("Okta domain", HOST)
    answer("Authorization server id", "default")
    answer("Client id of the single-page application", server.spa_client_id)
    answer("Origin of the test page", server.page_origin)
    terminal.wait_for("The Assignments tab lists")
    terminal.press("C-u")
    terminal.type("y")
    terminal.press("Enter")
    answer("Scope for the machine", "api")
    answer("Client id of the machine application", server.m2m_client_id)
    answer("Client secret of the machine application", server.m2m_client_secret)
    answer("Audience", server.audience)
    terminal.wait_for("The user signs in on the test page")
    terminal.press("C-u")
    terminal.type("y")
    terminal.press("Enter")
    answer("AWS region", "us-east-1")
    answer("AWS account id", ACCOUNT)
    terminal.wait_for(re.compile(r"Write to .*\? y/n"))
    terminal.press("C-u")
    terminal.type("y")
    terminal.press("Enter")


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


def test_an_answers_file_and_questions_leave_the_same_files(
    network: Network, tmux: OpenTerminal, tmp_path: Path, isolated_home: Path, sentinel: Sentinel
) -> None:
    answers, questions = tmp_path / "answers", tmp_path / "questions"
    answers.mkdir()
    questions.mkdir()
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

    assert (answers / WRITTEN).read_bytes() == (questions / WRITTEN).read_bytes()
    sentinel.assert_absent(isolated_home, tmp_path, screen, done.stdout, done.stderr)


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
