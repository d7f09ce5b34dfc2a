"""What the keyring's state means. The catalogue has the cause and the next step of each."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.keyring import KeyringState, KeyringTrouble
from agentcore_auth_checks.findings import Finding, failed
from agentcore_auth_checks.rules.base import rule


@rule(*(f"keyring.{trouble}" for trouble in KeyringTrouble), needs=(KeyringState,))
def keyring_serves(facts: Facts) -> Iterator[Finding]:
    """The keyring gives back what is stored in it."""
    for state in facts.all(KeyringState):
        if state.trouble is not None:
            yield failed(
                f"keyring.{state.trouble}",
                actual=state.detail if state.detail.raw else None,
                values={"backend": state.backend},
                source=state.source,
            )


RULES = (keyring_serves,)
