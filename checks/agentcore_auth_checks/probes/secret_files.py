"""Looks through a project's files for secrets that stand there in clear.

Two ways: a stored secret's own value, and a literal at a key whose name says that it is secret.
Values are compared in memory; only where they stand leaves this module.
"""

from __future__ import annotations

import asyncio
import json
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from agentcore_auth_checks.facts.keyring import SearchedFiles, SecretInFile
from agentcore_auth_checks.probes.base import Run
from agentcore_auth_checks.text import Secret

LARGEST_BYTES = 1024 * 1024
"""Larger files are not configuration, and are not read."""

SHORTEST_VALUE = 8
"""A shorter secret stands in any text by chance; it is found at its key only."""

_SECRET_ENDINGS = (
    "secret",
    "secretkey",
    "secretaccesskey",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "apitoken",
    "accesstoken",
    "refreshtoken",
    "privatekey",
)
"""How the names of secret keys end, without their style."""

# An assignment as YAML, JSON, TOML, properties and shell files write it. The value ends at its
# quote, or where an unquoted one ends.
_ASSIGNMENT = re.compile(
    r"""(?<![\w"'.-])(?P<mark>["']?)(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)(?P=mark)[ \t]*[:=][ \t]*"""
    r"""(?:"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'#,;{}\[\]][^\s,;{}]*))"""
)

_REFERENCE = re.compile(
    r"""<.*>|\$.*|.*\{\{.*|!.*|[&*|>].*|[%@].*|arn:.*|.*(?:YOUR|your)[_-].*|.*[Pp]laceholder.*"""
    r"""|[x.*•_-]+|(?i:null|none|true|false|~|undefined|todo|example|change-?me|replace-?me|generate-.*)""",
    re.DOTALL,
)
"""What stands for a value without being one: placeholders, variables, anchors, references."""


_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")
"""How a private key begins in a text (RFC 7468)."""


@dataclass(frozen=True)
class SecretFilesProbe:
    """Gives the places in these files where a secret stands.

    `fields` are the ids of the secrets whose own values are looked for.
    """

    files: tuple[str, ...]
    fields: tuple[str, ...]

    source = "secret_files"
    label = "secrets in files"
    area = "secret"

    async def fetch(self, run: Run) -> SearchedFiles:
        """Returns what was found. A file that does not exist holds nothing."""
        values: dict[str, Secret] = {}
        for field in self.fields:
            value = await run.secret(field)
            if value is not None:
                values[field] = value
        found: list[SecretInFile] = []
        for file in self.files:
            text = await asyncio.to_thread(_text_of, Path(file))
            found += secrets_in(file, text, self.fields, values)
        return SearchedFiles(source=self.source, files=self.files, found=tuple(found))


def secrets_in(
    file: str, text: str, fields: Iterable[str], values: Mapping[str, Secret]
) -> tuple[SecretInFile, ...]:
    """Returns the places in a text where a secret stands, from top to bottom, each once.

    Args:
        file: the file's name, for the places.
        text: what stands in it.
        fields: ids of the secrets that belong elsewhere; a key named like one is secret.
        values: the secrets that are known, by field id.
    """
    places: dict[tuple[int, int], SecretInFile] = {}
    for offset, key, field in (*_literals(text, fields, values), *_copies(text, values)):
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        places.setdefault(
            (line, column),
            SecretInFile(file=file, key=key, line=line, column=column, field=field),
        )
    return tuple(places[position] for position in sorted(places))


def _literals(
    text: str, fields: Iterable[str], values: Mapping[str, Secret]
) -> Iterable[tuple[int, str, str]]:
    """Yields offset, key and field of each literal at a key whose name says that it is secret."""
    by_name = {_plain(field.rpartition(".")[2]): field for field in fields}
    by_name |= {_plain(field.replace(".", "_")): field for field in fields}
    endings = (*_SECRET_ENDINGS, *by_name)
    for key in _PRIVATE_KEY.finditer(text):
        yield key.start(), _key_before(text, key.start()), ""
    for match in _ASSIGNMENT.finditer(text):
        name = _plain(match["key"].rpartition(".")[2])
        if not name.endswith(endings) or _is_comment(text, match.start()):
            continue
        group = next(group for group in ("double", "single", "bare") if match[group] is not None)
        value = match[group]
        if value and not _REFERENCE.fullmatch(value):
            own = next((field for field, kept in values.items() if kept == Secret(value)), "")
            yield match.start(group), match["key"], own or by_name.get(name, "")


def _copies(text: str, values: Mapping[str, Secret]) -> Iterable[tuple[int, str, str]]:
    """Yields offset, key and field of each place where a known secret's own value stands."""
    for field, secret in values.items():
        if len(secret) < SHORTEST_VALUE:
            continue
        value = secret.reveal()
        for written in {value, json.dumps(value)[1:-1], quote(value, safe="")}:
            offset = text.find(written)
            while offset >= 0:
                yield offset, _key_before(text, offset), field
                offset = text.find(written, offset + len(written))


def _key_before(text: str, offset: int) -> str:
    """Returns the last key of the line in front of a value, or nothing."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    keys = re.findall(r"""([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*[:=]""", line)
    return keys[-1] if keys else ""


def _is_comment(text: str, offset: int) -> bool:
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return bool(re.search(r"(?:^|\s)(?:#|//|;)", before))


def _plain(name: str) -> str:
    """Returns a key without its style: clientSecret, CLIENT_SECRET and client-secret are one."""
    return re.sub(r"[_-]", "", name).lower()


def _text_of(path: Path) -> str:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_BYTES:
            return ""
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
