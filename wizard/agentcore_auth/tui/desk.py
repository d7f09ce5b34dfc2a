"""What the screens of one set-up share while the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentcore_auth.journey import Walk
    from agentcore_auth_checks.findings import Report


@dataclass(slots=True)
class Desk:
    """One walk, the facts of its last runs by source, and the doctor's last report.

    `is_lab` says whether this is the practice range, whose faults can be switched; `fault` is the
    one that is on.
    """

    walk: Walk
    is_lab: bool = False
    fault: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    report: Report | None = None

    def remember(self, report: Report) -> None:
        """Keeps the facts of a run; newer ones replace older ones of the same source."""
        self.facts = {**self.facts, **report.facts}
