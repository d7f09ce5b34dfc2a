"""Each code of the keyring and secret areas: one case that fires, and its near miss."""

from __future__ import annotations

import pytest

from agentcore_auth_checks.engine import judge
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.keyring import (
    KeyringState,
    KeyringTrouble,
    SearchedFiles,
    SecretInFile,
    SecretState,
)
from agentcore_auth_checks.findings import Finding, Severity, Status
from agentcore_auth_checks.rules import keyring, secret
from agentcore_auth_checks.text import Untrusted

RULES = (*keyring.RULES, *secret.RULES)
FIELD = "okta.m2m.client_secret"


def found(*facts: Fact) -> tuple[Finding, ...]:
    return judge(Facts(facts), RULES)


@pytest.mark.parametrize("trouble", KeyringTrouble)
def test_each_trouble_of_a_keyring_is_its_own_finding_with_a_next_step(
    trouble: KeyringTrouble,
) -> None:
    state = KeyringState(
        source="keyring", backend="a.Keyring", trouble=trouble, detail=Untrusted("said so")
    )
    (finding,) = found(state)
    assert finding.code == f"keyring.{trouble.value}"
    assert finding.status is Status.FAIL
    assert finding.actual == Untrusted("said so")
    assert finding.source == "keyring"
    assert finding.cause
    assert finding.fixes
    assert not any("{" in str(fix.text) for fix in finding.fixes)


def test_each_trouble_has_a_cause_and_a_first_step_of_its_own() -> None:
    findings = [found(KeyringState(backend="", trouble=trouble))[0] for trouble in KeyringTrouble]
    assert len({str(finding.cause) for finding in findings}) == len(KeyringTrouble)
    assert len({finding.fixes[0].text for finding in findings}) == len(KeyringTrouble)


def test_a_keyring_that_serves_passes() -> None:
    (finding,) = found(KeyringState(backend="a.Keyring"))
    assert (finding.status, finding.code) == (Status.PASS, "keyring.*")


def test_nothing_is_said_of_a_keyring_that_was_not_asked() -> None:
    assert found() == ()


def test_a_needed_secret_that_is_not_stored() -> None:
    state = SecretState(source="s", field=FIELD, label="Client secret", stored=False)
    (finding,) = found(state)
    assert (finding.code, finding.severity) == ("secret.missing", Severity.ERROR)
    assert finding.where.field == FIELD
    assert f"agentcore-auth secret set {FIELD}" in [fix.text for fix in finding.fixes]
    assert finding.source == "s"


@pytest.mark.parametrize(
    "state",
    [
        SecretState(field=FIELD, label="", stored=True, place="a.Keyring"),
        SecretState(field=FIELD, label="", stored=False, optional=True),
        SecretState(field=FIELD, label="", stored=None, place="a.Keyring"),
    ],
    ids=["stored", "optional", "unknown"],
)
def test_a_secret_that_is_not_known_to_be_missing(state: SecretState) -> None:
    (finding,) = found(state)
    assert finding.status is Status.PASS


def test_a_secret_in_a_file_is_said_with_its_place() -> None:
    places = (
        SecretInFile(file="a.yaml", key="client_secret", line=3, column=20, field=FIELD),
        SecretInFile(file="b.env", key="PASSWORD", line=1, column=10),
    )
    first, second = found(SearchedFiles(source="s", files=("a.yaml", "b.env"), found=places))
    assert {first.code, second.code} == {"secret.in_file"}
    assert (first.where.file, first.where.line, first.where.column) == ("a.yaml", 3, 20)
    steps = " ".join(fix.text for fix in first.fixes)
    assert "line 3 of a.yaml" in steps
    assert second.where.field == "PASSWORD"


def test_files_without_a_secret_pass() -> None:
    (finding,) = found(SearchedFiles(files=("a.yaml",)))
    assert (finding.status, finding.code) == (Status.PASS, "secret.in_file")
