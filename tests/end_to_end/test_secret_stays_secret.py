"""One secret through set-up, doctor, files and a child, with a real keyring: it is nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.commands import Ended, agentcore_auth
from servers.keyring_daemon import KeyringSession, keyring_session
from servers.nginx_page import StartNginxPage
from servers.okta_server import StartOktaServer
from servers.sentinel import Sentinel

pytestmark = [pytest.mark.node, pytest.mark.keyring_daemon]

HOST = "acme.okta.com"


@pytest.fixture
def keyring(isolated_home: Path) -> Iterator[KeyringSession]:
    with keyring_session(isolated_home, "unlocked") as session:
        yield session


def test_a_secret_goes_to_the_keyring_and_to_its_provider_only(
    keyring: KeyringSession,
    okta_server: StartOktaServer,
    nginx_page: StartNginxPage,
    isolated_home: Path,
    sentinel: Sentinel,
    tmp_path: Path,
) -> None:
    page = nginx_page()
    server = okta_server(origin=f"https://{HOST}", page_origin=page.origin, secret=sentinel.value)
    route = f"--connect-to={HOST}={server.url}"
    # `coverage` and the path to our own tests come from the process that runs this one.
    environment = {**keyring.environment, **sentinel.recording, "PATH": os.environ["PATH"]}
    (tmp_path / "answers.yaml").write_text(
        f"""okta.domain: {HOST}
okta.user_auth.client_id: {server.spa_client_id}
okta.m2m.client_id: {server.m2m_client_id}
okta.m2m.client_secret: {{env: OKTA_SECRET}}
page.origin: {page.origin}
aws.account_id: 012345678901
""",
        encoding="utf-8",
    )
    said: list[Ended] = []

    def run(*arguments: str, **more: str) -> Ended:
        ended = agentcore_auth(*arguments, environment={**environment, **more}, directory=tmp_path)
        said.append(ended)
        return ended

    done = run(
        *("setup", "okta-agentcore", "--answers", "answers.yaml"),
        *("--dir", "out", "--yes", route),
        OKTA_SECRET=sentinel.value,
    )
    assert done.status == 0, done.said
    assert "Nothing is wrong" in done.out

    # From here on nobody is given the secret: it comes out of the keyring.
    doctor = run("doctor", "--format", "json", route)
    assert doctor.status == 0, doctor.said
    assert '"verdict": "accept"' in doctor.out
    assert run("doctor", "--all", route).status == 0
    assert run("files", "show").status == 0
    assert run("files", "diff").status == 0
    assert "okta.m2m.client_secret" in run("secret", "list").out
    assert run("secret", "test").status == 0
    child = run(
        "run",
        "--",
        "sh",
        "-c",
        'test -n "$OKTA_M2M_CLIENT_SECRET" && echo "${#OKTA_M2M_CLIENT_SECRET}"',
    )
    assert child.out.strip() == str(len(sentinel.value))
    assert run("files", "undo").status == 0
    broken = run("doctor", "--connect-to", f"{HOST}=http://127.0.0.1:1")
    assert broken.status == 1

    sentinel.assert_absent(isolated_home, tmp_path, *(ended.said for ended in said))
