"""A configuration file of a system, as its readers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.text import Untrusted


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader gets for one key. `value` is None where it finds nothing.

    `reader` is one of `yaml`, `yq`, `grep` (first matching line, cut by sed) and
    `grep-anchored`; the scripts of the system use all of them.
    """

    reader: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile(Fact):
    """A file on disk: text, what YAML makes of it, and what each reader gets.

    `expected` holds what the profile would write for the same keys. `template` names the
    version of the published template that it was written from, empty where unknown.
    `mode` is the permission bits; `holds_secret` whether a secret stands in it.
    """

    path: str
    kind: str
    exists: bool
    text: str = ""
    mode: int = 0
    yaml_error: tuple[int, int, Untrusted] | None = None
    duplicate_keys: tuple[tuple[str, int, int], ...] = ()
    values: Mapping[str, object] | None = None
    positions: Mapping[str, tuple[int, int]] | None = None
    readings: Mapping[str, tuple[Reading, ...]] | None = None
    expected: Mapping[str, str] | None = None
    template: str = ""
    holds_secret: bool = False
