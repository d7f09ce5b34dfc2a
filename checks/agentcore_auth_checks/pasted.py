"""What people paste where a token should be: found, unwrapped, and named.

What can be cleaned is cleaned and said, so that the diagnosis goes on with the token itself;
what stands in a token's place (a shell variable, a mask, nothing) is named instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote

from agentcore_auth_checks import strict_json

LONGEST_TOKEN = 280_000
"""Characters; no server takes a header a fraction as long, and longer text is not looked at."""

_MOST_WRAPPERS = 8
_LONGEST_STAND_IN = 80

_TOKEN_MEMBERS = ("access_token", "accessToken", "AccessToken", "id_token", "idToken", "IdToken")
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_BYTE_ORDER_MARK = "\ufeff"
_ELLIPSIS = "\u2026"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_SPACES = re.compile(r"\\?\s+")

_HEADER_NAME = r"(?:proxy-|x-amzn-)?authorization[\"']?\s*[:=]\s*[\"']?"
_HEADER_FIRST = re.compile(rf"[\"']?{_HEADER_NAME}", re.IGNORECASE)
_NEXT_HEADER = re.compile(r"(?<![\r\n])[\r\n]++[A-Za-z][A-Za-z0-9-]*:\s.*", re.DOTALL)
_HEADER_WITHIN = re.compile(
    rf"\b{_HEADER_NAME}(?P<value>(?:[A-Za-z]+\s+)*[^\s\"',}}]+)", re.IGNORECASE
)
_BEARER = re.compile(r"bearer(?:[\s:=]+|$)", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")

_MASKED = re.compile(
    r"[*\u2022\u25cf\u2588]{3,}|[<\[({](?:redacted|hidden|masked|filtered|secret|sensitive)[^\w\s]",
    re.IGNORECASE,
)
_STANDS_IN = re.compile(
    r"""
      \$\{?\w+(?::?[-+?=][^}]*)?\}?             # $TOKEN, ${TOKEN:-}
    | \$\(.*\) | `.*` | %\w+% | \$env:\w+       # $(get-token), %TOKEN%
    | \{\{.*\}\} | \{[\w.\s-]*\} | <[^<>/]*> | \[[\w\s.-]*\]
    | (?:null|none|nil|undefined|nan|true|false|todo|tbd|changeme|change_me|replace_?me
        |placeholder|example|string|token|jwt|bearer_?token|access[_-]?token|\[object\ object\])
    | (?:your|my|insert|paste|enter|put|replace|the)[\s_-][\w\s-]*
    | [x.]{3,}
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What is left after cleaning, the codes of what was cleaned off, outermost first.

    `problem` is the code of area `token` or `shape` for what stands where a token should, with
    what was seen in our own words; None where the text may be a token.
    """

    text: str
    cleaned: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None


def clean(text: str) -> Pasted:
    """Returns the token in a pasted text, or what stands in its place. Never raises."""
    if len(text) > LONGEST_TOKEN:
        return Pasted("", (), ("token.too_large", f"{len(text)} characters"))
    seen: list[str] = []
    if _BYTE_ORDER_MARK in text:
        text = text.replace(_BYTE_ORDER_MARK, "")
        seen.append("token.whitespace")
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
        seen.append("token.non_ascii")
    problem = _stand_in(text.strip())
    for _ in range(_MOST_WRAPPERS):
        unwrapped = None if problem else _unwrapped(text.strip())
        if unwrapped is None:
            break
        text, code = unwrapped
        seen.append(code)
        problem = _stand_in(text.strip())
    if problem:
        return Pasted("", _said(seen), problem)
    document = _document(text.strip())
    if document:
        return Pasted("", _said(seen), document)
    text, codes = _compacted(text)
    return Pasted(text, _said([*seen, *codes]), _unreadable(text))


def _said(seen: list[str]) -> tuple[str, ...]:
    # A header line brings its `Bearer` with it: one thing was pasted, one thing is said.
    once = dict.fromkeys(seen)
    if "token.header_line" in once and seen.count("token.bearer_prefix") == 1:
        del once["token.bearer_prefix"]
    return tuple(once)


def _stand_in(text: str) -> tuple[str, str] | None:
    """Returns why the text is no token at all: nothing, a mask, a placeholder."""
    if not text:
        return "token.empty", "nothing"
    if _MASKED.search(text) and not text.startswith("{"):
        return "token.masked", "characters that a log puts over a secret"
    if len(text) <= _LONGEST_STAND_IN and _STANDS_IN.fullmatch(text):
        return "token.placeholder", "a placeholder or a variable that was not filled in"
    return None


def _unwrapped(text: str) -> tuple[str, str] | None:
    """Returns the text without its outermost wrapper, and the wrapper's code."""
    if text.startswith("{"):
        return _from_response(text)
    header = _from_header_line(text)
    if header is not None:
        return header, "token.header_line"
    bearer = _BEARER.match(text)
    if bearer:
        return text[bearer.end() :], "token.bearer_prefix"
    quoted = text.rstrip(",;")
    if quoted.strip(_QUOTES) != quoted:
        return quoted.strip(_QUOTES), "token.quoted"
    if _PERCENT.search(text):
        return unquote(text), "token.urlencoded"
    return None


def _from_response(text: str) -> tuple[str, str] | None:
    """Returns the token of a token response (RFC 6749 section 5.1), wherever it lies in it."""
    value, problem = strict_json.decode(text.encode("utf-8", "replace"))
    if problem:
        return None
    for members in _objects(value):
        for name in _TOKEN_MEMBERS:
            token = members.get(name)
            if isinstance(token, str):
                return token, "token.is_token_response"
        for name, token in members.items():
            if name.lower() == "authorization" and isinstance(token, str):
                return token, "token.header_line"
    return None


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        yield members
        for member in members.values():
            yield from _objects(member)


def _from_header_line(text: str) -> str | None:
    first = _HEADER_FIRST.match(text)
    if first:
        return _NEXT_HEADER.sub("", text[first.end() :])
    within = _HEADER_WITHIN.search(text)
    return within["value"] if within else None


def _compacted(text: str) -> tuple[str, tuple[str, ...]]:
    """Returns the text without white space and in plain characters, and the codes of both."""
    codes: tuple[str, ...] = ()
    compact = _SPACES.sub("", text)
    if compact != text:
        codes = ("token.whitespace",)
    if compact.isascii() or _ELLIPSIS in compact:
        return compact, codes
    # Other forms of the same characters: typographic dashes, full-width letters.
    plain = unicodedata.normalize("NFKC", compact.translate(_DASHES))
    return plain, (*codes, "token.non_ascii")


def _document(text: str) -> tuple[str, str] | None:
    """Returns what a JSON or XML text is that has no token in it."""
    if text.startswith("<"):
        return ("shape.saml" if "saml" in text.lower() else "shape.opaque"), "an XML text"
    if not text.startswith("{"):
        return None
    members, _ = strict_json.decode_object(text.encode("utf-8", "replace"))
    if members and "payload" in members and {"signature", "signatures"} & set(members):
        return "shape.jws_json", "a signature in JSON form"
    return "shape.opaque", "a JSON text without a token"


def _unreadable(text: str) -> tuple[str, str] | None:
    """Returns why a text cannot be a token in three parts, whatever those are."""
    if _ELLIPSIS in text:
        return "shape.segments", "text cut off with an ellipsis"
    if not text.isascii():
        return "token.non_ascii", "characters that no token has"
    return None
