"""The requests behind a proof, read from a report's facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """One request and what was answered: the status, or why there was none.

    `label` is what its probe is called.
    """

    label: str
    method: str
    url: str
    answer: str
    seconds: float


def exchanges_of(
    facts: Mapping[str, object], labels: Mapping[str, str]
) -> tuple[ShownExchange, ...]:
    """Returns the exchanges of these probes, in their order, each once.

    Args:
        facts: a report's facts, by source.
        labels: source -> what the probe is called.
    """
    found = [
        _shown(label, member)
        for source, label in labels.items()
        for member in _members(facts.get(source)).values()
        if {"method", "url", "seconds"} <= _members(member).keys()
    ]
    return tuple(dict.fromkeys(found))


def _members(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _shown(label: str, exchange: object) -> ShownExchange:
    members = _members(exchange)
    answer = members.get("status", members.get("reason", ""))
    return ShownExchange(
        label=label,
        method=str(members["method"]),
        url=str(members["url"]),
        answer=str(answer).replace("_", " "),
        seconds=float(str(members["seconds"])),
    )
