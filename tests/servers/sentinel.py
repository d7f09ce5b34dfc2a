"""A secret that can be told anywhere, and the search for where it went."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

_RECORDER = Path(__file__).parent / "recorder"


class Sentinel:
    """A secret value of the test, and the places where it must not be.

    It is looked for as it is, as hexadecimal digits, backwards, and within base64 at each of the
    three alignments (so in a Basic authorization header too).
    """

    def __init__(self, directory: Path) -> None:
        self.value = f"Sentinel{secrets.token_hex(16)}"
        self._recorded = directory / "process-arguments"
        raw = self.value.encode()
        forms = {raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode()}
        for offset in range(3):
            # What the neighbors of the value decide is left out: up to two characters each side.
            encoded = base64.b64encode(b"\0" * offset + raw)
            forms.add(encoded[4 if offset else 0 : -4])
        self._forms = forms

    def is_in(self, content: str | bytes) -> bool:
        """Returns whether any form of the value is in the content."""
        data = content.encode() if isinstance(content, str) else content
        return any(form in data for form in self._forms)

    def files_with_it(self, *places: Path) -> list[Path]:
        """Returns the files at or below these places that hold it, or are named after it."""
        found = []
        for place in places:
            for path in [place, *place.rglob("*")]:
                content = path.read_bytes() if path.is_file() else b""
                if self.is_in(content) or self.is_in(path.name):
                    found.append(path)
        return found

    @property
    def recording(self) -> dict[str, str]:
        """Variables under which each Python program records the processes that it starts."""
        return {"PYTHONPATH": str(_RECORDER), "RECORD_PROCESS_ARGUMENTS": str(self._recorded)}

    def process_arguments(self) -> list[str]:
        """Returns the argument lists, one a line, of the recorded programs and their children."""
        return self._recorded.read_text(encoding="utf-8").splitlines()

    def assert_absent(self, *places: Path | str) -> None:
        """Fails where the value is in a file at or below a path, in a text, or in the argument
        list of a recorded process."""
        paths = [place for place in places if isinstance(place, Path)]
        files = self.files_with_it(*paths)
        assert not files, f"The secret is in {[str(path) for path in files]}"
        for text in places:
            assert isinstance(text, Path) or not self.is_in(text), f"The secret is in: {text}"
        if self._recorded.exists():
            given = [line for line in self.process_arguments() if self.is_in(line)]
            assert not given, f"The secret was an argument: {given}"
