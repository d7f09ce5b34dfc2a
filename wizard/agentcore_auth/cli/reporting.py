"""Writes a report to standard output, and says which exit status it stands for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from agentcore_auth.cli.exits import ExitStatus

if TYPE_CHECKING:
    from agentcore_auth_checks.findings import Report


def show_report(report: Report, form: str, *, every_check: bool = False) -> int:
    """Writes a report to standard output and returns its exit status."""
    from agentcore_auth import __version__
    from agentcore_auth_checks.report.json import render_json
    from agentcore_auth_checks.report.text import render_text

    if form == "json":
        sys.stdout.write(render_json(report, __version__))
    else:
        sys.stdout.write(render_text(report, every_check=every_check))
    return status_of(report)


def status_of(report: Report) -> int:
    """Returns the exit status that a report stands for."""
    from agentcore_auth_checks.findings import Verdict

    if any(finding.code == "internal.crash" for finding in report.findings):
        return ExitStatus.BUG
    return ExitStatus.FOUND if report.verdict is Verdict.REJECT else ExitStatus.OK
