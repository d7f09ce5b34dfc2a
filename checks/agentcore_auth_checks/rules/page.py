"""Whether the addresses that a provider returns people to are served."""

from __future__ import annotations

from collections.abc import Iterator

from agentcore_auth_checks.facts.answers import PageAnswer
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.http import HttpAnswer
from agentcore_auth_checks.findings import Finding, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import answered
from agentcore_auth_checks.text import Untrusted


@rule("nginx.redirect_uri_not_served", needs=(PageAnswer,), when=answered(PageAnswer))
def addresses_are_served(facts: Facts) -> Iterator[Finding]:
    """Every registered address is answered with its page."""
    for answer in facts.all(PageAnswer):
        exchange = answer.exchange
        if not isinstance(exchange, HttpAnswer) or 300 <= exchange.status < 400:
            continue
        if exchange.status == 200 and answer.holds_text:
            continue
        if exchange.status == 200:
            actual = Untrusted(f"another page, without the text {answer.contains}")
        else:
            server = exchange.header("Server")
            actual = Untrusted(f"{exchange.status}" + (f" from {server}" if server else ""))
        yield failed(
            "nginx.redirect_uri_not_served",
            expected="200 and the test page",
            actual=actual,
            where=Where(url=answer.url),
            values={"redirect_uri": answer.url},
            source=answer.source,
        )


RULES = (addresses_are_served,)
