"""What the programs that read a configuration file get from it, emulated without running them.

Shell scripts read YAML by `grep`, `sed` and `xargs`, or by `yq`; Python by PyYAML. They disagree
as soon as a value is quoted, commented or indented in a way that one of them does not know. Each
emulation here is measured against the program itself: GNU grep 3.8, sed 4.9, findutils 4.9,
coreutils 9.1, mikefarah yq 4.14, PyYAML 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

import yaml

from agentcore_auth_checks.facts.config_file import Reading
from agentcore_auth_checks.yaml_tree import (
    Alias,
    Mapping,
    Node,
    Scalar,
    Sequence,
    YamlProblem,
    as_problem,
    find,
    parse,
    resolved,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text opened once for all readers.

    `data` is what `yaml.safe_load` makes of it. Both are None where `problem` says why, or where
    the text holds nothing.
    """

    text: str = field(repr=False)
    tree: Node | None = field(repr=False)
    data: object = field(repr=False)
    problem: YamlProblem | None


def opened(text: str) -> Document:
    """Returns the text with its tree and data, or with the first problem in the way."""
    tree = parse(text)
    if isinstance(tree, YamlProblem):
        return Document(text, None, None, tree)
    try:
        # What `yaml.safe_load` does, on the parser written in C: ten times as fast.
        data: object = yaml.load(text, Loader=yaml.CSafeLoader)  # it is a safe one
    except yaml.YAMLError as error:
        return Document(text, None, None, as_problem(error))
    except ValueError as error:
        # The constructors of dates and of very long integers raise it without a position.
        return Document(text, None, None, YamlProblem(1, 1, str(error)))
    return Document(text, tree, data, None)


def readings(document: Document, key: str, readers: Iterable[str]) -> tuple[Reading, ...]:
    """Returns what each of the named readers gets for a dotted key.

    Raises:
        KeyError: there is no reader of that name.
    """
    return tuple(
        Reading(name, READERS[name](document, key), _line_taken(name, document.text, key))
        for name in readers
    )


def grep(document: Document, key: str) -> str | None:
    r"""Returns what a script's `get_yaml_value` gets, or None where no line matches.

    `grep "  key:" | head -1 | sed 's/.*: *["'\'']*\([^"'\'']*\)["'\'']*$/\1/' | xargs`
    """
    word = _last(key)
    line = _first_line(document.text, f"  {word}:")
    return None if line is None else _xargs(_sed(r".*: *[\"']*([^\"']*)[\"']*\Z", line))


def grep_anchored(document: Document, key: str) -> str | None:
    r"""Returns what the scripts get without yq, or None where no line matches.

    `grep "key:" | head -1 | sed 's/.*key: *["'\'']*\([^"'\'']*\)["'\'']*$/\1/'`
    """
    word = _last(key)
    line = _first_line(document.text, f"{word}:")
    if line is None:
        return None
    return _sed(rf".*{re.escape(word)}: *[\"']*([^\"']*)[\"']*\Z", line)


def grep_comment(document: Document, key: str) -> str | None:
    r"""Returns what the scripts get for a key that may carry a comment, or None.

    `grep "key:" | head -1 | sed 's/.*key: *["'\'']*\([^"'\''#]*\)["'\'']*.*$/\1/' | xargs`
    """
    word = _last(key)
    line = _first_line(document.text, f"{word}:")
    if line is None:
        return None
    return _xargs(_sed(rf".*{re.escape(word)}: *[\"']*([^\"'#]*)[\"']*.*\Z", line))


def yq(document: Document, key: str) -> str | None:
    """Returns what `yq eval .key` prints (mikefarah v4), or None where it prints `null`.

    A value comes as it is written, whatever its type: `012` stays `012`, `yes` stays `yes`. Of a
    key that stands twice the last one counts. The text `null`, quoted or not, is what the scripts
    take for an absent key. A mapping or list is no single value: None.
    """
    node: Node | None = document.tree
    for part in key.split("."):
        node = _step(resolved(node), part)
    match node:
        case Scalar():
            return None if node.text == "null" else node.text.rstrip("\n")
        case Alias():
            return f"*{node.name}"
        case _:
            return None


def python_yaml(document: Document, key: str) -> str | None:
    """Returns what `yaml.safe_load` gives, written as Python writes it, or None."""
    value: object = document.data
    for part in key.split("."):
        if isinstance(value, dict):
            value = cast("dict[object, object]", value).get(part)
        elif isinstance(value, list):
            items = cast("list[object]", value)
            value = items[int(part)] if part.isdecimal() and int(part) < len(items) else None
        else:
            return None
    return None if value is None or isinstance(value, dict | list) else str(value)


READERS: dict[str, Callable[[Document, str], str | None]] = {
    "grep": grep,
    "grep-anchored": grep_anchored,
    "grep-comment": grep_comment,
    "yq": yq,
    "yaml": python_yaml,
}
"""Every reader by the name under which the data files know it."""

SHELL_READERS = frozenset({"grep", "grep-anchored", "grep-comment"})
"""Those that take the first line that looks right, wherever it stands."""


def _line_taken(reader: str, text: str, key: str) -> int:
    """Returns the number of the line that a shell reader takes, or 0."""
    if reader not in SHELL_READERS:
        return 0
    wanted = f"{_last(key)}:" if reader != "grep" else f"  {_last(key)}:"
    at = text.find(wanted)
    return 0 if at < 0 else text.count("\n", 0, at) + 1


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _first_line(text: str, wanted: str) -> str | None:
    """Returns the first line that holds `wanted`: `grep | head -1`. Only a line feed ends one."""
    return next((line for line in text.split("\n") if wanted in line), None)


def _sed(pattern: str, line: str) -> str:
    """Returns the group that stays, or the whole line where the pattern does not fit."""
    match = re.match(pattern, line)
    return match.group(1) if match else line


def _step(node: Node | None, part: str) -> Node | None:
    if not isinstance(node, Mapping):
        return find(node, (part,)) if isinstance(node, Sequence) else None
    member = node.member(part)
    if member is not None:
        return member.value
    merged = node.member("<<")
    source = resolved(merged.value) if merged else None
    return _step(source, part) if isinstance(source, Mapping) else None


_ECHO_OPTION = re.compile(r"-[neE]+")


def _xargs(line: str) -> str | None:
    """Returns what a bare `xargs` prints for one line: its words, with one blank between them.

    Quotes and backslashes are taken off; at an unmatched quote it fails, and prints the words
    before the one that has it.
    The words go to `echo`, so that a leading `-n` is swallowed. None where `echo` would print
    something else altogether (`--help`, or escapes after `-e`).
    """
    words = _words(f"{line}\n")
    if words in (["--help"], ["--version"]):
        return None
    while words and _ECHO_OPTION.fullmatch(words[0]):
        if "e" in words[0] and any("\\" in word for word in words[1:]):
            return None
        words = words[1:]
    # Command substitution takes line ends off.
    return " ".join(words).rstrip("\n")


def _words(text: str) -> list[str]:
    """Returns the words as xargs cuts them, up to one whose quote is not closed on its line."""
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        # Between words any white space is passed over; only these three end a word.
        if word is None and character in "\r\v\f":
            continue
        if not quote and character in " \t\n":
            if word is not None:
                words.append("".join(word))
            word = None
            continue
        word = [] if word is None else word
        if quote and character == "\n":
            return words
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif not quote and character == "\\":
            word.append(next(characters, ""))
        else:
            word.append(character)
    if word is not None:
        words.append("".join(word))
    return words
