"""What the tests of the files know of the operations agent: answers, versions, the real shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

from agentcore_auth.files.planning import PlannedFile, plan
from agentcore_auth_checks.answers import complete
from agentcore_auth_templates.config_files import file_description
from agentcore_auth_templates.packs import journey, provider

DATA = Path(__file__).parent.parent / "data" / "systems" / "operations-agent"
PUBLISHED = tuple(sorted(DATA.glob("static-config@*.yaml")))
DESCRIPTION = file_description("static-config")
TARGET = DESCRIPTION.path

GIVEN = {
    "aws.region": "eu-central-1",
    "aws.account_id": "012345678901",
    "okta.domain": "integrator-1234567.okta.com",
    "okta.authorization_server": "default",
    "okta.user_auth.client_id": "0oa1b2c3d4e5f6g7h8i9",
    "okta.m2m.client_id": "0oa9i8h7g6f5e4d3c2b1",
    "okta.jwt.audience": "myagentcoreaud",
    "page.origin": "http://localhost:8080",
}


def answers(**changed: str) -> dict[str, str]:
    """All answers of the Okta journey; an underscore pair stands for the dot of a field id."""
    given = {**GIVEN, **{name.replace("__", "."): value for name, value in changed.items()}}
    return complete(given, provider("okta"), journey("okta-agentcore"))


def planned(
    directory: Path,
    given: dict[str, str] | None = None,
    written: dict[str, dict[str, str]] | None = None,
) -> PlannedFile:
    """The plan for the one file."""
    return plan(given or answers(), ["static-config"], directory, written=written)[0]


def put(directory: Path, text: str) -> Path:
    """Puts a file of the user's own in place, byte for byte."""
    path = directory / TARGET
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


_PIPELINES = {
    "grep": (
        r"""grep "  $2:" "$1" | head -1 | sed 's/.*: *["'\'']*\([^"'\'']*\)["'\'']*$/\1/' | xargs"""
    ),
    "grep-anchored": (
        r"""grep "$2:" "$1" | head -1 | sed 's/.*'"$2"': *["'\'']*\([^"'\'']*\)["'\'']*$/\1/'"""
    ),
    "grep-comment": (
        r"""grep "$2:" "$1" | head -1 | """
        r"""sed 's/.*'"$2"': *["'\'']*\([^"'\''#]*\)["'\'']*.*$/\1/' | xargs"""
    ),
}


def read_by_shell(reader: str, path: Path, key: str) -> str:
    """What a script of the system really reads."""
    program = f'value=$({_PIPELINES[reader]}); printf %s "$value"'
    done = subprocess.run(
        ["bash", "-c", program, "bash", str(path), key.rpartition(".")[2]],
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()
