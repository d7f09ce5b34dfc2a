"""What was written, when, and how to take it back: one folder a writing, with its backups."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

import msgspec

from agentcore_auth.files import places
from agentcore_auth.files.errors import FilesError

KEPT = 50
"""How many writings are remembered; the oldest are forgotten with their backups."""

_RECEIPT = "receipt.json"


class State(StrEnum):
    """How far a writing came.

    `PREPARED`: it does not hold yet, what a crash left of it is cleared away. `DECIDED`: all is on
    disk and only has to be renamed, what a crash left is finished.
    """

    PREPARED = "prepared"
    DECIDED = "decided"
    DONE = "done"


class Masked(msgspec.Struct, frozen=True):
    """A secret that the backup does not hold: its key, and the reference in its place."""

    key: str
    start: int
    length: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a writing: what it was and what it became. Hashes are SHA-256, in hex.

    `place` is the real file behind `path`. A hash is empty where there was no file, or is none
    now. `modified` is in nanoseconds since the epoch.
    """

    id: str
    path: str
    place: str
    staged: str
    old_hash: str
    new_hash: str
    mode: int = 0
    owner: int = 0
    group: int = 0
    modified: int = 0
    backup: str = ""
    masked: tuple[Masked, ...] = ()
    made: tuple[str, ...] = ()
    """Folders that were made for it."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One writing, or one taking back (`undoes` is the number of what was taken back).

    `at` is in seconds since the epoch. Number 0 stands for a writing that had nothing to do.
    """

    number: int
    at: float
    state: State
    entries: tuple[Entry, ...]
    undoes: int = 0
    schema: int = 1


def folder_of(state: Path, number: int) -> Path:
    """Returns the folder of one writing."""
    return state / f"{number:06}"


def journal(state: Path) -> list[Receipt]:
    """Returns what was written, newest first. A receipt of another version is left out.

    Args:
        state: the folder that holds journal and backups.

    Raises:
        FilesError: the disk refuses.
    """
    receipts: list[Receipt] = []
    for place in sorted(state.glob("[0-9]*"), reverse=True):
        try:
            data = (place / _RECEIPT).read_bytes()
            receipts.append(msgspec.json.decode(data, type=Receipt))
        except (FileNotFoundError, msgspec.DecodeError):
            continue
        except OSError as error:
            raise FilesError(f"{place}: the journal cannot be read: {error.strerror}") from None
    return receipts


def last_standing(state: Path, below: Path | None = None) -> Receipt | None:
    """Returns the newest writing that was not taken back, in a folder where one is given."""
    receipts = [item for item in journal(state) if item.state is State.DONE]
    undone = {item.undoes for item in receipts}
    standing = (item for item in receipts if not item.undoes and item.number not in undone)
    return next((item for item in standing if below is None or _lies_in(item, below)), None)


def _lies_in(receipt: Receipt, folder: Path) -> bool:
    return all(Path(entry.path).is_relative_to(folder) for entry in receipt.entries)


def save(state: Path, receipt: Receipt) -> None:
    """Writes a receipt in one stroke.

    Raises:
        OSError: the disk refuses.
    """
    data = msgspec.json.format(msgspec.json.encode(receipt), indent=2)
    with places.folder(folder_of(state, receipt.number)) as handle:
        staged = places.new_name(_RECEIPT)
        write_private(handle, staged, data)
        places.take_name(handle, staged, _RECEIPT)


def write_private(handle: int, name: str, data: bytes) -> None:
    """Writes a file that only its owner can read into an open folder.

    Raises:
        OSError: the disk refuses.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o600, dir_fd=handle), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def begin(state: Path) -> int:
    """Makes the folder of a new writing and returns its number.

    Raises:
        OSError: the disk refuses.
    """
    numbers = [int(place.name) for place in state.glob("[0-9]*") if place.name.isdecimal()]
    number = max(numbers, default=0) + 1
    folder_of(state, number).mkdir(mode=0o700)
    return number


def backup_of(state: Path, receipt: Receipt, entry: Entry) -> bytes:
    """Returns what a file said before a writing; a secret in it is a reference.

    Raises:
        OSError: the backup is gone.
    """
    return (folder_of(state, receipt.number) / entry.backup).read_bytes()


def forget_unbegun(state: Path) -> None:
    """Removes the folders of writings that ended before they were noted."""
    for place in state.glob("[0-9]*"):
        if place.name.isdecimal() and not (place / _RECEIPT).exists():
            shutil.rmtree(place, ignore_errors=True)


def forget(state: Path, number: int) -> None:
    """Removes a writing with its backups."""
    shutil.rmtree(folder_of(state, number), ignore_errors=True)


def forget_oldest(state: Path) -> None:
    """Keeps the newest writings only, as far as the disk lets it: nothing depends on it."""
    with suppress(FilesError):
        for receipt in journal(state)[KEPT:]:
            forget(state, receipt.number)


@contextmanager
def alone(state: Path) -> Generator[None]:
    """Holds the journal for one writer at a time; the folder is made where it is missing.

    Raises:
        FilesError: another process is writing, or the disk refuses.
    """
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FilesError(f"{state}: the journal cannot be kept: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FilesError(
                f"{state}: another agentcore-auth is writing these files; wait for it to end"
            ) from None
        yield
    finally:
        os.close(handle)
