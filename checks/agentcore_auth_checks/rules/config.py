"""Configuration files: whether they can be read, alike by all, and say what they must.

What a file must say stands in its description (`files/*.keys.yaml`).
"""

from __future__ import annotations

import difflib
import re
import stat
from collections.abc import Iterator, Mapping

from agentcore_auth_checks.config_reading import disagreement, pending_keys
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.config_file import ConfigFile, Reading
from agentcore_auth_checks.facts.documents import DiscoveryDocument
from agentcore_auth_checks.findings import Finding, Severity, Value, Where, failed, skipped
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_templates.config_files import (
    Equal,
    FileDescription,
    Key,
    file_description,
    stays,
)
from agentcore_auth_templates.packs import filled, placeholders

READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


def _readable(facts: Facts) -> Iterator[tuple[ConfigFile, FileDescription, dict[str, Untrusted]]]:
    """Yields each file that YAML can read, its description, and its values but for secrets."""
    for file in facts.all(ConfigFile):
        if file.values is not None:
            values = {
                key: value for key, value in file.values.items() if isinstance(value, Untrusted)
            }
            yield file, file_description(file.kind), values


def _is_readable(facts: Facts) -> bool:
    return any(file.values is not None for file in facts.all(ConfigFile))


def _finding(
    file: ConfigFile,
    code: str,
    *,
    key: str = "",
    place: tuple[int, int] | None = None,
    expected: Value = None,
    actual: Value = None,
    cause: str = "",
    values: Mapping[str, object] | None = None,
    severity: Severity | None = None,
) -> Finding:
    """Returns a finding at a key of a file, with the names that the catalogue's texts use."""
    line, column = place or _position(file, key)
    return failed(
        code,
        expected=expected,
        actual=actual,
        cause=cause,
        where=Where(file=file.path, field=key, line=line, column=column),
        values={"file": file.path, "line": line, "field": key, **(values or {})},
        source=file.source,
        severity=severity,
    )


def _position(file: ConfigFile, key: str) -> tuple[int, int]:
    """Returns where a key's value stands, or its first part where it is a mapping."""
    positions = file.positions or {}
    inside = (place for name, place in positions.items() if f"{name}.".startswith(f"{key}."))
    return min(inside, default=(0, 0)) if key else (0, 0)


# --- whether it can be read at all ---------------------------------------------------------


@rule("config.missing_file", needs=(ConfigFile,))
def file_exists(facts: Facts) -> Iterator[Finding]:
    """The configuration file is where its readers look for it."""
    for file in facts.all(ConfigFile):
        if file.exists:
            continue
        if file.written:
            yield _finding(file, "config.missing_file", actual="no such file")
        else:
            yield skipped(
                "config.*",
                f"{file_description(file.kind).path}: not written yet",
                f"There is no {file.path} yet; it is written once the answers are there.",
                source=file.source,
            )


def _exists(facts: Facts) -> bool:
    return any(file.exists for file in facts.all(ConfigFile))


@rule("config.not_yaml", needs=(ConfigFile,), when=_exists)
def file_is_yaml(facts: Facts) -> Iterator[Finding]:
    """The configuration file is YAML."""
    for file in facts.all(ConfigFile):
        if file.yaml_error is not None:
            line, column, reason = file.yaml_error
            yield _finding(file, "config.not_yaml", place=(line, column), actual=reason)


@rule("config.duplicate_key", needs=(ConfigFile,), when=_is_readable)
def keys_stand_once(facts: Facts) -> Iterator[Finding]:
    """No key stands twice."""
    for file in facts.all(ConfigFile):
        for key, line, column in file.duplicate_keys:
            yield _finding(file, "config.duplicate_key", key=key, place=(line, column))


@rule("config.crlf", needs=(ConfigFile,), when=_is_readable)
def lines_end_in_line_feeds(facts: Facts) -> Iterator[Finding]:
    """No line ends in a carriage return."""
    for file in facts.all(ConfigFile):
        if file.carriage_return:
            yield _finding(file, "config.crlf", place=(file.carriage_return, 1))


@rule("config.permissions", needs=(ConfigFile,), when=_exists)
def secrets_are_not_for_others(facts: Facts) -> Iterator[Finding]:
    """No file with a secret can be read by others."""
    for file in facts.all(ConfigFile):
        if file.secrets and file.mode & READABLE_BY_OTHERS:
            key, line, column = file.secrets[0]
            yield _finding(
                file,
                "config.permissions",
                key=key,
                place=(line, column),
                expected="0600",
                actual=f"{file.mode:04o}",
            )


# --- what it says --------------------------------------------------------------------------


@rule("config.placeholder", needs=(ConfigFile,), when=_is_readable)
def placeholders_are_replaced(facts: Facts) -> Iterator[Finding]:
    """No placeholder of the template is left."""
    for file, description, values in _readable(facts):
        unread = tuple(f"{m.comment_out}." for m in description.migrations if m.comment_out)
        for key, value in values.items():
            if _is_placeholder(description, value) and not key.startswith(unread):
                yield _finding(
                    file,
                    "config.placeholder",
                    key=key,
                    expected=(file.expected or {}).get(key, "a value of your own"),
                    actual=value,
                )


