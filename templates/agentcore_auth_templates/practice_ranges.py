"""Practice ranges: what the lab plays, and every fault it can play, as data.

A range is one file in `practice/`. `setting` describes the healthy range; each fault is a JSON
merge patch (RFC 7396) on it, so that a fault is one entry in one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, cast

import msgspec

from agentcore_auth_templates.loading import DataFileError, load, names

FOLDER = "practice"
_PLACEHOLDER = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A strictly read piece of a data file."""


class Reply(_Data, frozen=True):
    """One HTTP answer: a JSON value, or a page, or neither.

    `padding` is a number of blanks put before the body.
    """

    status: int = 200
    headers: dict[str, str] = {}
    json: object = None
    page: str = ""
    padding: int = 0


class Endpoint(_Data, frozen=True):
    """Something an identity provider serves: a `reply`, or what `does` says.

    The rest are faults: `instead` is answered in place of all that, `preflight` in place of a
    CORS preflight, and `stall` breaks the connection: no answer at all, one that drips, or one
    that breaks off.
    """

    paths: tuple[str, ...]
    does: Literal["reply", "authorize", "sign_out", "token"] = "reply"
    methods: tuple[str, ...] = ("GET",)
    reply: Reply | None = None
    cross_origin: bool = False
    instead: Reply | None = None
    preflight: Reply | None = None
    stall: Literal["", "silent", "dripping", "breaking"] = ""


class Application(_Data, frozen=True):
    """A client that is registered with the provider; one without a secret is public."""

    client_id: str
    grants: tuple[str, ...]
    secret: str = ""
    redirect_uris: tuple[str, ...] = ()
    sign_out_uris: tuple[str, ...] = ()
    requires_proof: bool = False
    """Whether its token requests must prove possession of a key (RFC 9449)."""


class SignIn(_Data, frozen=True):
    """The error that a sign-in without a prompt ends with."""

    error: str
    description: str


class TokenShape(_Data, frozen=True):
    """What an access token of this provider looks like. `lifetime` is in seconds."""

    lifetime: int
    header: dict[str, object]
    claims: dict[str, object]
    response: dict[str, object]
    """Members of the token response beside the token."""
    signed_by: Literal["published", "stray"] = "published"
    instead: str = ""
    """What is handed out in place of a signed token, by a fault."""


class Refusals(_Data, frozen=True):
    """How this provider words its refusals."""

    unknown_path: Reply
    method_not_allowed: Reply
    unknown_client: Reply
    wrong_secret: Reply
    two_credentials: Reply
    unsupported_grant: Reply
    grant_not_allowed: Reply
    proof_missing: Reply
    scope_missing: Reply
    scope_unknown: Reply
    policy_denied: Reply
    code_unknown: Reply
    subject_token_invalid: Reply
    application_page: Reply
    redirect_uri_page: Reply
    sign_out_uri_page: Reply
    nobody_signs_in_page: Reply
    signed_out_page: Reply


class IdentityProvider(_Data, frozen=True):
    """The identity provider of a range. `clock_ahead` is how many seconds its clock is fast."""

    host: str
    endpoints: dict[str, Endpoint]
    applications: dict[str, Application]
    scopes: tuple[str, ...]
    user_scopes: tuple[str, ...]
    """Scopes that only a person can be given."""
    trusted_origins: tuple[str, ...]
    cross_origin_headers: dict[str, str]
    published_key: dict[str, object]
    token: TokenShape
    sign_in: SignIn
    refusals: Refusals
    access_policy: bool = True
    clock_ahead: int = 0


class Authorizer(_Data, frozen=True):
    """What the range's gateway and runtime are told to accept (`customJWTAuthorizer`)."""

    discovery_url: str
    allowed_audience: tuple[str, ...] | None = None
    allowed_clients: tuple[str, ...] | None = None
    allowed_scopes: tuple[str, ...] | None = None


class AgentCore(_Data, frozen=True):
    """The gateway and the runtime of a range. An `open` gateway asks nobody for a token."""

    gateway_host: str
    runtime_host: str
    runtime_arn: str
    authorizer: Authorizer
    tools: tuple[str, ...]
    open: bool = False


class TestPage(_Data, frozen=True):
    """The page that people are returned to, and the paths that serve it."""

    __test__ = False

    paths: tuple[str, ...]
    reply: Reply
    not_found: Reply


class Setting(_Data, frozen=True):
    """Everything that a range plays at one moment.

    `answers` are good answers to all fields of the journey. `worthless_secrets` are published
    here and open nothing but this range.
    """

    answers: dict[str, str]
    worthless_secrets: dict[str, str]
    provider: IdentityProvider
    agentcore: AgentCore
    page: TestPage


class Fault(_Data, frozen=True):
    """One thing that can be wrong: in words, and as a merge patch on the setting."""

    summary: str
    change: dict[str, object]


class PracticeRange(_Data, frozen=True):
    """One range with its faults, by the code of the finding that each must lead to."""

    schema: Literal[1]
    journey: str
    setting: dict[str, object]
    faults: dict[str, Fault]

    def played(self, faults: Sequence[str] = (), *, port: int = 0) -> Setting:
        """Returns the setting with the named faults, on the given port.

        Raises:
            DataFileError: there is no such fault, or one does not fit the setting.
        """
        setting: object = self.setting
        for code in faults:
            fault = self.faults.get(code)
            if fault is None:
                raise DataFileError(f"{FOLDER}/{self.journey}.yaml: no fault {code!r}")
            setting = merged(setting, fault.change)
        try:
            return msgspec.convert(filled(setting, {"lab.port": str(port)}), Setting)
        except msgspec.ValidationError as error:
            codes = ", ".join(faults) or "none"
            raise DataFileError(
                f"{FOLDER}/{self.journey}.yaml: setting (faults: {codes}): {error}"
            ) from None


def merged(target: object, patch: object) -> object:
    """Returns `target` with a JSON merge patch applied (RFC 7396 section 2)."""
    if not isinstance(patch, dict):
        return patch
    changes = cast("dict[str, object]", patch)
    members = dict(cast("dict[str, object]", target)) if isinstance(target, dict) else {}
    for name, value in changes.items():
        if value is None:
            members.pop(name, None)
        else:
            members[name] = merged(members.get(name), value)
    return members


def filled(value: object, values: Mapping[str, object]) -> object:
    """Returns a JSON value with its placeholders replaced, wherever they stand.

    A text that is nothing but one placeholder becomes the value itself, whatever its type;
    placeholders that have no value stay as they are.
    """
    match value:
        case str():
            whole = _PLACEHOLDER.fullmatch(value)
            if whole and whole.group(1) in values:
                return values[whole.group(1)]
            return _PLACEHOLDER.sub(
                lambda found: str(values.get(found.group(1), found.group(0))), value
            )
        case dict():
            members = cast("dict[str, object]", value)
            return {name: filled(member, values) for name, member in members.items()}
        case list():
            return [filled(item, values) for item in cast("list[object]", value)]
        case _:
            return value


@cache
def practice_range(journey: str = "") -> PracticeRange:
    """Returns the range for a journey, or the first one where none is named.

    Raises:
        DataFileError: there is none, or it is not what it should be.
    """
    return load(PracticeRange, FOLDER, f"{journey or names(FOLDER)[0]}.yaml")
