"""`agentcore-auth doctor`: prove everything that a profile knows, live."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.open_secrets import add_profile_options, session_of

if TYPE_CHECKING:
    from agentcore_auth_checks.findings import Report

FORMATS = ("text", "json")


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    from agentcore_auth.cli.setup import add_network_options

    parser = subparsers.add_parser(
        "doctor",
        help="prove everything the profile knows, live",
        description="Probes keyring, files, provider, token and gateway side by side, and names "
        "the root cause first. Nothing is changed.",
        allow_abbrev=False,
    )
    add_profile_options(parser)
    parser.add_argument(
        "--only", metavar="CODE|AREA", action="append", default=[], help="keep only these findings"
    )
    parser.add_argument(
        "--skip", metavar="CODE|AREA", action="append", default=[], help="leave these findings out"
    )
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--all", action="store_true", help="text: a line for every passed check")
    add_network_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Runs the doctor and returns the exit status of its verdict."""
    import asyncio

    from agentcore_auth.cli.progress import progress
    from agentcore_auth.cli.setup import network_of
    from agentcore_auth_checks.findings import selected

    _check_codes((*options.only, *options.skip))
    session = session_of(options, network_of(options))
    walk = session.open(options.profile or the_only_profile())
    with progress(sys.stderr) as observe:
        report = asyncio.run(session.doctor(walk, observe))
    report = selected(report, options.only, options.skip)
    return show_report(report, options.format, every_check=options.all)


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


def the_only_profile() -> str:
    """Returns the name of the one profile there is.

    Raises:
        UsageError: there is none, or more than one.
    """
    from agentcore_auth.profile import profile_names

    names = profile_names()
    if len(names) == 1:
        return names[0]
    if not names:
        raise UsageError("there is no profile yet; start one with: agentcore-auth setup")
    raise UsageError(f"--profile is missing; there are: {', '.join(names)}")


def _check_codes(patterns: tuple[str, ...]) -> None:
    """Refuses a code or area that does not exist: a misspelled filter would hide everything."""
    if not patterns:
        return
    from agentcore_auth_checks.findings import matches
    from agentcore_auth_templates.catalogue import catalogue

    codes = catalogue().codes
    for pattern in patterns:
        if not any(matches(code, (pattern,)) for code in codes):
            raise UsageError(f"there is no finding {pattern!r}; list an area with: why AREA")
