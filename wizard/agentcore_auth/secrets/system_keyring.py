"""The keyring of the operating system, used with care.

Before the first value is written, a worthless one is written, read back and deleted. No error of
a backend leaves this module as an exception: its traceback would hold the value.
"""

from __future__ import annotations

import secrets as random_values
import threading
from collections.abc import Callable
from typing import TypeVar

from agentcore_auth.secrets import backends
from agentcore_auth_checks.facts.keyring import KeyringState, KeyringTrouble
from agentcore_auth_checks.text import Secret, Untrusted

SERVICE = "agentcore-auth"
"""The service name of every entry; the user name is `PROFILE/field.id`."""

Result = TypeVar("Result")


class SystemKeyring:
    """Blocking calls, each of which may hang.

    They take turns, so that an older write that was given up and comes to life again cannot
    overtake a newer one.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._proven: backends.Backend | None = None
        self._in_use = ""

    @property
    def backend_name(self) -> str:
        """The backend that was asked last, empty where none could be chosen."""
        return self._in_use

    def check(self) -> KeyringState:
        """Returns the state after a worthless value was written, read back and deleted."""
        with self._turn:
            self._proven = None
            ready = self._ready()
            return ready if isinstance(ready, KeyringState) else self._serves(ready)

    def put(self, account: str, secret: Secret) -> KeyringState:
        """Stores a value and reads it back; the state has no trouble where it is kept."""
        with self._turn:
            ready = self._ready()
            return ready if isinstance(ready, KeyringState) else self._put(ready, account, secret)

    def get(self, account: str, place: str) -> Secret | KeyringState | None:
        """Returns the value, None where there is none, or the trouble in the way.

        Args:
            account: the user name of the entry.
            place: the backend that keeps it, empty for the one that serves now.
        """
        with self._turn:
            backend = self._keeper(place)
            if isinstance(backend, KeyringState):
                return backend
            found = self._asked(lambda: backend.get_password(SERVICE, account))
            return Secret(found) if isinstance(found, str) else found

    def remove(self, account: str, place: str) -> KeyringState:
        """Deletes a value; no trouble means that nothing is kept under that name any more."""
        with self._turn:
            backend = self._keeper(place)
            if isinstance(backend, KeyringState):
                return backend
            found = self._asked(lambda: backend.get_password(SERVICE, account))
            if isinstance(found, KeyringState):
                return found
            if found is not None:
                problem = self._asked(lambda: backend.delete_password(SERVICE, account))
                if isinstance(problem, KeyringState):
                    return problem
            return self._serves(backend)

    def _ready(self) -> backends.Backend | KeyringState:
        """Returns a backend that has proven to give back what it takes."""
        if self._proven is not None:
            self._in_use = backends.name_of(self._proven)
            return self._proven
        backend = self._keeper("")
        if isinstance(backend, KeyringState):
            return backend
        account = f"canary-{random_values.token_hex(8)}"
        state = self._put(backend, account, Secret(random_values.token_urlsafe(16)))
        if state.trouble is not None:
            return state
        problem = self._asked(lambda: backend.delete_password(SERVICE, account))
        if isinstance(problem, KeyringState):
            return problem
        self._proven = backend
        return backend

    def _keeper(self, place: str) -> backends.Backend | KeyringState:
        self._in_use = place
        backend = self._asked(
            lambda: backends.backend_named(place) if place else backends.chosen_backend()
        )
        self._in_use = (
            backend.backend if isinstance(backend, KeyringState) else backends.name_of(backend)
        )
        return backend

    def _put(self, backend: backends.Backend, account: str, secret: Secret) -> KeyringState:
        if backends.is_too_large(self._in_use, secret):
            return KeyringState(backend=self._in_use, trouble=KeyringTrouble.TOO_LARGE)
        problem = self._asked(
            lambda: backend.set_password(SERVICE, account, secret.reveal()), hidden=secret
        )
        if isinstance(problem, KeyringState):
            return problem
        back = self._asked(lambda: backend.get_password(SERVICE, account), hidden=secret)
        if isinstance(back, KeyringState):
            return back
        if not isinstance(back, str) or Secret(back) != secret:
            said = "nothing came back" if back is None else "another value came back"
            return KeyringState(
                backend=self._in_use, trouble=KeyringTrouble.WRITE_LOST, detail=Untrusted(said)
            )
        return self._serves(backend)

    def _serves(self, backend: backends.Backend) -> KeyringState:
        return KeyringState(backend=backends.name_of(backend))

    def _asked(
        self, call: Callable[[], Result], *, hidden: Secret | None = None
    ) -> Result | KeyringState:
        try:
            return call()
        # Whatever a backend raises, SystemExit included, is its trouble and not the program's.
        except BaseException as error:
            self._proven = None
            return backends.state_of(error, self._in_use, hidden=hidden)
