"""What a run of probes is doing now, in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agentcore_auth_checks.engine import Ended, Event, Started, Waiting


@dataclass(slots=True)
class RunProgress:
    """Follows a run's events. `clock` counts seconds from any origin."""

    clock: Callable[[], float] = time.monotonic
    started: dict[str, Started] = field(default_factory=dict[str, Started])
    ended: dict[str, Ended] = field(default_factory=dict[str, Ended])
    _begun: dict[str, float] = field(default_factory=dict[str, float])
    _slow: set[str] = field(default_factory=set[str])

    def observe(self, event: Event) -> None:
        """Takes one event of the engine."""
        match event:
            case Started():
                self.started[event.source] = event
                self._begun[event.source] = self.clock()
            case Waiting():
                self._slow.add(event.source)
            case Ended():
                self.ended[event.source] = event
            case _:
                pass

    @property
    def waited_for(self) -> dict[str, int]:
        """Label -> seconds, of the probes that have been silent for a while."""
        now = self.clock()
        return {
            self.started[source].label: int(now - self._begun[source])
            for source in self.started
            if source in self._slow and source not in self.ended
        }

    def sentence(self) -> str:
        """Returns what is going on: how many have answered, and who is waited for."""
        answered = f"{len(self.ended)} of {len(self.started)} answered"
        waited_for = self.waited_for
        if not waited_for:
            return answered
        label, seconds = max(waited_for.items(), key=lambda item: item[1])
        more = f" and {len(waited_for) - 1} more" if len(waited_for) > 1 else ""
        return f"{answered}, waiting for {label}{more}, {seconds} s"
