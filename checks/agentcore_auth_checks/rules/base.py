"""What a rule is.

A rule declares the codes that it may raise and the kinds of fact that it needs; it runs where
at least one fact of each kind is at hand and, where it has a condition on them, that holds. The
first line of its docstring says what holds when it finds nothing: it is shown as the passed check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.findings import Finding

Judge = Callable[[Facts], Iterable[Finding]]
Condition = Callable[[Facts], bool]


def always(_: Facts) -> bool:
    """The condition that holds for any facts."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; see the module."""

    name: str
    codes: tuple[str, ...]
    needs: tuple[type[Fact], ...]
    holds: str
    judge: Judge
    when: Condition = always

    def applies(self, facts: Facts) -> bool:
        """Whether there is something to judge."""
        return all(facts.has(kind) for kind in self.needs) and self.when(facts)

    @property
    def shown_code(self) -> str:
        """The code under which the passed check is shown: its own, or its area with a star."""
        if len(self.codes) == 1:
            return self.codes[0]
        return f"{self.codes[0].partition('.')[0]}.*"


def rule(
    *codes: str, needs: tuple[type[Fact], ...], when: Condition = always
) -> Callable[[Judge], Rule]:
    """Returns a decorator that makes a function a rule for these codes.

    Args:
        codes: all that it may raise.
        needs: kinds of fact without which it has nothing to judge.
        when: whether the facts of these kinds hold anything that it could judge; without that
            it neither fails nor passes.
    """

    def make(judge: Judge) -> Rule:
        holds = (judge.__doc__ or "").strip().splitlines()[0].rstrip(".")
        return Rule(judge.__name__, codes, needs, holds, judge, when)

    return make
