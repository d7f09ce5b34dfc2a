"""A token as it was pasted or issued, taken apart and not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.strict_json import JsonProblem
from agentcore_auth_checks.text import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Fact):
    """A compact JWS (RFC 7515 section 3.1), or what stands where one should.

    `text` is the token after cleaning; `cleaned` names what was cleaned off, as codes of area
    `token`. A part that does not decode leaves its member None and says why in the matching
    problem; `encoding_problem` says why where it is not even base64url.
    """

    text: Secret
    cleaned: tuple[str, ...] = ()
    shape_problem: tuple[str, str] | None = None
    """Code of area `token` or `shape` that says why this is no three-part token, and what was
    seen, in our own words: `2 parts`."""
    header: Mapping[str, object] | None = None
    header_problem: JsonProblem | None = None
    payload: Mapping[str, object] | None = None
    payload_problem: JsonProblem | None = None
    signing_input: Secret | None = None
    """What the signature covers; None where a part is not base64url as it should be."""
    signature: bytes | None = None
    encoding_problem: tuple[str, str] | None = None
    """Code of area `b64` and the part it was found in: header, payload or signature."""

    def header_text(self, name: str) -> str | None:
        """Returns a header parameter that is a string, or None."""
        value = None if self.header is None else self.header.get(name)
        return value if isinstance(value, str) else None

    def has_claim(self, name: str) -> bool:
        """Whether the payload has a claim of that name, be it null."""
        return self.payload is not None and name in self.payload

    def claim(self, name: str) -> object:
        """Returns a claim's value, or None where it is absent."""
        return None if self.payload is None else self.payload.get(name)

    def text_claim(self, name: str) -> str | None:
        """Returns a claim that is a string, or None."""
        value = self.claim(name)
        return value if isinstance(value, str) else None

    def list_claim(self, name: str) -> tuple[str, ...]:
        """Returns a claim's strings: a list's, or the one that it is; nothing where absent."""
        value = self.claim(name)
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list):
            return tuple(item for item in cast("list[object]", value) if isinstance(item, str))
        return ()
