"""Cases of what a token claims: times, issuer, kind, audience, client, scope, custom claims.

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
    issued_by,
    nothing,
    rules,
    scopes,
    settings,
)
from token_minting import ISSUER, NOW, custom_claim

COGNITO = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
ENTRA = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
OKTA = "https://acme.okta.com/oauth2/default"
GUID = "bbbbbbbb-0000-0000-0000-000000000002"
REALM = "https://sso.example.com/realms/agents"


CASES: list[tuple[str, str, Change, Change]] = [
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
