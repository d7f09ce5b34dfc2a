"""The Okta-shaped identity provider answers as its documentation says, with and without faults."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

import httpx
import jwt
import pytest

from servers.okta_server import OktaServer, StartOktaServer

pytestmark = pytest.mark.node

TOKEN = "/oauth2/default/v1/token"
DISCOVERY = "/oauth2/default/.well-known/openid-configuration"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def get(okta: OktaServer, path: str, **more: Any) -> httpx.Response:
    return httpx.get(okta.url + path, trust_env=False, **more)


def ask_token(okta: OktaServer, *, secret: str | None = None, **form: str) -> httpx.Response:
    return httpx.post(
        okta.url + TOKEN,
        auth=(form.pop("client_id", okta.m2m_client_id), secret or okta.m2m_client_secret),
        data={"grant_type": "client_credentials", "scope": "api", **form},
        trust_env=False,
    )


def authorize(okta: OktaServer, redirect_uri: str, **more: str) -> httpx.Response:
    parameters = {
        "client_id": okta.spa_client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "here",
        "nonce": "n",
        "prompt": "none",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    return get(okta, "/oauth2/default/v1/authorize", params={**parameters, **more})


def sign_out(okta: OktaServer, return_to: str, **headers: str) -> httpx.Response:
    parameters = {"client_id": okta.spa_client_id, "post_logout_redirect_uri": return_to}
    return get(okta, "/oauth2/default/v1/logout", params=parameters, headers=headers)


def preflight(okta: OktaServer, path: str, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return httpx.options(okta.url + path, headers=headers, trust_env=False)


def claims(answer: httpx.Response) -> dict[str, Any]:
    payload = answer.json()["access_token"].split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return decoded


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


# --- healthy -------------------------------------------------------------------------------


def test_discovery_is_that_of_the_public_origin(okta_server: StartOktaServer) -> None:
    okta = okta_server(origin="https://acme.okta.com")
    answer = get(okta, DISCOVERY, headers={"Host": "acme.okta.com"})
    document = answer.json()
    assert answer.status_code == 200
    assert document["issuer"] == okta.issuer == "https://acme.okta.com/oauth2/default"
    assert document["token_endpoint"] == "https://acme.okta.com/oauth2/default/v1/token"
    assert document["jwks_uri"] == "https://acme.okta.com/oauth2/default/v1/keys"
    assert document["end_session_endpoint"] == "https://acme.okta.com/oauth2/default/v1/logout"
    assert {"openid", "profile", "email", "api"} <= set(document["scopes_supported"])
    assert {"client_credentials", EXCHANGE} <= set(document["grant_types_supported"])
    assert okta.discovery_url == "https://acme.okta.com" + DISCOVERY


def test_without_an_origin_it_is_its_own(okta_server: StartOktaServer) -> None:
    okta = okta_server()
    assert get(okta, DISCOVERY).json()["issuer"] == okta.issuer == f"{okta.url}/oauth2/default"


def test_the_organization_is_described(okta_server: StartOktaServer) -> None:
    okta = okta_server(origin="https://acme.okta.com")
    document = get(okta, "/.well-known/okta-organization").json()
    assert document["_links"]["organization"]["href"] == "https://acme.okta.com"
    assert re.fullmatch(r"00o[0-9A-Za-z]{17}", document["id"])


def test_the_client_ids_look_like_okta_s(okta_server: StartOktaServer) -> None:
    okta = okta_server()
    for client_id in (okta.spa_client_id, okta.m2m_client_id):
        assert re.fullmatch(r"0oa[0-9A-Za-z]{17}", client_id)


def test_an_access_token_has_okta_s_claims_and_a_valid_signature(
    okta_server: StartOktaServer,
) -> None:
    okta = okta_server(audience="payments")
    answer = ask_token(okta)
    keys = jwt.PyJWKSet.from_dict(get(okta, "/oauth2/default/v1/keys").json())
    token = answer.json()["access_token"]
    header = jwt.get_unverified_header(token)
    verified = jwt.decode(
        token, keys[header["kid"]], ["RS256"], audience="payments", issuer=okta.issuer
    )
    assert "typ" not in header
    assert verified["cid"] == verified["sub"] == okta.m2m_client_id
    assert verified["scp"] == ["api"]
    assert verified["ver"] == 1
    assert verified["jti"].startswith("AT.")
    assert not {"client_id", "scope"} & verified.keys()
    assert answer.json()["expires_in"] == verified["exp"] - verified["iat"] == 3600


def test_a_negative_life_gives_a_token_that_has_expired(okta_server: StartOktaServer) -> None:
    assert claims(ask_token(okta_server(ttl=-60)))["exp"] < time.time()


def test_the_secret_may_be_chosen_and_is_checked(okta_server: StartOktaServer) -> None:
    okta = okta_server(secret="chosen-by-the-test")
    assert ask_token(okta, secret="chosen-by-the-test").status_code == 200
    wrong = ask_token(okta, secret="another")
    assert error(wrong) == (401, "invalid_client")
    assert "client secret" in wrong.json()["error_description"]
    assert "chosen-by-the-test" not in repr(okta)


def test_an_unknown_client_gets_the_error_object_of_okta_s_api(
    okta_server: StartOktaServer,
) -> None:
    answer = ask_token(okta_server(), client_id="0oanosuchclient00001")
    assert answer.status_code == 401
    assert answer.json()["errorCode"] == "invalid_client"
    assert "error" not in answer.json()


def test_the_single_page_application_has_no_secret(okta_server: StartOktaServer) -> None:
    okta = okta_server()
    assert error(ask_token(okta, client_id=okta.spa_client_id)) == (401, "invalid_client")


def test_a_scope_must_be_asked_for(okta_server: StartOktaServer) -> None:
    answer = ask_token(okta_server(), scope="")
    assert error(answer) == (400, "invalid_scope")
    assert "default scopes" in answer.json()["error_description"]


def test_an_unknown_scope_is_refused(okta_server: StartOktaServer) -> None:
    assert error(ask_token(okta_server(), scope="api admin")) == (400, "invalid_scope")


def test_a_token_can_be_exchanged(okta_server: StartOktaServer) -> None:
    okta = okta_server()
    subject = ask_token(okta).json()["access_token"]
    answer = ask_token(
        okta,
        grant_type=EXCHANGE,
        subject_token=subject,
        subject_token_type="urn:ietf:params:oauth:token-type:access_token",
    )
    assert answer.status_code == 200
    assert claims(answer)["act"] == {"sub": okta.m2m_client_id}
    foreign = ask_token(okta, grant_type=EXCHANGE, subject_token="not.a.token")
    assert error(foreign) == (400, "invalid_grant")


def test_each_redirect_uri_is_registered(okta_server: StartOktaServer) -> None:
    okta = okta_server(page_origin="http://localhost:8099")
    for uri in okta.redirect_uris:
        answer = authorize(okta, uri)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"{uri}?error=login_required")
    assert authorize(okta, "http://localhost:8080/callback").status_code == 400


def test_an_authorization_request_for_an_unknown_scope_comes_back_with_the_error(
    okta_server: StartOktaServer,
) -> None:
    okta = okta_server()
    answer = authorize(okta, okta.redirect_uris[0], scope="openid admin")
    assert "error=invalid_scope" in answer.headers["Location"]


def test_sign_out_returns_to_the_registered_address_at_once(
    okta_server: StartOktaServer,
) -> None:
    okta = okta_server()
    answer = sign_out(okta, "http://localhost:8080/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://localhost:8080/")


@pytest.mark.parametrize("path", [TOKEN, "/api/v1/authn"])
def test_a_preflight_of_the_page_is_granted_and_another_is_not(
    okta_server: StartOktaServer, path: str
) -> None:
    okta = okta_server()
    granted = preflight(okta, path, okta.page_origin)
    refused = preflight(okta, path, "http://localhost:9999")
    assert granted.is_success
    assert granted.headers["Access-Control-Allow-Origin"] == okta.page_origin
    assert "POST" in granted.headers["Access-Control-Allow-Methods"]
    assert refused.status_code == 200
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_it_can_listen_with_tls(
    okta_server: StartOktaServer, certificate_authority: tuple[object, Any]
) -> None:
    import ssl

    okta = okta_server(tls=True)
    trust = ssl.create_default_context(cafile=str(certificate_authority[1]))
    answer = httpx.get(okta.discovery_url, verify=trust, trust_env=False)
    assert answer.json()["issuer"] == okta.issuer
    assert okta.url.startswith("https://localhost:")


def test_it_tells_its_requests_to_the_test_that_made_them(okta_server: StartOktaServer) -> None:
    get(okta_server(), "/.well-known/okta-organization")
    okta = okta_server()
    get(okta, DISCOVERY, params={"secret": "in the query"})
    (request,) = okta.requests()
    assert (request.method, request.path) == ("GET", DISCOVERY)


# --- faults --------------------------------------------------------------------------------


def test_an_unknown_fault_does_not_start(okta_server: StartOktaServer) -> None:
    with pytest.raises(RuntimeError, match="there is no fault wrong-isuer"):
        okta_server("wrong-isuer")


def test_html_login_page(okta_server: StartOktaServer) -> None:
    okta = okta_server("html-login-page")
    for path in ("/.well-known/okta-organization", DISCOVERY):
        answer = get(okta, path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "Sign In" in answer.text


def test_organization_missing(okta_server: StartOktaServer) -> None:
    okta = okta_server("organization-missing")
    assert get(okta, "/.well-known/okta-organization").status_code == 404
    assert get(okta, DISCOVERY).status_code == 200


def test_rate_limited(okta_server: StartOktaServer) -> None:
    answer = get(okta_server("rate-limited"), DISCOVERY)
    assert answer.status_code == 429
    assert answer.json()["errorCode"] == "E0000047"
    assert int(answer.headers["X-Rate-Limit-Reset"]) > time.time()


def test_unavailable(okta_server: StartOktaServer) -> None:
    assert get(okta_server("unavailable"), DISCOVERY).status_code == 503


def test_hangs(okta_server: StartOktaServer) -> None:
    okta = okta_server("hangs")
    with pytest.raises(httpx.ReadTimeout):
        get(okta, DISCOVERY, timeout=0.5)
    assert [request.path for request in okta.requests()] == [DISCOVERY]


def test_clock_skewed(okta_server: StartOktaServer) -> None:
    from email.utils import parsedate_to_datetime

    answer = get(okta_server("clock-skewed"), DISCOVERY)
    ahead = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    assert 3500 < ahead < 3700


def test_no_default_server(okta_server: StartOktaServer) -> None:
    okta = okta_server("no-default-server")
    answer = get(okta, DISCOVERY)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "E0000007")
    assert get(okta, "/.well-known/okta-organization").status_code == 200


def test_wrong_issuer(okta_server: StartOktaServer) -> None:
    okta = okta_server("wrong-issuer", origin="https://acme.okta.com")
    document = get(okta, DISCOVERY).json()
    assert document["issuer"] == "https://login.acme.example/oauth2/default"
    assert document["token_endpoint"].startswith("https://acme.okta.com/")


def test_discovery_garbage(okta_server: StartOktaServer) -> None:
    answer = get(okta_server("discovery-garbage"), DISCOVERY)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_discovery_redirect(okta_server: StartOktaServer) -> None:
    answer = get(okta_server("discovery-redirect"), DISCOVERY)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/login.htm")


def test_faults_of_the_key_set(okta_server: StartOktaServer) -> None:
    keys = "/oauth2/default/v1/keys"
    assert get(okta_server("jwks-empty"), keys).json() == {"keys": []}
    assert get(okta_server("jwks-missing"), keys).status_code == 404
    curves = get(okta_server("jwks-no-rsa"), keys).json()["keys"]
    assert [key["kty"] for key in curves] == ["EC"]


def test_jwks_no_rsa_signs_with_the_key_it_shows(okta_server: StartOktaServer) -> None:
    okta = okta_server("jwks-no-rsa")
    keys = jwt.PyJWKSet.from_dict(get(okta, "/oauth2/default/v1/keys").json())
    token = ask_token(okta).json()["access_token"]
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, ["ES256"], audience=okta.audience)["iss"] == okta.issuer


def test_jwks_rotated(okta_server: StartOktaServer) -> None:
    okta = okta_server("jwks-rotated")
    (key,) = get(okta, "/oauth2/default/v1/keys").json()["keys"]
    token = ask_token(okta).json()["access_token"]
    assert key["kty"] == "RSA"
    assert "d" not in key
    assert jwt.get_unverified_header(token)["kid"] != key["kid"]


def test_scope_not_advertised(okta_server: StartOktaServer) -> None:
    okta = okta_server("scope-not-advertised")
    assert "api" not in get(okta, DISCOVERY).json()["scopes_supported"]
    assert claims(ask_token(okta))["scp"] == ["api"]


def test_scope_unknown(okta_server: StartOktaServer) -> None:
    okta = okta_server("scope-unknown")
    assert "api" not in get(okta, DISCOVERY).json()["scopes_supported"]
    answer = ask_token(okta)
    assert error(answer) == (400, "invalid_scope")
    assert "not configured" in answer.json()["error_description"]


def test_policy_denied(okta_server: StartOktaServer) -> None:
    answer = ask_token(okta_server("policy-denied"))
    assert error(answer) == (400, "access_denied")
    assert answer.json()["error_description"].startswith("Policy evaluation failed")


def test_exchange_not_advertised(okta_server: StartOktaServer) -> None:
    okta = okta_server("exchange-not-advertised")
    assert EXCHANGE not in get(okta, DISCOVERY).json()["grant_types_supported"]
    assert ask_token(okta).status_code == 200
    assert error(ask_token(okta, grant_type=EXCHANGE)) == (400, "unsupported_grant_type")


def test_audience_default(okta_server: StartOktaServer) -> None:
    assert claims(ask_token(okta_server("audience-default")))["aud"] == "api://default"


def test_spa_unknown(okta_server: StartOktaServer) -> None:
    okta = okta_server("spa-unknown")
    answer = authorize(okta, okta.redirect_uris[0])
    assert answer.status_code == 400
    assert "Error Code: invalid_client" in answer.text
    assert ask_token(okta).status_code == 200


def test_spa_code_not_allowed(okta_server: StartOktaServer) -> None:
    okta = okta_server("spa-code-not-allowed")
    location = authorize(okta, okta.redirect_uris[0]).headers["Location"]
    assert "error=unauthorized_client" in location


@pytest.mark.parametrize(("fault", "index"), [("callback", 0), ("root", 1), ("iframe", 2)])
def test_redirect_missing(okta_server: StartOktaServer, fault: str, index: int) -> None:
    okta = okta_server(f"redirect-missing-{fault}", origin="https://acme.okta.com")
    statuses = [authorize(okta, uri).status_code for uri in okta.redirect_uris]
    assert statuses == [400 if position == index else 303 for position in range(3)]
    page = authorize(okta, okta.redirect_uris[index]).text
    assert "&#39;redirect_uri&#39; parameter must be a Login redirect URI" in page
    assert "https://acme-admin.okta.com/admin/app/oidc_client/instance/" in page


def test_sign_out_missing(okta_server: StartOktaServer) -> None:
    okta = okta_server("sign-out-missing")
    as_browser = sign_out(okta, "http://localhost:8080/", Accept="text/html")
    as_program = sign_out(okta, "http://localhost:8080/")
    assert as_browser.status_code == as_program.status_code == 400
    assert "parameter must be a Logout redirect URI" in as_browser.text
    assert "parameter must be a Logout redirect URI" in as_program.json()["errorSummary"]


def test_cors_refused(okta_server: StartOktaServer) -> None:
    okta = okta_server("cors-refused")
    for path in (TOKEN, "/api/v1/authn"):
        answer = preflight(okta, path, okta.page_origin)
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_cors_preflight_fails(okta_server: StartOktaServer) -> None:
    okta = okta_server("cors-preflight-fails")
    assert preflight(okta, TOKEN, okta.page_origin).status_code == 403


def test_m2m_unknown(okta_server: StartOktaServer) -> None:
    assert ask_token(okta_server("m2m-unknown")).json()["errorCode"] == "invalid_client"


def test_m2m_unauthorized(okta_server: StartOktaServer) -> None:
    answer = ask_token(okta_server("m2m-unauthorized"))
    assert error(answer) == (400, "unauthorized_client")
    assert "not authorized to use the provided grant type" in answer.json()["error_description"]


def test_dpop_required(okta_server: StartOktaServer) -> None:
    answer = ask_token(okta_server("dpop-required"))
    assert error(answer) == (400, "invalid_dpop_proof")
