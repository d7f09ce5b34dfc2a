"""What the keyring of this machine can do, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.text import NO_TEXT, Untrusted


class KeyringTrouble(StrEnum):
    """Why a keyring cannot serve; each has the code `keyring.<value>`."""

    ABSENT = "absent"
    BUS_DEAD = "bus_dead"
    NO_COLLECTION = "no_collection"
    LOCKED = "locked"
    HANGS = "hangs"
    WRITE_LOST = "write_lost"
    TOO_LARGE = "too_large"
    INSECURE_BACKEND = "insecure_backend"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringState(Fact):
    """The keyring after a write-read-delete of a worthless value. No trouble means it serves.

    `backend` is its class as `module.Class`, empty where none could be chosen; `detail` what
    the system said.
    """

    backend: str
    trouble: KeyringTrouble | None = None
    detail: Untrusted = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretState(Fact):
    """Whether a secret that the profile needs is kept, and where. Never its value.

    `stored` is None where the place that should keep it could not be asked.
    """

    field: str
    label: str
    stored: bool | None
    place: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretInFile:
    """A place in a project's file where something that must be secret stands in clear.

    `field` is the secret's field id where that is known. Line and column count from 1.
    """

    file: str
    key: str
    line: int
    column: int
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedFiles(Fact):
    """The project's files that were looked through for secrets, and what stands in them."""

    files: tuple[str, ...]
    found: tuple[SecretInFile, ...] = ()
