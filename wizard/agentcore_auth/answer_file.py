"""Reads an answers file: YAML with field ids, secrets only as references."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agentcore_auth.journey import Walk
from agentcore_auth.secrets.given import SecretReference, UnusableSecret, reference
from agentcore_auth_checks.text import visible
from agentcore_auth_checks.yaml_tree import (
    Mapping,
    Node,
    Place,
    Scalar,
    YamlProblem,
    duplicates,
    parse,
    resolved,
)
from agentcore_auth_templates.packs import Field

LARGEST_BYTES = 256 * 1024


class AnswersError(Exception):
    """An answers file cannot be used. One line: file, place, what to do."""


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What a file answers. Values are exactly as written: nothing is taken for a number."""

    values: dict[str, str] = field(default_factory=dict[str, str])
    secrets: dict[str, SecretReference] = field(default_factory=dict[str, SecretReference])
    lines: dict[str, int] = field(default_factory=dict[str, int])


def read_answers(path: Path, fields: dict[str, Field]) -> GivenAnswers:
    """Returns what an answers file answers.

    Raises:
        AnswersError: it cannot be read, is not YAML, names an unknown field, or holds a secret
            in clear.
    """
    root = _root(path)
    given = GivenAnswers()
    for name, node, place in _entries(root, "", fields):
        where = f"{path}:{place.line}:{place.column}"
        known = fields.get(name)
        if known is None:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(fields)}"
            raise AnswersError(f"{where}: there is no field {visible(name)}{hint}")
        if name in given.lines:
            raise AnswersError(f"{where}: {name} stands twice, first in line {given.lines[name]}")
        given.lines[name] = place.line
        if known.secret:
            given.secrets[name] = _reference(known, node, where)
        else:
            given.values[name] = _value(known, node, where)
    return given


def apply_answers(walk: Walk, given: GivenAnswers, path: Path) -> None:
    """Puts the values of a file into a walk, all or none.

    Raises:
        AnswersError: one of them is refused; the message says which, where and why.
    """
    problem = walk.answer_all(given.values)
    if problem is not None:
        where = f"{path}:{given.lines[problem.field]}"
        raise AnswersError(f"{where}: {problem.field}: {visible(str(problem))}")


def _root(path: Path) -> Mapping:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AnswersError(f"{path}: the answers file cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_BYTES:
        raise AnswersError(f"{path}: larger than {LARGEST_BYTES} bytes: not an answers file")
    try:
        root = parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise AnswersError(f"{path}: not UTF-8 text") from None
    if isinstance(root, YamlProblem):
        raise AnswersError(f"{path}:{root.line}:{root.column}: not YAML: {visible(root.reason)}")
    if not isinstance(root, Mapping):
        raise AnswersError(f"{path}: it must hold lines of the form  okta.domain: VALUE")
    twice = next(duplicates(root), None)
    if twice is not None:
        raise AnswersError(
            f"{path}:{twice.line}:{twice.column}: {visible(twice.key)} stands twice, "
            f"first in line {twice.first_line}"
        )
    return root


def _entries(
    node: Mapping, prefix: str, fields: dict[str, Field]
) -> Iterator[tuple[str, Node | None, Place]]:
    """Yields each answer by its dotted id; nested mappings are taken as dots."""
    for member in node.members:
        name = f"{prefix}{member.key.text}"
        value = resolved(member.value)
        if isinstance(value, Mapping) and name not in fields:
            yield from _entries(value, f"{name}.", fields)
        else:
            yield name, value, member.key.place


def _value(known: Field, node: Node | None, where: str) -> str:
    if not isinstance(node, Scalar):
        raise AnswersError(f"{where}: {known.id} must be one value, such as {known.example}")
    return node.text


def _reference(known: Field, node: Node | None, where: str) -> SecretReference:
    value: object = node.text if isinstance(node, Scalar) else None
    if isinstance(node, Mapping):
        members = {
            member.key.text: item.text
            for member in node.members
            if isinstance(item := resolved(member.value), Scalar)
        }
        # Every scalar is text here; this one form is written with YAML's true.
        keyring = list(members) == ["keyring"] and members["keyring"] in ("true", "True", "TRUE")
        value = {"keyring": True} if keyring else members
    try:
        return reference(known.id, value)
    except UnusableSecret as error:
        raise AnswersError(f"{where}: {error}") from None
