"""`agentcore-auth lab`: a practice range on this machine, no account needed."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS

if TYPE_CHECKING:
    from agentcore_auth.lab.practice import Lab
    from agentcore_auth.lab.server import Visit

LONGEST_DELAY_MILLISECONDS = 60_000


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "lab",
        help=COMMANDS["lab"],
        description="Plays an identity provider, an AgentCore gateway and runtime, and a test "
        "page on this machine only, until it is interrupted with ctrl+c. Every fault that the "
        "program knows of them can be switched on.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--fault",
        metavar="CODE",
        action="append",
        default=[],
        help="play this fault; can be given more than once",
    )
    parser.add_argument("--list-faults", action="store_true", help="list the faults and end")
    parser.add_argument(
        "--port", type=_port, metavar="N", help="default: 8765, or the next one that is free"
    )
    parser.add_argument(
        "--delay",
        type=_milliseconds,
        default=0,
        metavar="MS",
        help="hold every answer back for this many milliseconds",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Plays the range until it is interrupted, which is its proper end: the status is 0 then."""
    import threading

    from agentcore_auth.lab.practice import USUAL_PORTS, Lab, UnknownFault
    from agentcore_auth.lab.profile import practice_profile
    from agentcore_auth.lab.server import PortTaken

    if options.list_faults:
        return _list_faults()
    try:
        lab = Lab(
            options.fault,
            delay_seconds=options.delay / 1000,
            ports=USUAL_PORTS if options.port is None else (options.port,),
            observe=_show_visit,
        )
    except UnknownFault as error:
        raise UsageError(str(error)) from None
    try:
        lab.start()
    except PortTaken as error:
        raise UsageError(f"--port: {error}") from None
    try:
        practice_profile(lab)
        _introduce(lab)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        lab.stop()
    return ExitStatus.OK


def _introduce(lab: Lab) -> None:
    """Says what runs where, and what to try."""
    from agentcore_auth.lab.practice import FAULTS
    from agentcore_auth.lab.profile import PROFILE_NAME

    faults = [("fault", f"{code}: {FAULTS[code].summary}") for code in lab.faults]
    lines = [
        f"The practice range plays on port {lab.port} of this machine. Its profile is "
        f"called {PROFILE_NAME}.",
        "",
        *(f"  {name:<18} {text}" for name, text in (*lab.places.items(), *faults)),
        "",
        "The https names exist for this program only. In another terminal:",
        "",
        f"  agentcore-auth setup --profile {PROFILE_NAME}",
        f"  agentcore-auth doctor --profile {PROFILE_NAME}",
        "",
        "Its client secret is published with this program, opens nothing else, and is known there.",
        "ctrl+c ends it. Each request is shown below.",
        "",
    ]
    _write("\n".join([*lines, ""]))


def _show_visit(visit: Visit) -> None:
    milliseconds = (visit.ended - visit.started) * 1000
    status = visit.status if not visit.stall else visit.stall
    _write(f"{status:<8} {milliseconds:>5.0f} ms  {visit.method:<7} {visit.host}{visit.path}\n")


def _list_faults() -> int:
    from agentcore_auth.lab.practice import FAULTS

    widest = max(map(len, FAULTS))
    _write("".join(f"{code:<{widest}}  {fault.summary}\n" for code, fault in FAULTS.items()))
    return ExitStatus.OK


def _write(text: str) -> None:
    # One write a line: requests are shown from several threads.
    with suppress(BrokenPipeError):
        sys.stdout.write(text)
        sys.stdout.flush()


def _port(text: str) -> int:
    port = _number(text)
    if not 1 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port: 1 to 65535")
    return port


def _milliseconds(text: str) -> int:
    delay = _number(text)
    if not 0 <= delay <= LONGEST_DELAY_MILLISECONDS:
        raise argparse.ArgumentTypeError(
            f"{text} is no delay: 0 to {LONGEST_DELAY_MILLISECONDS} milliseconds"
        )
    return delay


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
