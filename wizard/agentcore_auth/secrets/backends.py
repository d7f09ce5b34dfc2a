"""Which keyring backend may serve, and what its errors mean.

Everything here blocks, and runs in the broker's own thread. keyring itself would chain whatever
is installed, plain-text files included; here a backend serves alone, or not at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from agentcore_auth_checks.facts.keyring import KeyringState, KeyringTrouble
from agentcore_auth_checks.text import Secret, Untrusted

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

RECOMMENDED_PRIORITY = 1
"""Below it a backend is not recommended by keyring's own rule (`keyring.core.recommended`)."""

WINDOWS_LARGEST_BYTES = 2560
"""CRED_MAX_CREDENTIAL_BLOB_SIZE of the Windows Credential Manager; keyring writes UTF-16."""

_BUS_BACKENDS = ("SecretService", "libsecret", "kwallet")


class Backend(Protocol):
    """What is used of a keyring backend. Each call may block, and raise anything."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Returns a value, or None."""
        ...

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Stores a value."""
        ...

    def delete_password(self, service: str, username: str, /) -> None:
        """Deletes a value."""
        ...


def name_of(backend: object) -> str:
    """Returns the backend's class as `module.Class`: the place that a profile remembers."""
    return _class_name(type(backend))


def chosen_backend() -> Backend | KeyringState:
    """Returns the backend that may keep secrets, or why there is none.

    What the user named (PYTHON_KEYRING_BACKEND, keyringrc.cfg) is used or refused, never
    replaced; otherwise the best of those that work now and are safe. It is chosen anew at each
    call, since a keyring that was absent may have been started meanwhile.
    """
    from keyring.core import load_config, load_env

    try:
        named = load_env() or load_config()
    except Exception as error:
        return state_of(error, os.environ.get("PYTHON_KEYRING_BACKEND", ""))
    if named is not None and not _is_chainer(type(named)):
        return _judged(named)
    refused: KeyringState | None = None
    for backend in _working_backends():
        judged = _judged(backend)
        if not isinstance(judged, KeyringState):
            return judged
        refused = refused or judged
    return refused or _why_absent()


def backend_named(name: str) -> Backend | KeyringState:
    """Returns the working, safe backend of that class name, or why it cannot serve."""
    chosen = chosen_backend()
    if not isinstance(chosen, KeyringState) and name_of(chosen) == name:
        return chosen
    for backend in _working_backends():
        if name_of(backend) == name:
            return _judged(backend)
    if isinstance(chosen, KeyringState):
        return chosen
    detail = f"{name} keeps the secret; {name_of(chosen)} is what works now"
    return KeyringState(backend=name, trouble=KeyringTrouble.ABSENT, detail=Untrusted(detail))


def is_too_large(backend_name: str, secret: Secret) -> bool:
    """Whether the backend is known to refuse a value of that length."""
    if not backend_name.startswith("keyring.backends.Windows."):
        return False
    return len(secret.reveal().encode("utf-16-le")) > WINDOWS_LARGEST_BYTES


def state_of(
    error: BaseException, backend_name: str, *, hidden: Secret | None = None
) -> KeyringState:
    """Returns what an error of a backend means. Most are not keyring's own errors.

    Args:
        error: anything that a backend raised.
        backend_name: the backend's class name, empty where none was chosen yet.
        hidden: the value that was being stored, which the detail may not quote.
    """
    detail = f"{type(error).__name__}: {error}"
    if hidden:
        detail = detail.replace(hidden.reveal(), Secret.MASK)
    return KeyringState(
        backend=backend_name, trouble=_trouble_of(error, backend_name), detail=Untrusted(detail)
    )


def _trouble_of(error: BaseException, backend_name: str) -> KeyringTrouble:
    from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError

    # SecretStorage's errors are told by name: the library exists on Linux only.
    name = type(error).__name__
    if isinstance(error, KeyringLocked) or name == "LockedException":
        return KeyringTrouble.LOCKED
    if backend_name.startswith("keyring.backends.macOS.") and _is_locked_keychain(str(error)):
        return KeyringTrouble.LOCKED
    if name == "PromptDismissedException":
        return KeyringTrouble.NO_COLLECTION
    if isinstance(error, InitError) and error.__cause__ is not None:
        return _trouble_of(error.__cause__, backend_name)
    if isinstance(error, (PasswordSetError, PasswordDeleteError)):
        return KeyringTrouble.WRITE_LOST
    if isinstance(error, (OSError, EOFError)) and any(bus in backend_name for bus in _BUS_BACKENDS):
        return KeyringTrouble.BUS_DEAD
    return KeyringTrouble.ABSENT


def _is_locked_keychain(said: str) -> bool:
    # errSecInteractionNotAllowed and errSecAuthFailed (Security framework result codes): a
    # locked keychain over SSH, where no window can ask for its password.
    return any(code in said for code in ("-25308", "-25293"))


def _judged(backend: KeyringBackend) -> Backend | KeyringState:
    name = name_of(backend)
    if name == "keyring.backends.fail.Keyring":
        refuses = Untrusted(f"{name} was named, which refuses every value")
        return KeyringState(backend=name, trouble=KeyringTrouble.ABSENT, detail=refuses)
    reason = _insecurity_of(backend)
    if not reason:
        return backend
    return KeyringState(
        backend=name, trouble=KeyringTrouble.INSECURE_BACKEND, detail=Untrusted(reason)
    )


def _insecurity_of(backend: KeyringBackend) -> str:
    """Returns why a backend does not protect what it keeps, or nothing."""
    for ancestor in type(backend).__mro__:
        name = _class_name(ancestor)
        if name == "keyring.backends.null.Keyring":
            return f"{name} takes every value and keeps none"
        if name.startswith("keyrings.alt.") or "plaintext" in name.lower():
            return f"{name} writes values to a file that every program of this user can read"
    if backend.priority < RECOMMENDED_PRIORITY:
        return f"{name_of(backend)} is not recommended by keyring (priority {backend.priority:g})"
    return ""


def _working_backends() -> Iterator[KeyringBackend]:
    """Yields one instance of every backend that works on this machine now, the best first."""
    from keyring.backend import KeyringBackend, by_priority, get_all_keyring

    get_all_keyring()  # loads the backends that other packages bring
    candidates = [kind for kind in KeyringBackend.get_viable_backends() if not _is_chainer(kind)]
    for kind in sorted(candidates, key=by_priority, reverse=True):
        if kind.priority > 0:
            # A backend that cannot be made without parameters is not for automatic use.
            with suppress(TypeError):
                yield kind()


def _why_absent() -> KeyringState:
    """Returns what stands in the way of the Secret Service on Linux; elsewhere, that none is."""
    absent = KeyringState(
        backend="",
        trouble=KeyringTrouble.ABSENT,
        detail=Untrusted("no recommended keyring backend works on this machine"),
    )
    if not sys.platform.startswith("linux"):
        return absent
    from keyring.backends.SecretService import Keyring as SecretService

    try:
        SecretService.priority  # noqa: B018  # reading it asks the session bus, and raises
    except Exception as error:
        return state_of(error, _class_name(SecretService))
    return absent


def _is_chainer(kind: type[KeyringBackend]) -> bool:
    return _class_name(kind) == "keyring.backends.chainer.ChainerBackend"


def _class_name(kind: type[object]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
