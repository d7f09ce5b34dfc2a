"""A word that does something: for the mouse, and for those who walk with tab."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from agentcore_auth.tui.safe import Tone, Words
from agentcore_auth_checks.text import Text


class ActionLink(Words, can_focus=True):
    """A labeled action of the screen. Enter, space or a click runs it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "run", "Do it", show=False),
        Binding("down,right", "screen.focus_next", show=False),
        Binding("up,left", "screen.focus_previous", show=False),
    ]

    def __init__(self, label: Text, action: str, *, key: str = "") -> None:
        super().__init__(" ", (label, Tone.STRONG), (f"  {key}" if key else "", Tone.QUIET), " ")
        self._action = action

    def action_run(self) -> None:
        """Runs the action."""
        # Left to the screen: the action may take this very widget away.
        self.screen.call_later(self.screen.run_action, self._action)

    def on_click(self) -> None:
        """Runs the action, as enter does."""
        self.action_run()