def _is_placeholder(description: FileDescription, value: Untrusted) -> bool:
    return re.search(description.placeholder, value.raw) is not None


@rule("config.stale_template", needs=(ConfigFile,), when=_is_readable)
def template_is_current(facts: Facts) -> Iterator[Finding]:
    """Nothing of an old version of the template is left."""
    for file, description, values in _readable(facts):
        old = [
            (key, migration)
            for migration in description.migrations
            for key in pending_keys(migration, file)
        ]
        if old:
            name = next((v.name for v in description.versions if v.id == file.template), "")
            yield _finding(
                file,
                "config.stale_template",
                key=old[0][0],
                expected=f"the version of {description.versions[-1].name}",
                actual=f"the version of {name}" if name else values.get(old[0][0]),
                cause=". ".join(
                    f"{', '.join(key for key, m in old if m is migration)}: {migration.note}"
                    for migration in dict.fromkeys(m for _, m in old)
                )
                + ".",
            )


@rule("config.missing_key", needs=(ConfigFile,), when=_is_readable)
def needed_keys_are_there(facts: Facts) -> Iterator[Finding]:
    """Every key that a reader needs has a value."""
    for file, description, _ in _readable(facts):
        values, positions = file.values or {}, file.positions or {}
        for key in description.keys:
            if key.required and _is_empty(values.get(key.id)):
                yield _finding(
                    file,
                    "config.missing_key",
                    key=key.id,
                    expected=key.says or "a value",
                    actual="empty" if key.id in positions else "absent",
                    cause=f"It is read by {key.read_by}.",
                )
        for section in description.sections:
            if section.id not in positions:
                cause = f"It is read by {section.read_by}."
                yield _finding(
                    file, "config.missing_key", key=section.id, actual="absent", cause=cause
                )
        for name, line, column in file.incomplete:
            yield _finding(
                file, "config.missing_key", key=name, place=(line, column), actual="absent"
            )


@rule("config.invalid_value", needs=(ConfigFile,), when=_is_readable)
def values_fit_their_rules(facts: Facts) -> Iterator[Finding]:
    """Every value has the form that its readers require."""
    for file, description, values in _readable(facts):
        told = _told_already(file, description)
        for key in description.keys:
            value = values.get(key.id)
            if key.id not in told and _is_invalid(key, value):
                yield _finding(
                    file, "config.invalid_value", key=key.id, expected=key.says, actual=value
                )


def _is_empty(value: Untrusted | Secret | None) -> bool:
    return value is None or (isinstance(value, Untrusted) and not value.raw)


def _is_invalid(key: Key, value: Untrusted | None) -> bool:
    """Whether a value is there and breaks its key's rule."""
    if value is None or not value.raw or not key.pattern:
        return False
    return re.fullmatch(key.pattern, value.raw) is None


def _told_already(file: ConfigFile, description: FileDescription) -> frozenset[str]:
    """Returns the keys of which something more exact is said: a placeholder, an old value."""
    pending = {key for migration in description.migrations for key in pending_keys(migration, file)}
    left = {
        key
        for key, value in (file.values or {}).items()
        if isinstance(value, Untrusted) and _is_placeholder(description, value)
    }
    return frozenset(pending | left)


@rule("config.unknown_key", needs=(ConfigFile,), when=_is_readable)
def keys_are_known(facts: Facts) -> Iterator[Finding]:
    """Every key is one that the system knows."""
    for file, description, _ in _readable(facts):
        known = {key.id for key in description.keys} | set(description.also_known)
        unread = tuple(f"{m.comment_out}." for m in description.migrations if m.comment_out)
        for key in file.values or {}:
            first = re.sub(r"\.[0-9]+$", ".0", key)
            parent_known = any(name.startswith(f"{key}.") for name in known)
            if first in known or parent_known or f"{key}.".startswith(unread):
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
            yield _finding(
                file,
                "config.unknown_key",
                key=key,
                expected=f"perhaps {near[0]}" if near else None,
                actual=Untrusted(key),
            )


# --- whether it agrees: with itself, among its readers, with the server, with the profile --


@rule("config.audience_differs", "config.issuer_differs", needs=(ConfigFile,), when=_is_readable)
def equal_values_are_equal(facts: Facts) -> Iterator[Finding]:
    """The values that must be equal are."""
    for file, description, values in _readable(facts):
        told = _told_already(file, description) | {
            key.id for key in description.keys if _is_invalid(key, values.get(key.id))
        }
        plain = {key: value for key, value in values.items() if key not in told}
        for equal in description.equal:
            yield from _differences(file, equal, plain)


