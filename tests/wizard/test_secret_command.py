"""`agentcore-auth secret`: store, list, delete and test, as a user does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pexpect
import pytest

from agentcore_auth.profile import Profile, load_profile, save_profile
from servers.commands import COMMAND, Ended, agentcore_auth
from servers.keyring_daemon import KeyringSession, KeyringSetUp, keyring_session
from servers.processes import basic_environment
from servers.sentinel import Sentinel

FIELD = "okta.m2m.client_secret"
SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def profile(isolated_home: Path) -> str:
    save_profile(Profile(name="acme", journey="okta-agentcore"))
    return "acme"


@pytest.fixture
def unlocked(isolated_home: Path) -> Iterator[KeyringSession]:
    with keyring_session(isolated_home) as session:
        yield session


@pytest.fixture
def bare(isolated_home: Path) -> dict[str, str]:
    """A machine without a keyring."""
    return basic_environment(
        HOME=str(isolated_home), XDG_STATE_HOME=str(isolated_home / ".local/state")
    )


def secret(*arguments: str, environment: Mapping[str, str], given: str | bytes = b"") -> Ended:
    return agentcore_auth("secret", *arguments, environment=environment, given=given)


def at_a_terminal(*arguments: str, environment: Mapping[str, str]) -> pexpect.spawn[str]:
    return pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "secret", *arguments],
        env=dict(environment),
        encoding="utf-8",
        timeout=60,
    )


# --- set, list, delete ---------------------------------------------------------------------


@pytest.mark.keyring_daemon
@pytest.mark.usefixtures("profile")
def test_a_secret_from_standard_input_is_stored_listed_and_deleted(
    unlocked: KeyringSession, sentinel: Sentinel, isolated_home: Path
) -> None:
    environment = unlocked.environment | sentinel.recording
    stored = secret("set", environment=environment, given=f"{sentinel.value}\n")
    assert (stored.status, stored.out) == (0, f"{FIELD}: stored in {SECRET_SERVICE}\n")
    assert load_profile("acme").secret_places == {FIELD: SECRET_SERVICE}
    listed = secret("list", environment=environment)
    assert (listed.status, listed.out) == (0, f"{FIELD}  stored      {SECRET_SERVICE}\n")
    deleted = secret("delete", FIELD, environment=environment)
    assert (deleted.status, deleted.out) == (0, f"{FIELD}: deleted\n")
    again = secret("delete", environment=environment)
    assert (again.status, again.out) == (0, f"{FIELD}: nothing was stored\n")
    listed_last = secret("list", environment=environment)
    assert (listed_last.status, listed_last.out) == (0, f"{FIELD}  not stored\n")
    assert load_profile("acme").secret_places == {}
    said = [ended.said for ended in (stored, listed, deleted, again, listed_last)]
    sentinel.assert_absent(isolated_home, unlocked.runtime, *said)


@pytest.mark.keyring_daemon
@pytest.mark.usefixtures("profile")
def test_a_typed_secret_is_not_shown(
    unlocked: KeyringSession, sentinel: Sentinel, isolated_home: Path
) -> None:
    terminal = at_a_terminal("set", FIELD, environment=unlocked.environment)
    terminal.expect_exact("(not shown): ")
    terminal.sendline(sentinel.value)
    terminal.expect_exact("stored in")
    shown = f"{terminal.before}{terminal.after}{terminal.read()}"
    terminal.close()
    assert terminal.exitstatus == 0
    sentinel.assert_absent(isolated_home, shown)


@pytest.mark.usefixtures("profile")
def test_interrupting_the_prompt_stores_nothing(bare: dict[str, str]) -> None:
    terminal = at_a_terminal("set", FIELD, environment=bare)
    terminal.expect_exact("(not shown): ")
    terminal.sendintr()
    said = terminal.read()
    terminal.close()
    assert terminal.exitstatus == 3
    assert "Traceback" not in said
    assert load_profile("acme").secret_places == {}


@pytest.mark.keyring_daemon
@pytest.mark.usefixtures("profile")
@pytest.mark.parametrize(
    ("set_up", "code"),
    [("locked", "keyring.locked"), ("no collection", "keyring.no_collection")],
)
def test_what_the_keyring_refuses_is_said_and_not_kept(
    isolated_home: Path, sentinel: Sentinel, set_up: KeyringSetUp, code: str
) -> None:
    with keyring_session(isolated_home, set_up) as session:
        ended = secret("set", environment=session.environment, given=sentinel.value)
    assert ended.status == 1
    assert code in ended.out
    assert "    fix  " in ended.out
    assert "not kept" in ended.out
    assert load_profile("acme").secret_places == {}
    sentinel.assert_absent(isolated_home, ended.said)


@pytest.mark.keyring_daemon
@pytest.mark.usefixtures("profile")
def test_a_locked_keyring_makes_the_list_unknown_and_deletes_nothing(
    unlocked: KeyringSession,
) -> None:
    environment = unlocked.environment
    assert secret("set", environment=environment, given="a-good-long-value").status == 0
    unlocked.lock()
    for action in ("list", "delete"):
        ended = secret(action, environment=environment)
        assert ended.status == 1
        assert "keyring.locked" in ended.out
    assert load_profile("acme").secret_places == {FIELD: SECRET_SERVICE}


@pytest.mark.usefixtures("profile")
@pytest.mark.parametrize("given", ["", "\n", "   ", "short", "with blanks in between it"])
def test_what_cannot_be_the_secret_is_refused_in_one_line(bare: dict[str, str], given: str) -> None:
    ended = secret("set", environment=bare, given=given)
    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert not given.strip() or given not in ended.err


@pytest.mark.usefixtures("profile")
def test_a_value_as_an_argument_is_refused_and_not_repeated(
    bare: dict[str, str], sentinel: Sentinel
) -> None:
    for arguments in (("set", sentinel.value), ("set", FIELD, sentinel.value)):
        ended = secret(*arguments, environment=bare)
        assert ended.status == 2
        sentinel.assert_absent(ended.said)


def test_without_or_with_several_profiles_one_must_be_named(bare: dict[str, str]) -> None:
    none = secret("list", environment=bare)
    assert (none.status, none.out) == (2, "")
    assert "agentcore-auth setup" in none.err
    for name in ("acme", "other"):
        save_profile(Profile(name=name, journey="okta-agentcore"))
    several = secret("list", environment=bare)
    assert several.status == 2
    assert "acme, other" in several.err
    assert secret("list", "--profile", "nobody", environment=bare).status == 2


# --- test ----------------------------------------------------------------------------------


@pytest.mark.keyring_daemon
def test_a_keyring_that_serves_is_proven_without_any_profile(unlocked: KeyringSession) -> None:
    ended = secret("test", environment=unlocked.environment)
    assert ended.status == 0
    assert ended.out.startswith(f"keyring: {SECRET_SERVICE}\n✓ proven   keyring ")


@pytest.mark.parametrize(
    ("backend", "code"),
    [
        ("keyring.backends.fail.Keyring", "keyring.absent"),
        ("keyring.backends.null.Keyring", "keyring.insecure_backend"),
        ("servers.keyring_backends.PlaintextKeyring", "keyring.insecure_backend"),
        ("servers.keyring_backends.Forgetful", "keyring.write_lost"),
    ],
)
def test_a_keyring_that_does_not_serve_is_said_with_the_next_step(
    bare: dict[str, str], backend: str, code: str
) -> None:
    named = bare | {"PYTHON_KEYRING_BACKEND": backend, "PYTHONPATH": TESTS}
    ended = secret("test", environment=named)
    assert ended.status == 1
    assert f"✗ refused  {code}" in ended.out
    assert "    fix  " in ended.out


def test_a_keyring_that_hangs_is_given_up_after_three_seconds(bare: dict[str, str]) -> None:
    backend = "servers.keyring_backends.Hanging"
    named = bare | {"PYTHON_KEYRING_BACKEND": backend, "PYTHONPATH": TESTS}
    ended = secret("test", environment=named)
    assert ended.status == 1
    assert "✗ refused  keyring.hangs" in ended.out
    assert "no answer within 3 seconds" in ended.out


# --- the encrypted file --------------------------------------------------------------------


@pytest.mark.usefixtures("profile")
def test_the_encrypted_file_serves_a_machine_without_a_keyring(
    bare: dict[str, str], sentinel: Sentinel, isolated_home: Path, tmp_path: Path
) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse\n", encoding="utf-8")
    opens = ("--passphrase-file", str(passphrase))
    stored = secret("set", "--store", "file", *opens, environment=bare, given=sentinel.value)
    assert (stored.status, stored.out) == (0, f"{FIELD}: stored in encrypted file\n")
    listed = secret("list", *opens, environment=bare)
    assert listed.out == f"{FIELD}  stored      encrypted file\n"
    closed = secret("list", environment=bare)
    assert closed.status == 2
    assert "--passphrase-file" in closed.err
    passphrase.write_text("another\n", encoding="utf-8")
    wrong = secret("list", *opens, environment=bare)
    assert wrong.status == 2
    assert "passphrase" in wrong.err
    sentinel.assert_absent(isolated_home, *(e.said for e in (stored, listed, closed, wrong)))


@pytest.mark.usefixtures("profile")
def test_a_passphrase_is_typed_twice_for_a_new_file(
    bare: dict[str, str], sentinel: Sentinel, isolated_home: Path
) -> None:
    def typed(*answers: str) -> tuple[int | None, str]:
        terminal = at_a_terminal("set", "--store", "file", environment=bare)
        shown = ""
        for answer in answers:
            terminal.expect_exact("(not shown): ")
            shown += terminal.before or ""
            terminal.sendline(answer)
        shown += terminal.read()
        terminal.close()
        return terminal.exitstatus, shown

    assert typed("one thing", "another thing")[0] == 2
    status, shown = typed("one thing", "one thing", sentinel.value)
    assert status == 0
    assert load_profile("acme").secret_places == {FIELD: "encrypted file"}
    sentinel.assert_absent(isolated_home, shown)
    assert "one thing" not in shown
