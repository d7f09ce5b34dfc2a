"""JSON read strictly, where Python's own reader is lax.

Duplicate members, NaN and Infinity, numbers out of range, encodings other than UTF-8, deep
nesting and oversized text are problems with a name, not values and not crashes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, cast

LARGEST_BYTES = 1024 * 1024
DEEPEST_NESTING = 64
_LONGEST_NUMBER = 300
"""Digits; so every number that passes fits a float."""


class JsonFault(StrEnum):
    """What is wrong with a text that should be JSON."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    DUPLICATE_MEMBER = "duplicate_member"
    NUMBER_TOO_LARGE = "number_too_large"
    BAD_UNICODE = "bad_unicode"


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Why a text is not strict JSON. `offset` counts characters from 0, or -1 if unknown."""

    fault: JsonFault
    detail: str = ""
    offset: int = -1


class _Refused(Exception):
    def __init__(self, fault: JsonFault, detail: str) -> None:
        self.problem = JsonProblem(fault, detail)


# Possessive, and closed by the end of the text too: a string that nobody closes is passed once.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def decode(data: bytes) -> tuple[object, JsonProblem | None]:
    """Returns the JSON value and None, or None and the first problem."""
    if len(data) > LARGEST_BYTES:
        return None, JsonProblem(JsonFault.TOO_LARGE, f"{len(data)} bytes")
    if b"\0" in data[:4]:
        # UTF-16 and UTF-32 of ASCII text have zero bytes here; JSON never has.
        return None, JsonProblem(JsonFault.NOT_UTF8, "UTF-16 or UTF-32", 0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, JsonProblem(JsonFault.NOT_UTF8, f"byte {error.start} and on", error.start)
    if _nesting(text) > DEEPEST_NESTING:
        return None, JsonProblem(JsonFault.TOO_DEEP, f"more than {DEEPEST_NESTING} levels")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except _Refused as refused:
        return None, refused.problem
    except json.JSONDecodeError as error:
        return None, JsonProblem(JsonFault.NOT_JSON, error.msg, error.pos)
    if "\\u" in text and _has_surrogate(value):
        return None, JsonProblem(JsonFault.BAD_UNICODE, "a surrogate without its pair")
    return value, None


def decode_object(data: bytes) -> tuple[Mapping[str, object] | None, JsonProblem | None]:
    """Returns the members of a JSON object and None, or None and the first problem."""
    value, problem = decode(data)
    if problem:
        return None, problem
    if not isinstance(value, dict):
        return None, JsonProblem(JsonFault.NOT_OBJECT, json_type(value))
    return cast("dict[str, object]", value), None


def json_type(value: object) -> str:
    """Returns what JSON calls a decoded value: `array`, `string`, `number`, ..."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _nesting(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Refused(JsonFault.DUPLICATE_MEMBER, twice)
    return members


def _constant(name: str) -> NoReturn:
    raise _Refused(JsonFault.NOT_JSON, f"{name} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _Refused(JsonFault.NUMBER_TOO_LARGE, f"{len(digits)} digits")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Refused(JsonFault.NUMBER_TOO_LARGE, digits[:32])
    return number


def _has_surrogate(value: object) -> bool:
    match value:
        case str():
            return any(0xD800 <= ord(character) <= 0xDFFF for character in value)
        case list():
            return any(_has_surrogate(item) for item in cast("list[object]", value))
        case dict():
            members = cast("dict[str, object]", value)
            return any(_has_surrogate(item) for pair in members.items() for item in pair)
        case _:
            return False
