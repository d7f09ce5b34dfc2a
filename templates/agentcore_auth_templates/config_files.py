"""Configuration files of the systems that are set up: keys, readers, rules, old versions.

A file is described by `files/<id>.keys.yaml` and drawn from the skeleton that it names. Keys are
dotted paths; an item of a list goes by its position. Nothing about a particular system stands in
code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from agentcore_auth_templates.loading import DataFileError, folder, load
from agentcore_auth_templates.packs import filled, placeholders


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A strictly read piece of a data file."""


class Key(_Data, frozen=True):
    """One key: where its value comes from, who reads it and how, and what it must look like.

    A `value` is a template over the answers and follows the profile; a `default` is what a new
    file says, and what an existing file says stays. `keep` is a pattern over other keys' wanted
    values: what fits it stays although it is not exactly the `value`.
    """

    id: str
    value: str = ""
    default: str | None = None
    keep: str = ""
    type: Literal["text", "integer", "boolean"] = "text"
    readers: tuple[Literal["grep", "grep-anchored", "grep-comment", "yq", "yaml"], ...] = ()
    read_by: str = ""
    """Which programs of the system read it, in words; empty where nothing does."""
    optional: bool = False
    """Whether its readers can do without."""
    pattern: str = ""
    says: str = ""
    """The pattern in words."""

    @property
    def required(self) -> bool:
        """Whether some reader fails without it."""
        return bool(self.readers) and not self.optional


class Section(_Data, frozen=True):
    """A part of the file whose content is the user's own: a list of entries with some members."""

    id: str
    read_by: str
    members: tuple[str, ...] = ()
    """What each entry must say."""


class Equal(_Data, frozen=True):
    """Values that must be the same, as templates over the file's own keys; the first one leads.

    `code` is the finding that says it where they are not.
    """

    code: str
    members: tuple[str, ...]
    because: str


class Version(_Data, frozen=True):
    """A published version of the file, recognized by its lines. Oldest first, the first that fits.

    `has` and `lacks` are patterns, searched in the whole text with `^` and `$` at line ends.
    """

    id: str
    name: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class Migration(_Data, frozen=True):
    """What an old version had that is wrong today.

    Either `comment_out` names a key that no reader wants any more, or each of `keys` is given its
    value anew where it matches `old` as a whole.
    """

    id: str
    note: str
    comment_out: str = ""
    keys: tuple[str, ...] = ()
    old: str = ""


class FileDescription(_Data, frozen=True):
    """One configuration file of a system."""

    schema: Literal[1]
    id: str
    path: str
    skeleton: str
    keys: tuple[Key, ...]
    placeholder: str
    """Pattern of what a user must replace, searched in values."""
    secret_names: str
    """Pattern of the last part of keys that hold secrets, matched as a whole."""
    reference: str
    """Pattern of a value that only refers to a secret, matched as a whole."""
    without_secret: str
    """What stands in place of a secret that may not be kept; `{name}` is the key's last part."""
    sections: tuple[Section, ...] = ()
    also_known: tuple[str, ...] = ()
    """Keys that are read where they are there, and are not in a new file."""
    issuer: str = ""
    """The key that must equal the issuer of the live discovery document."""
    equal: tuple[Equal, ...] = ()
    versions: tuple[Version, ...] = ()
    migrations: tuple[Migration, ...] = ()

    def key(self, name: str) -> Key | None:
        """Returns the key of that name, or None."""
        return next((item for item in self.keys if item.id == name), None)

    def in_section(self, name: str) -> bool:
        """Whether a dotted key lies in a part that is the user's own."""
        return any(f"{name}.".startswith(f"{section.id}.") for section in self.sections)

    def is_secret(self, name: str, value: str) -> bool:
        """Whether a value is a secret in clear, by its key and by what it says."""
        last = name.rpartition(".")[2]
        named = re.fullmatch(self.secret_names, last) is not None
        return named and re.fullmatch(self.reference, value) is None

    def stand_in(self, name: str) -> str:
        """Returns what is written in place of a key's secret."""
        return self.without_secret.replace("{name}", name.rpartition(".")[2].upper())

    def version_of(self, text: str) -> Version | None:
        """Returns the published version that a text was written from, or None."""
        return next((item for item in self.versions if _fits(item, text)), None)


