"""What a rule is.

A rule declares the codes that it may raise and the kinds of fact that it needs; it runs where
at least one fact of each kind is at hand. The first line of its docstring says what holds when
it finds nothing: it is shown as the passed check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.findings import Finding

Judge = Callable[[Facts], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; see the module."""

    name: str
    codes: tuple[str, ...]
    needs: tuple[type[Fact], ...]
    holds: str
    judge: Judge

    @property
    def shown_code(self) -> str:
        """The code under which the passed check is shown: its own, or its area with a star."""
        if len(self.codes) == 1:
            return self.codes[0]
        return f"{self.codes[0].partition('.')[0]}.*"


def rule(*codes: str, needs: tuple[type[Fact], ...]) -> Callable[[Judge], Rule]:
    """Returns a decorator that makes a function a rule for these codes."""

    def make(judge: Judge) -> Rule:
        holds = (judge.__doc__ or "").strip().splitlines()[0].rstrip(".")
        return Rule(judge.__name__, codes, needs, holds, judge)

    return make
