"""Edits an existing YAML file in place: only the characters that must change do.

Values are replaced where the parser found them, so that comments, unknown keys, order, quoting
and every other byte stay. Each pass parses the text anew; what comes out is read back elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.notes import Note, NoteKind
from agentcore_auth.files.scalars import double_quoted, written_as
from agentcore_auth_checks.config_reading import without_secrets
from agentcore_auth_checks.readers import SHELL_READERS, Document, opened, readings
from agentcore_auth_checks.yaml_tree import (
    Alias,
    Member,
    Node,
    Scalar,
    Sequence,
    duplicates,
    find,
)
from agentcore_auth_checks.yaml_tree import Mapping as MappingNode
from agentcore_auth_templates.config_files import FileDescription, Key, stays


@dataclass(frozen=True, slots=True)
class Edited:
    """A text after editing, and what was done to it."""

    text: str = field(repr=False)
    notes: tuple[Note, ...]


def edited(
    text: str, description: FileDescription, wanted: Mapping[str, str], fresh: str, name: str
) -> Edited:
    """Returns an existing file's text with every key as it must be.

    Args:
        text: the whole file as it is.
        description: what kind of file it is.
        wanted: the values that follow the profile.
        fresh: the same file drawn anew, from which missing keys are taken.
        name: what the file is called in messages.

    Raises:
        FilesError: it is no YAML, says a key twice, or says a key in a way that cannot be edited.
    """
    editor = _Editor(description, wanted, fresh, name)
    text = editor.with_line_feeds(text)
    text = editor.without_unread_keys(text)
    text = editor.with_values(text)
    return Edited(editor.with_missing_keys(text), tuple(editor.notes))


def desired(
    key: Key, current: str | None, description: FileDescription, wanted: Mapping[str, str]
) -> str | None:
    """Returns what a key should say, given what it says now; None where it is left alone.

    Args:
        key: the key.
        current: its present text; None where it is absent or null.
        description: the file's description.
        wanted: the values that follow the profile.
    """
    if current == "" and key.required:
        current = None
    usable = current is not None and not re.search(description.placeholder, current)
    if key.id in wanted:
        kept = usable and current is not None and stays(key, current, wanted)
        return current if kept else wanted[key.id]
    if not key.readers or (current is None and key.optional):
        return None
    old = any(
        key.id in migration.keys and current is not None and re.fullmatch(migration.old, current)
        for migration in description.migrations
    )
    return current if usable and not old else key.default


@dataclass(slots=True)
class _Editor:
    description: FileDescription
    wanted: Mapping[str, str]
    fresh: str
    name: str
    notes: list[Note] = field(default_factory=list[Note])
    last: Document | None = None
    """The text that was opened last: most keys need no change, and so no parsing anew."""

    # --- passes ----------------------------------------------------------------------------

    def with_line_feeds(self, text: str) -> str:
        """Returns the text without a byte order mark and without carriage returns."""
        if text.startswith("\ufeff"):
            why = "the byte order mark at the beginning hides the first line from scripts"
            self.notes.append(Note(NoteKind.REPAIRED, "the file", why=why))
            text = text[1:]
        if "\r" in text:
            why = "line ends had carriage returns, which scripts take for part of the value"
            self.notes.append(Note(NoteKind.REPAIRED, "the file", why=why))
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text

    def without_unread_keys(self, text: str) -> str:
        """Returns the text with keys that nothing reads any more commented out."""
        for migration in self.description.migrations:
            if not migration.comment_out:
                continue
            parts = tuple(migration.comment_out.split("."))
            parent = find(self.open(text).tree, parts[:-1])
            member = parent.member(parts[-1]) if isinstance(parent, MappingNode) else None
            if member is None or not isinstance(parent, MappingNode):
                continue
            if parent.flow:
                raise self.error(member.key, f"{migration.comment_out} stands in braces")
            text = self.commented_out(text, member)
            self.notes.append(Note(NoteKind.MIGRATED, migration.comment_out, why=migration.note))
        return text

    def with_values(self, text: str) -> str:
        """Returns the text with every key that is there as it should be."""
        for key in self.description.keys:
            text = self.with_value(text, key)
        return text

    def with_missing_keys(self, text: str) -> str:
        """Returns the text with every key that must be there."""
        for key in self.description.keys:
            if key.required or key.id in self.wanted:
                text = self.with_key(text, key.id)
        for section in self.description.sections:
            text = self.with_key(text, section.id)
        return text

    # --- one key ---------------------------------------------------------------------------

    def with_value(self, text: str, key: Key) -> str:
        """Returns the text with one key as it should be, if it is there at all."""
        if not key.readers and key.id not in self.wanted:
            return text
        document = self.open(text)
        parts = tuple(key.id.split("."))
        member = _member(document.tree, parts)
        if member is None:
            return self.with_first_item(text, document, key, parts)
        node = member.value if member.key.text == parts[-1] else find(document.tree, parts)
        current = self.text_of(node, key)
        goal = desired(key, current, self.description, self.wanted)
        if goal is None:
            return text
        self.refuse_anchors(document.tree, parts, key)
        asked = dict.fromkeys((*key.readers, *(("yaml",) if key.id in self.wanted else ())))
        if all((seen.value or "") == goal for seen in readings(document, key.id, asked)) and (
            current is not None or not goal
        ):
            return text
        self.note_change(key, current, goal)
        if node is None or node is not member.value:
            return self.replaced(text, node, key, goal)
        if SHELL_READERS.isdisjoint(key.readers):
            return self.replaced(text, node, key, goal)
        return self.line_rewritten(text, document, member, key, goal)

    def with_first_item(
        self, text: str, document: Document, key: Key, parts: tuple[str, ...]
    ) -> str:
        """Returns the text with a list's first item, where the list is there and has none."""
        member = _member(document.tree, parts[:-1]) if parts[-1] == "0" else None
        if member is None or key.id not in self.wanted:
            return text
        if not isinstance(member.value, Scalar | Sequence):
            raise self.error(member.value, f"{'.'.join(parts[:-1])} must be a list")
        old = member.value.text if isinstance(member.value, Scalar) else ""
        self.note_change(key, old, self.wanted[key.id])
        item = f"[{double_quoted(self.wanted[key.id])}]"
        return _spliced(text, member.value, item)

    def note_change(self, key: Key, old: str | None, new: str) -> None:
        """Notes that a key is given another value, with the reason where there is one."""
        if old == new:
            why = "some reader took more, or less, than the value; it stands alone on its line now"
            self.notes.append(Note(NoteKind.REPAIRED, key.id, why=why))
            return
        migration = next(
            (
                item
                for item in self.description.migrations
                if key.id in item.keys and old is not None and re.fullmatch(item.old, old)
            ),
            None,
        )
        kind = NoteKind.MIGRATED if migration else NoteKind.SET
        self.notes.append(Note(kind, key.id, old or "", new, migration.note if migration else ""))

    def text_of(self, node: Node | None, key: Key) -> str | None:
        """Returns a value's text, or None for null.

        Raises:
            FilesError: it is no single value.
        """
        match node:
            case None:
                return None
            case Scalar():
                return None if _is_null(node) else node.text
            case Alias():
                raise self.error(node, f"{key.id} refers to *{node.name}; write the value itself")
            case _:
                raise self.error(node, f"{key.id} must be one value, and is a mapping or a list")

    def refuse_anchors(self, tree: Node | None, parts: tuple[str, ...], key: Key) -> None:
        """Refuses what would change other keys as well, or what the scripts cannot read.

        Raises:
            FilesError: the key, or what it lies in, is reached through an alias or has an anchor
                itself, or lies in braces and is read by a script.
        """
        node = tree
        for depth, part in enumerate(parts):
            if isinstance(node, Alias):
                above = ".".join(parts[:depth])
                raise self.error(node, f"{above} refers to *{node.name}; write its keys themselves")
            flow = isinstance(node, MappingNode) and node.flow
            if flow and node is not None and not SHELL_READERS.isdisjoint(key.readers):
                raise self.error(
                    node,
                    f"{key.id} stands in braces, which scripts cannot read; write one key a line",
                )
            node = find(node, (part,))
        if isinstance(node, Scalar) and node.anchor:
            raise self.error(node, f"{key.id} has the anchor &{node.anchor}; take it off")

    def replaced(self, text: str, node: Node | None, key: Key, goal: str) -> str:
        """Returns the text with the value's own characters replaced."""
        if node is None:
            return text
        style = node.style if isinstance(node, Scalar) else '"'
        return _spliced(text, node, written_as(goal, style, key.type))

    def line_rewritten(
        self, text: str, document: Document, member: Member, key: Key, goal: str
    ) -> str:
        """Returns the text with a key and its value on one line that every script can read.

        A comment behind the value, or between key and value, moves to a line of its own above.
        """
        value = member.value
        style = value.style if isinstance(value, Scalar) else '"'
        written = written_as(goal, style, key.type)
        end = value.place.end
        block = style in ("|", ">")
        line_end = end if block else _line_end(text, end)
        between, behind = text[member.key.place.end : value.place.start], text[end:line_end]
        comments = [found.strip() for found in re.findall(r"#[^\n]*", f"{between}\n{behind}")]
        begin = _line_start(text, member.key.place.start)
        indent = text[begin : member.key.place.start]
        if indent.strip():
            raise self.error(member.key, f"{key.id} does not begin its line")
        above = "".join(f"{indent}{comment}\n" for comment in comments)
        closing = "\n" if block and text[:end].endswith("\n") else ""
        line = f"{indent}{member.key.text}: {written}{closing}"
        return text[:begin] + above + line + text[line_end:]

    # --- whole parts -----------------------------------------------------------------------

    def commented_out(self, text: str, member: Member) -> str:
        """Returns the text with a member's lines made comments, secrets in them left out."""
        begin = _line_start(text, member.key.place.start)
        end = _line_end(text, _last_character(text, member.value))
        column = member.key.place.start - begin
        block = without_secrets(text[begin:end], self.description)
        lines = [
            f"{line[:column]}# {line[column:]}" if line.strip() else line
            for line in block.split("\n")
        ]
        return text[:begin] + "\n".join(lines) + text[end:]

    def with_key(self, text: str, name: str) -> str:
        """Returns the text with a key or section, taken from the fresh file where it is missing."""
        document = self.open(text)
        parts = tuple(name.split("."))
        if document.tree is None:
            raise FilesError(f"{self.name}: it says nothing; delete it to have it written anew")
        depth = _parts_there(document.tree, parts)
        parent = find(document.tree, parts[:depth])
        is_null = isinstance(parent, Scalar) and _is_null(parent)
        if depth == len(parts) and not is_null:
            return text
        member = _member(document.tree, parts[:depth]) if depth else None
        if member is not None and is_null:
            self.notes.append(Note(NoteKind.ADDED, name))
            return self.filled_in(text, member, parts[:depth])
        if not isinstance(parent, MappingNode) or parent.flow:
            raise self.error(parent or document.tree, f"{name} is missing and cannot be put here")
        self.notes.append(Note(NoteKind.ADDED, ".".join(parts[: depth + 1])))
        return self.inserted(text, parent, parts[: depth + 1])

    def filled_in(self, text: str, member: Member, path: tuple[str, ...]) -> str:
        """Returns the text with the lines that the fresh file has below a key that has none."""
        model = _member(opened(self.fresh).tree, path)
        if model is None:
            raise self.error(member.key, f"{'.'.join(path)} should not be here")
        begin = _line_end(self.fresh, model.key.place.end) + 1
        lines = self.fresh[begin : _line_end(self.fresh, _last_character(self.fresh, model.value))]
        block = _indented(lines, member.key.place.column - model.key.place.column)
        place = member.value.place
        text = text[: place.start].rstrip(" ") + text[place.end :]
        after = _line_end(text, member.key.place.end)
        return f"{text[:after]}\n{block}{text[after:]}"

    def inserted(self, text: str, parent: MappingNode, path: tuple[str, ...]) -> str:
        """Returns the text with a member of the fresh file in the place that it has there."""
        model = find(opened(self.fresh).tree, path[:-1])
        members = model.members if isinstance(model, MappingNode) else []
        position = [member.key.text for member in members].index(path[-1])
        new = members[position]
        before = [parent.member(member.key.text) for member in reversed(members[:position])]
        previous = next((member for member in before if member is not None), None)
        begin = _with_comments_above(self.fresh, _line_start(self.fresh, new.key.place.start))
        block = self.fresh[begin : _line_end(self.fresh, _last_character(self.fresh, new.value))]
        first = parent.members[0].key.place
        block = _indented(block, first.column - new.key.place.column)
        gap = "\n" if len(path) == 1 else ""
        if previous is None:
            start = _with_comments_above(text, _line_start(text, first.start))
            return f"{text[:start]}{block}\n{gap}{text[start:]}"
        after = _line_end(text, _last_character(text, previous.value))
        return f"{text[:after]}\n{gap}{block}{text[after:]}"

    # --- reading and refusing --------------------------------------------------------------

    def open(self, text: str) -> Document:
        """Returns the text opened.

        Raises:
            FilesError: it is no YAML, or says a key twice.
        """
        if self.last is not None and self.last.text == text:
            return self.last
        document = opened(text)
        if document.problem:
            problem = document.problem
            raise FilesError(
                f"{self.name}: line {problem.line}, column {problem.column}: it is not YAML that "
                f"can be edited: {problem.reason}"
            )
        twice = next(duplicates(document.tree), None)
        if twice:
            raise FilesError(
                f"{self.name}: line {twice.line}: {twice.key} stands twice, first in line "
                f"{twice.first_line}; remove one of the two"
            )
        if document.tree is not None and not isinstance(document.tree, MappingNode):
            raise self.error(document.tree, "it holds no keys")
        self.last = document
        return document

    def error(self, node: Node, reason: str) -> FilesError:
        """Returns the error that says what is in the way, and in which line."""
        return FilesError(f"{self.name}: line {node.place.line}: {reason}")


