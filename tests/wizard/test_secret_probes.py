"""What the doctor says of keyring and secrets, by way of the broker's probes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from agentcore_auth.secrets.broker import Broker
from agentcore_auth.secrets.probe import KeyringProbe, SecretProbe, secret_probes
from agentcore_auth_checks.engine import examine
from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.findings import Report, Status
from agentcore_auth_checks.probes.base import Fetcher, Probe, Run
from agentcore_auth_checks.report.json import render_json
from agentcore_auth_checks.rules import keyring, secret
from agentcore_auth_checks.text import Secret
from agentcore_auth_templates.packs import Field
from servers.keyring_backends import Sound

FIELD = "okta.m2m.client_secret"
VALUE = "Sentinel-60aa-of-the-probe"


class NoNetwork(Fetcher):
    async def send(self, *arguments: Any, **options: Any) -> Any:
        raise AssertionError("these probes have no business on the network")


CLIENT_SECRET = Field(id=FIELD, label="Client secret", help="", example="", secret=True)


@pytest.fixture(autouse=True)
def sound(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "servers.keyring_backends.Sound")
    Sound.values.clear()
    yield
    Sound.values.clear()


async def report_on(broker: Broker, *probes: Probe[Fact]) -> Report:
    run = Run({}, NoNetwork(), broker.get, time.time)
    chosen = probes or secret_probes(broker, [CLIENT_SECRET])
    return await examine(chosen, run, lambda: (*keyring.RULES, *secret.RULES))


def outcomes(report: Report) -> list[tuple[Status, str, str]]:
    return [(item.status, item.code, item.because) for item in report.findings]


async def test_a_stored_secret_is_proven() -> None:
    await Broker("acme", seconds=60).store(FIELD, Secret(VALUE))
    report = await report_on(Broker("acme", seconds=60))
    assert outcomes(report) == [(Status.PASS, "keyring.*", ""), (Status.PASS, "secret.missing", "")]
    assert set(report.timings) == {"keyring", f"secret:{FIELD}"}
    assert VALUE not in render_json(report, "0")


async def test_a_secret_that_was_never_stored_is_missing() -> None:
    report = await report_on(Broker("acme", seconds=60))
    assert report.root_cause is not None
    assert (report.root_cause.code, report.root_cause.source) == (
        "secret.missing",
        f"secret:{FIELD}",
    )


async def test_an_optional_secret_is_not_missed() -> None:
    broker = Broker("acme", seconds=60)
    report = await report_on(broker, SecretProbe(broker, FIELD, "Client secret", optional=True))
    assert outcomes(report) == [(Status.PASS, "secret.missing", "")]


async def test_what_a_broken_keyring_hides_is_skipped_and_points_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    report = await report_on(Broker("acme", seconds=60))
    assert outcomes(report) == [
        (Status.FAIL, "keyring.insecure_backend", ""),
        (Status.SKIP, "secret.*", "keyring.insecure_backend"),
    ]
    assert report.root_cause is not None
    assert report.root_cause.source == "keyring"


async def test_a_keyring_that_is_not_used_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "servers.keyring_backends.Leaving")
    broker = Broker("acme", store="session")
    await broker.store(FIELD, Secret(VALUE))
    report = await report_on(broker)
    assert outcomes(report) == [
        (Status.SKIP, "keyring.*", ""),
        (Status.PASS, "secret.missing", ""),
    ]


async def test_probes_of_one_broker_are_one_and_of_two_brokers_two() -> None:
    one, other = Broker("acme"), Broker("acme")
    assert {KeyringProbe(one), KeyringProbe(one)} == {KeyringProbe(one)}
    assert KeyringProbe(one) != KeyringProbe(other)
    assert SecretProbe(one, FIELD, "") != SecretProbe(one, "other.secret", "")
