"""A private name of ours never hides one of Textual's by accident: that breaks it silently."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import agentcore_auth.tui

MEANT = {
    "agentcore_auth.tui.app.WizardApp": {"_fatal_error", "_return_code"},
    "agentcore_auth.tui.safe.TextField": {"_value"},
}
"""Private names of Textual's that are overridden on purpose; each says so where it stands."""


def classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(agentcore_auth.tui.__path__, "agentcore_auth.tui."):
        module = importlib.import_module(found.name)
        for item in vars(module).values():
            if inspect.isclass(item) and item.__module__ == found.name:
                yield item


def private_names(source: str) -> set[str]:
    """Returns the private methods and attributes that a class defines or sets on itself."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize("item", list(classes()), ids=lambda item: item.__name__)
def test_no_private_name_of_textual_is_hidden(item: type) -> None:
    bases = [base for base in item.__mro__[1:] if base.__module__.startswith("textual")]
    theirs: set[str] = set()
    for base in bases:
        theirs |= {name for name in vars(base) if name.startswith("_")}
        theirs |= private_names(_source(base))
    ours = private_names(_source(item))
    meant = MEANT.get(f"{item.__module__}.{item.__qualname__}", set())
    assert ours & theirs == meant


def _source(item: type) -> str:
    tree = ast.parse(Path(inspect.getfile(item)).read_text(encoding="utf-8"))
    named = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == item.__name__]
    return ast.unparse(named[0]) if named else ""
