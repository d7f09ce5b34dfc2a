"""The table of all rules, in the order in which they are asked."""

from __future__ import annotations

from agentcore_auth_checks.rules import (
    acceptance,
    config,
    cors,
    endpoint,
    idp,
    keyring,
    net,
    page,
    secret,
)
from agentcore_auth_checks.rules.base import Rule

RULES: tuple[Rule, ...] = (
    *keyring.RULES,
    *secret.RULES,
    *net.RULES,
    *acceptance.RULES,
    *idp.RULES,
    *cors.RULES,
    *page.RULES,
    *config.RULES,
    *endpoint.RULES,
)
