"""Writes several files as one, and takes a writing back.

First everything new is put on disk beside the old, read back, and noted; then, in one decision,
the journal says that it holds; then names change. A crash before the decision leaves all old, one
after it is finished at the next start. Nothing that changed meanwhile is overwritten.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from agentcore_auth.files import places
from agentcore_auth.files import receipts as book
from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.planning import PlannedFile, check_readers
from agentcore_auth.files.receipts import Entry, Masked, Receipt, State
from agentcore_auth_checks.config_reading import secrets_in
from agentcore_auth_templates.config_files import file_description


class Stage(StrEnum):
    """How far the writing of a file is."""

    BACKED_UP = "backed up"
    STAGED = "new text on disk"
    CHECKED = "read back"
    DECIDED = "decided"
    REPLACED = "in place"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a writing that has just been done; the path is empty where it concerns all."""

    stage: Stage
    path: str = ""


FilesObserver = Callable[[Progress], None]
"""Is told of every step of a writing."""


def _ignore(_: Progress) -> None:
    """The observer that looks away."""


@dataclass(frozen=True, slots=True)
class _Change:
    """One file to be replaced. `before` and `after` are None where there is no file.

    `like` is the file whose mode, owner and time the new one gets, where that is not the present
    one; then `after` is what it said once, and is not read back by the readers.
    """

    id: str
    path: Path
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    like: places.Found | None = field(default=None, repr=False)


def write(
    planned: Sequence[PlannedFile], state: Path, *, observe: FilesObserver | None = None
) -> Receipt:
    """Writes all planned files, or none, and returns the receipt.

    Args:
        planned: what `plan` returned; files that are the same already are passed over.
        state: the folder that holds journal and backups; made where it is missing.
        observe: is told of every step.

    Raises:
        FilesError: a file changed since it was planned, its place is not safe, a reader would see
            something else, or the disk refuses. Nothing is changed then.
    """
    changes = [
        _Change(
            item.id,
            item.path,
            None if item.before is None else item.before.encode(),
            item.after.encode(),
        )
        for item in planned
        if item.changes
    ]
    if not changes:
        return Receipt(number=0, at=time.time(), state=State.DONE, entries=())
    with book.alone(state):
        _recover(state)
        return _Transaction(state, observe or _ignore).run(changes)


def undo(
    state: Path,
    *,
    force: bool = False,
    below: Path | None = None,
    observe: FilesObserver | None = None,
) -> Receipt | None:
    """Takes the newest standing writing back: bytes, modes, times. None where there is none.

    A secret that stood in clear was not kept in the backup; it comes back only where the file
    still has it, and as a reference otherwise.

    Args:
        state: the folder that holds journal and backups.
        force: whether a file that was changed since is overwritten; it is backed up first.
        below: only a writing whose files lie in this folder counts.
        observe: is told of every step.

    Raises:
        FilesError: a file was changed since, a backup is missing, or the disk refuses.
    """
    if not state.is_dir():
        return None
    with book.alone(state):
        _recover(state)
        last = book.last_standing(state, below)
        if last is None:
            return None
        changes = [_taken_back(state, last, entry, force=force) for entry in last.entries]
        receipt = _Transaction(state, observe or _ignore).run(changes, undoes=last.number)
        for entry in last.entries:
            places.remove_folders(tuple(map(Path, entry.made)))
        return receipt


def recover(state: Path) -> tuple[Receipt, ...]:
    """Finishes or clears away what a crash left, and returns the writings concerned.

    Raises:
        FilesError: another process is writing, or the disk refuses.
    """
    if not state.is_dir():
        return ()
    with book.alone(state):
        return _recover(state)


# --- one transaction -----------------------------------------------------------------------


