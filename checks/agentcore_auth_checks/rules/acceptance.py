"""The rules that decide whether an authorizer accepts a token, in the order of diagnosis."""

from __future__ import annotations

from agentcore_auth_checks.rules import (
    audience,
    authorizer,
    claims,
    client,
    disc,
    header,
    issuer,
    keys,
    lifetime,
    pasted_token,
    payload,
    scope,
    signature,
)
from agentcore_auth_checks.rules.base import Rule

RULES: tuple[Rule, ...] = (
    *pasted_token.RULES,
    *header.RULES,
    *authorizer.RULES,
    *disc.RULES,
    *keys.RULES,
    *signature.RULES,
    *payload.RULES,
    *lifetime.RULES,
    *issuer.RULES,
    *audience.RULES,
    *client.RULES,
    *scope.RULES,
    *claims.RULES,
)
"""All rules of tokens, authorizers, discovery documents and key sets."""
