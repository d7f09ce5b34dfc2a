"""The rules for custom claims of a `customJWTAuthorizer`, read and compared.

Source: `CustomClaimValidationType` of the service model, and AWS's page on the inbound JWT
authorizer for which operator goes with which type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

STRING, STRING_ARRAY = "STRING", "STRING_ARRAY"
EQUALS, CONTAINS, CONTAINS_ANY = "EQUALS", "CONTAINS", "CONTAINS_ANY"

_FITTING = frozenset(
    {(STRING, EQUALS, False), (STRING_ARRAY, CONTAINS, False), (STRING_ARRAY, CONTAINS_ANY, True)}
)
"""Type, operator, and whether a list is compared with."""


@dataclass(frozen=True, slots=True)
class CustomClaim:
    """One rule: the claim's name and type, the operator, and the values to compare with."""

    name: str
    value_type: str
    operator: str
    values: tuple[str, ...]
    is_list: bool

    @property
    def operator_fits(self) -> bool:
        """Whether the operator is one for this type and this form of the value."""
        return (self.value_type, self.operator, self.is_list) in _FITTING

    @property
    def says(self) -> str:
        """The rule in words, without the claim's name."""
        return f"{self.value_type} {self.operator} {', '.join(self.values)}"


class ClaimResult(StrEnum):
    """What became of one rule."""

    MATCHES = "matches"
    MISSING = "missing"
    TYPE = "type"
    MISMATCH = "mismatch"


def read_custom_claim(configured: Mapping[str, object]) -> CustomClaim:
    """Returns one member of `customClaims`; what is missing or of another type is left empty."""
    rule = _members(configured.get("authorizingClaimMatchValue"))
    value = _members(rule.get("claimMatchValue"))
    one, several = value.get("matchValueString"), value.get("matchValueStringList")
    listed = cast("list[object]", several) if isinstance(several, list | tuple) else []
    return CustomClaim(
        name=_text(configured.get("inboundTokenClaimName")),
        value_type=_text(configured.get("inboundTokenClaimValueType")),
        operator=_text(rule.get("claimMatchOperator")),
        values=(one,) if isinstance(one, str) else tuple(str(item) for item in listed),
        is_list=not isinstance(one, str),
    )


def compare(claim: CustomClaim, payload: Mapping[str, object]) -> ClaimResult:
    """Returns whether a token's payload satisfies the rule, or why not."""
    if claim.name not in payload:
        return ClaimResult.MISSING
    value = payload[claim.name]
    if claim.value_type == STRING:
        if not isinstance(value, str):
            return ClaimResult.TYPE
        found = {value}
    else:
        items = cast("list[object]", value) if isinstance(value, list) else None
        if items is None or not all(isinstance(item, str) for item in items):
            return ClaimResult.TYPE
        found = {str(item) for item in items}
    return ClaimResult.MISMATCH if found.isdisjoint(claim.values) else ClaimResult.MATCHES


def _members(value: object) -> Mapping[str, object]:
    is_object = isinstance(value, Mapping)
    return cast("Mapping[str, object]", value) if is_object else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