def _differences(
    file: ConfigFile, equal: Equal, values: Mapping[str, Untrusted]
) -> Iterator[Finding]:
    raw = {key: value.raw for key, value in values.items()}
    leading = filled(equal.members[0], raw)
    if leading is None:
        return
    for member in equal.members[1:]:
        said = filled(member, raw)
        if said is not None and said != leading:
            yield _finding(
                file,
                equal.code,
                key=placeholders(member)[0],
                expected=Untrusted(leading),
                actual=Untrusted(said),
                cause=f"They must be equal: {equal.because}.",
                values={"issuer": Untrusted(raw.get(placeholders(equal.members[0])[0], ""))},
            )


@rule("config.reader_disagrees", needs=(ConfigFile,), when=_is_readable)
def readers_agree(facts: Facts) -> Iterator[Finding]:
    """All readers see the same value of every key."""
    for file, description, values in _readable(facts):
        explained = _explained(file, description, values)
        for key, seen in (file.readings or {}).items():
            if key in explained or not disagreement(seen):
                continue
            known = description.key(key)
            yield _finding(
                file,
                "config.reader_disagrees",
                key=key,
                expected=values.get(key),
                actual=tuple(Untrusted(f"{r.reader}: {r.value or 'nothing'}") for r in seen),
                cause=_who_takes_what(file, key, seen),
                severity=Severity.WARN if known and known.optional else None,
            )


def _who_takes_what(file: ConfigFile, key: str, seen: tuple[Reading, ...]) -> str:
    """Returns which line each grep took, where one took another than the value's own."""
    own = _position(file, key)[0]
    astray = [f"{r.reader} takes line {r.line}" for r in seen if r.line not in (0, own)]
    return f"The value stands in line {own}; {', '.join(astray)}." if astray else ""


def _explained(
    file: ConfigFile, description: FileDescription, values: Mapping[str, Untrusted]
) -> frozenset[str]:
    """Returns the keys of which another finding says why their readers differ."""
    keys = {key.id for key in description.keys}
    if file.carriage_return:
        return frozenset(keys)
    wrong = {
        key.id
        for key in description.keys
        if (key.required and _is_empty(values.get(key.id))) or _is_invalid(key, values.get(key.id))
    }
    twice = {name for name, _, _ in file.duplicate_keys}
    doubled = {key for key in keys if any(f"{key}.".startswith(f"{name}.") for name in twice)}
    unequal = {
        key
        for equal in description.equal
        if any(True for _ in _differences(file, equal, values))
        for member in equal.members
        for key in placeholders(member)
    }
    return frozenset(wrong | doubled | unequal)


def _has_live_issuer(facts: Facts) -> bool:
    issuers = [document.text_member("issuer") for document in facts.all(DiscoveryDocument)]
    return _is_readable(facts) and any(issuers)


@rule("config.issuer_differs", needs=(ConfigFile, DiscoveryDocument), when=_has_live_issuer)
def issuer_is_the_live_one(facts: Facts) -> Iterator[Finding]:
    """The file names the issuer that the discovery document names."""
    published = next(
        issuer
        for document in facts.all(DiscoveryDocument)
        if (issuer := document.text_member("issuer"))
    )
    for file, description, values in _readable(facts):
        said = values.get(description.issuer)
        if said is None or said.raw == published or _is_placeholder(description, said):
            continue
        yield _finding(
            file,
            "config.issuer_differs",
            key=description.issuer,
            expected=Untrusted(published),
            actual=said,
            values={"issuer": Untrusted(published)},
        )


@rule("config.drift", needs=(ConfigFile,), when=_is_readable)
def file_is_what_the_profile_writes(facts: Facts) -> Iterator[Finding]:
    """The file says what the profile would write."""
    for file, description, values in _readable(facts):
        told = _told_already(file, description)
        expected = file.expected or {}
        other = [
            key
            for key in description.keys
            if key.id in expected and key.id not in told and _drifted(key, values, expected)
        ]
        if other:
            yield _finding(
                file,
                "config.drift",
                key=other[0].id,
                expected=tuple(f"{key.id}: {expected[key.id]}" for key in other),
                actual=tuple(Untrusted(f"{key.id}: {_shown(values.get(key.id))}") for key in other),
            )


def _drifted(key: Key, values: Mapping[str, Untrusted], expected: Mapping[str, str]) -> bool:
    value = values.get(key.id)
    return value is None or not stays(key, value.raw, expected)


def _shown(value: Untrusted | None) -> str:
    return "nothing" if value is None else value.raw


RULES = (
    file_exists,
    file_is_yaml,
    keys_stand_once,
    lines_end_in_line_feeds,
    placeholders_are_replaced,
    template_is_current,
    needed_keys_are_there,
    values_fit_their_rules,
    equal_values_are_equal,
    readers_agree,
    issuer_is_the_live_one,
    keys_are_known,
    secrets_are_not_for_others,
    file_is_what_the_profile_writes,
)
