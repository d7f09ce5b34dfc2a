"""Judges one answer as it is typed, by what the data files say of its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentcore_auth_templates.packs import Field, Journey, Provider, Rewrite, filled, placeholders


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer is refused; `instead` is what was probably meant, or empty."""

    field: str
    label: str
    reason: str
    instead: str = ""

    def __str__(self) -> str:
        offer = f" Did you mean {self.instead}?" if self.instead else ""
        return f"{self.label}: {self.reason}.{offer}"


def judge(field: Field, value: str, answers: Mapping[str, str]) -> Problem | None:
    """Returns what is wrong with an answer, or None where it can be taken.

    Args:
        field: the field that is answered.
        value: what was typed, without blanks round it. A secret's value is never quoted back.
        answers: the other answers so far.
    """
    if not value:
        if field.optional:
            return None
        return Problem(field.id, field.label, f"it is empty; for example {field.example}")
    for refusal in field.refuse:
        match = re.search(refusal.pattern, value)
        if match:
            instead = match.expand(refusal.instead) if refusal.instead else ""
            return Problem(field.id, field.label, refusal.because, "" if field.secret else instead)
    for other, because in field.differs_from.items():
        if answers.get(other) == value:
            return Problem(field.id, field.label, because)
    if field.choices and value not in field.choices:
        return Problem(field.id, field.label, f"it must be one of {', '.join(field.choices)}")
    if field.pattern and not re.fullmatch(field.pattern, value):
        return Problem(field.id, field.label, f"it must be {field.pattern_says}")
    return None


def cleaned(value: str) -> str:
    """Returns an answer without what copying leaves round it: blanks, quotes, zero-width marks."""
    stripped = value.strip().strip("\u200b\u200c\u200d\u2060\ufeff").strip()
    for quote in ('"', "'"):
        if len(stripped) > 1 and stripped[0] == quote == stripped[-1]:
            stripped = stripped[1:-1].strip()
    return stripped


def complete(
    answers: Mapping[str, str], provider: Provider, journey: Journey | None = None
) -> dict[str, str]:
    """Returns the answers with every derived value that can already be derived.

    An answer of the user's own is never replaced; a derived value may rest on another one.
    """
    rules: dict[str, str | Rewrite] = {**provider.derived, **(journey.derived if journey else {})}
    known = {name: value for name, value in answers.items() if value}
    waiting = {name: rule for name, rule in rules.items() if name not in known}
    progress = True
    while waiting and progress:
        progress = False
        for name, rule in list(waiting.items()):
            value = _derived(rule, known)
            if value is not None:
                known[name] = value
                del waiting[name]
                progress = True
    return known


def _derived(rule: str | Rewrite, known: dict[str, str]) -> str | None:
    if isinstance(rule, str):
        return filled(rule, known)
    source = known.get(rule.source, "")
    match = re.fullmatch(rule.pattern, source)
    return match.expand(rule.to) if match else None


def asked_for(
    text: str, provider: Provider, journey: Journey | None, answers: Mapping[str, str]
) -> tuple[str, ...]:
    """Returns the fields whose answers a template still waits for, derived values unfolded."""
    rules: dict[str, str | Rewrite] = {**provider.derived, **(journey.derived if journey else {})}
    missing: list[str] = []

    def visit(name: str) -> None:
        if answers.get(name):
            return
        rule = rules.get(name)
        if rule is None:
            missing.append(name)
            return
        for inner in placeholders(rule) if isinstance(rule, str) else (rule.source,):
            visit(inner)

    for name in placeholders(text):
        visit(name)
    return tuple(dict.fromkeys(missing))


def fields_by_id(provider: Provider, journey: Journey | None = None) -> dict[str, Field]:
    """Returns every field of a pack and a journey by its id; the journey's own win."""
    fields: Iterable[Field] = (*provider.fields, *(journey.own_fields if journey else ()))
    return {field.id: field for field in fields}
