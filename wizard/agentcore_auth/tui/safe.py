"""The only door to the screen: whatever is shown goes through here, and is shown literally.

Textual parses a plain `str` as markup almost everywhere: `[/x]` ends the app and `[@click=...]`
makes a button of it; and what it does not parse it sends to the terminal as it is, escape
sequences included. So text becomes `Content` here, with everything invisible made visible, and
no other module of the app hands text to Textual. `tests/tui/test_safe_door.py` holds that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from rich.text import Text as RichText
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from agentcore_auth_checks.text import Secret, Text, visible

if TYPE_CHECKING:
    from textual import events
    from textual.dom import DOMNode
    from textual.visual import VisualType
    from textual.widget import Widget

LONGEST_SHOWN = 200_000
"""Characters of one text that are shown: a whole diff or report, but not a flood."""

_STAND_IN = "\N{REPLACEMENT CHARACTER}"


class Tone(StrEnum):
    """How a piece of text looks. Never the only bearer of a meaning: a word stands beside it."""

    PLAIN = ""
    STRONG = "bold"
    QUIET = "dim"
    ACCENT = "$text-primary"
    PROVEN = "$text-success"
    REFUSED = "$text-error"
    WARNING = "$text-warning"
    STRONG_ACCENT = "bold $text-primary"
    STRONG_PROVEN = "bold $text-success"
    STRONG_REFUSED = "bold $text-error"
    STRONG_WARNING = "bold $text-warning"


Piece = Text | Content | tuple[Text, Tone]
"""A piece of a line: text, text with a tone, or what was put together before."""


def words(*pieces: Piece) -> Content:
    """Returns the pieces side by side, literally, line feeds kept."""
    return Content("").join([_content(piece) for piece in pieces])


def lines(items: Iterable[Content]) -> Content:
    """Returns the items one below the other."""
    return Content("\n").join(list(items))


def _content(piece: Piece) -> Content:
    match piece:
        case Content():
            return piece
        case (text, tone):
            return Content.styled(plain(text), tone.value)
        case _:
            return Content(plain(piece))


def plain(text: Text) -> str:
    """Returns the text with everything that cannot be seen spelled out."""
    raw = text if isinstance(text, str) else text.raw
    return visible(raw, limit=LONGEST_SHOWN, keep_lines=True).expandtabs(4)


def spread(left: Content, right: Content, width: int) -> Content:
    """Returns one line of `width` cells: `left` at its left end, `right` at its right end.

    Where both do not fit, `left` is cut.
    """
    room = width - right.cell_length - 1
    if room < 1:
        return left.truncate(max(width, 1), ellipsis=True)
    cut = left.truncate(room, ellipsis=True)
    return words(cut, " " * (width - cut.cell_length - right.cell_length), right)


def fitted(text: Text, width: int) -> str:
    """Returns the text in at most `width` cells, shortened in its middle where it must be."""
    shown = plain(text).replace("\n", " ")
    if cell_len(shown) <= width:
        return shown
    if width < 4:
        return set_cell_size(shown, max(width, 0))
    head = (width - 1 + 1) // 2
    tail = width - 1 - head
    return f"{set_cell_size(shown, head)}…{_last_cells(shown, tail)}"


def _last_cells(text: str, width: int) -> str:
    start = len(text)
    while start > 0 and cell_len(text[start - 1 :]) <= width:
        start -= 1
    return text[start:]


# --- where it is shown ---------------------------------------------------------------------


def set_title(widget: Widget, *pieces: Piece) -> None:
    """Writes into the upper border of a widget."""
    widget.border_title = words(*pieces)


def set_subtitle(widget: Widget, *pieces: Piece) -> None:
    """Writes into the lower border of a widget."""
    widget.border_subtitle = words(*pieces)


def tell(
    node: DOMNode,
    text: Text,
    *,
    severity: Literal["information", "warning", "error"] = "information",
) -> None:
    """Shows a message on the last line for a while."""
    # Textual leaves open what an app returns, and with it the app's whole type.
    node.app.notify(plain(text), severity=severity, markup=False)  # pyright: ignore[reportUnknownMemberType]


class Words(Static):
    """Text, shown literally."""

    def __init__(
        self,
        *pieces: Piece,
        id: str | None = None,  # Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(words(*pieces), id=id, classes=classes, markup=False)

    def say(self, *pieces: Piece) -> None:
        """Shows other text."""
        self.update(words(*pieces))

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Shows what `words` made; `say` takes text.

        Raises:
            TypeError: anything else.
        """
        if not isinstance(content, Content):
            raise TypeError("only what words() made is shown")
        super().update(content, layout=layout)


