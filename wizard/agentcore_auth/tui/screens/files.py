"""The files: what is on disk, what would be written, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll

from agentcore_auth.tui.looks import Look
from agentcore_auth.tui.moments import ago
from agentcore_auth.tui.safe import (
    Choices,
    Tone,
    Words,
    lines,
    set_subtitle,
    set_title,
    tell,
    words,
)
from agentcore_auth.tui.screens.base import BACK
from agentcore_auth.tui.screens.of_profile import ProfileScreen
from agentcore_auth.tui.typed_app import app_of
from agentcore_auth.tui.widgets.diff_view import DiffView
from agentcore_auth.tui.widgets.top_bar import Place

if TYPE_CHECKING:
    from textual.content import Content
    from textual.widget import Widget

    from agentcore_auth.files.planning import PlannedFile
    from agentcore_auth.files.receipts import Receipt
    from agentcore_auth.files.transaction import Progress
    from agentcore_auth.tui.desk import Desk

_LOOKS = {
    "new": Look("+", "new", Tone.PROVEN),
    "changed": Look("~", "changed", Tone.WARNING),
    "same": Look("✓", "same", Tone.QUIET),
    "foreign": Look("!", "changed by hand", Tone.WARNING),
}


_PLAIN_NOTES = ("set", "added")
"""Kinds of notes that only repeat what the difference shows."""


class FilesScreen(ProfileScreen):
    """Shows each file with its diff, writes all of them as one, and takes a writing back."""

    PLACE = Place.FILES
    CSS_PATH = "files.tcss"
    ABOUT: ClassVar[tuple[str, ...]] = (
        "Every file of this set-up, as it is on disk against as it would be written. Nothing is "
        "written before you say yes; then all files are written, or none.",
        "Each writing is kept with a backup. Undo brings the bytes and the mode of the files "
        "back. Secrets stand in no file: what would be one is a reference.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "write_all", "write all", tooltip="Write all files, after a question"),
        Binding("u", "undo", "undo", tooltip="Take the last writing back, after a question"),
        Binding("r", "plan", "look again", tooltip="Read the files on disk again"),
        Binding("right", "to_diff", show=False),
        Binding("left", "to_list", show=False),
        BACK,
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._planned: dict[str, PlannedFile] = {}
        self._receipts: tuple[Receipt, ...] = ()

    def body(self) -> Iterator[Widget]:
        """Yields list and journal side by side, the diff below them."""
        yield Horizontal(
            Choices(id="files"), VerticalScroll(Words(id="entries"), id="journal"), id="lists"
        )
        yield VerticalScroll(DiffView(id="diff"), id="difference")

    @property
    def files(self) -> Choices:
        """The list of files."""
        return self.query_one("#files", Choices)

    def on_mount(self) -> None:
        """Looks at the disk."""
        set_title(self.files, "Files")
        set_title(self.query_one("#journal"), "Written")
        self.files.focus()
        self.action_plan()

    # --- drawing ---------------------------------------------------------------------------

    @work(exclusive=True, group="files", description="plan files")
    async def action_plan(self) -> None:
        """Reads the files on disk and renders them anew."""
        await self._look()

    async def _look(self) -> None:
        session = app_of(self).session
        self._receipts = await asyncio.to_thread(session.file_journal, self.walk)
        self._show_journal()
        missing = [field.label for field in self.walk.missing() if not field.secret]
        if missing:
            self._show_missing(missing)
            return
        with app_of(self).telling_errors():
            planned = await asyncio.to_thread(session.plan_files, self.walk)
            self._planned = {item.id: item for item in planned}
        self.files.offer([(item.id, _line(item)) for item in self._planned.values()])
        self._show_diff()
        self.refresh_bindings()

    def _show_missing(self, missing: list[str]) -> None:
        set_title(self.query_one("#difference"), "Not ready")
        self.query_one(DiffView).update(
            lines(
                [
                    words(("The files wait for these answers:", Tone.STRONG)),
                    words(""),
                    *(words("  · ", label) for label in missing),
                    words(""),
                    words(("f2 goes to the steps that ask for them", Tone.QUIET)),
                ]
            )
        )

    @on(Choices.OptionHighlighted)
    def _show_diff(self) -> None:
        item = self._planned.get(self.files.chosen)
        if item is None:
            return
        look = _LOOKS[item.status.value]
        pane = self.query_one("#difference")
        set_title(pane, (item.path.name, Tone.STRONG))
        set_subtitle(pane, (f"{look.mark} {look.word}", look.tone))
        view = self.query_one(DiffView)
        if item.changes:
            notes = [str(note) for note in item.notes if note.kind.value not in _PLAIN_NOTES]
            view.show(item.diff(), notes)
        else:
            view.say("On disk as it should be.\n\n", (str(item.path), Tone.QUIET))
        pane.scroll_home(animate=False)

    def _show_journal(self) -> None:
        now = self.walk.now()
        entries = [
            words(ago(receipt.at, now), "  ", (self._deed(receipt), Tone.QUIET))
            for receipt in self._receipts
        ]
        self.query_one("#entries", Words).update(
            lines(entries) if entries else words(("nothing yet", Tone.QUIET))
        )

    def _deed(self, receipt: Receipt) -> str:
        count = len(receipt.entries)
        files = "1 file" if count == 1 else f"{count} files"
        if receipt.undoes:
            return f"took {files} back"
        undone = any(later.undoes == receipt.number for later in self._receipts)
        return f"wrote {files}{', taken back' if undone else ''}"

    # --- actions ---------------------------------------------------------------------------

    def action_write_all(self) -> None:
        """Writes all files once the user says yes."""
        from agentcore_auth.tui.screens.ask import AskYes

        changed = [item for item in self._planned.values() if item.changes]
        if not changed:
            if self._planned:
                tell(self, "Every file is as it should be")
            return
        about = lines(words(_line(item)) for item in changed)
        question = AskYes(
            f"Write to {app_of(self).session.directory(self.walk)}?",
            about,
            ("\n\nA backup is kept; u takes it back.", Tone.QUIET),
            yes="Write all",
        )
        app_of(self).push_screen(question, self._write_if)

    def _write_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self._write()

    @work(group="write", description="write files")
    async def _write(self) -> None:
        planned = tuple(self._planned.values())
        changed = sum(item.changes for item in planned)
        with app_of(self).telling_errors():
            write = app_of(self).session.write_files
            await asyncio.to_thread(write, self.walk, planned, self._watch_writing)
            tell(self, f"Written and read back: {changed} of {len(planned)} files")
        await self._look()

    def _watch_writing(self, progress: Progress) -> None:
        # Told from the thread that writes.
        self.call_later(self._show_stage, progress)

    def _show_stage(self, progress: Progress) -> None:
        stage = f"being written: {progress.stage.value}"
        set_subtitle(self.query_one("#difference"), (stage, Tone.ACCENT))

    def action_undo(self) -> None:
        """Takes the last writing back once the user says yes."""
        from agentcore_auth.tui.screens.ask import AskYes

        last = _standing(self._receipts)
        if last is None:
            tell(self, "Nothing was written that could be taken back")
            return
        question = AskYes(
            f"Take back what was written {ago(last.at, self.walk.now())}?",
            lines(words(entry.path) for entry in last.entries),
            ("\n\nBytes and modes come back as they were.", Tone.QUIET),
            yes="Take it back",
        )
        app_of(self).push_screen(question, self._undo_if)

    def _undo_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self._undo()

    @work(group="write", description="undo files")
    async def _undo(self) -> None:
        with app_of(self).telling_errors():
            await asyncio.to_thread(app_of(self).session.undo_files, self.walk)
            tell(self, "Taken back")
        await self._look()

    @on(Choices.OptionSelected)
    def action_to_diff(self) -> None:
        """Moves the focus to the diff."""
        self.query_one("#difference").focus()

    def action_to_list(self) -> None:
        """Moves the focus to the list."""
        self.files.focus()


def _line(item: PlannedFile) -> Content:
    look = _LOOKS[item.status.value]
    return words((f"{look.mark} {look.word}", look.tone), f"  {item.path.name}")


def _standing(receipts: tuple[Receipt, ...]) -> Receipt | None:
    """Returns the newest writing that was not taken back."""
    undone = {receipt.undoes for receipt in receipts}
    return next((r for r in receipts if not r.undoes and r.number not in undone), None)
