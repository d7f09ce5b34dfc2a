"""`agentcore-auth setup`: walk through a journey, in the app, in questions, or without asking."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.common_options import add_network_options, network_of
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS
from agentcore_auth.cli.open_secrets import add_passphrase_option, session_of

if TYPE_CHECKING:
    from agentcore_auth.files.planning import PlannedFile
    from agentcore_auth.journey import Walk
    from agentcore_auth.session import Session


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "setup",
        help=COMMANDS["setup"],
        description="Walks through a set-up and proves each step live. It can be left at any "
        "moment and is taken up again where it was left.",
        allow_abbrev=False,
    )
    parser.add_argument("journey", nargs="?", metavar="JOURNEY", help="such as okta-agentcore")
    parser.add_argument("--plain", action="store_true", help="ask line by line, without the app")
    parser.add_argument("--profile", metavar="NAME", help="default: the journey's own name")
    parser.add_argument(
        "--answers",
        metavar="FILE",
        type=Path,
        help="YAML with field ids; a secret as {env: NAME}, {file: PATH} or {keyring: true}",
    )
    parser.add_argument("--dir", metavar="DIR", type=Path, help="where the files go")
    parser.add_argument("--offline", action="store_true", help="prove nothing over the network")
    parser.add_argument("--yes", action="store_true", help="write the files without asking")
    parser.add_argument(
        "--store",
        choices=("keyring", "file", "session"),
        default="keyring",
        help="where secrets go: the keyring, a file under a passphrase, or nowhere beyond this run",
    )
    add_passphrase_option(parser)
    add_network_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Runs the set-up by the face that fits the options and the terminal."""
    if options.answers is not None or options.yes or not _is_terminal():
        return _without_asking(options)
    if options.plain or os.environ.get("ACCESSIBLE") or os.environ.get("TERM") == "dumb":
        return _as_questions(options)
    return open_app(options)


def open_app(options: argparse.Namespace) -> int:
    """Opens the terminal app, on a profile or journey where one is named.

    Raises:
        UsageError: there is no terminal to open it on.
    """
    if not _is_terminal():
        raise UsageError("the app needs a terminal; see: agentcore-auth --help")
    from agentcore_auth.session import Session
    from agentcore_auth.tui.app import run_app

    if options.command is None:
        return run_app(Session(network_of(options)), profile=options.profile)
    session = _session(options)
    walk = _walk(session, options)
    walk.save()
    return run_app(session, profile=walk.profile.name)


def _as_questions(options: argparse.Namespace) -> int:
    import asyncio

    from agentcore_auth.plain import walk_in_questions

    session = _session(options)
    walk = _walk(session, options)
    settled = asyncio.run(walk_in_questions(session, walk, offline=options.offline))
    return ExitStatus.OK if settled else ExitStatus.FOUND


def _without_asking(options: argparse.Namespace) -> int:
    import asyncio

    from agentcore_auth.answer_file import AnswersError, read_answers
    from agentcore_auth.cli.progress import progress
    from agentcore_auth.cli.reporting import show_report
    from agentcore_auth.setting_up import MissingAnswers, NotConfirmed, set_up

    session = _session(options)
    walk = _walk(session, options)

    def confirm(planned: tuple[PlannedFile, ...]) -> bool:
        return bool(options.yes) or (_is_terminal() and _ask_to_write(planned))

    try:
        path = options.answers
        given = (path, read_answers(path, walk.fields)) if path is not None else None
        with progress(sys.stderr) as observe:
            done = asyncio.run(
                set_up(
                    session,
                    walk,
                    given=given,
                    offline=options.offline,
                    confirm=confirm,
                    observe=observe,
                )
            )
    except (AnswersError, MissingAnswers, NotConfirmed) as error:
        raise UsageError(str(error)) from None
    for item in done.planned:
        sys.stdout.write(f"{item.status.value:<8} {item.path}\n")
    sys.stdout.write("\n")
    return show_report(done.report, "text")


def _session(options: argparse.Namespace) -> Session:
    return session_of(options, network_of(options), store=options.store)


def _walk(session: Session, options: argparse.Namespace) -> Walk:
    """Returns the walk that the options name: resumed where its profile exists, else new."""
    from agentcore_auth.profile import profile_names

    name = options.profile or options.journey
    journeys = session.journeys()
    if name is None:
        if len(journeys) != 1:
            raise UsageError(f"JOURNEY is missing; there are: {', '.join(j.id for j in journeys)}")
        name = journeys[0].id
    if name in profile_names():
        walk = session.open(name)
        if options.journey not in (None, walk.journey.id):
            raise UsageError(f"profile {name!r} is of the journey {walk.journey.id}")
    else:
        journey = options.journey or journeys[0].id
        if journey not in {item.id for item in journeys}:
            known = ", ".join(item.id for item in journeys)
            raise UsageError(f"there is no journey {journey!r}; there are: {known}")
        walk = session.begin(name, journey)
    if getattr(options, "dir", None) is not None:
        walk.profile.directory = str(options.dir.expanduser().absolute())
    return walk


def _ask_to_write(planned: tuple[PlannedFile, ...]) -> bool:
    for item in planned:
        sys.stdout.write(item.diff())
    sys.stdout.write("Write this? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
