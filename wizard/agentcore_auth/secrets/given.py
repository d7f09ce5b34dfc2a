"""Secrets as they are given: typed, piped, or referred to from an answers file.

No message of this module quotes a value, nor what might be one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from agentcore_auth_checks.text import Secret

LARGEST_SECRET_BYTES = 64 * 1024
"""Longest secret that is taken. The longest in use are private keys of a few thousand bytes."""

_FORMS = "{env: NAME}, {file: PATH} or {keyring: true}"

_CONVENTIONAL_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
"""A variable's name that is safe to show: what else stands there may be the secret itself."""


class UnusableSecret(Exception):
    """What was given cannot be a secret. The message names the field and says why."""


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """`{env: NAME}`: the value of an environment variable."""

    variable: str


@dataclass(frozen=True, slots=True)
class FromFile:
    """`{file: PATH}`: the contents of a file, without the line feed at its end."""

    path: str


@dataclass(frozen=True, slots=True)
class FromKeyring:
    """`{keyring: true}`: the value that is already stored."""


SecretReference = FromEnvironment | FromFile | FromKeyring


def reference(field: str, value: object) -> SecretReference:
    """Returns the reference that an answers file gives for a secret.

    Raises:
        UnusableSecret: it is a literal, or none of the three forms.
    """
    if not isinstance(value, Mapping):
        raise UnusableSecret(
            f"{field}: a secret is never written into an answers file; use {_FORMS}"
        )
    match list(cast("Mapping[object, object]", value).items()):
        case [("env", str(variable))] if variable:
            return FromEnvironment(variable)
        case [("file", str(path))] if path:
            return FromFile(path)
        case [("keyring", True)]:
            return FromKeyring()
        case _:
            raise UnusableSecret(f"{field}: a secret is given as one of {_FORMS}")


def resolved(
    field: str,
    given: FromEnvironment | FromFile,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Secret:
    """Returns the value that a reference leads to.

    Args:
        field: the secret's field id, for messages.
        given: what the answers file says.
        environment: the environment variables; the process's own where None.
        folder: what a relative path starts from; the working directory where None.

    Raises:
        UnusableSecret: the variable or file is missing, or what it holds is not usable.
    """
    if isinstance(given, FromEnvironment):
        return _from_environment(field, given, os.environ if environment is None else environment)
    return _from_file(field, (folder or Path()) / Path(given.path).expanduser())


def usable(field: str, data: bytes) -> Secret:
    """Returns what was typed or piped as a secret; one line feed at the end is not part of it.

    Raises:
        UnusableSecret: it is empty, blank, too long, not UTF-8, holds a NUL, or is a mask.
    """
    if len(data) > LARGEST_SECRET_BYTES:
        raise UnusableSecret(f"{field}: longer than {LARGEST_SECRET_BYTES // 1024} KiB")
    text = _decoded(data)
    if text is None:
        raise UnusableSecret(f"{field}: not UTF-8 text")
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise UnusableSecret(f"{field}: empty")
    if "\0" in text:
        raise UnusableSecret(f"{field}: holds a NUL character")
    if not text.strip("•*"):
        raise UnusableSecret(f"{field}: this is the mask that stands for a secret on screens")
    return Secret(text)


def _from_environment(field: str, given: FromEnvironment, environment: Mapping[str, str]) -> Secret:
    shown = f" {given.variable}" if _CONVENTIONAL_NAME.fullmatch(given.variable) else ""
    value = environment.get(given.variable)
    if value is None:
        raise UnusableSecret(f"{field}: the environment variable{shown} is not set")
    # The environment's undecodable bytes come as lone surrogates; as bytes again they are judged.
    return usable(f"{field}: environment variable{shown}", value.encode(errors="surrogateescape"))


def _from_file(field: str, path: Path) -> Secret:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_SECRET_BYTES + 1)
    except FileNotFoundError:
        raise UnusableSecret(f"{field}: the file that it names does not exist") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise UnusableSecret(f"{field}: the file that it names cannot be read: {why}") from None
    return usable(f"{field}: {path}", data)


def _decoded(data: bytes) -> str | None:
    # A decoding error holds the bytes, so it may not become part of a chain of exceptions.
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
