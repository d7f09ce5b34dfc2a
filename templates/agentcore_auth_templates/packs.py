"""Provider packs and journeys: what is true of an identity provider, and of a system to set up.

A pack is one file in `idp/`, a journey one file in `journeys/`. Texts may hold `{field.id}`
placeholders, filled from the answers; a text whose answers are not all known yet is not ready.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import msgspec

from agentcore_auth_templates.loading import DataFileError, each, load

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9_]+)+)\}")


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A strictly read piece of a data file."""


# --- fields --------------------------------------------------------------------------------


class Refusal(_Data, frozen=True):
    """A value that looks right and is not: `pattern` finds it, `because` says why it is wrong.

    `instead` offers a better value; backslash and digit stand for the pattern's groups.
    """

    pattern: str
    because: str
    instead: str = ""


class Field(_Data, frozen=True):
    """One answer: an id in dotted form, how it is asked, and what is refused."""

    id: str
    label: str
    help: str
    example: str
    pattern: str = ""
    pattern_says: str = ""
    default: str = ""
    secret: bool = False
    refuse: tuple[Refusal, ...] = ()
    differs_from: dict[str, str] = {}
    """Other field id -> why the two may not be equal."""
    optional: bool = False
    choices: tuple[str, ...] = ()


class Rewrite(_Data, frozen=True, rename={"source": "from"}):
    """A value made from another one; absent where the pattern does not fit."""

    source: str
    pattern: str
    to: str


# --- probes --------------------------------------------------------------------------------


class _Probe(_Data, frozen=True):
    """What every probe has: where it counts as coming from, and how it is called on screen."""

    label: str


class DocumentProbe(_Probe, frozen=True, tag="document", tag_field="kind"):
    """A JSON document that must exist and, where `member` is set, hold that member."""

    url: str
    member: str = ""


class DiscoveryProbe(_Probe, frozen=True, tag="discovery", tag_field="kind"):
    """The discovery document of the authorization server."""

    url: str


class KeySetProbe(_Probe, frozen=True, tag="key_set", tag_field="kind"):
    """The key set that the discovery document names."""

    discovery: str = "discovery"


class AuthorizeProbe(_Probe, frozen=True, tag="authorize", tag_field="kind"):
    """An authorization request with prompt=none: what comes back says whether it is registered."""

    client_id: str
    redirect_uri: str
    scope: str = "openid"
    discovery: str = "discovery"
    expected: Literal["accepted", "refused"] = "accepted"
    """`refused`: a probe that is right when the provider does not know this pair."""


class SignOutProbe(_Probe, frozen=True, tag="sign_out", tag_field="kind"):
    """A sign-out request: what comes back says whether the return address is registered."""

    client_id: str
    return_to: str
    discovery: str = "discovery"


class PreflightProbe(_Probe, frozen=True, tag="preflight", tag_field="kind"):
    """The CORS preflight that a page at `origin` would send before calling `url`."""

    url: str
    origin: str
    method: str = "POST"
    headers: tuple[str, ...] = ()


class ClientCredentialsProbe(_Probe, frozen=True, tag="client_credentials", tag_field="kind"):
    """A token for a machine. `client_secret` is a field id, never a value."""

    client_id: str
    client_secret: str
    scope: str = ""
    audience: str = ""
    authentication: Literal["basic", "post"] = "basic"
    discovery: str = "discovery"


class PageProbe(_Probe, frozen=True, tag="page", tag_field="kind"):
    """A page that must be served with 200 and, where `contains` is set, hold that text."""

    url: str
    contains: str = ""


class GatewayProbe(_Probe, frozen=True, tag="gateway", tag_field="kind"):
    """An AgentCore endpoint: its challenge without a token, then `initialize` and `tools/list`."""

    url: str
    token: str = "token"  # noqa: S105  # the name of a probe
    optional: bool = True
    """Whether an endpoint that has no URL yet is simply left out."""


Probe = (
    DocumentProbe
    | DiscoveryProbe
    | KeySetProbe
    | AuthorizeProbe
    | SignOutProbe
    | PreflightProbe
    | ClientCredentialsProbe
    | PageProbe
    | GatewayProbe
)


# --- steps ---------------------------------------------------------------------------------


class Instruction(_Data, frozen=True):
    """One line of what to do in a console; `value` is what is typed there and can be copied."""

    do: str
    value: str = ""


class Proof(_Data, frozen=True):
    """How a machine proves a step.

    `probes` are names of this pack's probes, `codes` the findings (an area's star allowed) that
    refute the step when one of these probes shows them. `files` proves written files instead.
    """

    by: str
    probes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    passes_over: tuple[str, ...] = ()
    """Codes of other steps that these probes may show without refuting or holding up this one."""
    files: bool = False
    limits: str = ""
    """What the proof does not show."""


class Unprovable(_Data, frozen=True):
    """Why no machine can prove a step from here, and what the user looks at before ticking it."""

    needs: str
    look_at: str


class Correction(_Data, frozen=True):
    """A statement of the published guide that is wrong, and what is true instead."""

    guide_says: str
    truth: str
    because: str
    evidence: Literal["documented", "measured", "inferred"]


