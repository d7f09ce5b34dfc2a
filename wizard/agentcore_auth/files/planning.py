"""Plans what a set of files will say: new, changed, the same, or changed by hand meanwhile."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from agentcore_auth.files.editing import edited
from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.notes import Note, NoteKind
from agentcore_auth.files.rendering import rendered
from agentcore_auth_checks.config_reading import all_readings, disagreement, without_secrets
from agentcore_auth_checks.facts.config_file import Reading
from agentcore_auth_checks.probes.config_file import UnreadableFile, read_text_file
from agentcore_auth_checks.readers import Document, opened, python_yaml, yq
from agentcore_auth_checks.text import visible
from agentcore_auth_checks.yaml_tree import Scalar, leaves
from agentcore_auth_templates.config_files import (
    FileDescription,
    Key,
    file_description,
    missing_answers,
    wanted_values,
)


class FileStatus(StrEnum):
    """What writing would do. `FOREIGN`: it would overwrite what was changed by hand since."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file as it is and as it would be.

    `before` is None where there is no file. `values` are the keys that follow the profile with
    what `after` says; a caller keeps them to tell later changes by hand.
    """

    id: str
    path: Path
    before: str | None = field(repr=False)
    after: str = field(repr=False)
    status: FileStatus
    values: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether writing would change anything on disk."""
        return self.before != self.after

    def shown(self) -> str:
        """Returns the whole text that would be written, a secret in clear as a reference."""
        return without_secrets(self.after, file_description(self.id))

    def diff(self) -> str:
        """Returns the unified diff of what writing would change; empty where nothing.

        Secrets in clear are shown as references, and what cannot be seen is made visible.
        """
        description = file_description(self.id)
        before = without_secrets(self.before or "", description)
        after = without_secrets(self.after, description)
        lines = difflib.unified_diff(
            _lines(before),
            _lines(after),
            str(self.path) if self.before is not None else "/dev/null",
            str(self.path),
        )
        return "".join(_diff_line(line) for line in lines)


