"""The app as its own type, for widgets and screens that need more of it than Textual's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from agentcore_auth.tui.app import WizardApp


def app_of(node: DOMNode) -> WizardApp:
    """Returns the running app.

    Raises:
        TypeError: another app runs this widget.
    """
    from agentcore_auth.tui.app import WizardApp

    # Textual leaves open what an app returns, and with it the app's whole type.
    app = cast("object", node.app)  # pyright: ignore[reportUnknownMemberType]
    if not isinstance(app, WizardApp):
        raise TypeError("this widget belongs to the wizard")
    return app


def stop_workers(node: DOMNode, group: str) -> None:
    """Cancels the workers of one group that a screen or widget has started."""
    for worker in list(app_of(node).workers):
        if worker.group == group and worker.node is node:
            worker.cancel()
