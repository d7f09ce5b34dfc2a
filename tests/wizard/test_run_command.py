"""`agentcore-auth run`: a command with the secrets in its environment, and nowhere else."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentcore_auth.profile import Profile, save_profile
from servers.commands import COMMAND, Ended, agentcore_auth
from servers.keyring_daemon import KeyringSession, keyring_session
from servers.sentinel import Sentinel

pytestmark = pytest.mark.keyring_daemon

VARIABLE = "OKTA_M2M_CLIENT_SECRET"


@pytest.fixture
def session(isolated_home: Path, sentinel: Sentinel) -> Iterator[KeyringSession]:
    """An open keyring in which the secret of the only profile is stored."""
    save_profile(Profile(name="acme", journey="okta-agentcore"))
    with keyring_session(isolated_home) as opened:
        stored = agentcore_auth(
            "secret", "set", environment=opened.environment, given=sentinel.value
        )
        assert stored.status == 0
        yield opened


def run(session: KeyringSession, *command: str) -> Ended:
    return agentcore_auth("run", "--", *command, environment=session.environment)


def test_the_command_has_the_secret_in_its_environment_and_only_there(
    session: KeyringSession, sentinel: Sentinel, isolated_home: Path
) -> None:
    environment = session.environment | sentinel.recording | {"OTHER": "kept"}
    script = f'[ "${VARIABLE}" = "$(cat)" ] && echo "$OTHER" && tr "\\0" " " < /proc/$$/cmdline'
    ended = agentcore_auth(
        "run", "--", "sh", "-c", script, environment=environment, given=sentinel.value
    )
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("kept\nsh -c")
    sentinel.assert_absent(isolated_home, session.runtime, ended.said)


def test_the_exit_status_is_the_commands_own(session: KeyringSession) -> None:
    assert run(session, "sh", "-c", "exit 7").status == 7
    assert run(session, "true").status == 0


def test_arguments_reach_the_command_as_they_are(session: KeyringSession) -> None:
    ended = run(session, "printf", "%s|", "-v", "--", "--profile", "a b", "$HOME", "")
    assert ended.out == "-v|--|--profile|a b|$HOME||"


def test_signals_reach_the_command(session: KeyringSession) -> None:
    script = "trap 'echo ended; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [*COMMAND, "run", "--", "sh", "-c", script],
        env=session.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[0] == "ended\n"
    assert process.returncode == 5


def test_the_command_ignores_no_signal_that_it_would_not_ignore_by_itself(
    session: KeyringSession,
) -> None:
    command = ("sh", "-c", "grep SigIgn /proc/$$/status")
    alone = subprocess.run(command, env=session.environment, capture_output=True, text=True)
    assert run(session, *command).out == alone.stdout


def test_a_missing_secret_is_said_and_the_command_is_not_run(
    session: KeyringSession, tmp_path: Path
) -> None:
    deleted = agentcore_auth("secret", "delete", environment=session.environment)
    assert deleted.status == 0
    ended = run(session, "touch", str(tmp_path / "was run"))
    assert (ended.status, ended.out) == (1, "")
    assert "secret.missing" in ended.err
    assert "agentcore-auth secret set okta.m2m.client_secret" in ended.err
    assert not (tmp_path / "was run").exists()


def test_a_locked_keyring_is_said_and_the_command_is_not_run(
    session: KeyringSession, tmp_path: Path
) -> None:
    session.lock()
    ended = run(session, "touch", str(tmp_path / "was run"))
    assert (ended.status, ended.out) == (1, "")
    assert "keyring.locked" in ended.err
    assert not (tmp_path / "was run").exists()


def test_a_command_that_does_not_exist(session: KeyringSession) -> None:
    ended = run(session, "no-such-command-anywhere")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "no-such-command-anywhere" in ended.err


def test_no_command(session: KeyringSession) -> None:
    assert run(session).status == 2
    assert agentcore_auth("run", environment=session.environment).status == 2


def test_the_encrypted_file_serves_too(
    session: KeyringSession, sentinel: Sentinel, tmp_path: Path
) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse", encoding="utf-8")
    opens = ("--passphrase-file", str(passphrase))
    stored = agentcore_auth(
        *("secret", "set", "--store", "file", *opens),
        environment=session.environment,
        given=sentinel.value,
    )
    assert stored.status == 0
    session.kill_bus()
    ended = agentcore_auth(
        *("run", *opens, "--", "sh", "-c", f'[ "${VARIABLE}" = "$(cat)" ]'),
        environment=session.environment,
        given=sentinel.value,
    )
    assert (ended.status, ended.said) == (0, "")
