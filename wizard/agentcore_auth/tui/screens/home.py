"""Home: the profiles and what can be begun on the left, how one stands on the right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll

from agentcore_auth.profile import Profile
from agentcore_auth.tui.moments import ago
from agentcore_auth.tui.safe import Choices, Tone, Words, lines, set_title, words
from agentcore_auth.tui.screens.base import WizardScreen
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.content import Content
    from textual.widget import Widget

    from agentcore_auth.session import UnreadableProfile

NEW, TOUR = "+new", "+tour"
_PROFILE = "profile "
_BEGINNINGS = {
    NEW: ("+", "New set-up", "Answer, prove and write a configuration, step by step."),
    TOUR: (
        "▷",
        "Take the tour",
        "A whole set-up on a practice range on this machine; no account needed.",
    ),
}
_BAR_CELLS = 17
_VERDICTS = {
    "accept": ("✓ nothing was wrong", Tone.PROVEN),
    "warn": ("! warnings", Tone.WARNING),
    "reject": ("✗ refused", Tone.REFUSED),
}


class Beginnings(Choices):
    """The list of what can be opened or begun."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "open", key_display="enter"),
    ]


class HomeScreen(WizardScreen):
    """The first screen."""

    CSS_PATH = "home.tcss"
    ABOUT: ClassVar[tuple[str, ...]] = (
        "A profile is one set-up: its answers, its proofs, the place of its secrets and the "
        "folder of its files. Enter goes on where it was left.",
        "The tour needs no account: an identity provider and an AgentCore gateway of this "
        "program's own answer on this machine, and every fault can be switched on.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new set-up", tooltip="Begin a new set-up"),
        Binding("t", "tour", "tour", tooltip="Take the tour on the practice range"),
        Binding("D", "doctor", "doctor", tooltip="Examine the profile under the cursor"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._profiles: dict[str, Profile | UnreadableProfile] = {}

    def top_bar(self) -> TopBar:
        """Returns the line at the top."""
        return TopBar("identity for Amazon Bedrock AgentCore")

    def body(self) -> Iterator[Widget]:
        """Yields the list and the summary."""
        yield Horizontal(
            Beginnings(id="choices"), VerticalScroll(Words(id="about"), id="summary"), id="panes"
        )

    @property
    def choices(self) -> Choices:
        """The list."""
        return self.query_one("#choices", Choices)

    def on_mount(self) -> None:
        """Puts the focus on the list."""
        self.choices.focus()

    def on_screen_resume(self) -> None:
        """Reads the profiles anew: other screens and other programs change them."""
        self._profiles = {found.name: found for found in app_of(self).session.profiles()}
        self.set_class(not self._profiles, "-first")
        set_title(self.choices, "Profiles" if self._profiles else "Where to begin")
        beginnings = [(key, self._beginning(key)) for key in _BEGINNINGS]
        if self._profiles:
            known = [(_PROFILE + name, self._line(name)) for name in self._profiles]
            self.choices.offer([*known, None, *beginnings], chosen=self._last())
        else:
            self.choices.offer(beginnings)
        self._describe()

    def _last(self) -> str:
        """Returns the key of the profile that was open last, the first time that home is back."""
        name, app_of(self).last_profile = app_of(self).last_profile, ""
        return _PROFILE + name if name in self._profiles else ""

    def _line(self, name: str) -> Content:
        profile = self._profiles[name]
        width = max(len(known) for known in self._profiles)
        title = profile.title if isinstance(profile, Profile) else "cannot be read"
        return words((name.ljust(width), Tone.STRONG), "  ", (title, Tone.QUIET))

    def _beginning(self, key: str) -> Content:
        mark, label, about = _BEGINNINGS[key]
        if self._profiles:
            return words((mark, Tone.ACCENT), " ", label)
        first = words((mark, Tone.ACCENT), " ", (label, Tone.STRONG))
        return lines([first, words((f"  {about}", Tone.QUIET))])

    @on(Choices.OptionHighlighted)
    def _describe(self) -> None:
        chosen = self.choices.chosen
        summary = self.query_one("#summary")
        about = self.query_one("#about", Words)
        if chosen in _BEGINNINGS:
            set_title(summary, _BEGINNINGS[chosen][1])
            about.say(_BEGINNINGS[chosen][2])
        elif profile := self._profiles.get(chosen.removeprefix(_PROFILE)):
            set_title(summary, (profile.name, Tone.STRONG))
            about.update(self._summary(profile))
        self.refresh_bindings()

    def _summary(self, profile: Profile | UnreadableProfile) -> Content:
        if not isinstance(profile, Profile):
            return words(("✗ ", Tone.REFUSED), profile.reason)
        done, total = profile.settled, profile.total
        filled = round(_BAR_CELLS * done / total) if total else 0
        about = [
            words(profile.title),
            words(""),
            words(
                ("█" * filled, Tone.PROVEN),
                ("░" * (_BAR_CELLS - filled), Tone.QUIET),
                f"  {done} of {total} settled",
            ),
        ]
        about += [words(("✗ refused  ", Tone.REFUSED), code) for code in profile.refusals]
        about += [words(""), *self._rest(profile)]
        return lines(about)

    def _rest(self, profile: Profile) -> Iterator[Content]:
        now = app_of(self).now()
        if profile.last_doctor:
            word, tone = _VERDICTS.get(profile.last_verdict, ("", Tone.QUIET))
            yield words(
                ("last doctor  ", Tone.QUIET), ago(profile.last_doctor, now), "  ", (word, tone)
            )
        else:
            yield words(("last doctor  ", Tone.QUIET), "never")
        files = "written" if profile.written else "not written yet"
        yield words(("files        ", Tone.QUIET), files)
        yield words(("folder       ", Tone.QUIET), profile.directory or "the current one")

    # --- actions ---------------------------------------------------------------------------

    @on(Choices.OptionSelected)
    async def _open(self) -> None:
        """Does what the cursor is on."""
        chosen = self.choices.chosen
        if chosen == NEW:
            await self.action_new()
        elif chosen == TOUR:
            self.action_tour()
        else:
            app_of(self).open_profile(chosen.removeprefix(_PROFILE))

    async def action_new(self) -> None:
        """Begins a new set-up."""
        from agentcore_auth.tui.screens.new_setup import NewSetupScreen

        await app_of(self).push_screen(NewSetupScreen())

    def action_tour(self) -> None:
        """Starts the practice range and walks its journey."""
        app_of(self).open_tour()

    def action_doctor(self) -> None:
        """Examines the profile under the cursor."""
        app_of(self).open_profile(self.choices.chosen.removeprefix(_PROFILE), doctor=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves the doctor out where no profile is under the cursor."""
        if action == "doctor" and self.is_mounted:
            return self.choices.chosen.startswith(_PROFILE)
        return True
