"""The table of all rules, in the order in which they are asked."""

from __future__ import annotations

from agentcore_auth_checks.rules import cors, endpoint, idp, page
from agentcore_auth_checks.rules.base import Rule

RULES: tuple[Rule, ...] = (*idp.RULES, *cors.RULES, *page.RULES, *endpoint.RULES)
