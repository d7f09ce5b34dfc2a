"""Opens an address in a graphical browser, and only there.

Without a display Python's `webbrowser` starts a text browser in this very terminal and waits for
it to end, so it is asked only where a graphical one exists, and never on the app's own thread.
"""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Mapping


def has_graphical_browser(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether an address can be opened in a window on this machine."""
    if sys.platform in ("darwin", "win32"):
        return True
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return False
    try:
        controller = webbrowser.get()
    except webbrowser.Error:
        return False
    # Text browsers are the ones that webbrowser runs in the foreground, by this exact class.
    return type(controller) is not webbrowser.GenericBrowser


def is_openable(url: str) -> bool:
    """Whether this is a plain web address: nothing that a shell or a browser would read twice."""
    if not url.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        return False
    return all("!" <= character <= "~" and character not in "\\\"'`<>{}|^" for character in url)


def open_in_browser(url: str) -> None:
    """Opens the address in a window. Returns at once; nobody waits for the browser.

    Raises:
        ValueError: it is no plain web address.
    """
    if not is_openable(url):
        raise ValueError("not a plain web address")
    # The controller that was looked at, and no other: webbrowser.open would go on to text browsers.
    controller = webbrowser.get()
    threading.Thread(
        target=controller.open, args=(url,), name="open a browser", daemon=True
    ).start()
