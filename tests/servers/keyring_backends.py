"""Keyring backends that go wrong, each in one way. A test names one by PYTHON_KEYRING_BACKEND."""

from __future__ import annotations

import threading
from typing import ClassVar

from keyring.backend import KeyringBackend
from keyring.compat import properties


class Sound(KeyringBackend):
    """Keeps values in memory and does everything right."""

    values: ClassVar[dict[tuple[str, str], str]] = {}

    @properties.classproperty
    def priority(cls) -> float:
        return 1

    def get_password(self, service: str, username: str) -> str | None:
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.values[service, username]


class Second(Sound):
    """Another sound one."""

    values: ClassVar[dict[tuple[str, str], str]] = {}


class Hanging(Sound):
    """Does not answer before it is released."""

    values: ClassVar[dict[tuple[str, str], str]] = {}
    released: ClassVar[threading.Event] = threading.Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.released.wait()
        super().set_password(service, username, password)

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait()
        return super().get_password(service, username)


class Forgetful(Sound):
    """Takes every value and gives none back."""

    values: ClassVar[dict[tuple[str, str], str]] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Garbling(Sound):
    """Gives back another value than it took."""

    values: ClassVar[dict[tuple[str, str], str]] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:-1])


class Telltale(Sound):
    """Serves the worthless value, and quotes any other in the error that it raises."""

    values: ClassVar[dict[tuple[str, str], str]] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        if not username.startswith("canary-"):
            raise RuntimeError(f"cannot store {password}")
        super().set_password(service, username, password)


class Leaving(Sound):
    """Tries to end the program."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise SystemExit(password)


class Unrecommended(Sound):
    """Works, and says of itself that it is second best."""

    @properties.classproperty
    def priority(cls) -> float:
        return 0.5


class PlaintextKeyring(Sound):
    """A plain-text backend that recommends itself."""

    @properties.classproperty
    def priority(cls) -> float:
        return 9