class _Transaction:
    """One run: prepare all, decide, replace all."""

    def __init__(self, state: Path, observe: FilesObserver) -> None:
        self.state = state
        self.observe = observe
        self.receipt = Receipt(number=0, at=time.time(), state=State.PREPARED, entries=())
        self.old: dict[str, places.Found] = {}

    def run(self, changes: Sequence[_Change], undoes: int = 0) -> Receipt:
        """Carries all changes out, or none, and returns the receipt."""
        where = self.state
        try:
            self.note(number=book.begin(self.state), undoes=undoes)
            for change in changes:
                where = change.path
                self.prepare(change)
            self.note(state=State.DECIDED)
            self.observe(Progress(Stage.DECIDED))
            for entry in self.receipt.entries:
                where = Path(entry.path)
                _put_in_place(entry)
                self.observe(Progress(Stage.REPLACED, entry.path))
            self.note(state=State.DONE)
        except OSError as error:
            self.take_back()
            reason = error.strerror or type(error).__name__
            raise FilesError(f"{where}: {reason}; nothing was changed") from None
        except BaseException:
            self.take_back()
            raise
        book.forget_oldest(self.state)
        self.observe(Progress(Stage.DONE))
        return self.receipt

    def note(self, **changed: object) -> None:
        """Changes the receipt, on disk first."""
        receipt = msgspec.structs.replace(self.receipt, **changed)
        book.save(self.state, receipt)
        self.receipt = receipt

    def prepare(self, change: _Change) -> None:
        """Backs a file up and puts the new one beside it, once the journal knows of both."""
        place = places.real_place(change.path)
        made = places.make_folders(place.parent)
        try:
            with places.folder(place.parent) as handle:
                found = places.found_in(handle, place.name)
                if (found.data if found else None) != change.before:
                    raise FilesError(
                        f"{change.path}: it was changed meanwhile; look at the difference again"
                    )
                entry, backup = _entry(change, place, found, made, len(self.receipt.entries))
                self.note(entries=(*self.receipt.entries, entry))
                made = ()
                self.back_up(entry, backup, found)
                self.observe(Progress(Stage.BACKED_UP, entry.path))
                if change.after is not None:
                    self.stage(handle, change, entry, found)
        finally:
            places.remove_folders(made)

    def back_up(self, entry: Entry, backup: bytes, found: places.Found | None) -> None:
        """Keeps what a file said before."""
        if found is None:
            return
        self.old[entry.place] = found
        with places.folder(book.folder_of(self.state, self.receipt.number)) as handle:
            book.write_private(handle, entry.backup, backup)

    def stage(self, handle: int, change: _Change, entry: Entry, found: places.Found | None) -> None:
        """Puts the new file beside the old one and reads it back from there."""
        after = change.after or b""
        modified = change.like.modified if change.like else None
        places.stage(handle, entry.staged, after, change.like or found, modified)
        self.observe(Progress(Stage.STAGED, entry.path))
        again = places.found_in(handle, entry.staged)
        if again is None or again.data != after:
            raise FilesError(f"{change.path}: the disk did not keep what was written to it")
        if change.like is None:
            check_readers(again.data.decode(), file_description(change.id), change.path)
        self.observe(Progress(Stage.CHECKED, entry.path))

    def take_back(self) -> None:
        """Clears this run away. What cannot be cleared now is at the next start."""
        if not self.receipt.number:
            return
        with suppress(OSError, FilesError):
            if self.receipt.state is not State.PREPARED:
                self.note(state=State.PREPARED)
            _clear_away(self.state, self.receipt, self.old)


def _entry(
    change: _Change,
    place: Path,
    found: places.Found | None,
    made: tuple[Path, ...],
    position: int,
) -> tuple[Entry, bytes]:
    """Returns a file's entry in the journal, and what its backup holds."""
    backup, masked = _masked(found.data, change.id) if found else (b"", ())
    entry = Entry(
        id=change.id,
        path=str(change.path),
        place=str(place),
        staged=places.new_name(place.name),
        old_hash=_hash(found),
        new_hash="" if change.after is None else hashlib.sha256(change.after).hexdigest(),
        mode=found.mode if found else 0,
        owner=found.owner if found else 0,
        group=found.group if found else 0,
        modified=found.modified if found else 0,
        backup=f"before-{position}" if found else "",
        masked=masked,
        made=tuple(map(str, made)),
    )
    return entry, backup


def _hash(found: places.Found | None) -> str:
    return hashlib.sha256(found.data).hexdigest() if found else ""


def _put_in_place(entry: Entry) -> None:
    """Gives the new file its name, or removes the old one.

    Raises:
        FilesError: the file was changed in this very moment.
        OSError: the disk refuses.
    """
    place = Path(entry.place)
    with places.folder(place.parent) as handle:
        if _hash(places.found_in(handle, place.name)) != entry.old_hash:
            raise FilesError(f"{entry.path}: it was changed meanwhile; nothing was changed here")
        if entry.new_hash:
            places.take_name(handle, entry.staged, place.name)
        else:
            places.remove(handle, place.name)


# --- after a crash -------------------------------------------------------------------------


