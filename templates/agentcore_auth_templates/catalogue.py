"""The catalogue of finding codes: severity, title, why, proof and fix of each."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from agentcore_auth_templates.loading import load


class FixStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a fix. `{name}` placeholders are filled by the rule that fires."""

    kind: Literal["console", "command", "patch"]
    text: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code. The title is a fact, not advice; `why` says how it comes about."""

    severity: Literal["error", "warn", "info"]
    title: str
    why: str
    proof: str
    evidence: Literal["documented", "measured", "inferred"]
    fix: tuple[FixStep, ...] = ()
    url: str = ""


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All codes, the order of their areas, and the codes that are retired for ever."""

    schema: Literal[1]
    areas: tuple[str, ...]
    codes: dict[str, Entry]
    retired: tuple[str, ...] = ()


@cache
def catalogue() -> Catalogue:
    """Returns the whole catalogue; read on first use, since a healthy run needs none of it."""
    return load(Catalogue, "findings.yaml")


def entry(code: str) -> Entry:
    """Returns one code's entry.

    Raises:
        KeyError: there is no such code.
    """
    return catalogue().codes[code]


@cache
def area_order() -> dict[str, int]:
    """Returns the position of each area in the order of diagnosis: earlier causes come first."""
    return {area: position for position, area in enumerate(catalogue().areas)}
