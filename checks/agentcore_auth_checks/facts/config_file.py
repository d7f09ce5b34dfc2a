"""A configuration file of a system, as its readers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.text import Secret, Untrusted

Placed = tuple[str, int, int]
"""A dotted key with the line and column where it stands, from 1."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader gets for one key. `value` is None where it finds nothing.

    `reader` is one of `yaml`, `yq`, `grep` (first matching line, cut by sed), `grep-anchored` and
    `grep-comment`; the scripts of the system use all of them. `line` is the line that a grep took,
    from 1, and 0 otherwise.
    """

    reader: str
    value: str | None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile(Fact):
    """A file on disk: what YAML makes of it, and what each reader gets. Its text is not kept.

    `kind` is the id of its description. `written` says whether the profile has written it before,
    `expected` holds what the profile would write. `template` is the id of the published version
    that it was written from, empty where unknown. `mode` is the permission bits.
    """

    path: str
    kind: str
    exists: bool
    written: bool = False
    mode: int = 0
    yaml_error: tuple[int, int, Untrusted] | None = None
    """Line, column and reason; line 0 where the file could not be read at all."""
    duplicate_keys: tuple[Placed, ...] = ()
    carriage_return: int = 0
    """The first line that ends in a carriage return, or 0."""
    values: Mapping[str, Untrusted | Secret | None] | None = None
    """Every value outside the sections that are the user's own, as it is written."""
    positions: Mapping[str, tuple[int, int]] | None = None
    """Where each value stands, and each section."""
    incomplete: tuple[Placed, ...] = ()
    """What an entry of such a section lacks."""
    readings: Mapping[str, tuple[Reading, ...]] | None = None
    expected: Mapping[str, str] | None = None
    template: str = ""
    secrets: tuple[Placed, ...] = ()
    """Keys that hold a secret in clear."""
