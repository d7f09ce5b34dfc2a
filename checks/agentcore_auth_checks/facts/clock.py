"""The time at which everything is judged."""

from __future__ import annotations

from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Fact):
    """The moment that tokens are judged at, in seconds since the epoch, UTC."""

    now: float
