"""The configuration files of a profile: planned, shown, written as one, read back, undone."""

from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.notes import Note, NoteKind
from agentcore_auth.files.planning import FileStatus, PlannedFile, plan
from agentcore_auth.files.probing import file_probes
from agentcore_auth.files.receipts import Entry, Receipt, State, journal
from agentcore_auth.files.transaction import (
    FilesObserver,
    Progress,
    Stage,
    recover,
    undo,
    write,
)

__all__ = [
    "Entry",
    "FileStatus",
    "FilesError",
    "FilesObserver",
    "Note",
    "NoteKind",
    "PlannedFile",
    "Progress",
    "Receipt",
    "Stage",
    "State",
    "file_probes",
    "journal",
    "plan",
    "recover",
    "undo",
    "write",
]
