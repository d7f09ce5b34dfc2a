"""The commands: their names, their help, and which module runs each."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Collection, Sequence
from typing import NoReturn

from agentcore_auth import __version__
from agentcore_auth.cli.common_options import add_network_options
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS
from agentcore_auth.cli.standard_output import abandon_output, unwritable_output_line

_DESCRIPTION = (
    "Set up and diagnose the identity side of Amazon Bedrock AgentCore. "
    "Without a command it opens the terminal app."
)
_EPILOG = """examples:
  agentcore-auth                                 the terminal app
  agentcore-auth setup okta-agentcore --plain    the same walk as plain questions
  agentcore-auth doctor --profile acme-dev       prove everything the profile knows, live
  agentcore-auth files diff                      what writing would change
  agentcore-auth lab                             a practice range on this machine, no account needed
  agentcore-auth why aud.okta_default            what a finding means and how to put it right

exit status: 0 nothing wrong, 1 an error was found, 2 bad usage or input, 3 interrupted, 4 a bug
"""


class _OneLineParser(argparse.ArgumentParser):
    """A parser that says in one line what it does not understand."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with status 2."""
        self.exit(ExitStatus.USAGE, f"{self.prog}: {message}; see: {self.prog} --help\n")


def parser(named: Collection[str] = COMMANDS) -> argparse.ArgumentParser:
    """Returns the parser of the whole command line.

    Args:
        named: the commands whose own arguments are wanted. The modules of the others are not
            imported, so that each command and the help of all start fast.
    """
    top = _OneLineParser(
        prog="agentcore-auth",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"agentcore-auth {__version__}")
    top.add_argument("--profile", metavar="NAME", help="open the app with this profile")
    add_network_options(top)
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name, summary in COMMANDS.items():
        if name in named:
            from importlib import import_module

            import_module(f"agentcore_auth.cli.{name}").add_to(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    return top


def run(arguments: Sequence[str]) -> int:
    """Runs the command and returns its exit status. No traceback reaches the user."""
    try:
        options = parser(COMMANDS.keys() & set(arguments)).parse_args(arguments)
    except SystemExit as done:
        # Help was shown, or the arguments are not understood.
        return done.code if isinstance(done.code, int) else ExitStatus.OK
    try:
        if options.command is None:
            from agentcore_auth.cli.setup import open_app

            return open_app(options)
        return int(options.run(options))
    except KeyboardInterrupt:
        sys.stderr.write("agentcore-auth: interrupted; nothing half-done was left behind\n")
        return ExitStatus.STOPPED
    except UsageError as error:
        sys.stderr.write(f"agentcore-auth: {error}\n")
        return ExitStatus.USAGE
    except BrokenPipeError:
        abandon_output()
        return ExitStatus.STOPPED
    except Exception as error:
        return _fault(error)


def _fault(error: Exception) -> int:
    """Says what is the matter in one line; for a fault of ours, where the report of it lies."""
    from agentcore_auth.faults import input_error_line, write_fault_report

    line = input_error_line(error)
    if line is not None:
        sys.stderr.write(f"agentcore-auth: {line}\n")
        return ExitStatus.USAGE
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        # A file of ours that cannot be written has an error of its own: this is the output.
        sys.stderr.write(f"agentcore-auth: {unwritable_output_line(error)}\n")
        abandon_output()
        return ExitStatus.STOPPED
    try:
        place = f"a report lies in {write_fault_report(error)}"
    except OSError as refused:
        place = f"{type(error).__name__}; no report of it could be written: {refused.strerror}"
    sys.stderr.write(f"agentcore-auth: a fault of this program; {place}\n")
    return ExitStatus.BUG
