"""The fixes of the catalogue name only commands that this program has."""

from __future__ import annotations

import re

from agentcore_auth.cli.commands import parser
from agentcore_auth_templates.catalogue import catalogue


def test_fixes_name_only_commands_that_exist() -> None:
    commands = parser().format_help().split()
    named = {
        (code, name)
        for code, entry in catalogue().codes.items()
        for step in entry.fix
        for name in re.findall(r"agentcore-auth ([a-z]+)", step.text)
    }
    assert named
    assert {(code, name) for code, name in named if name not in commands} == set()
