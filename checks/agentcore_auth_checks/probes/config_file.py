"""Reads a configuration file of a system from disk."""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from agentcore_auth_checks.facts.config_file import ConfigFile
from agentcore_auth_checks.probes.base import Run
from agentcore_auth_checks.text import Untrusted
from agentcore_auth_templates.config_files import FileDescription, file_description

LARGEST_BYTES = 256 * 1024
"""More is no configuration file: the published one has 12 KB."""


class UnreadableFile(Exception):
    """A file that is there and cannot be read as text. The message says why."""


@dataclass(frozen=True)
class ConfigFileProbe:
    """Gives a configuration file as its readers see it.

    `file` is the id of its description, `expected` what the profile would write, key by key, and
    `written` whether the profile has written it before.
    """

    source: str
    label: str
    path: str
    file: str
    expected: tuple[tuple[str, str], ...] = ()
    written: bool = False

    area = "config"

    async def fetch(self, run: Run) -> ConfigFile:
        """Returns the file; what stands in the way of reading it is part of the fact."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> ConfigFile:
        description = file_description(self.file)
        try:
            found = read_text_file(Path(self.path))
        except UnreadableFile as error:
            return ConfigFile(
                source=self.source,
                path=self.path,
                kind=self.file,
                exists=True,
                written=self.written,
                yaml_error=(0, 0, Untrusted(str(error))),
            )
        if found is None:
            return ConfigFile(
                source=self.source,
                path=self.path,
                kind=self.file,
                exists=False,
                written=self.written,
            )
        return self._described(found, description)

    def _described(self, found: TextFile, description: FileDescription) -> ConfigFile:
        # The readers are imported in this thread, while requests are under way.
        from agentcore_auth_checks.config_reading import described_file

        return described_file(
            found.text,
            description,
            path=self.path,
            mode=found.mode,
            expected=dict(self.expected),
            written=self.written,
            source=self.source,
        )


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file as it lies on disk; `mode` is its permission bits."""

    text: str = field(repr=False)
    mode: int


def read_text_file(path: Path) -> TextFile | None:
    """Returns a file's text and mode, or None where there is no file. Links are followed.

    Raises:
        UnreadableFile: it is no plain file, larger than 256 KiB, not UTF-8, or may not be read.
    """
    try:
        # Not blocking: a named pipe in the file's place must not hang the run.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnreadableFile(f"it cannot be read: {error.strerror}") from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableFile("it is not a plain file")
        data = _read(handle)
    except OSError as error:
        raise UnreadableFile(f"it cannot be read: {error.strerror}") from None
    finally:
        os.close(handle)
    if len(data) > LARGEST_BYTES:
        raise UnreadableFile(f"it has more than {LARGEST_BYTES // 1024} KiB")
    try:
        return TextFile(data.decode("utf-8"), stat.S_IMODE(about.st_mode))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(f"line {line} is not UTF-8") from None


def _read(handle: int) -> bytes:
    """Returns what an open file says, up to one byte more than is taken."""
    data = b""
    while len(data) <= LARGEST_BYTES and (more := os.read(handle, LARGEST_BYTES + 1 - len(data))):
        data += more
    return data
