"""The secrets: which are kept, where, and what the keyring of this machine can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from agentcore_auth.tui.safe import Choices, Tone, Words, lines, set_title, tell, words
from agentcore_auth.tui.screens.base import BACK
from agentcore_auth.tui.screens.of_profile import ProfileScreen
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth.tui.widgets.finding_view import FindingView
from agentcore_auth.tui.widgets.secret_box import place_words
from agentcore_auth.tui.widgets.top_bar import Place
from agentcore_auth_checks.answers import Problem
from agentcore_auth_checks.engine import judge
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.findings import Finding
from agentcore_auth_checks.rules.keyring import RULES as KEYRING_RULES

if TYPE_CHECKING:
    from textual.content import Content
    from textual.widget import Widget

    from agentcore_auth.tui.desk import Desk
    from agentcore_auth_checks.facts.keyring import KeyringState, SecretState
    from agentcore_auth_checks.text import Secret


_DELETED = "Deleted"
_FORGOTTEN = "Gone from memory; the keyring, which may have it too, cannot be asked"


class SecretsScreen(ProfileScreen):
    """Sets, deletes and tests the secrets of a set-up. No value is ever shown."""

    PLACE = Place.SECRETS
    CSS_PATH = "secrets.tcss"
    ABOUT: ClassVar[tuple[str, ...]] = (
        "The secrets that this set-up needs. Their values are kept by the keyring of this "
        "machine and are never shown, copied or written to a file.",
        "Where no keyring can serve, a secret is kept in memory until this program ends; what "
        "is wrong with the keyring, and what to do, is said below.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "set_secret", "set", tooltip="Type the secret under the cursor"),
        Binding("d", "delete_secret", "delete", tooltip="Delete it, after a question"),
        Binding("t", "test", "test", tooltip="Ask the keyring and look for each secret again"),
        BACK,
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._states: dict[str, SecretState] = {}

    def body(self) -> Iterator[Widget]:
        """Yields the list, then the keyring."""
        yield Vertical(
            Choices(id="secrets"),
            VerticalScroll(Words(id="state"), id="keyring"),
            id="panes",
        )

    @property
    def secrets(self) -> Choices:
        """The list of secrets."""
        return self.query_one("#secrets", Choices)

    def on_mount(self) -> None:
        """Asks the keyring."""
        set_title(self.secrets, "Secrets")
        set_title(self.query_one("#keyring"), "Keyring of this machine")
        self.secrets.focus()
        self.action_test()

    @work(exclusive=True, group="secrets", description="ask the keyring")
    async def action_test(self) -> None:
        """Asks the keyring, and looks for each secret."""
        self.query_one("#state", Words).say("Being asked, for 3 seconds at most ...")
        session = app_of(self).session
        await self._show_keyring(await session.keyring_state(self.walk))
        await self._show_secrets()

    async def _show_secrets(self) -> None:
        found = await app_of(self).session.secret_states(self.walk)
        self._states = {state.field: state for state in found}
        self.secrets.offer([(state.field, _line(state)) for state in found])

    async def _show_keyring(self, state: KeyringState) -> None:
        finding = _finding_of(state)
        await self.query(FindingView).remove()
        about = self.query_one("#state", Words)
        if finding is None:
            about.update(
                lines(
                    [
                        words(("✓ proven  ", Tone.PROVEN), "it keeps, gives back and deletes"),
                        words((state.backend, Tone.QUIET)),
                    ]
                )
            )
            return
        about.say(("It keeps nothing now; secrets stay in memory until this ends.", Tone.QUIET))
        await self.query_one("#keyring").mount(FindingView(finding))

    @on(Choices.OptionSelected)
    def action_set_secret(self) -> None:
        """Asks for the secret under the cursor and has it kept."""
        from agentcore_auth.tui.screens.ask import AskSecret

        field = self.walk.fields[self.secrets.chosen]
        app_of(self).push_screen(AskSecret(field.label, field.help), self._keep_if)

    def _keep_if(self, secret: Secret | None) -> None:
        if secret is not None:
            self._keep(self.secrets.chosen, secret)

    @work(group="secrets", description="keep a secret")
    async def _keep(self, field_id: str, secret: Secret) -> None:
        with app_of(self).telling_errors():
            match await self.walk.keep_secret(field_id, secret):
                case Problem() as problem:
                    tell(self, f"Not kept: {problem.reason}", severity="error")
                case Finding() as finding:
                    tell(self, "Kept in memory only: see the keyring below", severity="warning")
                    await self.query(FindingView).remove()
                    await self.query_one("#keyring").mount(FindingView(finding))
                case None:
                    tell(self, "Kept, and read back")
        await self._show_secrets()

    def action_delete_secret(self) -> None:
        """Deletes the secret under the cursor once the user says yes."""
        from agentcore_auth.tui.screens.ask import AskYes

        state = self._states.get(self.secrets.chosen)
        if state is None or state.stored is False:
            tell(self, "There is nothing to delete")
            return
        question = AskYes(
            "Delete this secret?",
            state.label,
            (f"\n\nIt is kept {place_words(state.place)}.", Tone.QUIET),
            yes="Delete",
        )
        app_of(self).push_screen(question, self._forget_if)

    def _forget_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self._forget(self.secrets.chosen)

    @work(group="secrets", description="delete a secret")
    async def _forget(self, field_id: str) -> None:
        with app_of(self).telling_errors():
            gone = await self.walk.forget_secret(field_id)
            tell(self, _DELETED if gone else _FORGOTTEN)
        await self._show_secrets()


def _finding_of(state: KeyringState) -> Finding | None:
    judged = judge(Facts((state,)), KEYRING_RULES)
    return next((finding for finding in judged if finding.is_failure), None)


def _line(state: SecretState) -> Content:
    label = words((state.label, Tone.STRONG))
    match state.stored:
        case True:
            known = words(("✓ kept ", Tone.PROVEN), place_words(state.place))
        case False:
            known = words(("· not kept", Tone.QUIET))
        case None:
            known = words(("? unknown: its place cannot be asked", Tone.WARNING))
    return lines([label, words("  ", known)])
