"""Draws a new file from its skeleton."""

from __future__ import annotations

from collections.abc import Mapping

from agentcore_auth.files.scalars import written_as
from agentcore_auth_templates.config_files import FileDescription, skeleton


def rendered(description: FileDescription, wanted: Mapping[str, str]) -> str:
    """Returns a whole new file.

    Args:
        description: what kind of file it is.
        wanted: the values that follow the profile; every other key gets its default.

    Raises:
        DataFileError: the skeleton is missing.
        KeyError: the skeleton asks for a key that is neither wanted nor has a default.
    """
    import jinja2

    keys = {key.id: key for key in description.keys}

    def value(name: str) -> str:
        key = keys[name]
        text = wanted[name] if key.default is None else wanted.get(name, key.default)
        return written_as(text, '"', key.type)

    # The files are YAML and never HTML: escaping would change the values.
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.from_string(skeleton(description)).render(value=value)