class Step(_Data, frozen=True):
    """One step of a console checklist, with the proof that it was done."""

    id: str
    title: str
    why: str
    instructions: tuple[Instruction, ...]
    where: str = ""
    """Heading over the instructions: `In the Okta admin console`."""
    link: str = ""
    fields: tuple[str, ...] = ()
    proof: Proof | None = None
    unprovable: Unprovable | None = None
    corrections: tuple[Correction, ...] = ()
    mark: str = ""
    """The step's name in the published checklist, where it has one."""


# --- errors --------------------------------------------------------------------------------


class KnownError(_Data, frozen=True):
    """What an error of this provider means. All that is given must match.

    `error` is the OAuth error code, `text` a regular expression on description or page.
    """

    at: Literal["token", "authorize", "sign_out"]
    code: str
    error: str = ""
    text: str = ""
    means: str = ""


class Claims(_Data, frozen=True):
    """Where this provider's access tokens carry what."""

    client: str
    scope: str
    audience: str = "aud"


class Authorizer(_Data, frozen=True):
    """The authorizer that fits this provider, as templates over the answers."""

    discovery_url: str
    allowed_audience: tuple[str, ...] = ()
    allowed_clients: tuple[str, ...] = ()
    allowed_scopes: tuple[str, ...] = ()


class Provider(_Data, frozen=True):
    """One identity provider."""

    schema: Literal[1]
    id: str
    name: str
    fields: tuple[Field, ...]
    derived: dict[str, str | Rewrite]
    """Field id -> template or rewrite: values that follow from the answers and are never asked."""
    probes: dict[str, Probe]
    steps: tuple[Step, ...]
    claims: Claims
    authorizer: Authorizer
    errors: tuple[KnownError, ...] = ()
    default_audience: str = ""
    """The audience that an authorization server of this provider has before it is changed."""
    authorization_server_path: str = ""
    """Path that a custom authorization server's issuer has and the organization's lacks."""


class Journey(_Data, frozen=True):
    """One system to set up."""

    schema: Literal[1]
    id: str
    title: str
    summary: str
    provider: str
    steps: tuple[str, ...]
    """Step ids in order: the provider's, or this journey's own."""
    own_steps: tuple[Step, ...] = ()
    own_fields: tuple[Field, ...] = ()
    own_probes: dict[str, Probe] = {}
    derived: dict[str, str | Rewrite] = {}
    files: tuple[str, ...] = ()
    guide: str = ""
    """Name of the published guide that the corrections speak of."""


def placeholders(text: str) -> tuple[str, ...]:
    """Returns the field ids that a template refers to, in order, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def filled(text: str, answers: dict[str, str]) -> str | None:
    """Returns the template with its answers, or None where one of them is not known yet."""
    if any(not answers.get(name) for name in placeholders(text)):
        return None
    return _PLACEHOLDER.sub(lambda match: answers[match.group(1)], text)


@cache
def provider(name: str) -> Provider:
    """Returns one provider pack.

    Raises:
        DataFileError: it does not exist or is not what it should be.
    """
    return _checked_provider(load(Provider, "idp", f"{name}.yaml"))


@cache
def journey(name: str) -> Journey:
    """Returns one journey.

    Raises:
        DataFileError: it, or the provider pack it is for, is missing or not what it should be.
    """
    return _checked_journey(load(Journey, "journeys", f"{name}.yaml"))


@cache
def journeys() -> tuple[tuple[Journey, ...], tuple[DataFileError, ...]]:
    """Returns all journeys that load, by title, and the errors of those that do not."""
    good, bad = each(Journey, "journeys")
    return tuple(sorted(good.values(), key=lambda item: item.title)), bad


def _checked_provider(pack: Provider) -> Provider:
    """Returns the pack, or says which of its references leads nowhere."""
    known = {field.id for field in pack.fields} | set(pack.derived)
    _check_names(f"idp/{pack.id}.yaml", pack.steps, pack.probes, known, outside_fields=True)
    return pack


def _checked_journey(item: Journey) -> Journey:
    name = f"journeys/{item.id}.yaml"
    pack = provider(item.provider)
    steps = {step.id for step in (*pack.steps, *item.own_steps)}
    for step in item.steps:
        if step not in steps:
            raise DataFileError(f"{name}: steps: there is no step {step!r}")
    known = {field.id for field in (*pack.fields, *item.own_fields)}
    known |= set(pack.derived) | set(item.derived)
    probes = {**pack.probes, **item.own_probes}
    _check_names(name, (*pack.steps, *item.own_steps), probes, known, outside_fields=False)
    return item


def _check_names(
    name: str,
    steps: tuple[Step, ...],
    probes: dict[str, Probe],
    known: set[str],
    *,
    outside_fields: bool,
) -> None:
    """Checks that each step's probes and fields, and each probe's placeholders, exist."""
    for step in steps:
        for probe in step.proof.probes if step.proof else ():
            if probe not in probes:
                raise DataFileError(f"{name}: step {step.id}: there is no probe {probe!r}")
        for field in step.fields:
            if field not in known and not outside_fields:
                raise DataFileError(f"{name}: step {step.id}: there is no field {field!r}")
    if outside_fields:
        return
    for key, probe_data in probes.items():
        for text in msgspec.structs.asdict(probe_data).values():
            for field in placeholders(text) if isinstance(text, str) else ():
                if field not in known:
                    raise DataFileError(f"{name}: probe {key}: there is no field {field!r}")
