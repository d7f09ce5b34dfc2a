"""The two that can keep a secret, asked without blocking: the keyring, and the encrypted file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from agentcore_auth.secrets.deadline import within
from agentcore_auth.secrets.encrypted_file import EncryptedFile, EncryptedFileError
from agentcore_auth.secrets.system_keyring import SystemKeyring
from agentcore_auth_checks.facts.keyring import KeyringState, KeyringTrouble
from agentcore_auth_checks.text import Secret, Untrusted

ENCRYPTED_FILE = "encrypted file"
"""The place of a value in the profile's encrypted file."""

_FILE_SECONDS = 60.0
"""An encrypted file computes and does not hang; a slow machine may take its time."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Stored:
    """The value is kept at `place`, and was read back from there."""

    place: str


@dataclass(frozen=True, slots=True)
class Found:
    """The value, and the place that keeps it."""

    secret: Secret
    place: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a place did not do what it was asked, in one line.

    `keyring` is the state of the keyring where that is the place.
    """

    reason: str
    keyring: KeyringState | None = None


class Keeper(Protocol):
    """Keeps values under names. Nothing here raises for what a place does."""

    async def put(self, name: str, secret: Secret) -> Stored | Refused:
        """Stores a value and reads it back."""
        ...

    async def get(self, name: str, place: str) -> Found | Refused | None:
        """Returns a value, or None where there is none."""
        ...

    async def remove(self, name: str, place: str) -> Refused | None:
        """Deletes a value, if there is one; None means that it is gone."""
        ...


class KeyringKeeper:
    """The keyring under a time limit. One that did not answer is not asked again unbidden."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._keyring = SystemKeyring()
        self._state: KeyringState | None = None

    async def state(self, *, again: bool) -> KeyringState:
        """Returns what the keyring can do, as last seen unless `again`."""
        if self._state is None or again:
            self._state = None
            self._state = await self._in_time(self._keyring.check)
        return self._state

    async def put(self, name: str, secret: Secret) -> Stored | Refused:
        """Stores a value and reads it back."""
        state = await self._in_time(lambda: self._keyring.put(name, secret))
        # A value that is too long says nothing of the keyring.
        if state.trouble is not KeyringTrouble.TOO_LARGE:
            self._state = state
        return Stored(state.backend) if state.trouble is None else _refused(state)

    async def get(self, name: str, place: str) -> Found | Refused | None:
        """Returns a value from the backend `place`, empty for the one that serves now."""
        found = await self._in_time(lambda: self._keyring.get(name, place))
        if isinstance(found, KeyringState):
            self._state = found
            return _refused(found)
        if self._state is not None and self._state.trouble is not None:
            self._state = None  # it answers again: what it can do is asked anew
        return None if found is None else Found(found, place or self._keyring.backend_name)

    async def remove(self, name: str, place: str) -> Refused | None:
        """Deletes a value from the backend `place`, empty for the one that serves now."""
        state = await self._in_time(lambda: self._keyring.remove(name, place))
        if state.trouble is None:
            return None
        self._state = state
        return _refused(state)

    async def _in_time(self, call: Callable[[], Result]) -> Result | KeyringState:
        if self._state is not None and self._state.trouble is KeyringTrouble.HANGS:
            return self._state
        try:
            return await within(self._seconds, call)
        except TimeoutError:
            return KeyringState(
                backend=self._keyring.backend_name,
                trouble=KeyringTrouble.HANGS,
                detail=Untrusted(f"no answer within {self._seconds:g} seconds"),
            )


class FileKeeper:
    """The encrypted file. Its place has one name, so the place that is asked for is not used."""

    def __init__(self, file: EncryptedFile) -> None:
        self._file = file

    async def put(self, name: str, secret: Secret) -> Stored | Refused:
        """Stores a value and reads it back."""
        refused = await self._in_time(lambda: self._file.put(name, secret))
        return refused or Stored(ENCRYPTED_FILE)

    async def get(self, name: str, place: str) -> Found | Refused | None:
        """Returns a value, or None where there is none."""
        found = await self._in_time(lambda: self._file.get(name))
        return Found(found, ENCRYPTED_FILE) if isinstance(found, Secret) else found

    async def remove(self, name: str, place: str) -> Refused | None:
        """Deletes a value, if there is one."""
        return await self._in_time(lambda: self._file.remove(name))

    async def _in_time(self, call: Callable[[], Result]) -> Result | Refused:
        try:
            return await within(_FILE_SECONDS, call)
        except TimeoutError:
            return Refused(f"{self._file.path}: no answer within {_FILE_SECONDS:g} seconds")
        except (EncryptedFileError, OSError) as error:
            return Refused(str(error))


class ClosedFile:
    """The encrypted file without its passphrase: it refuses everything."""

    async def put(self, name: str, secret: Secret) -> Stored | Refused:
        """Refuses."""
        return _CLOSED

    async def get(self, name: str, place: str) -> Found | Refused | None:
        """Refuses."""
        return _CLOSED

    async def remove(self, name: str, place: str) -> Refused | None:
        """Refuses."""
        return _CLOSED


_CLOSED = Refused("the encrypted file is not open: its passphrase was not given")


def _refused(state: KeyringState) -> Refused:
    code = f"keyring.{state.trouble.value}" if state.trouble else "keyring"
    return Refused(f"{code}: {state.detail}", state)
