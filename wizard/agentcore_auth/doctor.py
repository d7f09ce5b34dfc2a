"""One run over everything that a profile knows."""

from __future__ import annotations

from agentcore_auth.journey import Walk
from agentcore_auth.secrets.probe import secret_probes
from agentcore_auth_checks.engine import Observer, ignore
from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.findings import Report
from agentcore_auth_checks.probes.base import Probe
from agentcore_auth_checks.probes.config_file import ConfigFileProbe
from agentcore_auth_checks.probes.secret_files import SecretFilesProbe


async def examine_profile(walk: Walk, observe: Observer = ignore) -> Report:
    """Returns the report of keyring, secrets, files and provider, all probed side by side.

    What it says of each step is recorded in the profile, with the time and the verdict.
    """
    report = await walk.examine(probes_of(walk), observe)
    walk.profile.last_doctor = walk.now()
    walk.profile.last_verdict = report.verdict.value
    walk.record(report, walk.steps)
    return report


def probes_of(walk: Walk) -> list[Probe[Fact]]:
    """Returns every probe that the profile's answers allow."""
    maker = walk.maker()
    return [
        *maker.make(maker.names()),
        *store_probes(walk),
        *walk.file_probes(),
        *secret_file_probes(walk),
    ]


def store_probes(walk: Walk) -> list[Probe[Fact]]:
    """Returns the probes of the keyring and of each secret that the journey needs."""
    return [*secret_probes(walk.broker, (item for item in walk.asked_fields() if item.secret))]


def secret_file_probes(walk: Walk) -> list[Probe[Fact]]:
    """Returns the probe that looks for secrets in clear in the files of this profile."""
    fields = tuple(field.id for field in walk.asked_fields() if field.secret)
    paths = tuple(probe.path for probe in walk.file_probes() if isinstance(probe, ConfigFileProbe))
    return [SecretFilesProbe(files=paths, fields=fields)] if fields and paths else []


async def examine_offline(walk: Walk, observe: Observer = ignore) -> Report:
    """Returns the report of what this machine alone can tell: keyring, secrets, files."""
    local = [*store_probes(walk), *walk.file_probes(), *secret_file_probes(walk)]
    report = await walk.examine(local, observe)
    walk.record(report, [step for step in walk.steps if step.proof and step.proof.files])
    return report
