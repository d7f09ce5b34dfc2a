"""What planning a file noticed or changed, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentcore_auth_checks.text import visible


class NoteKind(StrEnum):
    """Why there is a note."""

    SET = "set"
    ADDED = "added"
    MIGRATED = "migrated"
    REPAIRED = "repaired"
    BY_HAND = "changed by hand"


@dataclass(frozen=True, slots=True)
class Note:
    """One key's change. `old` and `new` are its values; `why` is empty where they say it all."""

    kind: NoteKind
    key: str
    old: str = ""
    new: str = ""
    why: str = ""

    def __str__(self) -> str:
        values = f": {visible(self.old) or 'empty'} -> {visible(self.new)}" if self.new else ""
        why = f" ({self.why})" if self.why else ""
        return f"{self.kind.value}: {self.key}{values}{why}"
