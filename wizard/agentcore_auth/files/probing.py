"""The probes that read a profile's written files back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from agentcore_auth.profile import Profile
from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.probes.base import Probe
from agentcore_auth_checks.probes.config_file import ConfigFileProbe
from agentcore_auth_templates.config_files import file_description, wanted_values


def file_probes(
    file_ids: Sequence[str], answers: Mapping[str, str], profile: Profile
) -> list[Probe[Fact]]:
    """Returns one probe a file.

    Args:
        file_ids: which files, by the ids of their descriptions.
        answers: all answers by field id, derived values included.
        profile: says where the files go, and which it has written.

    Raises:
        DataFileError: a description is missing or not what it should be.
    """
    directory = Path(profile.directory or ".").expanduser().resolve()
    probes: list[Probe[Fact]] = []
    for name in file_ids:
        description = file_description(name)
        probes.append(
            ConfigFileProbe(
                source=f"file.{name}",
                label=description.path,
                path=str(directory / description.path),
                file=name,
                expected=tuple(wanted_values(description, answers).items()),
                written=name in profile.written,
            )
        )
    return probes
