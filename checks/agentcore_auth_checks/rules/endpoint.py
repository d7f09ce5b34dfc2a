"""What an AgentCore endpoint's answers mean.

Statuses and texts are as the service was seen to answer; some are documented, most measured by
others. Where the authorizer let the call pass and something behind it failed, that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentcore_auth_checks.facts.answers import EndpointAnswer
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.http import Exchange, HttpAnswer
from agentcore_auth_checks.findings import Finding, Value, Where, failed
from agentcore_auth_checks.rules.base import rule
from agentcore_auth_checks.rules.subjects import in_command
from agentcore_auth_checks.text import Untrusted

SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Answered:
    """One kind of answer: all that is given must match. `text` looks at body and challenge."""

    code: str
    text: str = ""
    status: int = 0


MEANINGS = (
    Answered("endpoint.ineffectual_token", r"Ineffectual token|expire within the next minute"),
    Answered("endpoint.token_expired", r"Token has expired"),
    Answered("endpoint.unparseable_token", r"Failed to parse token"),
    Answered("endpoint.claim_mismatch", r"Claim '[^']*' value mismatch"),
    Answered("endpoint.method_mismatch", r"Authorization method mismatch"),
    Answered("endpoint.policy_denied", r"-32002|not allowed due to policy enforcement"),
    Answered("endpoint.session_id_short", r"runtimeSessionId", 400),
    Answered("endpoint.mmds", r"not MMDSv2-enabled", 400),
    Answered("endpoint.container_error", "", 424),
    Answered("endpoint.authorization_denied", r"Authorization denied"),
    Answered("endpoint.missing_token", r"Missing Bearer token|Missing Authentication Token", 401),
    Answered("endpoint.invalid_token", r"Invalid Bearer token|error=\"invalid_token\"", 401),
    Answered("endpoint.insufficient_scope", r"insufficient_scope", 403),
    Answered("endpoint.path_not_found", r"UnknownOperationException|Missing Authentication Token"),
    Answered("endpoint.path_not_found", "", 404),
    Answered("endpoint.insufficient_scope", "", 403),
    Answered("endpoint.invalid_token", "", 401),
    Answered("endpoint.unexpected"),
)
"""In order: the first that matches is meant."""

CODES = tuple(dict.fromkeys(meaning.code for meaning in MEANINGS))


def _was_given_a_token(facts: Facts) -> bool:
    answers = facts.all(EndpointAnswer)
    return any(isinstance(each.initialize, HttpAnswer) for each in answers)


def _was_asked_without_one(facts: Facts) -> bool:
    return any(isinstance(each.challenge, HttpAnswer) for each in facts.all(EndpointAnswer))


@rule(*CODES, needs=(EndpointAnswer,), when=_was_given_a_token)
def token_is_taken(facts: Facts) -> Iterator[Finding]:
    """The endpoint takes the token and lists its tools."""
    for answer in facts.all(EndpointAnswer):
        for exchange in (answer.initialize, answer.tools):
            code = meaning_of(exchange)
            if code is not None and isinstance(exchange, HttpAnswer):
                yield failed(
                    code,
                    expected="200",
                    actual=_said(exchange),
                    where=Where(url=answer.url),
                    values={"url": in_command(answer.url)},
                    source=answer.source,
                )
                break


@rule("endpoint.open", needs=(EndpointAnswer,), when=_was_asked_without_one)
def door_is_shut(facts: Facts) -> Iterator[Finding]:
    """The endpoint answers nobody without a token."""
    for answer in facts.all(EndpointAnswer):
        challenge = answer.challenge
        if isinstance(challenge, HttpAnswer) and challenge.status == 200:
            yield failed(
                "endpoint.open",
                expected="401 without a token",
                actual=_said(challenge),
                where=Where(url=answer.url),
                source=answer.source,
            )


def meaning_of(exchange: Exchange | None) -> str | None:
    """Returns the code of an answer that is no success, or None for a success or no answer."""
    if not isinstance(exchange, HttpAnswer):
        return None
    said = _words(exchange)
    if exchange.status == 200 and '"error"' not in said:
        return None
    for meaning in MEANINGS:
        if meaning.status not in (0, exchange.status):
            continue
        if re.search(meaning.text, said):
            return meaning.code
    return None


def _words(exchange: HttpAnswer) -> str:
    return f"{exchange.text().raw}\n{exchange.header('WWW-Authenticate') or ''}"


def _said(exchange: HttpAnswer) -> Value:
    return Untrusted(f"{exchange.status} {' '.join(_words(exchange).split())}"[:SHOWN_CHARACTERS])


RULES = (token_is_taken, door_is_shut)
