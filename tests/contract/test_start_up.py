"""What a command imports before it needs it: seen in the modules of a process, never on a clock."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = {
    *("textual", "rich", "questionary", "prompt_toolkit"),
    *("boto3", "botocore", "httpx", "httpcore", "ssl", "truststore"),
    *("keyring", "jwt", "cryptography", "jinja2", "ruamel", "yaml", "msgspec", "asyncio"),
}


def imported(*arguments: str) -> set[str]:
    """Returns which heavy modules a command has imported when it ends."""
    script = (
        "import sys\n"
        "sys.argv = ['agentcore-auth', *sys.argv[1:]]\n"
        "from agentcore_auth.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "sys.stderr.write(' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    return HEAVY & set(done.stderr.split())


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("doctor", "--help"), ("setup", "--help")]
)
def test_help_and_version_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert imported(*arguments) == set()


def test_a_page_of_the_catalogue_needs_no_network_and_no_app() -> None:
    assert imported("why", "aud.okta_default") <= {"yaml", "msgspec"}


def test_the_practice_range_imports_no_app() -> None:
    assert not imported("lab", "--list-faults") & {"textual", "questionary", "boto3", "keyring"}
