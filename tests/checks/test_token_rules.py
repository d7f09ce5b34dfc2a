"""Every code of tokens, authorizers, discovery and keys: what raises it, and what comes close."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from token_minting import (
    DISCOVERY_URL,
    ISSUER,
    NOW,
    Private,
    Setup,
    custom_claim,
    ec_key,
    ed_key,
    encode,
    failures,
    json_part,
    number,
    pem,
    published,
    rsa_key,
)

from agentcore_auth_checks.findings import Verdict
from agentcore_auth_checks.rules.acceptance import RULES

Change = Callable[[Setup], None]
GONE = object()

COGNITO = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
ENTRA = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
OKTA = "https://acme.okta.com/oauth2/default"
GUID = "bbbbbbbb-0000-0000-0000-000000000002"
REALM = "https://sso.example.com/realms/agents"


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


def der_signature(setup: Setup) -> None:
    setup.header = {"alg": "ES256", "kid": "e1"}
    text = f"{json_part(setup.header)}.{json_part(setup.payload)}"
    setup.text = f"{text}.{encode(ec_key('e1').sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"


def flipped(part: str) -> str:
    """Returns a part with one bit of its middle changed."""
    middle = len(part) // 2
    return f"{part[:middle]}{'A' if part[middle] != 'A' else 'B'}{part[middle + 1 :]}"


def stray_bits(setup: Setup) -> None:
    token = setup.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    setup.text = token[:-1] + alphabet[alphabet.index(token[-1]) | 1]


def standard_alphabet(setup: Setup) -> None:
    setup.payload["note"] = "\u00bf\u00bf\u00bf\u00ff\u00ff\u00fe>>>???"
    body = json.dumps(setup.payload, ensure_ascii=False).encode("latin-1")
    setup.text = f"{json_part(setup.header)}.{encode(body).replace('_', '/').replace('-', '+')}/.AA"


def cut_in_signature(setup: Setup) -> None:
    head, body, signature = setup.token().split(".")
    setup.text = f"{head}.{body}.{signature[:81]}"


CASES: list[tuple[str, str, Change, Change]] = [
    # code, what it is, what raises it, what comes close and must not
    ("token.empty", "white space", pasted(lambda _: " \n"), nothing),
    ("token.empty", "a scheme alone", pasted(lambda _: "Bearer "), nothing),
    ("token.placeholder", "variable", pasted(lambda _: "${ACCESS_TOKEN}"), nothing),
    ("token.placeholder", "undefined", pasted(lambda _: "Bearer undefined"), nothing),
    ("token.placeholder", "angle brackets", pasted(lambda _: "<your access token>"), nothing),
    ("token.masked", "stars", parts(lambda h, p, s: f"{h}.********.{s}"), nothing),
    ("token.masked", "redacted", pasted(lambda _: "Bearer [REDACTED]"), nothing),
    ("token.too_large", "400 kB", claims(x="y" * 300_000), claims(x="y" * 50_000)),
    (
        "token.is_token_response",
        "whole",
        pasted(lambda token: json.dumps({"access_token": token, "expires_in": 3600}, indent=2)),
        pasted(lambda token: token),
    ),
    (
        "token.is_token_response",
        "of the Cognito API",
        pasted(lambda token: json.dumps({"AuthenticationResult": {"AccessToken": token}})),
        nothing,
    ),
    ("token.header_line", "line", pasted(lambda t: f"Authorization: Bearer {t}"), nothing),
    (
        "token.header_line",
        "curl",
        pasted(lambda t: f'curl -H "authorization: Bearer {t}" u'),
        nothing,
    ),
    ("token.bearer_prefix", "twice", pasted(lambda token: f"bearer Bearer {token}"), nothing),
    ("token.quoted", "both sides", pasted(lambda token: f"'{token}'"), nothing),
    ("token.quoted", "from JSON", pasted(lambda token: f'"{token}",'), nothing),
    ("token.whitespace", "line breaks", pasted(lambda t: f"{t[:80]}\n{t[80:]}"), nothing),
    ("token.whitespace", "last line break", pasted(lambda token: f"{token}\r\n"), nothing),
    ("token.urlencoded", "dots", pasted(lambda token: token.replace(".", "%2e")), nothing),
    ("token.non_ascii", "invisible", pasted(lambda token: f"\u200b{token}"), nothing),
    ("token.non_ascii", "letter", pasted(lambda token: f"{token[:-9]}é{token[-8:]}"), nothing),
    ("shape.opaque", "session", pasted(lambda _: "20111vTNcZ_mK2s91WQxgTtRAbLF0"), nothing),
    ("shape.opaque", "hexadecimal", pasted(lambda _: "9f86d081884c7d659a2feaa0c55ad015"), nothing),
    ("shape.opaque", "with dots", pasted(lambda _: "1.ARoAv4j5cvGGr0.AgABAAEAAAAm"), nothing),
    ("shape.segments", "two", parts(lambda h, p, s: f"{h}.{p}"), nothing),
    ("shape.segments", "four", parts(lambda h, p, s: f"{h}.{p}.{s}.{s}"), nothing),
    ("shape.segments", "ellipsis", pasted(lambda token: f"{token[:90]}…"), nothing),
    ("shape.segments", "cut in the signature", cut_in_signature, nothing),
    (
        "shape.jwe",
        "encrypted",
        pasted(lambda _: f"{json_part({'alg': 'dir', 'enc': 'A256GCM'})}..aXY.Y2lwaGVy.dGFn"),
        nothing,
    ),
    (
        "shape.jws_json",
        "general",
        parts(
            lambda h, p, s: json.dumps(
                {"payload": p, "signatures": [{"protected": h, "signature": s}]}
            )
        ),
        nothing,
    ),
    ("shape.saml", "XML", pasted(lambda _: "<saml:Assertion>x</saml:Assertion>"), nothing),
    ("shape.empty_header", "nothing", parts(lambda h, p, s: f".{p}.{s}"), nothing),
    ("shape.empty_payload", "detached", parts(lambda h, p, s: f"{h}..{s}"), nothing),
    (
        "shape.empty_signature",
        "nothing",
        parts(lambda h, p, s: f"{h}.{p}."),
        both(header(alg="none"), parts(lambda h, p, s: f"{h}.{p}.")),
    ),
    ("b64.alphabet", "standard", standard_alphabet, nothing),
    ("b64.alphabet", "star", parts(lambda h, p, s: f"{h}.{p[:20]}*{p[21:]}.{s}"), nothing),
    ("b64.padding", "header", parts(lambda h, p, s: f"{h}=.{p}.{s}"), nothing),
    (
        "b64.length",
        "payload",
        parts(lambda h, p, s: f"{h}.{p[: len(p) // 4 * 4 - 3]}.{s}"),
        nothing,
    ),
    ("b64.length", "signature too long", parts(lambda h, p, s: f"{h}.{p}.{s}AAA"), nothing),
    ("b64.noncanonical", "stray bits", stray_bits, nothing),
    (
        "header.not_utf8",
        "latin-1",
        encoded(encode('{"alg":"RS256","x":"é"}'.encode("latin-1"))),
        nothing,
    ),
    ("header.not_utf8", "UTF-16", encoded(encode('{"alg":"RS256"}'.encode("utf-16-le"))), nothing),
    ("header.not_json", "text", encoded(encode(b"alg=RS256")), nothing),
    ("header.not_object", "string", encoded(json_part("RS256")), nothing),
    (
        "header.too_deep",
        "arrays",
        encoded(encode(b'{"x":' + b"[" * 200 + b"]" * 200 + b"}")),
        nothing,
    ),
    (
        "header.duplicate_member",
        "alg twice",
        encoded(encode(b'{"alg":"RS256","kid":"k1","alg":"none"}')),
        encoded(encode(b'{"alg":"RS256","kid":"k1","x":{"alg":"none"}}')),
    ),
    ("header.crit_invalid", "empty", crit(), nothing),
    ("header.crit_invalid", "standard name", crit("alg"), nothing),
    ("header.crit_invalid", "not there", crit("b64"), crit("b64", b64=True)),
    ("header.crit_unknown", "unknown", crit("x-policy", **{"x-policy": 1}), crit("b64", b64=True)),
    ("header.b64_false", "not encoded", crit("b64", b64=False), crit("b64", b64=True)),
    ("header.zip", "compressed", header(zip="DEF"), header(cty="JWT")),
    (
        "header.embedded_key",
        "jwk",
        signed_by(rsa_key("thief"), kid=GONE, jwk=published(rsa_key("thief"))),
        # The key of the set signed all the same; the copy in the header is not used.
        header(jwk=published(rsa_key("k1"))),
    ),
    ("header.embedded_key", "x5c", signed_by(rsa_key("thief"), x5c=["MIIB"]), header(x5c=["MIIB"])),
    (
        "header.remote_key_url",
        "jku",
        header(jku="https://keys.example.net/k"),
        header(jku=f"{ISSUER}/k"),
    ),
    ("header.remote_key_url", "x5u", header(x5u="http://login.example.com/c.pem"), nothing),
    ("alg.missing", "none named", header(alg=GONE), nothing),
    ("alg.not_string", "number", header(alg=5), nothing),
    (
        "alg.none",
        "no signature",
        both(header(alg="None"), parts(lambda h, p, s: f"{h}.{p}.")),
        nothing,
    ),
    ("alg.unsupported", "lower case", header(alg="rs256"), nothing),
    ("alg.unsupported", "for encryption", header(alg="RSA-OAEP"), nothing),
    ("alg.symmetric", "secret", signed_by(b"secret", alg="HS256"), nothing),
    (
        "alg.symmetric_with_public_key",
        "PEM",
        signed_by(pem(rsa_key("k2")), alg="HS256", kid="k2"),
        signed_by(pem(rsa_key("unpublished")), alg="HS256"),
    ),
    (
        "alg.symmetric_with_public_key",
        "modulus",
        signed_by(
            rsa_key("k1").public_key().public_numbers().n.to_bytes(256), alg="HS256", kid=GONE
        ),
        nothing,
    ),
    ("typ.wrong_kind", "logout", header(typ="logout+jwt"), header(typ="application/at+jwt")),
    (
        "typ.wrong_kind",
        "DPoP proof",
        both(
            signed_by(
                ec_key("own"), alg="ES256", kid=GONE, typ="dpop+jwt", jwk=published(ec_key("own"))
            ),
            claims(htm="POST", exp=GONE),
        ),
        header(typ=GONE),
    ),
    ("kid.not_string", "number", header(kid=1), header(kid="k1")),
    ("kid.not_found", "rotated", header(kid="k0"), nothing),
    ("kid.not_found", "case", header(kid="K1"), nothing),
    (
        "kid.absent_many_keys",
        "two RSA keys",
        header(kid=GONE),
        # One key only is of the algorithm's type.
        signed_by(ec_key("e1"), alg="ES256", kid=GONE),
    ),
    (
        "kid.duplicate",
        "two named k1",
        keys(published(rsa_key("k1"), "k1"), published(rsa_key("k2"), "k1")),
        keys(published(rsa_key("k1"), "k1"), published(ec_key("e1"), "k1")),
    ),
    (
        "authorizer.no_constraint",
        "nothing",
        settings(allowedAudience=GONE, allowedClients=GONE, allowedScopes=GONE),
        settings(allowedClients=GONE, allowedScopes=GONE),
    ),
    ("authorizer.empty_list", "scopes", settings(allowedScopes=[]), settings(allowedScopes=GONE)),
    (
        "authorizer.placeholder",
        "client",
        settings(allowedClients=["<YOUR_CLIENT_ID>"]),
        settings(allowedClients=["client-one", "yourself-service"]),
    ),
    (
        "authorizer.placeholder",
        "discovery URL",
        settings(
            discoveryUrl="https://your-tenant.okta.com/oauth2/x/.well-known/openid-configuration"
        ),
        nothing,
    ),
    (
        "authorizer.value_is_list",
        "comma",
        settings(allowedClients=["client-one,client-two"]),
        settings(allowedClients=["client-one", "client-two"]),
    ),
    (
        "authorizer.value_is_list",
        "blank",
        settings(allowedScopes=["orders.read orders.write"]),
        # A blank or comma in a value that the token carries so is a part of it.
        audience("urn:orders,eu", carried="urn:orders,eu"),
    ),
    (
        "authorizer.audience_is_client_id",
        "old template",
        audience("client-one"),
        # An application that calls itself.
        audience("client-one", carried="client-one"),
    ),
    (
        "authorizer.claim_name_reserved",
        "scp",
        rules(custom_claim("scp", "STRING_ARRAY", "CONTAINS", "a")),
        nothing,
    ),
    (
        "authorizer.claim_name_pattern",
        "hyphen",
        rules(custom_claim("my-claim", "STRING", "EQUALS", "a")),
        both(
            rules(custom_claim("cognito:groups", "STRING_ARRAY", "CONTAINS", "a")),
            claim("cognito:groups", ["a"]),
        ),
    ),
    (
        "authorizer.claim_value_pattern",
        "address",
        rules(custom_claim("email", "STRING", "EQUALS", "a@b.example")),
        both(
            rules(custom_claim("role", "STRING", "EQUALS", "data-reader")),
            claims(role="data-reader"),
        ),
    ),
    (
        "authorizer.operator_type",
        "string with contains",
        rules(custom_claim("role", "STRING", "CONTAINS", "a")),
        both(
            rules(custom_claim("role", "STRING_ARRAY", "CONTAINS_ANY", ["a", "b"])),
            claims(role=["b"]),
        ),
    ),
    ("disc.url_whitespace", "line break", settings(discoveryUrl=f"{DISCOVERY_URL}\n"), nothing),
    (
        "disc.not_https",
        "http",
        settings(discoveryUrl=DISCOVERY_URL.replace("https", "http")),
        nothing,
    ),
    (
        "disc.url_userinfo",
        "user",
        settings(discoveryUrl=DISCOVERY_URL.replace("//", "//me@")),
        nothing,
    ),
    (
        "disc.host_not_public",
        "metadata",
        settings(discoveryUrl="https://169.254.169.254/.well-known/openid-configuration"),
        nothing,
    ),
    (
        "disc.host_not_public",
        "name that spells an address",
        settings(discoveryUrl="https://idp.10-0-0-7.sslip.io/.well-known/openid-configuration"),
        issued_by("https://idp.8-8-8-8.sslip.io"),
    ),
    ("disc.url_pattern", "issuer alone", settings(discoveryUrl=ISSUER), nothing),
    ("disc.url_pattern", "slash", settings(discoveryUrl=f"{DISCOVERY_URL}/"), nothing),
    (
        "disc.url_pattern",
        "underscore",
        settings(discoveryUrl=DISCOVERY_URL.replace("-", "_")),
        # RFC 8414 puts the path of the issuer after the well-known part.
        settings(
            discoveryUrl="https://login.example.com/.well-known/oauth-authorization-server/oauth2/main"
        ),
    ),
    (
        "disc.okta_admin_host",
        "admin",
        settings(
            discoveryUrl="https://acme-admin.okta.com/oauth2/x/.well-known/openid-configuration"
        ),
        issued_by("https://badminton-club.okta.com/oauth2/x"),
    ),
    (
        "disc.cognito_hosted_ui_host",
        "sign-in domain",
        settings(
            discoveryUrl="https://acme.auth.eu-west-1.amazoncognito.com/.well-known/openid-configuration"
        ),
        issued_by(COGNITO),
    ),
    (
        "disc.entra_common",
        "common",
        both(
            settings(
                discoveryUrl="https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
            ),
            document(issuer="https://login.microsoftonline.com/{tenantid}/v2.0"),
        ),
        issued_by(ENTRA),
    ),
    ("disc.not_json", "login page", served(b"<!doctype html><title>Sign in</title>"), nothing),
    ("disc.not_json", "list", served(b"[]"), nothing),
    (
        "disc.error_document",
        "unknown server",
        served(b'{"errorCode":"E0000007","errorSummary":"Not found"}'),
        # Metadata with a member of that name is metadata.
        document(message="welcome", status="ok"),
    ),
    ("disc.issuer_missing", "gone", document(issuer=GONE), nothing),
    (
        "disc.issuer_template",
        "tenant",
        document(issuer="https://login.example.com/{tenant}"),
        nothing,
    ),
    ("disc.issuer_invalid_url", "http", document(issuer=ISSUER.replace("https", "http")), nothing),
    ("disc.issuer_invalid_url", "query", document(issuer=f"{ISSUER}?x=1"), nothing),
    (
        "disc.issuer_url_mismatch",
        "another tenant",
        document(issuer="https://login.example.com/oauth2/other"),
        issued_by("https://acme.eu.auth0.com/"),
    ),
    (
        "disc.issuer_url_mismatch",
        "another Entra tenant",
        both(issued_by(ENTRA), document(issuer=ENTRA.replace("1111", "9999"))),
        # Version 1 of Entra ID publishes its issuer on another host.
        both(
            claims(iss="https://sts.windows.net/11111111-2222-3333-4444-555555555555/"),
            document(issuer="https://sts.windows.net/11111111-2222-3333-4444-555555555555/"),
            settings(
                discoveryUrl="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555"
                "/.well-known/openid-configuration"
            ),
        ),
    ),
    ("disc.jwks_uri_missing", "gone", document(jwks_uri=GONE), nothing),
    ("disc.jwks_uri_not_https", "file", document(jwks_uri="file:///etc/keys"), nothing),
    ("disc.jwks_uri_not_https", "http", document(jwks_uri="http://login.example.com/k"), nothing),
    (
        "disc.jwks_uri_host_not_public",
        "private",
        document(jwks_uri="https://10.1.2.3/keys"),
        document(jwks_uri="https://keys.example.net/keys"),
    ),
    (
        "disc.endpoint_missing",
        "sign-in",
        document(authorization_endpoint=GONE),
        document(token_endpoint=GONE),
    ),
    ("jwks.not_json", "page", key_set(b"<html>"), nothing),
    ("jwks.not_object", "bare list", key_set(b"[]"), nothing),
    ("jwks.no_keys_member", "one key", key_set(published(rsa_key("k1"), "k1")), nothing),
    ("jwks.empty", "no keys", keys(), nothing),
    ("jwks.private_key_exposed", "d", first_key(d="AQAB"), nothing),
    (
        "jwks.symmetric_key_exposed",
        "oct",
        keys(published(rsa_key("k1"), "k1"), {"kty": "oct", "k": "c2VjcmV0", "kid": "s"}),
        nothing,
    ),
    ("key.malformed", "stars", first_key(n="***"), nothing),
    ("key.malformed", "no exponent", first_key(e=GONE), first_key(alg=GONE, use=GONE)),
    ("key.bad_exponent", "one", first_key(e="AQ"), first_key(e="AQAB")),
    (
        "key.not_on_curve",
        "another point",
        both(
            signed_by(ec_key("e1"), alg="ES256", kid="e1"),
            keys({**published(ec_key("e1"), "e1"), "y": number(7, 32)}),
        ),
        signed_by(ec_key("e1"), alg="ES256", kid="e1"),
    ),
    (
        "key.too_small",
        "1024 bits",
        both(signed_by(rsa_key("small", 1024)), keys(published(rsa_key("small", 1024), "k1"))),
        nothing,
    ),
    (
        "key.type_mismatch",
        "kid of an RSA key",
        signed_by(ec_key("e1"), alg="ES256", kid="k1"),
        signed_by(ec_key("e1"), alg="ES256", kid="e1"),
    ),
    (
        "key.type_mismatch",
        "no key of the type",
        signed_by(ed_key("o1"), alg="EdDSA", kid="o1"),
        both(signed_by(ed_key("o1"), alg="EdDSA", kid="o1"), keys(published(ed_key("o1"), "o1"))),
    ),
    ("key.alg_mismatch", "RS512", first_key(alg="RS512"), first_key(alg=GONE)),
    ("key.use_enc", "encryption", first_key(use="enc"), first_key(use=GONE)),
    ("key.key_ops", "encrypt", first_key(key_ops=["encrypt"]), first_key(key_ops=["verify"])),
    ("sig.length", "cut off", parts(lambda h, p, s: f"{h}.{p}.{s[:200]}"), nothing),
    ("sig.ecdsa_der", "DER", der_signature, signed_by(ec_key("e1"), alg="ES256", kid="e1")),
    ("sig.invalid", "one bit", parts(lambda h, p, s: f"{h}.{p}.{flipped(s)}"), nothing),
    ("sig.invalid", "unknown key", signed_by(rsa_key("thief")), nothing),
    (
        "sig.invalid_other_key_matches",
        "k2",
        signed_by(rsa_key("k2")),
        signed_by(rsa_key("k2"), kid="k2"),
    ),
    ("payload.not_json", "NaN", raw_payload('{%,"x":NaN}'), nothing),
    ("payload.not_object", "null", encoded(payload=json_part(None)), nothing),
    (
        "payload.duplicate_member",
        "aud",
        raw_payload('{%,"aud":"x"}'),
        raw_payload('{%,"x":{"aud":1}}'),
    ),
    (
        "payload.number_too_large",
        "1e400",
        raw_payload('{%,"x":1e400}'),
        raw_payload('{%,"x":1e300}'),
    ),
    (
        "payload.bad_unicode",
        "half a pair",
        raw_payload('{%,"x":"\\ud83d"}'),
        raw_payload('{%,"x":"\\ud83d\\ude00"}'),
    ),
    ("exp.missing", "gone", claims(exp=GONE), nothing),
    ("exp.not_number", "date", claims(exp="2026-01-01T00:00:00Z"), nothing),
    ("exp.not_number", "true", claims(exp=True), claims(exp=NOW + 0.5 + 3600)),
    ("exp.milliseconds", "of JavaScript", claims(exp=(NOW + 3600) * 1000), nothing),
    ("exp.expired", "now", claims(exp=NOW), claims(exp=NOW + 1)),
    ("exp.too_close", "60 s", claims(exp=NOW + 60), claims(exp=NOW + 61)),
    ("exp.soon", "under 5 min", claims(exp=NOW + 299), claims(exp=NOW + 301)),
    ("nbf.not_number", "string", claims(nbf="now"), claims(nbf=NOW)),
    ("nbf.future", "in 10 min", claims(nbf=NOW + 600), claims(nbf=NOW + 5)),
    ("iat.missing", "gone", claims(iat=GONE), nothing),
    ("iat.future", "in 1 h", claims(iat=NOW + 3600), claims(iat=NOW + 5)),
    (
        "iat.old",
        "a week",
        claims(iat=NOW - 7 * 86400, exp=NOW + 86400),
        claims(iat=NOW - 86400, exp=NOW + 3600),
    ),
    ("iss.missing", "gone", claims(iss=GONE), nothing),
    ("iss.not_string", "list", claims(iss=[ISSUER]), nothing),
    ("iss.trailing_slash", "added", claims(iss=f"{ISSUER}/"), issued_by("https://acme.auth0.com/")),
    ("iss.case", "host", claims(iss=ISSUER.replace("login", "LOGIN")), nothing),
    ("iss.scheme", "http", claims(iss=ISSUER.replace("https", "http")), nothing),
    (
        "iss.cognito_other_region",
        "same pool",
        both(issued_by(COGNITO), claims(iss=COGNITO.replace("idp.eu-west-1", "idp.us-east-1"))),
        issued_by(COGNITO),
    ),
    (
        "iss.cognito_other_pool",
        "another pool",
        both(issued_by(COGNITO), claims(iss=COGNITO.replace("AbCdEf123", "ZyXwVu987"))),
        issued_by(COGNITO),
    ),
    (
        "iss.entra_v1",
        "version 1",
        both(
            issued_by(ENTRA),
            claims(iss="https://sts.windows.net/11111111-2222-3333-4444-555555555555/"),
        ),
        both(
            issued_by(ENTRA),
            claims(iss="https://sts.windows.net/99999999-2222-3333-4444-555555555555/"),
        ),
    ),
    (
        "iss.okta_org_server",
        "organization",
        both(issued_by(OKTA), claims(iss="https://acme.okta.com")),
        both(issued_by(OKTA), claims(iss="https://other.okta.com")),
    ),
    ("iss.mismatch", "another server", claims(iss="https://login.example.com/oauth2/b"), nothing),
    ("sub.missing", "gone", claims(sub=GONE), claims(sub="")),
    (
        "kind.id_token",
        "Cognito",
        claims(token_use="id", aud="client-one", client_id=GONE, scope=GONE),
        claims(token_use="access"),
    ),
    (
        "kind.id_token",
        "nonce",
        claims(nonce="n", at_hash="h", client_id=GONE, scope=GONE),
        # Some access tokens carry a nonce beside their scope.
        claims(nonce="n"),
    ),
    ("kind.dpop_bound", "jkt", claims(cnf={"jkt": "x"}), claims(cnf={"kid": "x"})),
    ("kind.mtls_bound", "x5t", claim("cnf", {"x5t#S256": "x"}), claims(cnf="x5t#S256")),
    (
        "aud.missing_cognito",
        "access token",
        both(issued_by(COGNITO), claims(aud=GONE, token_use="access")),
        issued_by(COGNITO, token_use="access"),
    ),
    (
        "aud.missing",
        "gone",
        claims(aud=GONE),
        both(claims(aud=GONE), settings(allowedAudience=GONE)),
    ),
    ("aud.empty", "list", claims(aud=[]), nothing),
    ("aud.not_string", "number", claims(aud=7), claims(aud=["api://orders", "other"])),
    (
        "aud.trailing_slash",
        "token",
        audience("https://api.example.com", carried="https://api.example.com/"),
        audience("https://api.example.com/", carried="https://api.example.com/"),
    ),
    ("aud.case", "upper", claims(aud="API://Orders"), nothing),
    (
        "aud.space_joined",
        "blank",
        claims(aud="other api://orders"),
        claims(aud=["other", "api://orders"]),
    ),
    (
        "aud.entra_guid_vs_uri",
        "GUID allowed",
        audience(GUID, carried=f"api://{GUID}"),
        audience(GUID, carried=GUID),
    ),
    (
        "aud.entra_graph",
        "Graph",
        audience("api://orders", carried="00000003-0000-0000-c000-000000000000"),
        audience("https://graph.microsoft.com", carried="https://graph.microsoft.com"),
    ),
    (
        "aud.keycloak_account",
        "account",
        both(issued_by(REALM), audience("orders", carried="account")),
        both(issued_by(REALM), audience("orders", carried=["account", "orders"])),
    ),
    (
        "aud.okta_default",
        "never changed",
        both(issued_by(OKTA), audience("api://orders", carried="api://default")),
        # Nothing says that it is Okta's.
        audience("api://orders", carried="api://default"),
    ),
    (
        "aud.userinfo_only",
        "userinfo",
        audience("api://orders", carried=["https://acme.auth0.com/userinfo"]),
        audience("api://orders", carried=["api://other", "https://acme.auth0.com/userinfo"]),
    ),
    ("aud.is_client_id", "own client", claims(aud="client-one"), claims(aud="client-two")),
    ("aud.mismatch", "another API", claims(aud="api://invoices"), nothing),
    (
        "client.claim_named_cid",
        "Okta",
        claims(client_id=GONE, cid="client-one"),
        claims(cid="client-one"),
    ),
    ("client.claim_named_azp", "Auth0", claims(client_id=GONE, azp="client-one"), claims(azp="x")),
    ("client.claim_named_appid", "Entra", claims(client_id=GONE, appid="client-one"), nothing),
    (
        "client.missing",
        "nowhere",
        claims(client_id=GONE, azp="client-two"),
        both(claims(client_id=GONE), settings(allowedClients=GONE)),
    ),
    ("client.whitespace", "in the list", settings(allowedClients=["client-one\t"]), nothing),
    ("client.case", "upper", claims(client_id="Client-One"), nothing),
    ("client.not_allowed", "another", claims(client_id="client-two"), nothing),
    ("scope.missing", "gone", claims(scope=GONE), claims(scope=GONE, scp=["orders.read"])),
    (
        "scope.entra_app_only",
        "roles",
        both(issued_by(ENTRA), claims(scope=GONE, roles=["Orders.Read"])),
        both(issued_by(ENTRA), claims(scope=GONE, scp="orders.read", roles=["Orders.Read"])),
    ),
    (
        "scope.cognito_user_admin",
        "sign-in API",
        scopes("rs/read", carried="aws.cognito.signin.user.admin"),
        scopes("aws.cognito.signin.user.admin", carried="aws.cognito.signin.user.admin"),
    ),
    (
        "scope.cognito_prefix",
        "short name allowed",
        both(issued_by(COGNITO, token_use="access"), scopes("read", carried="rs/read")),
        both(issued_by(COGNITO, token_use="access"), scopes("rs/read", carried="rs/read")),
    ),
    (
        "scope.entra_qualified",
        "long name allowed",
        scopes(f"api://{GUID}/run", carried="run", name="scp"),
        scopes("run", carried="run", name="scp"),
    ),
    (
        "scope.comma_joined",
        "comma",
        scopes("orders.read", carried="openid,orders.read"),
        scopes("orders.read", carried="openid orders.read"),
    ),
    ("scope.not_granted", "another", scopes("orders.write"), scopes("orders.write", "openid")),
    (
        "claim.missing",
        "not emitted",
        rules(custom_claim("role", "STRING", "EQUALS", "buyer")),
        both(rules(custom_claim("role", "STRING", "EQUALS", "buyer")), claims(role="buyer")),
    ),
    (
        "claim.type",
        "string for a list",
        both(
            rules(custom_claim("role", "STRING_ARRAY", "CONTAINS", "buyer")), claims(role="buyer")
        ),
        both(
            rules(custom_claim("role", "STRING_ARRAY", "CONTAINS", "buyer")), claims(role=["buyer"])
        ),
    ),
    (
        "claim.mismatch",
        "no wildcards",
        both(rules(custom_claim("role", "STRING", "EQUALS", "buy")), claims(role="buyer")),
        nothing,
    ),
]

CODES_OF_RULES = {code for rule in RULES for code in rule.codes}


def test_a_healthy_setup_raises_nothing() -> None:
    report = Setup().report()
    assert failures(report) == []
    assert report.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("code", "change"),
    [pytest.param(code, change, id=f"{code}-{what}") for code, what, change, _ in CASES],
)
def test_the_code_is_the_root_cause(code: str, change: Change) -> None:
    setup = Setup()
    change(setup)
    assert failures(setup.report())[:1] == [code]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        pytest.param(code, change, id=f"{code}-{what}")
        for code, what, _, change in CASES
        if change is not nothing
    ],
)
def test_the_near_miss_is_silent(code: str, change: Change) -> None:
    setup = Setup()
    change(setup)
    assert code not in failures(setup.report())


def test_every_code_of_the_rules_has_a_case() -> None:
    assert {code for code, _, _, _ in CASES} == CODES_OF_RULES
