"""What every screen of the app has: a line at the top, a footer that teaches, help, a way back."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer

from agentcore_auth.tui.typed_app import app_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.widget import Widget

from agentcore_auth.tui.widgets.top_bar import TopBar

BACK = Binding("escape", "back", "back", key_display="esc")
"""The way back. Each screen puts it behind its own keys, which the footer shows first."""


class WizardScreen(Screen[None]):
    """A full screen. `ABOUT` says in a few lines what it is for."""

    ABOUT: ClassVar[tuple[str, ...]] = ()
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal"), (110, "-wide")]  # noqa: RUF012

    @abstractmethod
    def top_bar(self) -> TopBar:
        """Returns the line at the top."""

    @abstractmethod
    def body(self) -> Iterator[Widget]:
        """Yields what is between top and footer."""

    def compose(self) -> ComposeResult:
        """Yields top, body, footer."""
        yield self.top_bar()
        yield from self.body()
        yield Footer(compact=True)

    async def action_back(self) -> None:
        """Returns to the screen before."""
        await app_of(self).pop_screen()