def _lines(text: str) -> list[str]:
    """Returns the lines with their line feeds; nothing else ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _diff_line(line: str) -> str:
    text = visible(line.rstrip("\n"), keep_lines=True)
    return f"{text}\n" if line.endswith("\n") else f"{text}\n\\ No newline at end of file\n"


def plan(
    answers: Mapping[str, str],
    file_ids: Sequence[str],
    directory: Path,
    *,
    written: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[PlannedFile, ...]:
    """Returns each file as it is and as it would be written. Nothing is changed.

    Args:
        answers: all answers by field id, derived values included; no secrets.
        file_ids: which files, by the ids of their descriptions.
        directory: the folder that their paths start from.
        written: file id -> what was last written for each key, to tell changes by hand.

    Raises:
        FilesError: an answer is missing, a file that is there cannot be read or edited, or some
            reader would not see what is meant.
        DataFileError: a description or skeleton is missing or not what it should be.
    """
    return tuple(
        _planned(answers, file_description(name), directory, (written or {}).get(name, {}))
        for name in file_ids
    )


def _planned(
    answers: Mapping[str, str],
    description: FileDescription,
    directory: Path,
    written: Mapping[str, str],
) -> PlannedFile:
    path = directory / description.path
    missing = missing_answers(description, answers)
    if missing:
        raise FilesError(f"{path}: not answered yet: {', '.join(missing)}")
    wanted = wanted_values(description, answers)
    for key, value in wanted.items():
        if not value.isprintable():
            raise FilesError(f"{path}: {key}: the answer has characters that cannot be seen")
    try:
        found = read_text_file(path)
    except UnreadableFile as error:
        raise FilesError(f"{path}: {error}; nothing was changed") from None
    fresh = rendered(description, wanted)
    notes: tuple[Note, ...] = ()
    after = fresh
    if found is not None:
        after, notes = _edited(found.text, description, wanted, fresh, path)
    values = check_readers(after, description, path)
    if found is not None:
        notes = _with_changes_by_hand(notes, found.text, values, written)
    return PlannedFile(
        id=description.id,
        path=path,
        before=None if found is None else found.text,
        after=after,
        status=_status(None if found is None else found.text, after, notes),
        values={key: values[key] for key in wanted},
        notes=notes,
    )


def _edited(
    text: str, description: FileDescription, wanted: Mapping[str, str], fresh: str, path: Path
) -> tuple[str, tuple[Note, ...]]:
    result = edited(text, description, wanted, fresh, str(path))
    _check_untouched(opened(text), opened(result.text), description, path)
    return result.text, result.notes


def _status(before: str | None, after: str, notes: tuple[Note, ...]) -> FileStatus:
    if before is None:
        return FileStatus.NEW
    if before == after:
        return FileStatus.SAME
    by_hand = any(note.kind is NoteKind.BY_HAND for note in notes)
    return FileStatus.FOREIGN if by_hand else FileStatus.CHANGED


def _with_changes_by_hand(
    notes: tuple[Note, ...], before: str, values: Mapping[str, str], written: Mapping[str, str]
) -> tuple[Note, ...]:
    """Returns the notes with those changed that overwrite what somebody wrote meanwhile."""
    document = opened(before)
    by_hand: dict[str, Note] = {}
    for key, last in written.items():
        now = yq(document, key)
        if now is not None and now != last and key in values and now != values[key]:
            why = (
                f"written as {visible(last)}, then changed in the file; the profile says otherwise"
            )
            by_hand[key] = Note(NoteKind.BY_HAND, key, now, values[key], why)
    return (*by_hand.values(), *(note for note in notes if note.key not in by_hand))


# --- reading back --------------------------------------------------------------------------


def check_readers(text: str, description: FileDescription, path: Path) -> dict[str, str]:
    """Returns every key's value, once all its readers agree on it.

    Raises:
        FilesError: a reader would see another value, or the text is no YAML.
    """
    document = opened(text)
    if document.problem:
        problem = document.problem
        raise FilesError(f"{path}: line {problem.line}: {problem.reason}; nothing was written")
    seen = all_readings(document, description)
    values: dict[str, str] = {}
    for key in description.keys:
        values[key.id] = yq(document, key.id) or ""
        own = (
            Reading("yaml", python_yaml(document, key.id)),
            Reading("yq", yq(document, key.id)),
        )
        readings = (*seen.get(key.id, ()), *own) if key.readers or key.value else ()
        if disagreement(readings):
            shown = without_secrets(text, description)
            raise FilesError(_disagreement(document, key, readings, path, shown))
    return values


def _disagreement(
    document: Document, key: Key, readings: tuple[Reading, ...], path: Path, text: str
) -> str:
    meant = yq(document, key.id) or ""
    astray = next((item for item in readings if (item.value or "") != meant), readings[0])
    shown = visible(astray.value or "nothing", limit=120)
    where = ""
    if astray.line:
        line = text.split("\n")[astray.line - 1]
        where = f", from line {astray.line} ({visible(line.strip(), limit=80)})"
    return (
        f"{path}: {key.id}: {astray.reader} would read {shown}{where} instead of "
        f"{visible(meant, limit=120)}; nothing was written; mend that line, or the answer"
    )


def _check_untouched(
    before: Document, after: Document, description: FileDescription, path: Path
) -> None:
    """Holds an edit to what it may change: the description's keys and what it comments out."""
    now = _values(after)
    ours = {key.id for key in description.keys} | {part.id for part in description.sections}
    gone = tuple(f"{item.comment_out}." for item in description.migrations if item.comment_out)
    for key, value in _values(before).items():
        changeable = key in ours or any(name.startswith(f"{key}.") for name in ours)
        if not changeable and not f"{key}.".startswith(gone) and now.get(key) != value:
            raise FilesError(
                f"{path}: editing would change {visible(key)}, which is not ours; "
                "nothing was written"
            )


def _values(document: Document) -> dict[str, str]:
    return {
        ".".join(parts): node.text if isinstance(node, Scalar) else type(node).__name__
        for parts, node in leaves(document.tree)
    }
