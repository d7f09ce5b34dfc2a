"""A new set-up: what it is for, what it is called, and where its files go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from agentcore_auth.tui.safe import Choices, TextField, Tone, Words, lines, set_title, words
from agentcore_auth.tui.screens.base import BACK, WizardScreen
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth.tui.widgets.action_link import ActionLink
from agentcore_auth.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.content import Content
    from textual.widget import Widget

    from agentcore_auth_templates.packs import Journey


class NewSetupScreen(WizardScreen):
    """Asks for the three things that a profile begins with."""

    CSS_PATH = "new_setup.tcss"
    ABOUT: ClassVar[tuple[str, ...]] = (
        "Choose the system to set up, give the set-up a name of your own, and say in which "
        "folder its configuration files go: the checkout of the system, as a rule.",
        "Nothing is written to that folder before you have seen the difference and said yes.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "begin", "begin", tooltip="Begin the set-up"),
        BACK,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._journeys: tuple[Journey, ...] = ()

    def top_bar(self) -> TopBar:
        """Returns the line at the top."""
        return TopBar("new set-up")

    def body(self) -> Iterator[Widget]:
        """Yields the form."""
        with VerticalScroll(id="form") as form:
            form.can_focus = False
            yield Words(("What is to be set up", Tone.STRONG), classes="label")
            yield Choices(id="journeys")
            yield Words(("Name", Tone.STRONG), classes="label")
            yield TextField(id="name", example="acme-dev")
            yield Words(
                ("Letters, digits, dots, dashes; it is how this set-up is called here", Tone.QUIET),
                id="about-name",
                classes="remark",
            )
            yield Words(("Folder of its files", Tone.STRONG), classes="label")
            yield TextField(str(Path.cwd()), id="directory", example=str(Path.home()))
            yield Words(
                ("The checkout of the system; configuration goes to config/ in it", Tone.QUIET),
                classes="remark",
            )
            yield ActionLink("Begin", "screen.begin", key="ctrl+s")

    async def on_mount(self) -> None:
        """Shows what can be set up."""
        set_title(self.query_one("#form"), "New set-up")
        with app_of(self).telling_errors():
            self._journeys = await asyncio.to_thread(app_of(self).session.journeys)
        self.query_one("#journeys", Choices).offer(
            [(journey.id, _described(journey)) for journey in self._journeys]
        )
        self.query_one("#journeys").focus()

    @on(Choices.OptionSelected)
    def _journey_chosen(self) -> None:
        self.query_one("#name").focus()

    @on(TextField.Submitted)
    def _entered(self, event: TextField.Submitted) -> None:
        if event.input.id == "name":
            self.query_one("#directory").focus()
        else:
            self.action_begin()

    def action_begin(self) -> None:
        """Saves the new profile and walks its journey."""
        name = self.query_one("#name", TextField).value.strip()
        directory = self.query_one("#directory", TextField).value.strip()
        journey = self.query_one("#journeys", Choices).chosen
        if not name:
            self.query_one("#about-name", Words).say(
                ("✗ A set-up needs a name, for example acme-dev", Tone.REFUSED)
            )
            self.query_one("#name").focus()
            return
        app_of(self).begin(name, journey, directory)


def _described(journey: Journey) -> Content:
    return lines([words((journey.title, Tone.STRONG)), words((journey.summary, Tone.QUIET))])
