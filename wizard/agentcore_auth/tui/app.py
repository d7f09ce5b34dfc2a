"""The terminal app: its screens, its themes, and how it ends."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.worker import WorkerFailed

from agentcore_auth.profile import load_profile
from agentcore_auth.session import LAB_PROFILE
from agentcore_auth.tui.moving import moving_mark
from agentcore_auth.tui.safe import plain, tell, without_controls
from agentcore_auth.tui.screens.base import WizardScreen
from agentcore_auth.tui.screens.home import HomeScreen
from agentcore_auth.tui.themes import DARK, THEMES

if TYPE_CHECKING:
    from pathlib import Path, PurePath

    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from agentcore_auth.session import Session
    from agentcore_auth.tui.desk import Desk
    from agentcore_auth.tui.screens.of_profile import ProfileScreen

_EVERYWHERE = ("quit", "command_palette")
"""Actions that every screen has, which need not be told for each."""
_MESSAGE_SECONDS = 4.0
_ERROR_SECONDS = 12.0
_BUG = 4
"""The exit status of a fault of this program (design: the commands)."""


class WizardApp(App[None]):
    """The app.

    Args:
        session: where everything comes from.
        profile: the profile to open at once, empty for none.
        now: the clock, in seconds since the epoch.
    """

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [
        "app.tcss",
        "screens/home.tcss",
    ]
    TITLE = "agentcore-auth"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help", tooltip="What this screen is for, and all its keys"),
    ]

    def __init__(
        self, session: Session, *, profile: str = "", now: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        self.session = session
        self.now = now
        self.fault_report: Path | None = None
        self._first_profile = profile
        self.last_profile = profile
        self._desks: dict[str, Desk] = {}
        for theme in THEMES:
            self.register_theme(theme)
        wanted = os.environ.get("TEXTUAL_THEME", "").split(",")
        self.theme = next((name for name in wanted if name in self.available_themes), DARK)

    # --- beginning -------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """Returns home: it is what escape leads back to, wherever one began."""
        return HomeScreen()

    def on_mount(self) -> None:
        """Opens the profile that was asked for; loads the rest once something is to be seen."""
        self.call_after_refresh(_load_the_rest)
        if self._first_profile:
            self.open_profile(self._first_profile)

    # --- going places ----------------------------------------------------------------------

    @work(exclusive=True, group="open", description="open a profile")
    async def open_profile(self, name: str, *, doctor: bool = False) -> None:
        """Opens a profile's journey, or its doctor."""
        with self.telling_errors():
            desk = await self._desk_of(name)
            await self.show_desk(desk)
            if doctor:
                await self.action_doctor()

    @work(exclusive=True, group="open", description="start the practice range")
    async def open_tour(self) -> None:
        """Starts the practice range and opens its journey."""
        with self.telling_errors():
            await self.show_desk(await self._desk_of(LAB_PROFILE))
            tell(self, "All of it runs on this machine. x breaks it on purpose, r proves a step.")

    async def _desk_of(self, name: str) -> Desk:
        # One walk a profile for the whole run: it holds secrets that no store could keep.
        if name in self._desks:
            return self._desks[name]
        from agentcore_auth.tui.desk import Desk

        if name == LAB_PROFILE:
            tell(self, "The practice range is being started ...")
            desk = Desk(await self.session.start_lab(), is_lab=True)
        else:
            desk = Desk(await asyncio.to_thread(self.session.open, name))
        self._desks[name] = desk
        return desk

    @work(exclusive=True, group="open", description="begin a set-up")
    async def begin(self, name: str, journey: str, directory: str) -> None:
        """Begins a set-up and opens its journey."""
        from agentcore_auth.tui.desk import Desk

        with self.telling_errors():
            walk = await asyncio.to_thread(self.session.create, name, journey, directory)
            self._desks[name] = Desk(walk)
            await self.show_desk(self._desks[name])

    async def show_desk(self, desk: Desk) -> None:
        """Shows a set-up's journey on top of home."""
        from agentcore_auth.tui.screens.journey import JourneyScreen

        self.last_profile = desk.walk.profile.name
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(JourneyScreen(desk))

    async def action_steps(self) -> None:
        """Goes back to the steps of the set-up that is open."""
        while len(self.screen_stack) > 2:
            await self.pop_screen()

    async def action_doctor(self) -> None:
        """Goes to the doctor of the set-up that is open."""
        from agentcore_auth.tui.screens.doctor import DoctorScreen

        await self._go(DoctorScreen)

    async def action_files(self) -> None:
        """Goes to the files of the set-up that is open."""
        from agentcore_auth.tui.screens.files import FilesScreen

        await self._go(FilesScreen)

    async def action_secrets(self) -> None:
        """Goes to the secrets of the set-up that is open."""
        from agentcore_auth.tui.screens.secrets import SecretsScreen

        await self._go(SecretsScreen)

    async def _go(self, kind: type[ProfileScreen]) -> None:
        from agentcore_auth.tui.screens.of_profile import ProfileScreen

        if not isinstance(self.screen, ProfileScreen) or isinstance(self.screen, kind):
            return
        desk = self.screen.desk
        await self.action_steps()
        await self.push_screen(kind(desk))

    def action_help(self) -> None:
        """Shows what the screen is for and all its keys."""
        from agentcore_auth.tui.screens.help import HelpScreen

        if isinstance(self.screen, WizardScreen):
            self.push_screen(HelpScreen(self.screen.ABOUT, self._own_bindings(self.screen)))

    def _own_bindings(self, screen: Screen[Any]) -> list[Binding]:
        """Returns what has a key here, each action once with all its keys in `key_display`."""
        keys: dict[str, list[str]] = {}
        found: dict[str, Binding] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.tooltip and active.enabled and binding.action not in _EVERYWHERE:
                keys.setdefault(binding.action, []).append(binding.key)
                found.setdefault(binding.action, binding)
        return [
            replace(binding, key_display=", ".join(keys[action]))
            for action, binding in found.items()
        ]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yields the commands of the palette: everything that has a key here, themes, quitting.

        Textual's screenshot is left out: it would write what is on the screen to a file.
        """
        for binding in self._own_bindings(screen):
            yield SystemCommand(
                binding.description.capitalize(),
                binding.tooltip,
                partial(self._run_of, screen, binding.action),
            )
        yield SystemCommand("Theme", "Change the colors", self.action_change_theme)
        yield SystemCommand("Quit", "Leave; everything is kept", self.action_quit)

    async def _run_of(self, screen: Screen[Any], action: str) -> None:
        await screen.run_action(action)

    def action_help_quit(self) -> None:
        """Says how to quit, since ctrl+c does not."""
        tell(self, "ctrl+q quits")

    # --- what reaches the screen -----------------------------------------------------------

    def moving_mark(self, frame: int) -> str:
        """Returns the mark of something that runs."""
        return moving_mark(frame, moves=self.animation_level != "none")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Shows a message on the last line, literally: `markup` is not heeded."""
        seconds = _ERROR_SECONDS if severity == "error" else _MESSAGE_SECONDS
        super().notify(
            plain(message),
            title=plain(title),
            severity=severity,
            timeout=timeout or seconds,
            markup=False,
        )

    def on_notify(self) -> None:
        """Takes the message before away: they have one line, and the newest counts."""
        self.clear_notifications()

    @contextmanager
    def telling_errors(self) -> Generator[None]:
        """Shows errors that are the input's; faults of this program pass."""
        try:
            yield
        except Exception as error:
            from agentcore_auth.faults import input_error_line

            line = input_error_line(error)
            if line is None:
                raise
            tell(self, line, severity="error")

    async def on_event(self, event: events.Event) -> None:
        """Takes control characters out of what is pasted; all else goes its way."""
        if isinstance(event, events.Paste):
            without_controls(event)
        await super().on_event(event)

    # --- ending ----------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """Ends the app after a fault of its own: a report without values, and no locals.

        Overrides Textual's own, which prints every local variable of every frame.
        """
        from agentcore_auth.faults import write_fault_report

        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        self._return_code = _BUG
        # A disk that takes no report must not keep the terminal from being given back.
        with suppress(OSError):
            self.fault_report = write_fault_report(error or RuntimeError())
        self._close_messages_no_wait()


def _load_the_rest() -> None:
    """Imports what the next screens need, in a thread, so that the first key finds it there."""

    def load() -> None:
        for name in ("journey", "new_setup", "doctor"):
            import_module(f"agentcore_auth.tui.screens.{name}")

    threading.Thread(target=load, name="load the rest", daemon=True).start()


def run_app(session: Session, *, profile: str | None = None) -> int:
    """Runs the app until it is left and returns its exit status.

    Raises:
        ProfileError: there is no such profile, or it cannot be read.
    """
    if profile:
        load_profile(profile)
    app = WizardApp(session, profile=profile or "")
    try:
        app.run()
    finally:
        session.close()
    if not app.return_code:
        return 0
    place = (
        f"a report lies in {app.fault_report}" if app.fault_report else "no report could be kept"
    )
    sys.stderr.write(f"agentcore-auth: a fault of this program; {place}\n")
    return _BUG
