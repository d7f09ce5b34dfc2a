"""Makes probes from what a provider pack and a journey say, and from the answers so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from agentcore_auth_checks.answers import asked_for, complete, fields_by_id
from agentcore_auth_checks.facts.base import Fact
from agentcore_auth_checks.facts.profile import AuthorizerSettings
from agentcore_auth_checks.probes import authorization, documents, endpoints, tokens
from agentcore_auth_checks.probes.base import Blocked, Probe, Run
from agentcore_auth_templates import packs
from agentcore_auth_templates.loading import DataFileError


@dataclass(frozen=True, slots=True)
class UnreadyProbe:
    """A probe whose answers are not all there yet: it only says which."""

    source: str
    label: str
    area: str
    missing: tuple[str, ...]
    labels: tuple[str, ...]

    async def fetch(self, run: Run) -> Fact:
        """Never returns.

        Raises:
            Blocked: always.
        """
        raise Blocked(f"it needs: {', '.join(self.labels)}", missing=self.missing)


class ProbeMaker:
    """Makes the probes of one journey for one set of answers."""

    def __init__(
        self, provider: packs.Provider, journey: packs.Journey, answers: Mapping[str, str]
    ) -> None:
        self._provider = provider
        self._journey = journey
        self._answers = complete(answers, provider, journey)
        self._data: dict[str, packs.Probe] = {**provider.probes, **journey.own_probes}

    @property
    def answers(self) -> Mapping[str, str]:
        """The answers with all that follows from them."""
        return self._answers

    def names(self) -> tuple[str, ...]:
        """Returns the names of all probes, optional ones only where their answers are there."""
        return tuple(
            name
            for name, data in self._data.items()
            if not (isinstance(data, packs.GatewayProbe) and data.optional)
            or not self._missing(data)
        )

    def waits_for(self, name: str, kept: Collection[str]) -> tuple[str, ...]:
        """Returns the fields without which a probe cannot run; `kept` are the secrets at hand."""
        data = self._data[name]
        missing = self._missing(data)
        if isinstance(data, packs.ClientCredentialsProbe) and data.client_secret not in kept:
            missing = (*missing, data.client_secret)
        return missing

    def rests_on(self, name: str) -> frozenset[str]:
        """Returns the fields, derived ones included, that a probe's request is made from."""
        data = self._data[name]
        found: set[str] = set()
        for text in _texts(data):
            found |= self._unfolded(text)
        if isinstance(data, packs.ClientCredentialsProbe):
            found.add(data.client_secret)
        for other in (getattr(data, "discovery", None), getattr(data, "token", None)):
            if other is not None:
                found |= self.rests_on(str(other))
        return frozenset(found)

    def _unfolded(self, text: str) -> set[str]:
        rules = {**self._provider.derived, **self._journey.derived}
        found: set[str] = set()
        for name in packs.placeholders(text):
            found.add(name)
            rule = rules.get(name)
            if isinstance(rule, str):
                found |= self._unfolded(rule)
            elif rule is not None:
                found.add(rule.source)
        return found

    def make(self, names: Iterable[str]) -> list[Probe[Fact]]:
        """Returns the named probes; those that wait for an answer only say so."""
        return [self._one(name) for name in names]

    def authorizer(self) -> AuthorizerSettings | None:
        """Returns the authorizer that follows from the answers, or None until they are there.

        An authorizer that constrains nothing yet is not one.
        """
        template = self._provider.authorizer
        url = packs.filled(template.discovery_url, dict(self._answers))
        if url is None:
            return None
        audience, clients, scopes = (
            self._filled(texts)
            for texts in (
                template.allowed_audience,
                template.allowed_clients,
                template.allowed_scopes,
            )
        )
        if not (audience or clients or scopes):
            return None
        return AuthorizerSettings(
            source="profile",
            discovery_url=url,
            allowed_audience=audience,
            allowed_clients=clients,
            allowed_scopes=scopes,
        )

    def _filled(self, templates: tuple[str, ...]) -> tuple[str, ...] | None:
        values = tuple(
            value
            for template in templates
            if (value := packs.filled(template, dict(self._answers))) is not None
        )
        return values or None

    def _missing(self, data: packs.Probe) -> tuple[str, ...]:
        wanted: list[str] = []
        for text in _texts(data):
            wanted += asked_for(text, self._provider, self._journey, self._answers)
        if (named := getattr(data, "discovery", None)) is not None:
            wanted += self._missing(self._data[str(named)])
        if isinstance(data, packs.GatewayProbe):
            wanted += self._missing(self._data[data.token])
        return tuple(dict.fromkeys(wanted))

    def _one(self, name: str) -> Probe[Fact]:
        data = self._data[name]
        missing = self._missing(data)
        if missing:
            fields = fields_by_id(self._provider, self._journey)
            labels = tuple(fields[field].label if field in fields else field for field in missing)
            return UnreadyProbe(name, data.label, _AREAS[type(data)], missing, labels)
        return self._ready(name, data)

    def _ready(self, name: str, data: packs.Probe) -> Probe[Fact]:
        match data:
            case packs.DocumentProbe():
                return documents.DocumentProbe(name, data.label, self._text(data.url), data.member)
            case packs.DiscoveryProbe():
                return self._discovery(name)
            case packs.KeySetProbe():
                return documents.KeySetProbe(name, data.label, self._discovery(data.discovery))
            case packs.AuthorizeProbe():
                return authorization.AuthorizeProbe(
                    name,
                    data.label,
                    self._text(data.client_id),
                    self._text(data.redirect_uri),
                    self._text(data.scope),
                    self._discovery(data.discovery),
                    expects_refusal=data.expected == "refused",
                )
            case packs.SignOutProbe():
                return authorization.SignOutProbe(
                    name,
                    data.label,
                    self._text(data.client_id),
                    self._text(data.return_to),
                    self._discovery(data.discovery),
                )
            case packs.PreflightProbe():
                return authorization.PreflightProbe(
                    name,
                    data.label,
                    self._text(data.url),
                    self._text(data.origin),
                    data.method,
                    data.headers,
                )
            case packs.ClientCredentialsProbe():
                return self._token(name)
            case packs.PageProbe():
                return endpoints.PageProbe(name, data.label, self._text(data.url), data.contains)
            case packs.GatewayProbe():
                return endpoints.GatewayProbe(
                    name, data.label, self._text(data.url), self._token(data.token)
                )

    def _discovery(self, name: str) -> documents.DiscoveryProbe:
        data = self._data[name]
        if not isinstance(data, packs.DiscoveryProbe):
            raise DataFileError(f"the probe {name!r} is no discovery probe")
        return documents.DiscoveryProbe(name, data.label, self._text(data.url))

    def _token(self, name: str) -> tokens.ClientCredentialsProbe:
        data = self._data[name]
        if not isinstance(data, packs.ClientCredentialsProbe):
            raise DataFileError(f"the probe {name!r} gets no token")
        return tokens.ClientCredentialsProbe(
            name,
            data.label,
            self._text(data.client_id),
            data.client_secret,
            self._text(data.scope),
            self._text(data.audience),
            data.authentication,
            self._discovery(data.discovery),
        )

    def _text(self, template: str) -> str:
        return packs.filled(template, dict(self._answers)) or ""


def _texts(data: packs.Probe) -> tuple[str, ...]:
    """Returns every text of a probe's data that may hold placeholders."""
    return tuple(
        value for name in data.__struct_fields__ if isinstance(value := getattr(data, name), str)
    )


_AREAS: Mapping[type[object], str] = {
    packs.DocumentProbe: "disc",
    packs.DiscoveryProbe: "disc",
    packs.KeySetProbe: "jwks",
    packs.AuthorizeProbe: "idp",
    packs.SignOutProbe: "idp",
    packs.PreflightProbe: "cors",
    packs.ClientCredentialsProbe: "idp",
    packs.PageProbe: "nginx",
    packs.GatewayProbe: "endpoint",
}
