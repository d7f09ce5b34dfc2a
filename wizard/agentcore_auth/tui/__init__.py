"""The terminal app: shows what the walk and the engine say, and calls them. Decides nothing."""

import os

# Textual's own switches for developers write every key, typed secrets included, to a file or a
# socket. They are read when textual is imported, which only happens below this package.
for _switch in ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL_SCREENSHOT", "TEXTUAL_PRESS"):
    os.environ.pop(_switch, None)
