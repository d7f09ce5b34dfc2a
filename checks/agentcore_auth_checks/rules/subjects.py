"""Which facts belong together: a token, the authorizer it is for, its discovery and keys."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from agentcore_auth_checks.algorithms import algorithm_of
from agentcore_auth_checks.facts.base import Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument, JsonDocument, KeySet
from agentcore_auth_checks.facts.http import Fetched, HttpAnswer
from agentcore_auth_checks.facts.profile import AuthorizerSettings, KnownProvider
from agentcore_auth_checks.facts.token import Token
from agentcore_auth_checks.rules.base import Condition
from agentcore_auth_checks.text import visible
from agentcore_auth_templates.packs import Provider

OK = 200
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


def pack_of(facts: Facts) -> Provider | None:
    """Returns the provider pack that the profile is for, or None."""
    known = facts.first(KnownProvider)
    return known.pack if known else None


def pairs(facts: Facts) -> Iterator[tuple[Token, AuthorizerSettings]]:
    """Yields every token with every authorizer, tokens that cannot be read left out."""
    for token in facts.all(Token):
        if token.payload is not None:
            for settings in facts.all(AuthorizerSettings):
                yield token, settings


def discovery_of(
    facts: Facts, settings: AuthorizerSettings | None = None
) -> DiscoveryDocument | None:
    """Returns the discovery document of an authorizer; the first there is where none fits."""
    settings = settings or facts.first(AuthorizerSettings)
    documents = facts.all(DiscoveryDocument)
    for document in documents:
        if settings is not None and document.url == settings.discovery_url:
            return document
    return documents[0] if documents else None


def published_issuer(facts: Facts) -> str | None:
    """Returns the issuer that tokens must have, or None where no document states one."""
    discovery = discovery_of(facts)
    return discovery.text_member("issuer") if discovery else None


def key_set_of(facts: Facts) -> KeySet | None:
    """Returns the key set that the discovery document names; the first there is where none fits."""
    discovery = discovery_of(facts)
    key_sets = facts.all(KeySet)
    for key_set in key_sets:
        if discovery is not None and key_set.url == discovery.text_member("jwks_uri"):
            return key_set
    return key_sets[0] if key_sets else None


def was_answered(document: JsonDocument) -> bool:
    """Whether a document is at hand that means what it says: from a file, or with status 200."""
    exchange = document.exchange
    return exchange is None or (isinstance(exchange, HttpAnswer) and exchange.status == OK)


def answered(kind: type[Fetched]) -> Condition:
    """Returns the condition that at least one fact of this kind was answered at all."""

    def holds(facts: Facts) -> bool:
        return any(
            isinstance(exchange, HttpAnswer)
            for fact in facts.all(kind)
            for exchange in fact.exchanges
        )

    return holds


def answered_to_the_point(kind: type[Fetched]) -> Condition:
    """Returns the condition that at least one answer is not about load or a fault of the server."""

    def holds(facts: Facts) -> bool:
        return any(
            isinstance(exchange, HttpAnswer) and is_to_the_point(exchange)
            for fact in facts.all(kind)
            for exchange in fact.exchanges
        )

    return holds


def is_to_the_point(exchange: HttpAnswer) -> bool:
    """Whether the status tells of the request, and not of too many or of a broken server."""
    return exchange.status != TOO_MANY_REQUESTS and exchange.status < SERVER_ERROR


def in_command(text: str) -> str:
    """Returns outside text fit for a command that is copied into a shell."""
    return shlex.quote(visible(text))


def has_header(facts: Facts) -> bool:
    """Whether there is a token whose header can be read."""
    return any(token.header is not None for token in facts.all(Token))


def has_payload(facts: Facts) -> bool:
    """Whether there is a token whose payload can be read."""
    return any(token.payload is not None for token in facts.all(Token))


def has_public_key_signature(facts: Facts) -> bool:
    """Whether there is a token that a published key could have signed."""
    algorithms = (algorithm_of(token.header) for token in facts.all(Token))
    return any(algorithm and not algorithm.is_symmetric for algorithm in algorithms)
