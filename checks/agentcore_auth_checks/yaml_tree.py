"""A YAML file as a tree that knows where everything stands, so that it can be judged and edited.

Built from the parser's events: aliases and anchors stay visible, a key that stands twice is kept
twice, and nothing is constructed. Offsets count characters of the text from 0, lines and columns
count from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

DEEPEST_NESTING = 60
"""Levels below which a file is refused; PyYAML's own constructor is recursive."""

PathParts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: its characters from `start` up to `end`, and its line and column."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `style` is empty for a plain one, else its quote or block mark."""

    place: Place
    text: str
    style: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A key and its value. `key.text` is the key, as far as it is a scalar."""

    key: Scalar
    value: Node


@dataclass(slots=True)
class Mapping:
    """A mapping, with every member in the order of the file, also one that stands twice."""

    place: Place
    flow: bool
    anchor: str = ""
    members: list[Member] = field(default_factory=list[Member])

    def member(self, key: str) -> Member | None:
        """Returns the member of that key, the last one as every reader does, or None."""
        return next((item for item in reversed(self.members) if item.key.text == key), None)


@dataclass(slots=True)
class Sequence:
    """A list."""

    place: Place
    flow: bool
    anchor: str = ""
    items: list[Node] = field(default_factory=list["Node"])


@dataclass(frozen=True, slots=True)
class Alias:
    """A reference to a node that stands elsewhere."""

    place: Place
    name: str
    target: Node


Node = Scalar | Mapping | Sequence | Alias


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """Why a text is no YAML that can be used."""

    line: int
    column: int
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that stands a second time in its mapping."""

    key: str
    line: int
    column: int
    first_line: int


def parse(text: str) -> Node | YamlProblem | None:
    """Returns the root node, None where the text holds no document, or why it cannot be used.

    More than one document is a problem, as it is for `yaml.safe_load`.
    """
    try:
        return _Builder(text).document()
    except _Refused as refused:
        return refused.problem
    except yaml.YAMLError as error:
        return as_problem(error)


def as_problem(error: yaml.YAMLError) -> YamlProblem:
    """Returns a YAML error with its line and column, as far as it has any."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        if mark is not None:
            return YamlProblem(mark.line + 1, mark.column + 1, reason)
        return YamlProblem(1, 1, reason)
    return YamlProblem(1, 1, " ".join(str(error).split()))


def find(node: Node | None, parts: PathParts) -> Node | None:
    """Returns the node at a path, aliases followed, or None. List items go by their position."""
    for part in parts:
        node = resolved(node)
        if isinstance(node, Mapping):
            member = node.member(part)
            node = member.value if member else None
        elif isinstance(node, Sequence):
            position = int(part) if part.isdecimal() else len(node.items)
            node = node.items[position] if position < len(node.items) else None
        else:
            return None
    return node


def resolved(node: Node | None) -> Node | None:
    """Returns what an alias stands for, or the node itself."""
    while isinstance(node, Alias):
        node = node.target
    return node


def leaves(node: Node | None, parts: PathParts = ()) -> Iterator[tuple[PathParts, Node]]:
    """Yields every scalar, alias, and empty mapping or list with its path. No alias is followed."""
    if isinstance(node, Mapping) and node.members:
        for member in node.members:
            yield from leaves(member.value, (*parts, member.key.text))
    elif isinstance(node, Sequence) and node.items:
        for position, item in enumerate(node.items):
            yield from leaves(item, (*parts, str(position)))
    elif node is not None:
        yield parts, node


def duplicates(node: Node | None, parts: PathParts = ()) -> Iterator[Duplicate]:
    """Yields every key that stands a second time in one mapping, by its dotted path."""
    if isinstance(node, Mapping):
        first: dict[str, int] = {}
        for member in node.members:
            path, place = (*parts, member.key.text), member.key.place
            if member.key.text in first:
                yield Duplicate(".".join(path), place.line, place.column, first[member.key.text])
            first.setdefault(member.key.text, place.line)
            yield from duplicates(member.value, path)
    elif isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            yield from duplicates(item, (*parts, str(position)))


class _Refused(Exception):
    def __init__(self, line: int, column: int, reason: str) -> None:
        self.problem = YamlProblem(line, column, reason)


class _Builder:
    """Turns the events of one text into nodes."""

    def __init__(self, text: str) -> None:
        self._events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node | None:
        """Returns the root of the only document."""
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), 0)
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.DocumentStartEvent):
            place = _place(event)
            raise _Refused(place.line, place.column, "a second document begins here")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        place = _place(event)
        if depth > DEEPEST_NESTING:
            reason = f"more than {DEEPEST_NESTING} levels of nesting"
            raise _Refused(place.line, place.column, reason)
        match event:
            case yaml.AliasEvent():
                return self._alias(place, event.anchor or "")
            case yaml.ScalarEvent():
                node: Node = Scalar(place, event.value, event.style or "", event.anchor or "")
                return self._anchored(node, event.anchor)
            case yaml.SequenceStartEvent():
                return self._sequence(event, place, depth)
            case yaml.MappingStartEvent():
                return self._mapping(event, place, depth)
            case _:
                raise _Refused(place.line, place.column, "this is no value")

    def _alias(self, place: Place, name: str) -> Alias:
        if name not in self._anchors:
            # The name is not repeated: a value that begins with a star may be a secret.
            reason = "a value that begins with * needs quotes, unless an earlier & has that name"
            raise _Refused(place.line, place.column, reason)
        return Alias(place, name, self._anchors[name])

    def _anchored(self, node: Node, anchor: str | None) -> Node:
        if anchor:
            self._anchors[anchor] = node
        return node

    def _sequence(self, event: yaml.SequenceStartEvent, place: Place, depth: int) -> Sequence:
        node = Sequence(place, bool(event.flow_style), event.anchor or "")
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            node.items.append(self._node(item, depth + 1))
        node.place = _through(place, item, node.flow, node.items[-1] if node.items else None)
        self._anchored(node, event.anchor)
        return node

    def _mapping(self, event: yaml.MappingStartEvent, place: Place, depth: int) -> Mapping:
        node = Mapping(place, bool(event.flow_style), event.anchor or "")
        while not isinstance(item := next(self._events), yaml.MappingEndEvent):
            key = self._node(item, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                raise _Refused(key.place.line, key.place.column, "a key must be one word")
            node.members.append(Member(key, value))
        last = node.members[-1].value if node.members else None
        node.place = _through(place, item, node.flow, last)
        self._anchored(node, event.anchor)
        return node


def _place(event: yaml.Event) -> Place:
    begin, end = event.start_mark, event.end_mark
    if begin is None or end is None:
        raise _Refused(1, 1, "the parser lost its place")
    return Place(begin.index, end.index, begin.line + 1, begin.column + 1)


def _through(begin: Place, end: yaml.Event, flow: bool, last: Node | None) -> Place:
    """Returns the place of a collection: to its bracket, or to the end of its last item.

    The parser itself ends a block collection where the next thing begins, comments included.
    """
    finish = last.place.end if last is not None and not flow else _place(end).end
    return Place(begin.start, finish, begin.line, begin.column)
