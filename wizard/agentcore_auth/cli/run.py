"""`agentcore-auth run`: a command with the profile's secrets in its environment, nowhere else."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import TYPE_CHECKING

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS
from agentcore_auth.cli.open_secrets import (
    add_profile_options,
    secret_fields,
    secret_troubles,
    walk_with_secrets,
)

if TYPE_CHECKING:
    from agentcore_auth.journey import Walk


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "run",
        help=COMMANDS["run"],
        description="Runs COMMAND with each secret of the profile in a variable named after its "
        "field: okta.m2m.client_secret becomes OKTA_M2M_CLIENT_SECRET. Signals and the exit "
        "status are the command's own.",
        usage="agentcore-auth run [--profile NAME] [--passphrase-file FILE] -- COMMAND ...",
        allow_abbrev=False,
    )
    add_profile_options(parser)
    parser.add_argument("child", nargs="+", metavar="COMMAND")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Becomes the command. Returns only where a secret that it needs is not to be had."""
    import asyncio

    walk = walk_with_secrets(options)
    secrets = asyncio.run(_secrets(walk))
    if secrets is None:
        return ExitStatus.FOUND
    # Python ignores these two, and what is ignored would stay ignored in the command.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    sys.stdout.flush()
    command: list[str] = options.child
    try:
        os.execvpe(command[0], command, {**os.environ, **secrets})  # noqa: S606  # no shell
    except OSError as error:
        raise UsageError(f"{command[0]}: cannot be run: {error.strerror}") from None


def variable_of(field: str) -> str:
    """Returns the environment variable of a field: okta.m2m.client_id is OKTA_M2M_CLIENT_ID."""
    return field.replace(".", "_").upper()


async def _secrets(walk: Walk) -> dict[str, str] | None:
    """Returns the secrets by variable, or None where one is missing, which is said then."""
    from agentcore_auth_checks.report.text import finding_lines

    fields = secret_fields(walk)
    kept = {field.id: await walk.broker.get(field.id) for field in fields}
    lacking = [field.id for field in fields if kept[field.id] is None and not field.optional]
    if lacking:
        for finding in await secret_troubles(walk):
            sys.stderr.write("\n".join(finding_lines(finding)) + "\n")
        sys.stderr.write(f"agentcore-auth: not run, for want of {', '.join(lacking)}\n")
        return None
    return {variable_of(name): value.reveal() for name, value in kept.items() if value is not None}