def _fits(version: Version, text: str) -> bool:
    def seen(pattern: str) -> bool:
        return re.search(pattern, text, re.MULTILINE) is not None

    return all(map(seen, version.has)) and not any(map(seen, version.lacks))


def wanted_values(file: FileDescription, answers: Mapping[str, str]) -> dict[str, str]:
    """Returns what the answers make of each key that follows them; keys not known yet are left out.

    Args:
        file: the file's description.
        answers: answers by field id, derived values included.
    """
    known = dict(answers)
    values: dict[str, str] = {}
    for key in file.keys:
        text = filled(key.value, known) if key.value else None
        if text is not None:
            values[key.id] = text
    return values


def missing_answers(file: FileDescription, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the field ids that a file cannot be written without and that are not answered."""
    missing = (
        name
        for key in file.keys
        if key.value and key.default is None
        for name in placeholders(key.value)
        if not answers.get(name)
    )
    return tuple(dict.fromkeys(missing))


def stays(key: Key, current: str, wanted: Mapping[str, str]) -> bool:
    """Whether a key's present value may stay: it is the wanted one, or fits what may be kept."""
    if key.id not in wanted or current == wanted[key.id]:
        return True
    if not key.keep:
        return False
    pattern = filled(key.keep, {name: re.escape(value) for name, value in wanted.items()})
    return pattern is not None and re.fullmatch(pattern, current) is not None


@cache
def file_description(name: str) -> FileDescription:
    """Returns the description of one file.

    Raises:
        DataFileError: it does not exist or is not what it should be.
    """
    return _checked(load(FileDescription, "files", f"{name}.keys.yaml"), name)


def skeleton(file: FileDescription) -> str:
    """Returns the text that a new file is drawn from.

    Raises:
        DataFileError: it is missing.
    """
    try:
        return folder("files", file.skeleton).read_text(encoding="utf-8")
    except OSError:
        raise DataFileError(f"files/{file.skeleton}: no such data file") from None


def _checked(file: FileDescription, name: str) -> FileDescription:
    """Returns the description, or says which of its statements contradicts another."""
    where = f"files/{name}.keys.yaml"
    known = {key.id for key in file.keys}
    if len(known) != len(file.keys):
        raise DataFileError(f"{where}: keys: an id stands twice")
    for key in file.keys:
        _check_key(where, key, known)
    for equal in file.equal:
        for member in equal.members:
            for reference in placeholders(member):
                if reference not in known:
                    raise DataFileError(f"{where}: equal: there is no key {reference!r}")
    for migration in file.migrations:
        unknown = [key for key in migration.keys if key not in known]
        if unknown or bool(migration.comment_out) == bool(migration.keys):
            raise DataFileError(f"{where}: migration {migration.id}: {unknown or 'one of two'}")
    if file.issuer and file.issuer not in known:
        raise DataFileError(f"{where}: issuer: there is no key {file.issuer!r}")
    return file


def _check_key(where: str, key: Key, known: set[str]) -> None:
    if not key.value and key.default is None:
        raise DataFileError(f"{where}: key {key.id}: it has neither a value nor a default")
    if key.pattern and not key.says:
        raise DataFileError(f"{where}: key {key.id}: its pattern is not put in words")
    if key.default and key.pattern and not re.fullmatch(key.pattern, key.default):
        raise DataFileError(f"{where}: key {key.id}: its default does not fit its pattern")
    for reference in placeholders(key.keep):
        if reference not in known:
            raise DataFileError(f"{where}: key {key.id}: there is no key {reference!r}")
