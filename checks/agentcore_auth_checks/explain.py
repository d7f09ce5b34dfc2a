"""Why AgentCore takes or refuses a token: all rules of tokens and authorizers over what is at hand.

Nothing is fetched: what is not given is not judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from agentcore_auth_checks import strict_json
from agentcore_auth_checks.authorizer_settings import read_authorizer
from agentcore_auth_checks.engine import judge, report_of
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.clock import Clock
from agentcore_auth_checks.facts.documents import DiscoveryDocument, KeySet
from agentcore_auth_checks.findings import Report
from agentcore_auth_checks.rules.acceptance import RULES
from agentcore_auth_checks.text import Secret
from agentcore_auth_checks.token_parser import parse_token

Document = bytes | Mapping[str, object]
"""A JSON document as it was served, or its members."""


def explain(
    token: Secret | None,
    authorizer: Mapping[str, object] | None,
    discovery: Document | None,
    key_set: Document | None,
    now: float,
) -> Report:
    """Returns what stands between a token and an authorizer; the first failure is the cause.

    Args:
        token: the token as it was pasted.
        authorizer: a `customJWTAuthorizer`, in any of its wrappings.
        discovery: the document at the authorizer's discovery URL.
        key_set: the document at its `jwks_uri`.
        now: seconds since the epoch, UTC.
    """
    facts = Facts(_facts(token, authorizer, discovery, key_set, now))
    return report_of(judge(facts, RULES), facts)


def _facts(
    token: Secret | None,
    authorizer: Mapping[str, object] | None,
    discovery: Document | None,
    key_set: Document | None,
    now: float,
) -> Iterator[Fact]:
    yield Clock(now=now, source="clock")
    if token is not None:
        yield parse_token(token, source="token")
    url = ""
    if authorizer is not None:
        settings = read_authorizer(authorizer, source="authorizer")
        url = settings.discovery_url
        yield settings
    jwks_uri = ""
    if discovery is not None:
        content, problem = _decoded(discovery)
        document = DiscoveryDocument(url=url, content=content, problem=problem, source="discovery")
        jwks_uri = document.text_member("jwks_uri") or ""
        yield document
    if key_set is not None:
        content, problem = _decoded(key_set)
        yield KeySet(url=jwks_uri, content=content, problem=problem, source="key_set")


def _decoded(document: Document) -> tuple[object, strict_json.JsonProblem | None]:
    if isinstance(document, bytes):
        return strict_json.decode(document)
    return strict_json.decode(json.dumps(document).encode())
