"""A token as it was pasted or issued, taken apart and not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.strict_json import JsonProblem
from agentcore_auth_checks.text import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Fact):
    """A compact JWS (RFC 7515 section 3.1), or what stands where one should.

    `text` is the token after cleaning; `cleaned` names what was cleaned off, as codes. A part
    that does not decode leaves its member None and says why in the matching problem.
    """

    text: Secret
    cleaned: tuple[str, ...] = ()
    segments: int = 0
    header: Mapping[str, object] | None = None
    header_problem: JsonProblem | None = None
    payload: Mapping[str, object] | None = None
    payload_problem: JsonProblem | None = None
    signing_input: Secret | None = None
    signature: bytes | None = None
    encoding_problem: tuple[str, str] | None = None
    """Code of area `b64` and the part it was found in: header, payload or signature."""

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
            return tuple(item for item in value if isinstance(item, str))
        return ()
