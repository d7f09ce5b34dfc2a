"""The broker on the backends of other systems and packages, each in a program of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordSetError

from agentcore_auth.secrets.backends import state_of
from agentcore_auth_checks.facts.keyring import KeyringTrouble
from servers.availability import missing
from servers.broker_process import broker_process
from servers.keyring_daemon import keyring_session
from servers.processes import basic_environment

SERVERS = Path(__file__).parents[1] / "servers"
WINDOWS = "keyring.backends.Windows.WinVaultKeyring"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """A machine without a session bus."""
    return basic_environment(HOME=str(tmp_path))


# --- the program's end ---------------------------------------------------------------------


def test_a_backend_that_never_answers_does_not_hold_up_the_end(bare: dict[str, str]) -> None:
    bare["PYTHON_KEYRING_BACKEND"] = "servers.keyring_backends.Hanging"
    with broker_process(bare, seconds=0.05) as program:
        assert program.store("not lost") == "keyring.hangs"
        assert program.get() == "not lost"
        assert program.end() == 0


def test_a_backend_that_hangs_when_it_is_imported(bare: dict[str, str], tmp_path: Path) -> None:
    module = "import threading\nthreading.Event().wait()\n"
    (tmp_path / "stuck.py").write_text(module, encoding="utf-8")
    bare |= {"PYTHON_KEYRING_BACKEND": "stuck.Keyring", "PYTHONPATH": str(tmp_path)}
    with broker_process(bare, seconds=0.05) as program:
        assert program.state()["code"] == "keyring.hangs"
        assert program.end() == 0


# --- Windows -------------------------------------------------------------------------------


@pytest.fixture
def windows(bare: dict[str, str]) -> dict[str, str]:
    """keyring's own backend for Windows, on a stand-in for the Credential Manager."""
    folder = str(SERVERS / "windows_credentials")
    return bare | {"PYTHON_KEYRING_BACKEND": WINDOWS, "PYTHONPATH": folder}


def test_windows_keeps_what_fits(windows: dict[str, str]) -> None:
    with broker_process(windows) as program:
        assert program.state()["code"] == ""
        assert program.store("x" * 1280, "a.secret") == WINDOWS
        assert program.store("another", "b.secret") == WINDOWS
        assert program.delete("a.secret")
        assert program.get("b.secret") == "another"


@pytest.mark.parametrize("value", ["x" * 1281, "\N{KEY}" * 641], ids=["ascii", "two units each"])
def test_windows_refuses_what_is_too_large_by_name(windows: dict[str, str], value: str) -> None:
    with broker_process(windows) as program:
        assert program.store(value) == "keyring.too_large"
        assert program.get() == value
        assert program.state()["code"] == ""
        assert program.store("short enough") == WINDOWS


# --- macOS and KDE -------------------------------------------------------------------------

MACOS = "keyring.backends.macOS.Keyring"
KDE = "keyring.backends.kwallet.DBusKeyring"


@pytest.mark.parametrize(
    ("backend", "error", "trouble"),
    [
        (MACOS, PasswordSetError("Can't store: (-25308, 'Unknown Error')"), KeyringTrouble.LOCKED),
        (MACOS, KeyringError("Can't get: (-25293, 'Unknown Error')"), KeyringTrouble.LOCKED),
        (MACOS, KeyringLocked("Can't get password from keychain"), KeyringTrouble.LOCKED),
        (MACOS, PasswordSetError("Can't store: (-61, '')"), KeyringTrouble.WRITE_LOST),
        (MACOS, KeyringError("Can't get: (-61, '')"), KeyringTrouble.ABSENT),
        (KDE, InitError("Failed to open keyring: no such service."), KeyringTrouble.ABSENT),
        (KDE, ConnectionResetError(104, "Connection reset by peer"), KeyringTrouble.BUS_DEAD),
        (KDE, PasswordSetError("Cancelled by user"), KeyringTrouble.WRITE_LOST),
        ("other.Keyring", FileNotFoundError(2, "No such file"), KeyringTrouble.ABSENT),
        ("other.Keyring", EOFError(), KeyringTrouble.ABSENT),
    ],
)
def test_what_the_errors_of_other_systems_mean(
    backend: str, error: Exception, trouble: KeyringTrouble
) -> None:
    # Their keyrings do not run here; the errors are those that keyring raises for them.
    state = state_of(error, backend)
    assert (state.trouble, state.backend) == (trouble, backend)
    assert str(error) in state.detail.raw


# --- keyrings.alt --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def keyrings_alt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keyrings.alt, which brings plain-text backends and recommends none."""
    folder = tmp_path_factory.mktemp("keyrings-alt")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-cache-dir", "--no-deps", "--target", str(folder)),
            *("--require-hashes", "--requirement", str(SERVERS / "keyrings-alt.txt")),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        missing(f"keyrings.alt cannot be installed: {done.stderr[-300:]}")
    return folder


@pytest.fixture
def with_keyrings_alt(bare: dict[str, str], keyrings_alt: Path) -> dict[str, str]:
    return bare | {"PYTHONPATH": str(keyrings_alt)}


@pytest.mark.parametrize("named", [False, True], ids=["chosen", "named"])
def test_plain_text_is_never_written(
    with_keyrings_alt: dict[str, str], tmp_path: Path, named: bool
) -> None:
    if named:
        with_keyrings_alt["PYTHON_KEYRING_BACKEND"] = "keyrings.alt.file.PlaintextKeyring"
    with broker_process(with_keyrings_alt) as program:
        state = program.state()
        assert state["code"] == "keyring.insecure_backend"
        assert "PlaintextKeyring" in state["actual"]
        assert program.store("not lost") == "keyring.insecure_backend"
        assert program.get() == "not lost"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def keyring_beside_plain_text(tmp_path: Path, keyrings_alt: Path) -> Iterator[dict[str, str]]:
    with keyring_session(tmp_path) as session:
        yield session.environment | {"PYTHONPATH": str(keyrings_alt)}


@pytest.mark.keyring_daemon
def test_a_sound_keyring_serves_alone_beside_plain_text(
    keyring_beside_plain_text: dict[str, str], tmp_path: Path
) -> None:
    with broker_process(keyring_beside_plain_text) as program:
        assert program.store("kept well") == "keyring.backends.SecretService.Keyring"
    assert not list(tmp_path.rglob("keyring_pass.cfg"))
