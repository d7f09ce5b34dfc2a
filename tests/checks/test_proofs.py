"""Whether a report proves a step."""

from __future__ import annotations

import pytest

from agentcore_auth_checks.findings import (
    Finding,
    Report,
    Severity,
    Status,
    passed,
    skipped,
)
from agentcore_auth_checks.proofs import ProofStatus, judged
from agentcore_auth_templates.packs import Proof

PROOF = Proof(
    by="a token request",
    probes=("token",),
    codes=("idp.invalid_client", "iss.*"),
    passes_over=("aud.*",),
)


def failure(code: str, severity: Severity = Severity.ERROR, source: str = "token") -> Finding:
    return Finding(code, severity, Status.FAIL, code, source=source)


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([passed("idp.*", "fine")], ProofStatus.PROVEN),
        ([failure("idp.invalid_client")], ProofStatus.REFUSED),
        ([failure("iss.mismatch")], ProofStatus.REFUSED),
        ([failure("iss.mismatch", Severity.WARN)], ProofStatus.REFUSED),
        ([failure("iss.mismatch", Severity.INFO)], ProofStatus.PROVEN),
        ([failure("iss.mismatch", source="another")], ProofStatus.PROVEN),
        ([failure("idp.policy_denied")], ProofStatus.NOT_YET),
        ([failure("idp.policy_denied", Severity.WARN)], ProofStatus.PROVEN),
        ([failure("aud.mismatch")], ProofStatus.PROVEN),
        ([skipped("idp.*", "token: skipped", "no secret", source="token")], ProofStatus.NOT_YET),
        ([skipped("disc.*", "x", "y", source="another")], ProofStatus.PROVEN),
        ([failure("internal.crash")], ProofStatus.NOT_YET),
        ([failure("internal.crash", source="")], ProofStatus.NOT_YET),
        ([failure("internal.crash", source="another")], ProofStatus.PROVEN),
        ([failure("idp.policy_denied"), failure("iss.mismatch")], ProofStatus.REFUSED),
    ],
)
def test_a_step_is_proven_refused_or_held_up(findings: list[Finding], status: ProofStatus) -> None:
    outcome = judged(Report(tuple(findings)), PROOF, frozenset({"token"}))
    assert outcome.status is status
    assert bool(outcome.findings) == (status is ProofStatus.REFUSED)
    assert bool(outcome.held_up_by) == (status is ProofStatus.NOT_YET)


def test_nothing_probed_is_nothing_proven() -> None:
    assert judged(Report(()), PROOF, frozenset()).status is ProofStatus.NOT_YET
