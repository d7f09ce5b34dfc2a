"""The mark, the word and the tone of every status. The word always stands beside the color."""

from __future__ import annotations

from dataclasses import dataclass

from agentcore_auth.journey import StepStatus
from agentcore_auth.tui.safe import Tone
from agentcore_auth_checks.findings import Finding, Severity, Status, Verdict


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown."""

    mark: str
    word: str
    tone: Tone


RUNNING = Look("…", "running", Tone.ACCENT)
PROVEN = Look("✓", "proven", Tone.PROVEN)
REFUSED = Look("✗", "refused", Tone.REFUSED)
WARNING = Look("!", "warning", Tone.WARNING)
UNKNOWN = Look("?", "unknown", Tone.WARNING)
NOTE = Look("·", "note", Tone.QUIET)
SKIPPED = Look("–", "skipped", Tone.QUIET)

STEPS = {
    StepStatus.PROVEN: PROVEN,
    StepStatus.REFUSED: REFUSED,
    StepStatus.TICKED: Look("☑", "ticked by hand", Tone.ACCENT),
    StepStatus.UNPROVABLE: Look("–", "cannot be proven", Tone.QUIET),
    StepStatus.NOT_YET: Look("·", "not yet", Tone.QUIET),
}

VERDICTS = {
    Verdict.ACCEPT: Look("✓", "nothing is wrong", Tone.PROVEN),
    Verdict.WARN: Look("!", "warnings", Tone.WARNING),
    Verdict.REJECT: Look("✗", "refused", Tone.REFUSED),
}

_FAILURES = {Severity.ERROR: REFUSED, Severity.WARN: WARNING, Severity.INFO: NOTE}


def finding_look(finding: Finding) -> Look:
    """Returns how a finding is shown."""
    match finding.status:
        case Status.PASS:
            return PROVEN
        case Status.SKIP:
            return SKIPPED
        case Status.UNKNOWN:
            return UNKNOWN
        case Status.FAIL:
            return _FAILURES[finding.severity]
