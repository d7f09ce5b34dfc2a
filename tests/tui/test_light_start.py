"""The first picture needs nothing heavy: what is imported by then is looked at, never a clock."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import asyncio, json, sys
from agentcore_auth.session import Session
from agentcore_auth.tui.app import WizardApp
import agentcore_auth.tui.app as module

module._load_the_rest = lambda: None


async def main():
    app = WizardApp(Session())
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "New set-up" in str(app.screen.choices.get_option_at_index(0).prompt)
        print(json.dumps(sorted(sys.modules)))


asyncio.run(main())
"""

HEAVY = {
    *("httpx", "httpcore", "boto3", "botocore", "keyring", "jwt", "cryptography", "yaml"),
    *("ruamel", "jinja2", "questionary", "truststore", "anyio"),
    *("agentcore_auth.journey", "agentcore_auth.lab", "agentcore_auth.files"),
    *("agentcore_auth_checks.engine", "agentcore_auth_templates.packs"),
}


def test_home_is_drawn_without_anything_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = {name.strip('" []') for name in done.stdout.split(",")}
    assert "textual.app" in loaded
    assert not loaded & HEAVY


def test_textual_is_never_told_to_write_keys_to_a_file(tmp_path: object) -> None:
    program = (
        "import os, agentcore_auth.tui.app, textual.constants as c; "
        "print(c.LOG_FILE, os.environ.get('TEXTUAL'), c.DEBUG)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "", "TEXTUAL_LOG": f"{tmp_path}/log", "TEXTUAL": "devtools,debug"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["None", "None", "False"]
