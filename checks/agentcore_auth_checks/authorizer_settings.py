"""Reads a `customJWTAuthorizer` from the JSON forms in which it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from agentcore_auth_checks.facts.profile import AuthorizerSettings

_WRAPPERS = (
    "authorizerConfiguration",
    "optionalValue",
    "customJWTAuthorizer",
    "customJwtAuthorizer",
    "CustomJWTAuthorizer",
)
"""Around the members, outermost first: as the API, the CLI and CloudFormation spell it."""


def read_authorizer(configuration: Mapping[str, object], *, source: str = "") -> AuthorizerSettings:
    """Returns the settings in an authorizer's configuration, in any of its wrappings.

    A member of another type than the service model's counts as absent, a string in place of a
    list as a list of one.
    """
    members = configuration
    for name in _WRAPPERS:
        inner = members.get(name)
        if isinstance(inner, Mapping):
            members = cast("Mapping[str, object]", inner)
    url = members.get("discoveryUrl")
    return AuthorizerSettings(
        discovery_url=url if isinstance(url, str) else "",
        allowed_audience=_strings(members.get("allowedAudience")),
        allowed_clients=_strings(members.get("allowedClients")),
        allowed_scopes=_strings(members.get("allowedScopes")),
        custom_claims=_objects(members.get("customClaims")),
        source=source,
    )


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        return None
    return tuple(item for item in cast("list[object]", value) if isinstance(item, str))


def _objects(value: object) -> tuple[Mapping[str, object], ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(
        cast("Mapping[str, object]", item)
        for item in cast("list[object]", value)
        if isinstance(item, Mapping)
    )
