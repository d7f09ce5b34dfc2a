"""`agentcore-auth files`: what is written, what would change, write it, and take it back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS

if TYPE_CHECKING:
    from agentcore_auth.files.planning import PlannedFile
    from agentcore_auth.journey import Walk
    from agentcore_auth.session import Session


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "files",
        help=COMMANDS["files"],
        description="Draws the configuration files from the profile, edits those that are there "
        "in place, and writes all or none. What was written can be taken back.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    _action(actions, "list", "say of each file whether writing would change it").set_defaults(
        run=_list
    )
    _action(actions, "show", "print each file as it would be written").set_defaults(run=_show)
    _action(actions, "diff", "print what writing would change").set_defaults(run=_diff)
    write = _action(actions, "write", "write the files, after a diff and your yes")
    write.add_argument("--yes", action="store_true", help="write without asking")
    write.set_defaults(run=_write)
    undo = _action(actions, "undo", "take the last writing back")
    undo.add_argument(
        "--force", action="store_true", help="even where a file was changed since; it is backed up"
    )
    undo.set_defaults(run=_undo)


def _action(actions: Subparsers, name: str, does: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=does, allow_abbrev=False)
    parser.add_argument("--profile", metavar="NAME", help="default: the only profile there is")
    parser.add_argument("--dir", metavar="DIR", type=Path, help="default: where they went last")
    return parser


def _list(options: argparse.Namespace) -> int:
    session, walk = _opened(options)
    for item in session.plan_files(walk):
        sys.stdout.write(f"{item.status.value:<8} {item.path}\n")
        _say_notes(item)
    return ExitStatus.OK


def _show(options: argparse.Namespace) -> int:
    session, walk = _opened(options)
    for item in session.plan_files(walk):
        sys.stdout.write(item.shown())
    return ExitStatus.OK


def _diff(options: argparse.Namespace) -> int:
    session, walk = _opened(options)
    _say_differences(session.plan_files(walk))
    return ExitStatus.OK


def _write(options: argparse.Namespace) -> int:
    session, walk = _opened(options)
    planned = session.plan_files(walk)
    _say_differences(planned)
    if not any(item.changes for item in planned):
        # Written all the same as far as the profile goes: it learns that the files are its own.
        session.write_files(walk, planned)
        return ExitStatus.OK
    if not options.yes and not _said_yes():
        sys.stdout.write("Nothing was written.\n")
        return ExitStatus.OK
    receipt = session.write_files(walk, planned)
    for entry in receipt.entries:
        sys.stdout.write(f"written: {entry.path}\n")
    sys.stdout.write("Take it back with: agentcore-auth files undo\n")
    return ExitStatus.OK


def _undo(options: argparse.Namespace) -> int:
    directory, options.dir = options.dir, None
    session, walk = _opened(options)
    below = None if directory is None else directory.expanduser().resolve()
    receipt = session.undo_files(walk, force=options.force, below=below)
    if receipt is None:
        sys.stdout.write("There is nothing to take back.\n")
        return ExitStatus.OK
    for entry in receipt.entries:
        done = "as it was before" if entry.new_hash else "removed; it was not there before"
        sys.stdout.write(f"taken back: {entry.path}: {done}\n")
    return ExitStatus.OK


def _opened(options: argparse.Namespace) -> tuple[Session, Walk]:
    from agentcore_auth.cli.common_options import the_only_profile
    from agentcore_auth.session import Session

    session = Session()
    walk = session.open(options.profile or the_only_profile())
    if options.dir is not None:
        walk.profile.directory = str(options.dir.expanduser().absolute())
    return session, walk


def _say_differences(planned: tuple[PlannedFile, ...]) -> None:
    for item in planned:
        if item.changes:
            sys.stdout.write(item.diff())
            _say_notes(item)
        else:
            sys.stdout.write(f"{item.path}: nothing to change\n")


def _say_notes(item: PlannedFile) -> None:
    for note in item.notes:
        sys.stdout.write(f"  {note}\n")


def _said_yes() -> bool:
    """Asks whether to write.

    Raises:
        UsageError: there is no terminal, so nobody can be asked.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "nothing was written: nobody can be asked here; --yes writes without asking"
        )
    sys.stdout.write("Write this? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
