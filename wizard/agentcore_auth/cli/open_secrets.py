"""Opens a profile's secrets for a command, and asks for what must be typed unseen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agentcore_auth.cli.exits import UsageError

if TYPE_CHECKING:
    from agentcore_auth.journey import Walk
    from agentcore_auth.secrets.broker import Store
    from agentcore_auth.secrets.encrypted_file import EncryptedFile
    from agentcore_auth.session import Network, Session
    from agentcore_auth_checks.findings import Finding
    from agentcore_auth_checks.text import Secret
    from agentcore_auth_templates.packs import Field


def add_profile_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say whose secrets, and how the encrypted file is opened."""
    parser.add_argument("--profile", metavar="NAME", help="default: the only profile there is")
    add_passphrase_option(parser)


def add_passphrase_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says how the encrypted file is opened."""
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        help="holds the passphrase of the encrypted file, where that store is used",
    )


def walk_with_secrets(options: argparse.Namespace, *, to_file: bool = False) -> Walk:
    """Returns the walk of the profile that the options name.

    Its encrypted file is open where something is kept there, or shall be (`to_file`).
    """
    from agentcore_auth.cli.common_options import the_only_profile

    session = session_of(options, store="file" if to_file else "keyring")
    return session.open(options.profile or the_only_profile())


def session_of(
    options: argparse.Namespace, network: Network | None = None, *, store: Store = "keyring"
) -> Session:
    """Returns a session that opens a profile's encrypted file as the options say."""
    from agentcore_auth.session import Session

    return Session(
        network, store=store, open_file=lambda name: _opened_file(name, options.passphrase_file)
    )


def secret_fields(walk: Walk) -> tuple[Field, ...]:
    """Returns the fields of a walk whose values are secret."""
    return tuple(field for field in walk.asked_fields() if field.secret)


async def secret_troubles(walk: Walk) -> tuple[Finding, ...]:
    """Returns why a secret that the profile needs is not to be had; nothing where all are."""
    from agentcore_auth_checks.engine import judge
    from agentcore_auth_checks.facts.base import Facts
    from agentcore_auth_checks.rules import keyring, secret

    states = await walk.broker.states(secret_fields(walk))
    silent = any(state.stored is None for state in states)
    facts = Facts((*states, *((await walk.broker.state(),) if silent else ())))
    findings = judge(facts, (*keyring.RULES, *secret.RULES))
    return tuple(finding for finding in findings if finding.is_error)


def typed(prompt: str) -> Secret:
    """Returns what the user types unseen.

    Raises:
        UsageError: there is no terminal, or it cannot hide what is typed.
        UnusableSecret: nothing usable was typed.
    """
    import getpass
    import warnings

    from agentcore_auth.secrets.given import usable

    if not sys.stdin.isatty():
        raise UsageError(f"{prompt}: there is no terminal to type it on")
    with warnings.catch_warnings():
        # getpass warns and then reads in clear where the terminal cannot hide what is typed.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            text = getpass.getpass(f"{prompt} (not shown): ")
        except getpass.GetPassWarning:
            raise UsageError(f"{prompt}: this terminal cannot hide what is typed") from None
        except EOFError:
            raise UsageError(f"{prompt}: nothing was typed") from None
    return usable(prompt, text.encode(errors="surrogateescape"))


def _opened_file(profile_name: str, passphrase_file: str | None) -> EncryptedFile:
    """Returns the profile's encrypted file, its passphrase proven right where the file exists.

    Raises:
        UsageError: there is neither a passphrase file nor a terminal, or two different ones
            were typed for a new file.
        UnusableSecret: the passphrase file cannot be used.
        EncryptedFileError: the passphrase is wrong, or the file is not such a file.
    """
    from agentcore_auth.secrets.encrypted_file import EncryptedFile, encrypted_file_path
    from agentcore_auth.secrets.given import FromFile, resolved

    path = encrypted_file_path(profile_name)
    if passphrase_file is not None:
        passphrase = resolved("passphrase", FromFile(str(Path(passphrase_file).absolute())))
    else:
        passphrase = _typed_passphrase(path)
    file = EncryptedFile(path, passphrase)
    file.check()
    return file


def _typed_passphrase(path: Path) -> Secret:
    if not sys.stdin.isatty():
        raise UsageError("the passphrase of the encrypted file is missing: --passphrase-file FILE")
    passphrase = typed("Passphrase of the encrypted file")
    if not path.exists() and typed("The same again, for the new file") != passphrase:
        raise UsageError("the two passphrases differ; nothing was written")
    return passphrase
