"""gnome-keyring on a session bus of its own, in each state that a machine can be in."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from servers.availability import require_command
from servers.processes import basic_environment, wait_until

KeyringSetUp = Literal["unlocked", "locked", "no collection", "no service"]
"""`no service` is a bus without a Secret Service; `no collection` a service without a keyring."""

_SECRET_SERVICE = "org.freedesktop.secrets"
_PASSWORD = b"password of the test keyring"

# No service folders: nothing on this bus starts by itself, a window that asks least of all.
_BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass
class KeyringSession:
    """A running bus, and the daemon on it where there is one.

    `environment` leads a program to them; its home directory is `home`.
    """

    home: Path
    runtime: Path
    address: str
    bus: subprocess.Popen[bytes]
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Everything that a program needs; nothing of the user's session."""
        return basic_environment(
            HOME=str(self.home),
            XDG_CONFIG_HOME=str(self.home / ".config"),
            XDG_DATA_HOME=str(self.home / ".local/share"),
            XDG_STATE_HOME=str(self.home / ".local/state"),
            XDG_CACHE_HOME=str(self.home / ".cache"),
            XDG_RUNTIME_DIR=str(self.runtime),
            DBUS_SESSION_BUS_ADDRESS=self.address,
        )

    @property
    def keyring_files(self) -> Path:
        """The folder of the daemon's own, encrypted files."""
        return self.home / ".local/share/keyrings"

    def kill_bus(self) -> None:
        """Ends the bus under the programs that use it."""
        _end(self.bus)

    def start_daemon(self, *, unlock: bool) -> None:
        """Starts the daemon and returns when it serves, its keyring open where asked."""
        daemon = subprocess.Popen(
            [
                require_command("gnome-keyring-daemon", "gnome-keyring"),
                "--foreground",
                "--components=secrets",
                *(["--unlock"] if unlock else []),
            ],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.daemons.append(daemon)
        assert daemon.stdin is not None
        daemon.stdin.write(_PASSWORD if unlock else b"")
        daemon.stdin.close()
        served = wait_until(lambda: self._serves(open_keyring=unlock) or daemon.poll() is not None)
        if not served or daemon.poll() is not None:
            raise RuntimeError(f"gnome-keyring-daemon does not serve (status {daemon.poll()})")

    def stop_daemon(self) -> None:
        """Ends the daemon; its files stay."""
        while self.daemons:
            _end(self.daemons.pop())
        wait_until(lambda: not self._serves(open_keyring=False))

    def lock(self) -> None:
        """Locks the keyring as a screen saver does."""
        import secretstorage
        from jeepney.io.blocking import open_dbus_connection

        with closing(open_dbus_connection(self.address)) as connection:
            secretstorage.get_default_collection(connection).lock()

    def _serves(self, *, open_keyring: bool) -> bool:
        import secretstorage
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        asked = new_method_call(bus, "NameHasOwner", "s", (_SECRET_SERVICE,))
        with closing(open_dbus_connection(self.address)) as connection:
            if not connection.send_and_get_reply(asked).body[0]:
                return False
            if not open_keyring:
                return True
            try:
                keyring = secretstorage.get_collection_by_alias(connection, "default")
            except secretstorage.ItemNotFoundException:
                return False
            return not keyring.is_locked()


@contextmanager
def keyring_session(home: Path, set_up: KeyringSetUp = "unlocked") -> Iterator[KeyringSession]:
    """Yields a bus and a daemon in that state; both are ended whatever happens."""
    with ExitStack() as stack:
        # The path of a socket may have 107 characters: pytest's own folders can be too deep.
        runtime = Path(tempfile.mkdtemp(prefix="keyring-"))
        stack.callback(shutil.rmtree, runtime, ignore_errors=True)
        bus, address = _started_bus(runtime)
        stack.callback(_end, bus)
        session = KeyringSession(home, runtime, address, bus)
        stack.callback(lambda: [_end(daemon) for daemon in session.daemons])
        if set_up in ("unlocked", "locked"):
            session.start_daemon(unlock=True)
        if set_up == "locked":
            session.stop_daemon()
        if set_up in ("locked", "no collection"):
            session.start_daemon(unlock=False)
        yield session


def _started_bus(runtime: Path) -> tuple[subprocess.Popen[bytes], str]:
    configuration = runtime / "bus.conf"
    configuration.write_text(_BUS_CONFIGURATION.format(socket=runtime / "bus"), encoding="utf-8")
    bus = subprocess.Popen(
        [
            require_command("dbus-daemon", "dbus"),
            f"--config-file={configuration}",
            "--nofork",
            "--nopidfile",
            "--print-address=1",
        ],
        env=basic_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert bus.stdout is not None
    with bus.stdout:
        address = bus.stdout.readline().decode().strip()
    if not address:
        _end(bus)
        raise RuntimeError("dbus-daemon did not start")
    return bus, address


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