def _recover(state: Path) -> tuple[Receipt, ...]:
    concerned: list[Receipt] = []
    book.forget_unbegun(state)
    for receipt in book.journal(state):
        try:
            if receipt.state is State.PREPARED:
                _clear_away(state, receipt, {})
            elif receipt.state is State.DECIDED:
                _finish(state, receipt)
            else:
                continue
        except OSError as error:
            raise FilesError(
                f"{state}: an interrupted writing cannot be put right: {error.strerror}"
            ) from None
        concerned.append(receipt)
    return tuple(concerned)


def _finish(state: Path, receipt: Receipt) -> None:
    """Gives every file its new name that does not have it yet and was not changed since."""
    for entry in receipt.entries:
        with suppress(FilesError, FileNotFoundError):
            _put_in_place(entry)
        _remove_staged(entry)
    book.save(state, msgspec.structs.replace(receipt, state=State.DONE))


def _clear_away(state: Path, receipt: Receipt, old: Mapping[str, places.Found]) -> None:
    """Removes what was staged, and gives every file that was replaced already its old text."""
    for entry in receipt.entries:
        _remove_staged(entry)
        place = Path(entry.place)
        if place.parent.is_dir():
            with places.folder(place.parent) as handle:
                present = _hash(places.found_in(handle, place.name))
                if present == entry.new_hash != entry.old_hash:
                    _give_back(handle, entry, old.get(entry.place) or _kept(state, receipt, entry))
        places.remove_folders(tuple(map(Path, entry.made)))
    book.forget(state, receipt.number)


def _give_back(handle: int, entry: Entry, found: places.Found | None) -> None:
    name = Path(entry.place).name
    if found is None:
        places.remove(handle, name)
        return
    staged = places.new_name(name)
    places.stage(handle, staged, found.data, found, found.modified)
    places.take_name(handle, staged, name)


def _kept(state: Path, receipt: Receipt, entry: Entry) -> places.Found | None:
    """Returns a file as it was before a writing, from its backup; None where there was none."""
    if not entry.old_hash:
        return None
    data = book.backup_of(state, receipt, entry)
    return places.Found(data, entry.mode, entry.owner, entry.group, entry.modified)


def _remove_staged(entry: Entry) -> None:
    place = Path(entry.place)
    if place.parent.is_dir():
        with places.folder(place.parent) as handle:
            places.remove(handle, entry.staged)


# --- taking back ---------------------------------------------------------------------------


def _taken_back(state: Path, receipt: Receipt, entry: Entry, *, force: bool) -> _Change:
    """Returns the change that gives a file back what it was.

    Raises:
        FilesError: it was changed since and `force` is not given, or its backup is gone.
    """
    path, place = Path(entry.path), Path(entry.place)
    present: places.Found | None = None
    try:
        if place.parent.is_dir():
            with places.folder(place.parent) as handle:
                present = places.found_in(handle, place.name)
        kept = _kept(state, receipt, entry)
    except OSError as error:
        raise FilesError(f"{path}: it cannot be taken back: {error.strerror}") from None
    if _hash(present) != entry.new_hash and not force:
        raise FilesError(
            f"{path}: it was changed since it was written; look at it first, "
            "then take it back with --force, which keeps a backup"
        )
    before = present.data if present else None
    if kept is None:
        return _Change(entry.id, path, before, None)
    data = _unmasked(kept.data, entry.masked, before or b"", entry.id)
    return _Change(entry.id, path, before, data, like=kept)


def _masked(data: bytes, file_id: str) -> tuple[bytes, tuple[Masked, ...]]:
    """Returns what a backup may hold, and which secrets it does not."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data, ()
    description = file_description(file_id)
    masked: list[Masked] = []
    parts: list[str] = []
    end = length = 0
    for place in secrets_in(text, description):
        stand_in = description.stand_in(place.key)
        parts += [text[end : place.start], stand_in]
        length += place.start - end
        masked.append(Masked(place.key, length, len(stand_in)))
        length, end = length + len(stand_in), place.end
    return "".join((*parts, text[end:])).encode(), tuple(masked)


def _unmasked(data: bytes, masked: tuple[Masked, ...], present: bytes, file_id: str) -> bytes:
    """Returns a backup with the secrets that the present file still has."""
    if not masked:
        return data
    text, now = data.decode(), present.decode(errors="replace")
    left = [
        (place.key, now[place.start : place.end])
        for place in secrets_in(now, file_description(file_id))
    ]
    values: list[str | None] = []
    for item in masked:
        value = next((pair for pair in left if pair[0] == item.key), None)
        if value:
            left.remove(value)
        values.append(value[1] if value else None)
    for item, secret in reversed(list(zip(masked, values, strict=True))):
        if secret is not None:
            text = text[: item.start] + secret + text[item.start + item.length :]
    return text.encode()
