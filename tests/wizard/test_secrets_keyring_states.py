"""The broker on a real gnome-keyring, in each state that a machine can be in."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.broker_process import broker_process
from servers.keyring_daemon import KeyringSession, KeyringSetUp, keyring_session

pytestmark = pytest.mark.keyring_daemon

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"


@pytest.fixture
def unlocked(tmp_path: Path) -> Iterator[KeyringSession]:
    with keyring_session(tmp_path) as session:
        yield session


def test_an_unlocked_keyring_keeps_a_value_beyond_the_program(unlocked: KeyringSession) -> None:
    with broker_process(unlocked.environment) as first:
        assert first.state()["code"] == ""
        assert first.store("kept beyond the program") == SECRET_SERVICE
        assert first.places() == {"okta.m2m.client_secret": SECRET_SERVICE}
    with broker_process(unlocked.environment) as second:
        assert second.get() == "kept beyond the program"
        assert second.delete()
    with broker_process(unlocked.environment) as third:
        assert third.get() is None


def test_the_worthless_value_leaves_nothing_behind(unlocked: KeyringSession) -> None:
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection

    with broker_process(unlocked.environment) as program:
        assert program.state()["code"] == ""
        assert program.store("the only entry") == SECRET_SERVICE
    connection = open_dbus_connection(unlocked.address)
    entries = list(secretstorage.get_default_collection(connection).get_all_items())
    names = [entry.get_attributes()["username"] for entry in entries]
    connection.close()
    assert names == ["acme/okta.m2m.client_secret"]


@pytest.mark.parametrize(
    ("set_up", "code", "said"),
    [
        ("locked", "keyring.locked", "Failed to unlock the collection"),
        ("no collection", "keyring.no_collection", "Prompt dismissed"),
        ("no service", "keyring.absent", "neither running nor activatable"),
    ],
)
@pytest.mark.parametrize("named", [False, True], ids=["chosen", "named"])
def test_a_service_that_cannot_serve(
    tmp_path: Path, set_up: KeyringSetUp, code: str, said: str, named: bool
) -> None:
    with keyring_session(tmp_path, set_up) as session:
        environment = session.environment
        if named:
            environment["PYTHON_KEYRING_BACKEND"] = SECRET_SERVICE
        with broker_process(environment) as program:
            state = program.state()
            assert (state["code"], program.store("not lost")) == (code, code)
            assert said in state["actual"]
            assert program.get() == "not lost"
            assert program.places() == {}


@pytest.mark.parametrize("named", [False, True], ids=["chosen", "named"])
def test_no_session_bus(tmp_path: Path, named: bool) -> None:
    with keyring_session(tmp_path, "no service") as session:
        environment = session.environment
    del environment["DBUS_SESSION_BUS_ADDRESS"]
    if named:
        environment["PYTHON_KEYRING_BACKEND"] = SECRET_SERVICE
    with broker_process(environment) as program:
        state = program.state()
        assert state["code"] == "keyring.absent"
        assert "DBUS_SESSION_BUS_ADDRESS is unset" in state["actual"]


@pytest.mark.parametrize("named", [False, True], ids=["chosen", "named"])
def test_a_dead_session_bus(unlocked: KeyringSession, named: bool) -> None:
    environment = unlocked.environment
    if named:
        environment["PYTHON_KEYRING_BACKEND"] = SECRET_SERVICE
    unlocked.kill_bus()
    with broker_process(environment) as program:
        assert program.state()["code"] == "keyring.bus_dead"
        assert program.store("not lost") == "keyring.bus_dead"
        assert program.get() == "not lost"


def test_a_bus_that_dies_midway_loses_nothing(unlocked: KeyringSession) -> None:
    with broker_process(unlocked.environment) as program:
        assert program.store("stored before", "a.secret") == SECRET_SERVICE
        unlocked.kill_bus()
        assert program.store("given after", "b.secret") == "keyring.bus_dead"
        assert program.get("a.secret") == "stored before"
        assert program.get("b.secret") == "given after"
        assert program.places() == {"a.secret": SECRET_SERVICE}
        assert program.state()["code"] == "keyring.bus_dead"


def test_a_keyring_that_is_locked_midway_and_opened_again(unlocked: KeyringSession) -> None:
    with broker_process(unlocked.environment) as program:
        assert program.store("first") == SECRET_SERVICE
        unlocked.lock()
        assert program.store("second") == "keyring.locked"
        assert program.get() == "second"
        unlocked.stop_daemon()
        unlocked.start_daemon(unlock=True)
        assert program.store("second") == SECRET_SERVICE
    with broker_process(unlocked.environment) as later:
        assert later.get() == "second"


def test_a_keyring_that_starts_while_the_program_runs(tmp_path: Path) -> None:
    with (
        keyring_session(tmp_path, "no service") as session,
        broker_process(session.environment) as program,
    ):
        assert program.store("early") == "keyring.absent"
        session.start_daemon(unlock=True)
        assert program.state()["code"] == "keyring.absent"
        assert program.state(again=True)["code"] == ""
        assert program.store("early") == SECRET_SERVICE


def test_a_daemon_that_hangs_is_given_up(unlocked: KeyringSession) -> None:
    (daemon,) = unlocked.daemons
    os.kill(daemon.pid, signal.SIGSTOP)
    try:
        with broker_process(unlocked.environment, seconds=0.2) as program:
            assert program.store("given meanwhile") == "keyring.hangs"
            assert program.state()["code"] == "keyring.hangs"
            assert program.state(again=True)["code"] == "keyring.hangs"
            assert program.get() == "given meanwhile"
            assert program.end() == 0
    finally:
        os.kill(daemon.pid, signal.SIGCONT)


def test_each_trouble_has_its_own_next_step(tmp_path: Path) -> None:
    steps: dict[str, str] = {}
    set_ups: tuple[KeyringSetUp, ...] = ("locked", "no collection", "no service", "unlocked")
    for number, set_up in enumerate(set_ups):
        with keyring_session(tmp_path / str(number), set_up) as session:
            if set_up == "unlocked":
                session.kill_bus()
            with broker_process(session.environment) as program:
                state = program.state()
                steps[state["code"]] = state["fix"]
    assert set(steps) == {
        "keyring.locked",
        "keyring.no_collection",
        "keyring.absent",
        "keyring.bus_dead",
    }
    assert len(set(steps.values())) == len(steps)
    assert all(steps.values())
