"""A real terminal: a program in a private tmux, driven by keys and read from the screen."""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from servers.availability import require_command
from servers.processes import wait_until

CHANGE_LIMIT = 60.0
"""Seconds within which a change must be visible; generous, since only a failure takes so long."""

_CONFIGURATION = """
set -g default-shell /bin/sh
set -g status off
set -g remain-on-exit on
set -gq remain-on-exit-format ""
set -g default-terminal screen-256color
set -g escape-time 10
set -g history-limit 10000
"""


class Terminal:
    """A program in a terminal of its own.

    Text sent right after a key that moves the focus can still reach the field before: wait for
    what the key changes on the screen, then type.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        width: int,
        height: int,
    ) -> None:
        self._tmux = require_command("tmux", "tmux")
        # Not below the test's own directory: a socket's path may have some 100 characters only.
        self._private = tempfile.TemporaryDirectory(prefix="terminal-")
        socket = Path(self._private.name) / "socket"
        self._status_file = Path(self._private.name) / "status"
        configuration = Path(self._private.name) / "tmux.conf"
        configuration.write_text(_CONFIGURATION, encoding="utf-8")
        self._base = [self._tmux, "-u", "-S", str(socket), "-f", str(configuration)]
        self._environment = dict(environment)
        try:
            self._open(command, directory, width, height)
        except BaseException:
            self.close()
            raise

    def _open(self, command: Sequence[str], directory: Path, width: int, height: int) -> None:
        self._call(
            *("new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(directory)),
            f"{shlex.join(command)}; echo $? > {shlex.quote(str(self._status_file))}",
        )

    def _call(self, *arguments: str, typed: str | None = None) -> str:
        done = subprocess.run(
            [*self._base, *arguments],
            input=typed,
            capture_output=True,
            encoding="utf-8",
            env=self._environment,
            timeout=CHANGE_LIMIT,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def screen(self, *, styles: bool = False) -> str:
        """Returns the lines on the screen, without the blanks at their ends.

        With `styles` the escape sequences of colors are there too.
        """
        return self._call("capture-pane", "-p", *(["-e"] if styles else []))

    def press(self, *keys: str) -> None:
        """Presses keys by their tmux names: `Enter`, `BTab`, `Escape`, `Down`, `C-q`, `a`."""
        self._call("send-keys", *keys)

    def type(self, text: str) -> None:
        """Types the text, letter by letter. It goes through no argument list."""
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        self._call("source-file", "-", typed=f'send-keys -l -- "{quoted}"\n')

    def paste(self, text: str) -> None:
        """Pastes the text as a terminal does (bracketed, where the program asked for it)."""
        self._call("load-buffer", "-b", "paste", "-", typed=text)
        self._call("paste-buffer", "-p", "-d", "-b", "paste")

    def resize(self, width: int, height: int) -> None:
        """Changes the size of the window, in cells."""
        self._call("resize-window", "-x", str(width), "-y", str(height))

    def wait_for(self, wanted: str | re.Pattern[str], *, limit: float = CHANGE_LIMIT) -> str:
        """Returns the screen as soon as it shows this text, or matches this pattern.

        Raises:
            AssertionError: it does not within `limit` seconds, or the program ended without.
        """
        return self._wait(lambda screen: _shows(screen, wanted), f"to show {wanted!r}", limit)

    def wait_for_gone(self, text: str | re.Pattern[str], *, limit: float = CHANGE_LIMIT) -> str:
        """Returns the screen as soon as it no longer shows this text.

        Raises:
            AssertionError: it still does after `limit` seconds, or the program ended.
        """
        return self._wait(lambda screen: not _shows(screen, text), f"to lose {text!r}", limit)

    def wait_for_exit(self, *, limit: float = CHANGE_LIMIT) -> int:
        """Returns the program's exit status once it has ended.

        Raises:
            AssertionError: it still runs after `limit` seconds.
        """
        if not wait_until(lambda: self._exit_status() is not None, limit):
            raise AssertionError(f"The program still runs. The screen:\n{self.screen()}")
        return int(self._exit_status() or 0)

    def _exit_status(self) -> str | None:
        # Asked of the shell that ran the program: tmux does not always learn of a program's end.
        status = self._status_file.read_text(encoding="utf-8") if self._status_file.exists() else ""
        return status.strip() or None

    def _wait(self, right: Callable[[str], bool], what: str, limit: float) -> str:
        found: list[str] = []

        def look() -> bool:
            ended = self._exit_status() is not None
            screen = self.screen()
            if right(screen):
                found.append(screen)
            return bool(found) or ended

        wait_until(look, limit)
        if not found:
            raise AssertionError(f"Waited for the screen {what}. It is:\n{self.screen()}")
        return found[0]

    def close(self) -> None:
        """Ends the program and its terminal."""
        subprocess.run([*self._base, "kill-server"], capture_output=True, check=False)
        self._private.cleanup()


class OpenTerminal(Protocol):
    """What the `tmux` fixture gives."""

    def __call__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        width: int = 80,
        height: int = 24,
    ) -> Terminal:
        """Returns a terminal that runs the command.

        `environment` is added to the test's own, which `isolated_home` has made harmless.
        """
        ...


def _shows(screen: str, wanted: str | re.Pattern[str]) -> bool:
    return wanted in screen if isinstance(wanted, str) else bool(wanted.search(screen))
