"""Changes to a healthy setup, each of one thing: the words in which the cases are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from token_minting import Private, Setup, encode, json_part

Change = Callable[[Setup], None]
GONE = object()


def _into(members: dict[str, Any], changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        if value is GONE:
            members.pop(name, None)
        else:
            members[name] = value


def header(**changes: object) -> Change:
    return lambda setup: _into(setup.header, changes)


def crit(*names: object, **changes: object) -> Change:
    return lambda setup: _into(setup.header, {"crit": list(names), **changes})


def claims(**changes: object) -> Change:
    return lambda setup: _into(setup.payload, changes)


def claim(name: str, value: object) -> Change:
    return lambda setup: _into(setup.payload, {name: value})


def settings(**changes: object) -> Change:
    return lambda setup: _into(setup.authorizer, changes)


def audience(*allowed: str, carried: object = GONE) -> Change:
    """The authorizer allows only audiences; the token carries another aud, where one is given."""

    def change(setup: Setup) -> None:
        _into(setup.authorizer, {"allowedAudience": list(allowed)})
        _into(setup.authorizer, {"allowedClients": GONE, "allowedScopes": GONE})
        if carried is not GONE:
            setup.payload["aud"] = carried

    return change


def scopes(*allowed: str, carried: object = GONE, name: str = "scope") -> Change:
    def change(setup: Setup) -> None:
        setup.authorizer["allowedScopes"] = list(allowed)
        if carried is not GONE:
            setup.payload.pop("scope", None)
            setup.payload[name] = carried

    return change


def rules(*custom_claims: Mapping[str, object]) -> Change:
    return settings(customClaims=list(custom_claims))


def document(**changes: object) -> Change:
    return lambda setup: _into(setup.discovery, changes)


def served(body: bytes) -> Change:
    """The discovery URL answers these bytes."""
    return lambda setup: setattr(setup, "discovery", body)


def key_set(content: object) -> Change:
    return lambda setup: setattr(setup, "key_set", content)


def keys(*members: Mapping[str, object]) -> Change:
    return key_set({"keys": list(members)})


def first_key(**changes: object) -> Change:
    return lambda setup: _into(setup.key_set["keys"][0], changes)


def signed_by(key: Private | bytes, **changes: object) -> Change:
    def change(setup: Setup) -> None:
        setup.key = key
        _into(setup.header, changes)

    return change


def issued_by(issuer: str, **changes: object) -> Change:
    def change(setup: Setup) -> None:
        setup.issued_by(issuer)
        _into(setup.payload, changes)

    return change


def pasted(around: Callable[[str], str]) -> Change:
    return lambda setup: setattr(setup, "text", around(setup.token()))


def parts(around: Callable[[str, str, str], str]) -> Change:
    return pasted(lambda token: around(*token.split(".")))


def encoded(header: str | None = None, payload: str | None = None) -> Change:
    """The token is signed over these parts, encoded as they are."""

    def change(setup: Setup) -> None:
        setup.text = setup.signed(
            header if header is not None else json_part(setup.header),
            payload if payload is not None else json_part(setup.payload),
        )

    return change


def raw_payload(text: str) -> Change:
    """The payload is this text; `%` stands for the healthy payload's members."""

    def change(setup: Setup) -> None:
        members = json.dumps(setup.payload)[1:-1]
        setup.text = setup.signed(
            json_part(setup.header), encode(text.replace("%", members).encode())
        )

    return change


def both(*changes: Change) -> Change:
    def change(setup: Setup) -> None:
        for each in changes:
            each(setup)

    return change


def nothing(setup: Setup) -> None:
    """Leaves everything healthy."""
