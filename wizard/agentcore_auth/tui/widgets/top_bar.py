"""The line at the top: where one is, and the places that are one key away."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from textual.containers import Horizontal

from agentcore_auth.tui.safe import Tone, Words, words
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth_checks.text import Text

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Place(StrEnum):
    """The places of a set-up. Each has its key."""

    STEPS = "Steps"
    DOCTOR = "Doctor"
    FILES = "Files"
    SECRETS = "Secrets"

    @property
    def key(self) -> str:
        """The function key that leads there."""
        return f"f{list(Place).index(self) + 2}"


class TopBar(Horizontal):
    """The program's name, the profile's, and links to the places of its set-up.

    Args:
        name_shown: the profile, or what the screen is for.
        here: the place that is shown; without one there are no links.
    """

    def __init__(self, name_shown: Text, here: Place | None = None) -> None:
        super().__init__()
        self._name_shown = name_shown
        self._here = here

    def compose(self) -> ComposeResult:
        """Yields the name, then the links."""
        yield Words(
            ("agentcore-auth", Tone.STRONG_ACCENT),
            "  ",
            (self._name_shown, Tone.STRONG),
            id="where",
        )
        if self._here is not None:
            for place in Place:
                yield PlaceLink(place, is_here=place is self._here)


class PlaceLink(Words):
    """A link to a place. Its key does the same."""

    def __init__(self, place: Place, *, is_here: bool) -> None:
        tone = Tone.STRONG if is_here else Tone.QUIET
        super().__init__(
            words((place.key.upper(), Tone.ACCENT), " ", (place.value, tone)),
            classes="-here" if is_here else "",
        )
        self._place = place

    def on_click(self) -> None:
        """Goes there."""
        # Left to the app: going takes this very screen away.
        app = app_of(self)
        app.call_later(app.run_action, f"app.{self._place.name.lower()}")
