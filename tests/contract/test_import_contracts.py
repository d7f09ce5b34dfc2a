"""Each import contract holds, and breaks where somebody crosses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("wizard", "checks", "templates")

CROSSINGS = [
    (
        "One way through the house",
        "templates/agentcore_auth_templates/catalogue.py",
        "import agentcore_auth_checks.findings",
    ),
    (
        "One way through the house",
        "checks/agentcore_auth_checks/engine.py",
        "import agentcore_auth.profile",
    ),
    (
        "Inside the wizard",
        "wizard/agentcore_auth/journey.py",
        "import agentcore_auth.plain",
    ),
    (
        "Only the terminal app knows textual",
        "wizard/agentcore_auth/files/planning.py",
        "import textual",
    ),
    (
        "Only the plain questions know questionary",
        "wizard/agentcore_auth/journey.py",
        "import questionary",
    ),
    (
        "The terminal app holds no decision",
        "wizard/agentcore_auth/tui/app.py",
        "import httpx",
    ),
    (
        "Rules are pure",
        "checks/agentcore_auth_checks/rules/idp.py",
        "import socket",
    ),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(folder / room) for room in ROOMS)
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept(house: Path) -> None:
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "file", "line"), CROSSINGS)
def test_a_crossing_breaks_its_contract(house: Path, contract: str, file: str, line: str) -> None:
    path = house / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = lint_imports(house)
    assert done.returncode == 1
    # Where a contract's name is long it is wrapped; its first words stand on one line.
    broken = [row for row in done.stdout.splitlines() if row.startswith(contract)]
    assert broken, done.stdout
    assert "BROKEN" in done.stdout.split(contract, 1)[1].split("KEPT", 1)[0]
