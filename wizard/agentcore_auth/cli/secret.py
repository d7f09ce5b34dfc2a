"""`agentcore-auth secret`: store, list, delete and test, without ever showing a value."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from agentcore_auth.cli.arguments import Subparsers
from agentcore_auth.cli.exits import ExitStatus, UsageError
from agentcore_auth.cli.names import COMMANDS
from agentcore_auth.cli.open_secrets import (
    add_profile_options,
    secret_fields,
    typed,
    walk_with_secrets,
)

if TYPE_CHECKING:
    from agentcore_auth.journey import Walk
    from agentcore_auth_checks.facts.keyring import KeyringState
    from agentcore_auth_checks.findings import Finding
    from agentcore_auth_checks.text import Secret
    from agentcore_auth_templates.packs import Field


def add_to(subparsers: Subparsers) -> None:
    """Adds the command's arguments."""
    parser = subparsers.add_parser(
        "secret",
        help=COMMANDS["secret"],
        description="Keeps the secrets of a profile in the keyring of this machine. A value is "
        "typed unseen or comes on standard input, never as an argument, and is never shown.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    _add_set(actions)
    _add_list(actions)
    _add_delete(actions)
    _add_test(actions)


def _add_set(actions: Subparsers) -> None:
    parser = _action(actions, "set", "store a secret, typed unseen or from standard input")
    _add_field(parser)
    parser.add_argument(
        "--store",
        choices=("keyring", "file"),
        default="keyring",
        help="file: a file encrypted with a passphrase, for a machine without a keyring",
    )
    parser.set_defaults(run=_set)


def _add_list(actions: Subparsers) -> None:
    parser = _action(actions, "list", "show which secrets are stored, and where")
    parser.set_defaults(run=_list)


def _add_delete(actions: Subparsers) -> None:
    parser = _action(actions, "delete", "delete a stored secret")
    _add_field(parser)
    parser.set_defaults(run=_delete)


def _add_test(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "test",
        help="put a worthless value through the keyring and say what is wrong with it",
        allow_abbrev=False,
    )
    parser.add_argument("--profile", metavar="NAME", help="taken, and not needed")
    parser.set_defaults(run=_test)


def _action(actions: Subparsers, name: str, does: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=does, allow_abbrev=False)
    add_profile_options(parser)
    return parser


def _add_field(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "field", nargs="*", metavar="FIELD", help="its field id; default: the only one there is"
    )


def _set(options: argparse.Namespace) -> int:
    import asyncio

    from agentcore_auth_checks.findings import Finding

    walk = walk_with_secrets(options, to_file=options.store == "file")
    field = _chosen(walk, options.field)
    value = _given(field)
    outcome = asyncio.run(walk.keep_secret(field.id, value))
    if isinstance(outcome, Finding):
        _say(outcome)
        sys.stdout.write(f"\n{field.id} was not stored, and its value is not kept.\n")
        return ExitStatus.FOUND
    if outcome is not None:
        raise UsageError(str(outcome))
    sys.stdout.write(f"{field.id}: stored in {walk.broker.places()[field.id]}\n")
    return ExitStatus.OK


def _list(options: argparse.Namespace) -> int:
    import asyncio

    walk = walk_with_secrets(options)
    states = asyncio.run(walk.broker.states(secret_fields(walk)))
    width = max((len(state.field) for state in states), default=0)
    for state in states:
        word = {True: "stored", False: "not stored", None: "unknown"}[state.stored]
        sys.stdout.write(f"{state.field:<{width}}  {word:<10}  {state.place}".rstrip() + "\n")
    if all(state.stored is not None for state in states):
        return ExitStatus.OK
    return _why_unknown(walk)


def _delete(options: argparse.Namespace) -> int:
    import asyncio

    walk = walk_with_secrets(options)
    field = _chosen(walk, options.field)

    async def delete() -> tuple[bool | None, bool]:
        state = await walk.broker.secret_state(field.id, field.label)
        return state.stored, await walk.forget_secret(field.id)

    was_stored, gone = asyncio.run(delete())
    if not gone:
        return _why_unknown(walk)
    done = "deleted" if was_stored else "nothing was stored"
    sys.stdout.write(f"{field.id}: {done}\n")
    return ExitStatus.OK


def _test(options: argparse.Namespace) -> int:
    import asyncio

    from agentcore_auth.cli.reporting import show_report
    from agentcore_auth.secrets.broker import Broker
    from agentcore_auth_checks.findings import Report

    state = asyncio.run(Broker(options.profile or "test").state())
    if state.backend:
        sys.stdout.write(f"keyring: {state.backend}\n")
    return show_report(Report(_judged(state)), "text")


def _chosen(walk: Walk, names: list[str]) -> Field:
    """Returns the field that the arguments name.

    Raises:
        UsageError: none or more than one is named. What was typed is not repeated: it may be
            the value itself.
    """
    fields = {field.id: field for field in secret_fields(walk)}
    known = ", ".join(fields) or "none"
    if len(names) > 1:
        raise UsageError("a value is never an argument; type it unseen, or give it on stdin")
    if not names and len(fields) != 1:
        raise UsageError(f"FIELD is missing; this profile's secrets are: {known}")
    field = fields.get(names[0]) if names else next(iter(fields.values()))
    if field is None:
        raise UsageError(f"there is no such secret; this profile's secrets are: {known}")
    return field


def _given(field: Field) -> Secret:
    """Returns the value as it is typed unseen, or as it comes on standard input."""
    from agentcore_auth.secrets.given import LARGEST_SECRET_BYTES, usable

    if sys.stdin.isatty():
        return typed(field.label)
    return usable(field.id, sys.stdin.buffer.read(LARGEST_SECRET_BYTES + 1))


def _why_unknown(walk: Walk) -> int:
    """Says why a place could not be asked, and returns the exit status."""
    import asyncio

    for finding in _judged(asyncio.run(walk.broker.state(again=True))):
        if finding.is_failure:
            _say(finding)
            return ExitStatus.FOUND
    sys.stderr.write("agentcore-auth: a secret's place could not be asked; try again\n")
    return ExitStatus.STOPPED


def _judged(state: KeyringState) -> tuple[Finding, ...]:
    from agentcore_auth_checks.engine import judge
    from agentcore_auth_checks.facts.base import Facts
    from agentcore_auth_checks.rules.keyring import RULES

    return judge(Facts((state,)), RULES)


def _say(finding: Finding) -> None:
    from agentcore_auth_checks.report.text import finding_lines

    sys.stdout.write("\n".join(finding_lines(finding)) + "\n")
