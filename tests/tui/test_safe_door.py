"""Nothing but `tui/safe.py` hands text to Textual: held by reading the source of all the rest."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import agentcore_auth.tui

FOLDER = Path(agentcore_auth.tui.__file__).parent
MODULES = sorted(path for path in FOLDER.rglob("*.py") if path != FOLDER / "safe.py")

HARMLESS_WIDGETS = {"Footer"}
"""The footer shows descriptions of bindings, which are held to be literals below."""

TEXT_MODULES = ("rich", "textual.content", "textual.markup", "textual.visual", "textual.strip")
PARSERS = {"from_markup", "from_text", "from_rich_text", "render_str", "to_content", "assemble"}
TEXT_ATTRIBUTES = {
    *("border_title", "border_subtitle", "tooltip", "placeholder", "label", "title", "sub_title"),
    *("prompt", "content"),
}
LITERAL_CALLS = {"Binding": ("description", "tooltip", "key_display"), "SystemCommand": ()}
NO_CALLS = {"notify", "panic", "print", "write", "save_screenshot", "deliver_screenshot"}


def offences(source: str) -> Iterator[str]:
    """Yields every place where a module other than the door hands text to Textual."""
    tree = ast.parse(source)
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        for said in _offences_of(node):
            yield f"line {getattr(node, 'lineno', 0)}: {said}"


def _offences_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.ImportFrom(module=str(module), names=names):
            if module.startswith("textual.widgets"):
                for name in names:
                    if name.name not in HARMLESS_WIDGETS:
                        yield f"imports the widget {name.name}"
            if any(module == m or module.startswith(f"{m}.") for m in TEXT_MODULES):
                yield f"imports from {module}"
        case ast.Import(names=names):
            for name in names:
                if name.name.startswith(("rich", "textual.widgets", "textual.content")):
                    yield f"imports {name.name}"
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _of_target(target)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            yield from _of_target(target)
        case ast.Call(func=func):
            yield from _of_call(node, func)
        case ast.FunctionDef(name="render" | "render_line" | "render_lines"):
            yield f"draws by itself: {node.name}"
        case _:
            pass


def _of_target(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Attribute) and target.attr in TEXT_ATTRIBUTES:
        yield f"sets {target.attr}"


def _of_call(call: ast.Call, func: ast.expr) -> Iterator[str]:
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if name in PARSERS:
        yield f"parses markup: {name}"
    if name in NO_CALLS and not _is_stream_or_super(func):
        yield f"calls {name}"
    if name == "exit" and (call.args or call.keywords):
        yield "ends the app with a text"
    if name in ("Binding", "replace") and name in LITERAL_CALLS:
        for argument in [*call.args, *(word.value for word in call.keywords)]:
            if not isinstance(argument, ast.Constant):
                yield f"{name} with what is no literal: {ast.unparse(argument)}"
    if name == "setattr":
        yield "sets an attribute by name"


def _is_stream_or_super(func: ast.expr) -> bool:
    """`sys.stderr.write` after the app is gone, and the app's own `notify` that is overridden."""
    return ast.unparse(func) in ("sys.stderr.write", "super().notify")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_module_shows_text_through_the_door_only(module: Path) -> None:
    assert list(offences(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from textual.widgets import Static",
        "from textual.widgets import Label, Footer",
        "import textual.widgets",
        "from textual.widgets.option_list import Option",
        "from textual.content import Content",
        "from rich.text import Text",
        "import rich",
        "widget.border_title = name",
        "self.tooltip = finding.title",
        "self.app.notify(error)",
        "notify(error)",
        "Content.from_markup(name)",
        "widget.render_str(name)",
        "Binding('a', 'act', name)",
        "Binding('a', 'act', 'x', tooltip=f'{name}')",
        "self.exit(message=error)",
        "self.app.panic(error)",
        "print(name)",
        "setattr(widget, 'tooltip', name)",
        "class A:\n    def render(self): return name",
        "self.input.placeholder: str = name",
    ],
)
def test_a_hole_in_the_door_is_seen(planted: str) -> None:
    assert list(offences(planted))


def test_the_door_itself_parses_nothing() -> None:
    tree = ast.parse((FOLDER / "safe.py").read_text(encoding="utf-8"))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & (PARSERS - {"assemble"})
    # Every widget that can parse markup is told not to.
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
            words = {word.arg: word.value for word in node.keywords}
            parses = "placeholder" not in words and "hidden" not in words
            if parses:
                assert ast.unparse(words["markup"]) == "False", ast.unparse(node)
