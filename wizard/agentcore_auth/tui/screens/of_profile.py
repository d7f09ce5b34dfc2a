"""A screen of one set-up: steps, doctor, files or secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from agentcore_auth.tui.safe import tell
from agentcore_auth.tui.screens.base import WizardScreen
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth.tui.widgets.top_bar import Place, TopBar

if TYPE_CHECKING:
    from agentcore_auth.journey import Walk
    from agentcore_auth.tui.desk import Desk


FAULTS = Binding("x", "faults", "faults", tooltip="Break the practice range on purpose")
"""Only of use on the practice range; each screen puts it behind its own keys."""


class ProfileScreen(WizardScreen):
    """Shows one side of a set-up. The function keys lead to the other sides."""

    PLACE: ClassVar[Place]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "app.steps", "steps", show=False, tooltip="The steps of this set-up"),
        Binding("f3,D", "app.doctor", "doctor", show=False, tooltip="Examine everything"),
        Binding("f4", "app.files", "files", show=False, tooltip="The configuration files"),
        Binding("f5", "app.secrets", "secrets", show=False, tooltip="The secrets"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def walk(self) -> Walk:
        """The walk of this set-up."""
        return self.desk.walk

    def top_bar(self) -> TopBar:
        """Returns the line at the top."""
        return TopBar(self.walk.profile.name, self.PLACE)

    def action_faults(self) -> None:
        """Asks which fault of the practice range is to be on."""
        from agentcore_auth.tui.screens.faults import FaultsScreen

        faults = app_of(self).session.faults()
        app_of(self).push_screen(FaultsScreen(faults, self.desk.fault), self._set_fault)

    def _set_fault(self, chosen: str | None) -> None:
        if chosen is None:
            return
        app_of(self).session.set_fault(chosen or None)
        self.desk.fault = chosen
        said = f"The practice range is broken now: {chosen}" if chosen else "Nothing is broken now"
        tell(self, f"{said}. Prove again to see it.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves the faults out where there is no practice range."""
        return self.desk.is_lab if action == "faults" else True