class Choices(OptionList):
    """A list to choose from. Each choice has a key, and None between two draws a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def __init__(
        self,
        *,
        id: str | None = None,  # Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes, markup=False)

    def offer(self, choices: Sequence[tuple[str, Content] | None], *, chosen: str = "") -> None:
        """Shows these choices and puts the cursor on one: `chosen`, or where it was, or the first.

        Where the choices are the same ones as before, only their text is replaced, so that
        nothing jumps.
        """
        keys = [choice[0] for choice in choices if choice is not None]
        before = chosen or self.chosen
        if keys == [option.id for option in self.options]:
            for choice in choices:
                if choice is not None:
                    self.replace_option_prompt(*choice)
        else:
            self.set_options(
                None if choice is None else Option(choice[1], id=choice[0]) for choice in choices
            )
        if keys:
            self.highlighted = keys.index(before) if before in keys else 0

    def choose(self, key: str) -> None:
        """Puts the cursor on a choice."""
        self.highlighted = self.get_option_index(key)

    @property
    def chosen(self) -> str:
        """The key of the choice under the cursor, empty where there is none."""
        option = self.highlighted_option
        return (option.id or "") if option is not None else ""


class TextField(Input):
    """One line to type in. What cannot be seen has a visible stand-in of the same width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "take it", key_display="enter"),
        Binding("down", "screen.focus_next", show=False),
        Binding("up", "screen.focus_previous", show=False),
    ]

    def __init__(
        self,
        value: str = "",
        *,
        example: Text = "",
        hidden: bool = False,
        id: str | None = None,  # Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(
            value,
            placeholder=plain(example),
            password=hidden,
            select_on_focus=False,
            compact=True,
            id=id,
            classes=classes,
        )

    @property
    def _value(self) -> RichText:
        """The value as it is drawn. Overrides Textual's own, which sends it out as it is."""
        if self.password:
            return super()._value
        return RichText(_one_for_one(self.value), no_wrap=True, overflow="ignore", end="")


class SecretField(TextField):
    """One line for a secret: never copied, cut, quoted in a message, or held longer than needed."""

    class Entered(Message):
        """Enter was pressed. The value is fetched with `take`; the message has none."""

    class Left(Message):
        """The focus went elsewhere; what was typed is still to be taken."""

    def __init__(self, *, example: Text = "", id: str | None = None) -> None:
        super().__init__(example=example, hidden=True, id=id)

    def post_message(self, message: Message) -> bool:
        """Sends a message, but none of those in which Textual would carry the value."""
        match message:
            case Input.Submitted():
                return super().post_message(self.Entered())
            case Input.Blurred():
                return super().post_message(self.Left())
            case Input.Changed():
                return False
            case _:
                return super().post_message(message)

    def take(self) -> Secret:
        """Returns what was typed, once: the field is empty afterwards."""
        typed = Secret(self.value)
        self.value = ""
        return typed

    def action_copy(self) -> None:
        """Does nothing: a secret does not go to the clipboard."""

    def action_cut(self) -> None:
        """Does nothing: a secret does not go to the clipboard."""


def _one_for_one(text: str) -> str:
    return "".join(
        character if visible(character) == character else _STAND_IN for character in text
    )


def without_controls(event: events.Paste) -> None:
    """Takes terminal control characters out of what is pasted, before any widget sees it."""
    event.text = "".join(
        character
        for character in event.text
        if character in "\n\t" or unicodedata.category(character) != "Cc"
    )
