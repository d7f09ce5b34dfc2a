"""`agentcore-auth doctor`: prove everything that a profile knows, live."""

from __future__ import annotations

import argparse
import gc
import sys

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.common_options import add_network_options, network_of, the_only_profile
from agentcore_auth.cli.exits import UsageError
from agentcore_auth.cli.names import COMMANDS
from agentcore_auth.cli.open_secrets import add_profile_options, session_of
from agentcore_auth.cli.reporting import show_report

FORMATS = ("text", "json")


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "doctor",
        help=COMMANDS["doctor"],
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
    # Imports make nothing that collecting could free; a run makes little.
    gc.disable()
    import asyncio

    from agentcore_auth.cli.progress import progress
    from agentcore_auth_checks.findings import selected

    _check_codes((*options.only, *options.skip))
    session = session_of(options, network_of(options))
    walk = session.open(options.profile or the_only_profile())
    with progress(sys.stderr) as observe:
        report = asyncio.run(session.doctor(walk, observe))
    report = selected(report, options.only, options.skip)
    return show_report(report, options.format, every_check=options.all)


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
