"""Files on disk, handled so that nobody can slip another one in between.

Everything goes through an open folder, never through a path twice; no link is followed at the
last step; what replaces a file is whole and on disk before it takes its name.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from agentcore_auth.files.errors import FilesError


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lies on disk: its bytes and what else must survive its replacement.

    `modified` is in nanoseconds since the epoch.
    """

    data: bytes = field(repr=False)
    mode: int
    owner: int
    group: int
    modified: int


def real_place(path: Path) -> Path:
    """Returns where a path really leads, links followed; the file itself may not exist.

    Raises:
        FilesError: the links lead in a circle, or what is there is no plain file.
    """
    try:
        place = path.resolve()
        if place.exists() and not place.is_file():
            raise FilesError(f"{path}: it is not a plain file; move it away")
    except (OSError, RuntimeError):
        raise FilesError(f"{path}: its links lead nowhere; remove them") from None
    return place


@contextmanager
def folder(path: Path) -> Generator[int]:
    """Opens a folder and gives its handle.

    Raises:
        FilesError: it is no folder, or everybody may replace what is in it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise FilesError(f"{path}: the folder cannot be opened: {error.strerror}") from None
    try:
        mode = os.fstat(handle).st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise FilesError(
                f"{path}: everybody may replace files in this folder; take that right away first: "
                f"chmod o-w {path}"
            )
        yield handle
    finally:
        os.close(handle)


def found_in(handle: int, name: str) -> Found | None:
    """Returns the file of that name in an open folder, or None. A link is not followed.

    Raises:
        OSError: the file is there and cannot be read.
        FilesError: it is no plain file.
    """
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
    except FileNotFoundError:
        return None
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise FilesError(f"{name}: it is not a plain file")
        with os.fdopen(file, "rb", closefd=False) as stream:
            data = stream.read()
    finally:
        os.close(file)
    return Found(data, stat.S_IMODE(about.st_mode), about.st_uid, about.st_gid, about.st_mtime_ns)


def new_name(name: str) -> str:
    """Returns a hidden name beside a file that nobody can guess."""
    return f".{name}.{secrets.token_hex(8)}"


def stage(
    handle: int, name: str, data: bytes, like: Found | None, modified: int | None = None
) -> None:
    """Writes a new file of that name into an open folder, whole and on disk.

    Args:
        handle: the open folder.
        name: a name that is not taken.
        data: what it says.
        like: the file whose mode and owner it gets; None for the mode of any new file.
        modified: its time of change in nanoseconds since the epoch, where it must be an old one.

    Raises:
        OSError: the name is taken, the disk is full, or the owner cannot be kept.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(name, flags, 0o600 if like else 0o644, dir_fd=handle)
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
        stream.flush()
        if like is not None:
            about = os.fstat(file)
            if (about.st_uid, about.st_gid) != (like.owner, like.group):
                os.fchown(file, like.owner, like.group)
            os.fchmod(file, like.mode)
        if modified is not None:
            os.utime(file, ns=(modified, modified))
        os.fsync(file)


def take_name(handle: int, staged: str, name: str) -> None:
    """Gives a staged file its name, in place of whatever has it, in one stroke."""
    os.rename(staged, name, src_dir_fd=handle, dst_dir_fd=handle)
    os.fsync(handle)


def remove(handle: int, name: str) -> None:
    """Removes a file from an open folder, if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=handle)
        os.fsync(handle)


def make_folders(path: Path) -> tuple[Path, ...]:
    """Makes a folder with all above it, and returns those that were made, topmost first.

    Raises:
        OSError: the disk refuses; none is left behind then.
    """
    missing: list[Path] = []
    while not path.exists():
        missing.insert(0, path)
        path = path.parent
    try:
        for place in missing:
            place.mkdir()
    except OSError:
        remove_folders(tuple(missing))
        raise
    return tuple(missing)


def remove_folders(made: tuple[Path, ...]) -> None:
    """Removes folders that were made here, deepest first, as far as they are empty."""
    for place in reversed(made):
        with suppress(OSError):
            place.rmdir()
