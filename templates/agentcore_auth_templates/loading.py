"""Reads the data files strictly: what is wrong is named with its file and key.

YAML's traps are closed: duplicate keys are refused, and a value of the wrong type is an error,
never a guess.
"""

from __future__ import annotations

from collections.abc import Hashable
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, cast

import msgspec
import yaml

Shape = TypeVar("Shape")


class DataFileError(Exception):
    """A data file is not what it should be. The message names the file and the key."""


class _StrictLoader(yaml.CSafeLoader):
    """The C loader, refusing a key that stands twice in one mapping."""


def _strict_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Hashable] = set()
    for key_node, _ in node.value:
        key = cast("Hashable", loader.construct_object(key_node, deep=True))  # pyright: ignore[reportUnknownMemberType]
        if key in seen:
            line = key_node.start_mark.line + 1
            raise DataFileError(f"line {line}: the key {key!r} stands twice")
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _strict_mapping)


def folder(*parts: str) -> Traversable:
    """Returns a place inside the package's own data."""
    place: Traversable = resources.files("agentcore_auth_templates")
    for part in parts:
        place = place / part
    return place


def parse(text: str, shape: type[Shape], name: str) -> Shape:
    """Returns the YAML `text` as `shape`.

    Raises:
        DataFileError: not YAML, a key twice, an unknown key, a missing key, a wrong type.
    """
    try:
        data = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  # a safe loader, made stricter
        return msgspec.convert(data, shape)
    except DataFileError as error:
        raise DataFileError(f"{name}: {error}") from None
    except yaml.YAMLError as error:
        raise DataFileError(f"{name}: not YAML: {' '.join(str(error).split())}") from None
    except msgspec.ValidationError as error:
        raise DataFileError(f"{name}: {error}") from None


def load(shape: type[Shape], *parts: str) -> Shape:
    """Returns the data file at `parts` below the package.

    Raises:
        DataFileError: it is missing or not of that shape.
    """
    name = "/".join(parts)
    try:
        text = folder(*parts).read_text(encoding="utf-8")
    except OSError:
        raise DataFileError(f"{name}: no such data file") from None
    return parse(text, shape, name)


def names(*parts: str) -> tuple[str, ...]:
    """Returns the stems of the YAML files in a folder of the package, sorted."""
    return tuple(
        sorted(
            place.name.removesuffix(".yaml")
            for place in folder(*parts).iterdir()
            if place.name.endswith(".yaml")
        )
    )


def each(shape: type[Shape], *parts: str) -> tuple[dict[str, Shape], tuple[DataFileError, ...]]:
    """Returns every data file of a folder by its stem, and the errors of those that are bad.

    One bad file does not take the others down.
    """
    good: dict[str, Shape] = {}
    bad: list[DataFileError] = []
    for name in names(*parts):
        try:
            good[name] = load(shape, *parts, f"{name}.yaml")
        except DataFileError as error:
            bad.append(error)
    return good, tuple(bad)
