"""The broker: the one place that stores and gives out a profile's secrets.

A value is held in memory from the moment it is given until the process ends, so that nothing is
lost when a keyring refuses it or dies mid-way. It is never written in clear.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Literal

from agentcore_auth.secrets.encrypted_file import EncryptedFile
from agentcore_auth.secrets.keepers import (
    ENCRYPTED_FILE,
    ClosedFile,
    FileKeeper,
    Found,
    Keeper,
    KeyringKeeper,
    Refused,
    Stored,
)
from agentcore_auth_checks.facts.keyring import KeyringState, SecretState
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.packs import Field

SESSION_MEMORY = "session memory"
"""The place of a value that this process holds and nothing else does."""

KEYRING_SECONDS = 3.0
"""How long a keyring may take for one question."""

Store = Literal["keyring", "session", "file"]
"""Where new values go: the keyring, this process alone, or the encrypted file."""

StoreResult = Stored | Refused


class Broker:
    """Stores and gives out the secrets of one profile, each under its field id."""

    def __init__(
        self,
        profile_name: str,
        *,
        store: Store = "keyring",
        places: Mapping[str, str] | None = None,
        held: Mapping[str, Secret] | None = None,
        encrypted_file: EncryptedFile | None = None,
        seconds: float = KEYRING_SECONDS,
    ) -> None:
        """Makes a broker; nothing is asked yet.

        Args:
            profile_name: the profile whose secrets these are.
            store: where new values go.
            places: field id -> the place that keeps it, as the profile remembers it.
            held: values that are in memory from the start.
            encrypted_file: the profile's encrypted file with its passphrase.
            seconds: how long the keyring may take for one question.
        """
        self._profile_name = profile_name
        self._store: Store = store
        self._places = {field: place for field, place in (places or {}).items() if place}
        self._keyring = KeyringKeeper(seconds)
        self._file = FileKeeper(encrypted_file) if encrypted_file else ClosedFile()
        self._held: dict[str, Secret] = dict(held or {})
        self._confirmed: set[str] = set()
        self._checking = asyncio.Lock()

    @property
    def uses_keyring(self) -> bool:
        """Whether new values go to the keyring, or a remembered one is there."""
        return self._store == "keyring" or any(
            place != ENCRYPTED_FILE for place in self._places.values()
        )

    def places(self) -> dict[str, str]:
        """Returns field id -> the place that keeps its value; what a profile remembers."""
        return dict(self._places)

    def kept(self) -> frozenset[str]:
        """Returns the fields whose value is in memory or has a place; no place is asked."""
        return frozenset(self._held) | frozenset(self._places)

    async def state(self, *, again: bool = False) -> KeyringState:
        """Returns what the keyring can do: asked once, and anew with `again`."""
        async with self._checking:
            return await self._keyring.state(again=again)

    async def store(self, field: str, secret: Secret) -> StoreResult:
        """Keeps a value, or says what refused it; then it is in memory until the process ends."""
        self._held[field] = secret
        self._confirmed.discard(field)
        if self._store == "session":
            return Stored(SESSION_MEMORY)
        keeper: Keeper = self._file if self._store == "file" else self._keyring
        result = await keeper.put(self._name(field), secret)
        if isinstance(result, Stored):
            self._places[field] = result.place
            self._confirmed.add(field)
        return result

    async def get(self, field: str) -> Secret | None:
        """Returns a value from memory or from the place that keeps it.

        None where there is none, and where its place cannot be asked: `secret_state` tells which.
        """
        found = await self._found(field)
        return found if isinstance(found, Secret) else None

    async def delete(self, field: str) -> bool:
        """Forgets a value here and where it is kept.

        Returns whether nothing is left of it; False where its place refuses.
        """
        self._held.pop(field, None)
        self._confirmed.discard(field)
        place = self._places.get(field, "")
        keeper = self._keeper(place)
        refused = await keeper.remove(self._name(field), place) if keeper else None
        if refused is not None:
            return False
        self._places.pop(field, None)
        return True

    async def states(self, fields: Iterable[Field]) -> tuple[SecretState, ...]:
        """Returns for each field whether its value is kept and where, never the value."""
        return tuple(
            [await self.secret_state(item.id, item.label, item.optional) for item in fields]
        )

    async def secret_state(self, field: str, label: str, optional: bool = False) -> SecretState:
        """Returns whether one secret is kept and where; unknown where its place is silent."""
        found = await self._found(field)
        only_here = field in self._held and field not in self._confirmed
        return SecretState(
            field=field,
            label=label,
            stored=None if isinstance(found, Refused) else found is not None,
            place=SESSION_MEMORY if only_here else self._places.get(field, ""),
            optional=optional,
        )

    async def _found(self, field: str) -> Secret | Refused | None:
        if field in self._held:
            return self._held[field]
        place = self._places.get(field, "")
        keeper = self._keeper(place)
        answer = await keeper.get(self._name(field), place) if keeper else None
        if not isinstance(answer, Found):
            return answer
        self._held[field] = answer.secret
        self._confirmed.add(field)
        self._places[field] = answer.place
        return answer.secret

    def _keeper(self, place: str) -> Keeper | None:
        """Returns who keeps what is at `place`; an unknown place is where new values go."""
        if place == ENCRYPTED_FILE or (not place and self._store == "file"):
            return self._file
        return self._keyring if place or self._store == "keyring" else None

    def _name(self, field: str) -> str:
        return f"{self._profile_name}/{field}"
