"""What tokens and URLs of known providers look like, and which finding a likeness means.

The data is `token_marks.yaml`; here is its shape. Patterns are regular expressions that the
whole text must match.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import msgspec

from agentcore_auth_templates.loading import DataFileError, load

_FILE = "token_marks.yaml"


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A strictly read piece of the data file."""


class ProviderMarks(_Data, frozen=True):
    """How a token's provider is recognized: by its issuer, or by claims with these values."""

    issuer: str
    claims: dict[str, tuple[str, ...]] = {}


class IdTokenMarks(_Data, frozen=True):
    """How an ID token is recognized: a claim in `says`, or one in `has` and none in `lacks`."""

    says: dict[str, tuple[str, ...]]
    has: tuple[str, ...]
    lacks: tuple[str, ...]


class IssuerPair(_Data, frozen=True):
    """Two different issuers of one provider: the token's, and the one that discovery publishes."""

    code: str
    token: str
    published: str
    same: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()


class OrganizationServer(_Data, frozen=True):
    """A provider whose organization issues tokens too, beside the servers below `path`."""

    code: str
    provider: str
    path: str


class AbsentAudience(_Data, frozen=True):
    """What it means that a token of this provider has no audience."""

    code: str
    provider: str


class AudienceMark(_Data, frozen=True):
    """What it means that all of a token's audiences are among `values`, or match `pattern`."""

    code: str
    values: tuple[str, ...] = ()
    pattern: str = ""
    provider: str = ""
    default: bool = False


class AudienceForm(_Data, frozen=True):
    """One side has an identifier, the other `prefix` and the same identifier."""

    code: str
    prefix: str
    identifier: str


class ScopeMark(_Data, frozen=True):
    """What it means that all of a token's scopes are among `values`."""

    code: str
    values: tuple[str, ...]


class QualifiedScope(_Data, frozen=True):
    """One side has a scope, the other the same scope qualified, after a slash."""

    code: str
    qualified: Literal["token", "authorizer"]
    provider: str = ""
    pattern: str = ""


class InsteadOfScopes(_Data, frozen=True):
    """What it means that a token of this provider has no scope, and this claim."""

    code: str
    provider: str
    claim: str


class UrlMark(_Data, frozen=True):
    """What it means that a discovery URL looks like this, and what was expected in its place."""

    code: str
    pattern: str
    expected: str


class IssuerElsewhere(_Data, frozen=True):
    """A document at such a URL rightly names such an issuer."""

    url: str
    issuer: str
    same: tuple[str, ...] = ()


class TokenMarks(_Data, frozen=True):
    """The whole file."""

    schema: Literal[1]
    providers: dict[str, ProviderMarks]
    client_claims: dict[str, str]
    id_token: IdTokenMarks
    wrong_types: tuple[str, ...]
    own_key_types: tuple[str, ...]
    issuer_pairs: tuple[IssuerPair, ...]
    organization_servers: tuple[OrganizationServer, ...]
    absent_audiences: tuple[AbsentAudience, ...]
    audiences: tuple[AudienceMark, ...]
    audience_forms: tuple[AudienceForm, ...]
    scopes: tuple[ScopeMark, ...]
    qualified_scopes: tuple[QualifiedScope, ...]
    instead_of_scopes: tuple[InsteadOfScopes, ...]
    discovery_urls: tuple[UrlMark, ...]
    issuers_elsewhere: tuple[IssuerElsewhere, ...]


@cache
def token_marks() -> TokenMarks:
    """Returns the marks, read on first use.

    Raises:
        DataFileError: the file is not what it should be.
    """
    return checked(load(TokenMarks, _FILE))


def checked(marks: TokenMarks) -> TokenMarks:
    """Returns the marks, or says which pattern or provider of them does not hold.

    Raises:
        DataFileError: a pattern is no regular expression, a named group is missing from one of
            a pair, or a provider is not among `providers`.
    """
    for pattern in _patterns(marks):
        try:
            re.compile(pattern)
        except re.error as error:
            raise DataFileError(f"{_FILE}: the pattern {pattern!r}: {error}") from None
    pairs = [
        *((pair.token, pair.published, (*pair.same, *pair.differ)) for pair in marks.issuer_pairs),
        *((pair.url, pair.issuer, pair.same) for pair in marks.issuers_elsewhere),
    ]
    for first, second, groups in pairs:
        for group in groups:
            if not all(group in re.compile(side).groupindex for side in (first, second)):
                raise DataFileError(f"{_FILE}: no group {group!r} in both {first!r} and {second!r}")
    named = (
        *(mark.provider for mark in marks.organization_servers),
        *(mark.provider for mark in marks.absent_audiences),
        *(mark.provider for mark in marks.audiences if mark.provider),
        *(mark.provider for mark in marks.qualified_scopes if mark.provider),
        *(mark.provider for mark in marks.instead_of_scopes),
    )
    for name in named:
        if name not in marks.providers:
            raise DataFileError(f"{_FILE}: there is no provider {name!r}")
    return marks


def _patterns(marks: TokenMarks) -> tuple[str, ...]:
    return (
        *(mark.issuer for mark in marks.providers.values()),
        *(side for pair in marks.issuer_pairs for side in (pair.token, pair.published)),
        *(mark.pattern for mark in marks.audiences),
        *(mark.identifier for mark in marks.audience_forms),
        *(mark.pattern for mark in marks.qualified_scopes),
        *(mark.pattern for mark in marks.discovery_urls),
        *(side for pair in marks.issuers_elsewhere for side in (pair.url, pair.issuer)),
    )
