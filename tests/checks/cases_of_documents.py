"""Cases of the authorizer, the discovery document, the key set and its keys.

Each: the code, what it is, what raises it, and what comes close and must not.
"""

from __future__ import annotations

from token_changes import (
    GONE,
    Change,
    audience,
    both,
    claim,
    claims,
    document,
    first_key,
    issued_by,
    key_set,
    keys,
    nothing,
    rules,
    served,
    settings,
    signed_by,
)
from token_minting import (
    DISCOVERY_URL,
    ISSUER,
    custom_claim,
    ec_key,
    ed_key,
    number,
    published,
    rsa_key,
)

COGNITO = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
ENTRA = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"


CASES: list[tuple[str, str, Change, Change]] = [
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
]
