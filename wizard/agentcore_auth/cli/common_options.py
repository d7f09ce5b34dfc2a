"""Options and defaults that several commands share. Light: the help of every command needs it."""

from __future__ import annotations

import argparse

from agentcore_auth.cli.exits import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agentcore_auth.session import Network


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Adds the two options that open a way to the network that is closed by default."""
    parser.add_argument(
        "--allow-host",
        metavar="HOST",
        action="append",
        default=[],
        help="let HOST lie in a private network",
    )
    parser.add_argument(
        "--connect-to",
        metavar="HOST=URL",
        action="append",
        default=[],
        help="send what is for HOST to this http://127.0.0.1:PORT instead (a local stand-in)",
    )


def network_of(options: argparse.Namespace) -> Network:
    """Returns the ways to the network that the options open.

    Raises:
        UsageError: a stand-in is not on this machine's loopback.
    """
    from agentcore_auth.session import Network

    routes: dict[str, str] = {}
    for text in options.connect_to:
        host, equals, url = text.partition("=")
        if not equals or not host or not url.startswith(("http://127.0.0.1:", "http://[::1]:")):
            raise UsageError(
                f"--connect-to {text!r}: it must be HOST=http://127.0.0.1:PORT, on this machine"
            )
        routes[host] = url
    return Network(tuple(options.allow_host), routes)


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
