"""The least that a Textual app can be: one line of text."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class EmptyApp(App[None]):
    """Shows that it has painted."""

    def compose(self) -> ComposeResult:
        """Yields the line."""
        yield Static("painted")


if __name__ == "__main__":
    EmptyApp().run()
