"""One secret: whether it is kept and where, a hidden line to type it in, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import VerticalGroup
from textual.message import Message

from agentcore_auth.secrets.broker import SESSION_MEMORY
from agentcore_auth.tui.safe import SecretField, Tone, Words, tell, words
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth.tui.widgets.finding_view import FindingView
from agentcore_auth_checks.answers import Problem
from agentcore_auth_checks.findings import Finding

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.content import Content

    from agentcore_auth.journey import FieldView, Walk
    from agentcore_auth_checks.text import Secret

_KEYRING_PREFIX = "keyring.backends."


def place_words(place: str) -> str:
    """Returns where a secret is kept, in words; `place` is the store's name, empty for memory."""
    if place in ("", SESSION_MEMORY):
        return "in memory until this program ends"
    if place.startswith(_KEYRING_PREFIX):
        return f"in the keyring ({place.removeprefix(_KEYRING_PREFIX).partition('.')[0]})"
    return f"in {place}"


class SecretBox(VerticalGroup):
    """Takes a secret once, hands it to the walk, and forgets it."""

    class Taken(Message):
        """The walk keeps another secret than it had."""

    class Entered(Message):
        """Enter was pressed on a secret that is kept."""

        def __init__(self, field: SecretBox) -> None:
            super().__init__()
            self.field = field

    def __init__(self, view: FieldView, walk: Walk) -> None:
        super().__init__(classes="field")
        self.field = view.field
        self._walk = walk
        self._stored = view.stored
        self._input = SecretField(example="Type or paste it; it is not shown")
        self._state = Words(_state(view), classes="state")
        self._remark = Words(view.field.help, classes="remark")

    def compose(self) -> ComposeResult:
        """Yields label, state, input, remark."""
        yield Words((self.field.label, Tone.STRONG), classes="label")
        yield self._state
        yield self._input
        yield self._remark

    @property
    def is_answered(self) -> bool:
        """Whether the secret is kept."""
        return self._stored

    def show(self, view: FieldView) -> None:
        """Shows whether and where it is kept now."""
        self._stored = view.stored
        self._state.say(_state(view))

    def on_descendant_focus(self) -> None:
        """Brings the whole field into sight, its label and remark too."""
        self.call_after_refresh(self.scroll_visible, animate=False)

    def focus_input(self) -> None:
        """Puts the cursor into the line."""
        self._input.focus()

    @on(SecretField.Entered)
    def _enter(self, event: SecretField.Entered) -> None:
        event.stop()
        self._keep(go_on=True)

    @on(SecretField.Left)
    def _leave(self, event: SecretField.Left) -> None:
        event.stop()
        self._keep(go_on=False)

    def _keep(self, *, go_on: bool) -> None:
        secret = self._input.take()
        if secret:
            self._remark.say("Being stored, then read back ...")
            # The app's own worker: moving on to another step must not stop the storing.
            app_of(self).run_worker(
                self._store(secret, go_on), group="secret", description="keep a secret"
            )
        elif go_on and self._stored:
            self.post_message(self.Entered(self))

    async def _store(self, secret: Secret, go_on: bool) -> None:
        with app_of(self).telling_errors():
            outcome = await self._walk.keep_secret(self.field.id, secret)
            await self._report(outcome, go_on)

    async def _report(self, outcome: Problem | Finding | None, go_on: bool) -> None:
        if not self.is_attached:
            if isinstance(outcome, Finding):
                tell(app_of(self), outcome.title, severity="warning")
            return
        await self.query(FindingView).remove()
        match outcome:
            case Problem():
                self._remark.say((f"✗ {outcome.reason}", Tone.REFUSED))
            case Finding():
                self._remark.say("Kept in memory only, because:")
                await self.mount(FindingView(outcome))
                self.post_message(self.Taken())
            case None:
                self._remark.say(self.field.help)
                self.post_message(self.Taken())
                if go_on:
                    self.post_message(self.Entered(self))


def _state(view: FieldView) -> Content:
    if view.stored:
        return words(("✓ kept ", Tone.PROVEN), place_words(view.place))
    return words(("· not kept yet", Tone.QUIET))
