"""Takes the text of a configuration file apart: values, places, readings, secrets in clear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentcore_auth_checks.facts.config_file import ConfigFile, Placed, Reading
from agentcore_auth_checks.readers import Document, opened, readings
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_checks.yaml_tree import (
    Alias,
    Node,
    Scalar,
    Sequence,
    duplicates,
    find,
    leaves,
    resolved,
)
from agentcore_auth_checks.yaml_tree import Mapping as MappingNode
from agentcore_auth_templates.config_files import FileDescription, Migration


def described_file(
    text: str,
    description: FileDescription,
    *,
    path: str,
    mode: int = 0,
    expected: Mapping[str, str] | None = None,
    written: bool = False,
    source: str = "",
) -> ConfigFile:
    """Returns the fact of a configuration file with this text.

    Args:
        text: the whole file; a byte order mark and carriage returns still in it.
        description: what kind of file it is.
        path: where it lies, to be shown.
        mode: its permission bits.
        expected: what the profile would write, by key.
        written: whether the profile has written it before.
        source: name of the probe.
    """
    document = opened(text)
    values, positions = _values(document, description)
    problem = document.problem
    return ConfigFile(
        source=source,
        path=path,
        kind=description.id,
        exists=True,
        written=written,
        mode=mode,
        yaml_error=(problem.line, problem.column, Untrusted(problem.reason)) if problem else None,
        duplicate_keys=tuple((d.key, d.line, d.column) for d in duplicates(document.tree)),
        carriage_return=_carriage_return(text),
        values=values,
        positions=positions,
        incomplete=tuple(_incomplete(document.tree, description)),
        readings=None if problem else all_readings(document, description),
        expected=expected,
        template=version.id if (version := description.version_of(text)) else "",
        secrets=tuple((s.key, s.line, s.column) for s in secrets_in(text, description)),
    )


def all_readings(
    document: Document, description: FileDescription
) -> dict[str, tuple[Reading, ...]]:
    """Returns what each reader of each consumed key gets."""
    return {
        key.id: readings(document, key.id, key.readers) for key in description.keys if key.readers
    }


def disagreement(seen: tuple[Reading, ...]) -> bool:
    """Whether readers of one key differ. Nothing and an empty value are the same to all of them."""
    return len({reading.value or "" for reading in seen}) > 1


def pending_keys(migration: Migration, file: ConfigFile) -> tuple[str, ...]:
    """Returns the keys of a file that a migration would change."""
    values = file.values or {}
    if migration.comment_out:
        inside = f"{migration.comment_out}."
        found = any(key == migration.comment_out or key.startswith(inside) for key in values)
        return (migration.comment_out,) if found else ()
    return tuple(
        key
        for key in migration.keys
        if isinstance(value := values.get(key), Untrusted)
        and re.fullmatch(migration.old, value.raw)
    )


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret stands in clear: its key, its place, and its characters from start to end."""

    key: str
    line: int
    column: int
    start: int
    end: int


def secrets_in(text: str, description: FileDescription) -> tuple[SecretPlace, ...]:
    """Returns every secret in clear, in the order of the file, also one that is commented out.

    Lines are looked at one by one, so that a file that is no YAML hides none.
    """
    return tuple(_secrets(text, description))


_LINE_WITH_VALUE = re.compile(
    r"""^[ \t]*(?:\#[ \t#]*)?(?:-[ ]+)?["']?(?P<key>[A-Za-z0-9_.-]+)["']?[ \t]*:[ \t]+
        (?P<value>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s\#][^\n]*?)[ \t]*(?:\#[^\n]*)?\r?$""",
    re.MULTILINE | re.VERBOSE,
)


def _secrets(text: str, description: FileDescription) -> Iterator[SecretPlace]:
    for match in _LINE_WITH_VALUE.finditer(text):
        key, value = match["key"], match["value"]
        if not description.is_secret(key, value.strip("\"'")):
            continue
        start, end = match.span("value")
        if value[0] == value[-1] and value[0] in "\"'":
            start, end = start + 1, end - 1
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        yield SecretPlace(key, line, column, start, end)


def without_secrets(text: str, description: FileDescription) -> str:
    """Returns the text with a reference in place of each secret in clear."""
    for place in reversed(secrets_in(text, description)):
        text = text[: place.start] + description.stand_in(place.key) + text[place.end :]
    return text


def _carriage_return(text: str) -> int:
    at = text.find("\r")
    return 0 if at < 0 else text.count("\n", 0, at) + 1


def _values(
    document: Document, description: FileDescription
) -> tuple[dict[str, Untrusted | Secret | None] | None, dict[str, tuple[int, int]] | None]:
    if document.problem:
        return None, None
    values: dict[str, Untrusted | Secret | None] = {}
    positions: dict[str, tuple[int, int]] = {}
    for parts, node in leaves(document.tree):
        key = ".".join(parts)
        if description.in_section(key):
            continue
        positions[key] = (node.place.line, node.place.column)
        values[key] = _value(key, node, description)
    for section in description.sections:
        whole = find(document.tree, tuple(section.id.split(".")))
        if isinstance(resolved(whole), Sequence) and whole is not None:
            positions[section.id] = (whole.place.line, whole.place.column)
    return values, positions


def _value(key: str, node: Node, description: FileDescription) -> Untrusted | Secret | None:
    target = resolved(node)
    if not isinstance(target, Scalar):
        # An empty mapping or list, or an alias to a whole one: nothing that a key could say.
        return Untrusted(f"*{node.name}") if isinstance(node, Alias) else None
    if target.style == "" and target.text in ("", "~", "null", "Null", "NULL"):
        return None
    if description.is_secret(key, target.text):
        return Secret(target.text)
    return Untrusted(target.text)


def _incomplete(tree: Node | None, description: FileDescription) -> Iterator[Placed]:
    for section in description.sections:
        node = resolved(find(tree, tuple(section.id.split("."))))
        if not isinstance(node, Sequence):
            continue
        for position, entry in enumerate(node.items):
            item = resolved(entry)
            for name in section.members:
                member = item.member(name) if isinstance(item, MappingNode) else None
                value = resolved(member.value) if member else None
                if not isinstance(value, Scalar) or not value.text:
                    place = entry.place
                    yield f"{section.id}.{position}.{name}", place.line, place.column
