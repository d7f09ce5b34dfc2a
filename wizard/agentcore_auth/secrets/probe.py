"""Probes that ask the broker: what the keyring can do, and whether a secret is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from agentcore_auth.secrets.broker import Broker
from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.facts.keyring import KeyringState, SecretState
from agentcore_auth_checks.probes.base import Blocked, Probe, Run, secret_source
from agentcore_auth_templates.packs import Field


def secret_probes(broker: Broker, fields: Iterable[Field]) -> tuple[Probe[Fact], ...]:
    """Returns the probe of the keyring and one for each secret that is needed.

    Args:
        broker: who keeps the secrets.
        fields: the secrets that the profile works with.
    """
    return (
        KeyringProbe(broker),
        *(SecretProbe(broker, item.id, item.label, item.optional) for item in fields),
    )


@dataclass(frozen=True)
class KeyringProbe:
    """Gives the state of the keyring after a worthless value went through it."""

    broker: Broker

    source = "keyring"
    label = "keyring"
    area = "keyring"

    async def fetch(self, run: Run) -> KeyringState:
        """Returns the state.

        Raises:
            Blocked: the user asked for another store, so the keyring is not touched.
        """
        if not self.broker.uses_keyring:
            raise Blocked("another store was asked for")
        return replace(await self.broker.state(), source=self.source)


@dataclass(frozen=True)
class SecretProbe:
    """Gives whether one secret is kept, and where."""

    broker: Broker
    field: str
    field_label: str
    optional: bool = False

    area = "secret"

    @property
    def source(self) -> str:
        """Its name: one probe a field."""
        return secret_source(self.field)

    @property
    def label(self) -> str:
        """The field's own label."""
        return self.field_label

    async def fetch(self, run: Run) -> SecretState:
        """Returns the state.

        Raises:
            Blocked: the place that keeps it cannot be asked; the keyring's finding says why.
        """
        state = await self.broker.secret_state(self.field, self.field_label, self.optional)
        if state.stored is None:
            place = state.place or "the keyring"
            raise Blocked(f"{place} cannot be asked", waits_for=("keyring",))
        return replace(state, source=self.source)
