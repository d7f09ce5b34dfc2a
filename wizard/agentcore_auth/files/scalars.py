"""Values written as YAML, so that every reader gets back what was meant."""

from __future__ import annotations

import re
from typing import Literal

from agentcore_auth_checks.readers import opened, yq

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9 ._:/@+-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def double_quoted(text: str) -> str:
    """Returns a text in double quotes; what cannot be printed is escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def written_as(text: str, style: str, kind: Literal["text", "integer", "boolean"]) -> str:
    """Returns a value in the style that it had (plain, `'` or `"`), or in double quotes.

    A plain or single-quoted style is kept only where both YAML readers get the very text back: an
    account id with a zero in front stays plain for none of them.
    """
    if kind != "text":
        return text
    if style == "" and _PLAIN.fullmatch(text) and _reads_back(text, text):
        return text
    single = "'" + text.replace("'", "''") + "'"
    if style == "'" and text.isprintable() and _reads_back(single, text):
        return single
    return double_quoted(text)


def _reads_back(written: str, text: str) -> bool:
    document = opened(f"a: {written}\n")
    return document.data == {"a": text} and yq(document, "a") == text
