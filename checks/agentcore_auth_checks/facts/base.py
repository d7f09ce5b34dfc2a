"""What every fact has in common, and the bag in which rules find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something seen. `source` is the name of the probe that saw it."""

    source: str = ""

    @property
    def within(self) -> tuple[Fact, ...]:
        """Facts that are a part of this one and are judged by themselves too."""
        return ()


Kind = TypeVar("Kind", bound=Fact)


class Facts:
    """All facts of one run, found by their type, those within others included."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts = tuple(facts)
        self._found = tuple(part for fact in self._facts for part in (fact, *fact.within))

    def all(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Returns every fact of a kind, in the order in which they were added."""
        return tuple(fact for fact in self._found if isinstance(fact, kind))

    def first(self, kind: type[Kind]) -> Kind | None:
        """Returns the first fact of a kind, or None."""
        return next(iter(self.all(kind)), None)

    def has(self, kind: type[Fact]) -> bool:
        """Whether there is at least one fact of that kind."""
        return any(isinstance(fact, kind) for fact in self._found)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    def __add__(self, more: Iterable[Fact]) -> Facts:
        return Facts((*self._facts, *more))