def _member(tree: Node | None, parts: tuple[str, ...]) -> Member | None:
    """Returns the member that holds a path's value; for an item of a list, the list's member."""
    parent = find(tree, parts[:-1])
    if isinstance(parent, MappingNode):
        return parent.member(parts[-1])
    if isinstance(parent, Sequence) and find(parent, parts[-1:]) is not None:
        return _member(tree, parts[:-1])
    return None


def _parts_there(tree: Node, parts: tuple[str, ...]) -> int:
    """Returns how many parts of a path are there."""
    depths = range(len(parts), -1, -1)
    return next(depth for depth in depths if find(tree, parts[:depth]) is not None)


def _is_null(node: Scalar) -> bool:
    return node.style == "" and node.text in ("", "~", "null", "Null", "NULL")


def _with_comments_above(text: str, line_start: int) -> int:
    """Returns where the comment lines begin that stand directly above a line."""
    while line_start:
        above = _line_start(text, line_start - 1)
        if not text[above:line_start].lstrip(" ").startswith("#"):
            return line_start
        line_start = above
    return line_start


def _spliced(text: str, node: Node, written: str) -> str:
    """Returns the text with a node's characters replaced, a block scalar's line end kept."""
    start, end = node.place.start, node.place.end
    if isinstance(node, Scalar) and node.style in ("|", ">") and text[:end].endswith("\n"):
        written += "\n"
    gap = " " if start == end and text[:start].endswith((":", "-")) else ""
    return text[:start] + gap + written + text[end:]


def _last_character(text: str, node: Node) -> int:
    """Returns the offset behind a node's last visible character."""
    return node.place.start + len(text[node.place.start : node.place.end].rstrip())


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _indented(block: str, columns: int) -> str:
    """Returns the lines moved right by so many columns, or left where it is negative."""
    if columns >= 0:
        return "\n".join(" " * columns + line if line else line for line in block.split("\n"))
    return "\n".join(line[-columns:] for line in block.split("\n"))
