"""Findings and facts as plain JSON data. Secrets never pass; outside text is kept as it came."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import cast

import msgspec

from agentcore_auth_checks.text import Secret, Untrusted

_LEFT_OUT = frozenset({"body", "raw"})
"""Members of facts that are too long to report and can be fetched again."""


def as_data(value: object) -> object:
    """Returns `value` as dicts, lists, strings, numbers, booleans and None."""
    match value:
        case None | bool() | int() | float():
            return value
        case Secret():
            return Secret.MASK
        case Untrusted():
            # A lone surrogate cannot be written as UTF-8; everything else stays byte for byte.
            return value.raw.encode("utf-8", "backslashreplace").decode()
        case Enum():
            return value.value
        case str():
            return value
        case bytes():
            return f"{len(value)} bytes"
        case Mapping():
            members = cast("Mapping[object, object]", value)
            return {str(key): as_data(item) for key, item in members.items()}
        case tuple() | list() | set() | frozenset():
            return [as_data(item) for item in cast("Iterable[object]", value)]
        case msgspec.Struct():
            return as_data(msgspec.structs.asdict(value))
        case _ if dataclasses.is_dataclass(value):
            return {
                member.name: as_data(getattr(value, member.name))
                for member in dataclasses.fields(value)
                if member.name not in _LEFT_OUT
            }
        case _:
            return str(value)
