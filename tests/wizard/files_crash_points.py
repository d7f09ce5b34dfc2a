"""Ends a writing of two files at each of its disk operations in turn, and says what was left.

Run as a program: `files_crash_points.py FOLDER kill|fail write|undo`. One line of JSON a point.
Every operation on the disk passes Python's audit events; the process is killed at the nth, or the
nth raises as a full disk does. Each point runs in a child of its own.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from operations_agent import PUBLISHED, TARGET, planned, put

from agentcore_auth.files.errors import FilesError
from agentcore_auth.files.planning import PlannedFile
from agentcore_auth.files.receipts import journal
from agentcore_auth.files.transaction import recover, undo, write

DISK = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.utime")
GOT_THROUGH, REFUSED, WENT_ON = 0, 1, 2
"""Exit statuses of a child: no such point, refused because of it, or ended well in spite of it."""

OLD = (PUBLISHED[0].parent / "static-config@17a75597.yaml").read_text()


class Hook:
    """Counts the disk operations below a folder, and acts at the one that is named."""

    def __init__(self) -> None:
        self.at = 0
        self.seen = 0
        self.kill = False
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Is called by Python for every event."""
        if not self.at or event not in DISK:
            return
        if event == "open" and not isinstance(arguments[2], int):
            return
        self.seen += 1
        if self.seen != self.at:
            return
        if self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def main(folder: Path, how: str, what: str) -> None:
    """Tries every point until one run gets through."""
    hook = Hook()
    put(folder / "edited", OLD)
    plans = [planned(folder / "edited"), planned(folder / "new")]
    point = 0
    through = False
    while not through:
        point += 1
        shutil.rmtree(folder, ignore_errors=True)
        through = one(folder, plans, hook, point, how, what)


def one(
    folder: Path, plans: list[PlannedFile], hook: Hook, point: int, how: str, what: str
) -> bool:
    """Runs one point and prints what it left. Returns whether the run got through."""
    edited, new, state = folder / "edited", folder / "new", folder / "state"
    path = put(edited, OLD)
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18))
    after = plans[0].after, plans[1].after
    if what == "undo":
        write(plans, state)
    child = os.fork()
    if child == 0:
        hook.kill, hook.at = how == "kill", point
        try:
            undo(state) if what == "undo" else write(plans, state)
        except FilesError as error:
            print(json.dumps({"error": str(error)}), flush=True)
            os._exit(REFUSED)
        os._exit(GOT_THROUGH if hook.seen < point else WENT_ON)
    status = os.waitpid(child, 0)[1]
    left = seen(edited, new, after)
    recover(state)
    settled = seen(edited, new, after)
    after_undo = None
    if settled == ["new", "new"]:
        undo(state)
        after_undo = seen(edited, new, after)
    print(
        json.dumps(
            {
                "point": point,
                "status": os.waitstatus_to_exitcode(status),
                "left": left,
                "settled": settled,
                "after_undo": after_undo,
                "files": sorted(place.name for place in (*edited.rglob("*"), *new.rglob("*"))),
                "mode": f"{path.stat().st_mode & 0o7777:o}",
                "modified": path.stat().st_mtime_ns,
                "journal": [receipt.state.value for receipt in journal(state)],
            }
        ),
        flush=True,
    )
    return os.waitstatus_to_exitcode(status) == GOT_THROUGH


def seen(edited: Path, new: Path, after: tuple[str, str]) -> list[str]:
    """Says of both files whether they are old, new, or something that must not be."""
    said = []
    for folder, text, old in ((edited, after[0], OLD), (new, after[1], None)):
        path = folder / TARGET
        now = path.read_text() if path.exists() else None
        said.append("old" if now == old else "new" if now == text else "broken")
    return said


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
