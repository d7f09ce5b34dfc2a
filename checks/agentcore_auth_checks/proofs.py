"""Whether a report proves a step: the one place where that is decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentcore_auth_checks.findings import Finding, Report, Severity, Status, matches
from agentcore_auth_templates.packs import Proof

RULE_BROKE = "internal.crash"


class ProofStatus(StrEnum):
    """What a report says of a step."""

    PROVEN = "proven"
    REFUSED = "refused"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report says of one step."""

    status: ProofStatus
    findings: tuple[Finding, ...]
    held_up_by: tuple[Finding, ...]


def judged(report: Report, proof: Proof, sources: frozenset[str]) -> Outcome:
    """Returns what a report says of a step with this proof.

    Refused where one of its own codes failed; not yet where its probes could not run, or showed
    another step's error; proven otherwise. Notes (severity info) refute nothing.
    """
    relevant = [
        finding
        for finding in report.findings
        # A rule that broke belongs to no probe: it may be the one that would have refused.
        if finding.source in sources or (finding.code == RULE_BROKE and not finding.source)
    ]
    failures = [finding for finding in relevant if finding.is_failure]
    own = tuple(
        finding
        for finding in failures
        if finding.severity is not Severity.INFO and matches(finding.code, proof.codes)
    )
    if own:
        return Outcome(ProofStatus.REFUSED, own, ())
    others = tuple(
        finding
        for finding in failures
        if finding.is_error and not matches(finding.code, proof.passes_over)
    )
    skips = tuple(finding for finding in relevant if finding.status is Status.SKIP)
    if others or skips:
        return Outcome(ProofStatus.NOT_YET, (), others or skips)
    if not sources:
        return Outcome(ProofStatus.NOT_YET, (), ())
    return Outcome(ProofStatus.PROVEN, (), ())
