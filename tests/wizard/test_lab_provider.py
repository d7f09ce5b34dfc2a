"""The practice provider, healthy: what it publishes, lets through and refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jwt
import pytest

from agentcore_auth.lab.practice import Lab
from servers.lab_requests import (
    DISCOVERY,
    EXCHANGE,
    KEYS,
    PROVIDER,
    SERVER,
    SIGN_IN_CALL,
    TOKEN,
    Requests,
    part,
    sent_along,
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


@pytest.fixture
def requests(lab: Lab) -> Iterator[Requests]:
    client = Requests(lab)
    yield client
    client.close()


@pytest.fixture
def browser(lab: Lab) -> str:
    return lab.answers["okta.user_auth.client_id"]


@pytest.fixture
def machine(lab: Lab) -> str:
    return lab.answers["okta.m2m.client_id"]


def test_organization_is_described(requests: Requests) -> None:
    answer = requests.get(f"{PROVIDER}/.well-known/okta-organization")
    assert answer.status_code == 200
    assert answer.json()["id"].startswith("00o")


@pytest.mark.parametrize(
    "url",
    [
        DISCOVERY,
        f"{SERVER}/.well-known/oauth-authorization-server",
        f"{PROVIDER}/.well-known/oauth-authorization-server/oauth2/default",
    ],
)
def test_discovery_has_its_issuer_and_endpoints(requests: Requests, url: str) -> None:
    document = requests.get(url).json()
    assert document["issuer"] == SERVER
    assert document["jwks_uri"] == KEYS
    assert document["token_endpoint"] == TOKEN
    assert "api" in document["scopes_supported"]
    assert {"client_credentials", EXCHANGE} <= set(document["grant_types_supported"])


def test_key_set_verifies_the_token(lab: Lab, requests: Requests) -> None:
    token = requests.access_token()
    keys = jwt.PyJWKSet.from_dict(requests.get(KEYS).json())
    claims = jwt.decode(
        token,
        keys[part(token, 0)["kid"]],
        algorithms=["RS256"],
        audience=lab.answers["okta.jwt.audience"],
        issuer=SERVER,
    )
    assert claims["cid"] == lab.answers["okta.m2m.client_id"]


def test_token_has_the_provider_s_own_shape(requests: Requests, machine: str) -> None:
    answer = requests.token()
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json()["access_token"]
    assert set(part(token, 0)) == {"kid", "alg"}
    claims = part(token, 1)
    assert claims["exp"] - claims["iat"] == 3600
    assert claims.pop("jti").startswith("AT.")
    del claims["iat"], claims["exp"]
    assert claims == {
        "ver": 1,
        "iss": SERVER,
        "aud": "myagentcoreaud",
        "cid": machine,
        "scp": ["api"],
        "sub": machine,
    }


def test_no_answer_shows_a_placeholder(requests: Requests, browser: str) -> None:
    bodies = [
        requests.get(DISCOVERY).text,
        requests.get(KEYS).text,
        requests.token().text,
        str(part(requests.access_token(), 1)),
        requests.authorize(browser, "https://nowhere.example/").text,
        requests.get(f"http://localhost:{requests.lab.port}/callback").text,
    ]
    assert not [body for body in bodies if re.search(r"\{[a-z_]+\.[a-z_]+\}", body)]


def test_secret_may_come_in_the_form(lab: Lab, requests: Requests, machine: str) -> None:
    form = {
        "grant_type": "client_credentials",
        "scope": "api",
        "client_id": machine,
        "client_secret": lab.client_secret.reveal(),
    }
    assert requests.send("POST", TOKEN, data=form).status_code == 200


def test_secret_in_both_places_is_refused(lab: Lab, requests: Requests) -> None:
    answer = requests.token(client_secret=lab.client_secret.reveal())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_token_is_exchanged(requests: Requests, machine: str) -> None:
    subject = requests.access_token()
    answer = requests.token(
        grant_type=EXCHANGE,
        subject_token=subject,
        subject_token_type="urn:ietf:params:oauth:token-type:access_token",
    )
    assert answer.status_code == 200
    issued = answer.json()
    assert issued["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    claims = part(issued["access_token"], 1)
    assert (claims["sub"], claims["cid"]) == (part(subject, 1)["sub"], machine)
    assert claims["jti"] != part(subject, 1)["jti"]


@pytest.mark.parametrize("subject", ["", "not.a.token", "x" * 200])
def test_foreign_subject_token_is_not_exchanged(requests: Requests, subject: str) -> None:
    answer = requests.token(grant_type=EXCHANGE, subject_token=subject)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "unauthorized_client"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"scope": "api another"}, 400, "invalid_scope"),
        ({"scope": "openid"}, 400, "invalid_scope"),
    ],
)
def test_token_request_is_refused(
    requests: Requests, changed: dict[str, str], status: int, error: str
) -> None:
    answer = requests.token(**changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("secret", ["", "wrong", "practice-secret-worthless", "\u00e9"])
def test_wrong_secret_is_refused(requests: Requests, machine: str, secret: str) -> None:
    form = {"grant_type": "client_credentials", "scope": "api"}
    answer = requests.send("POST", TOKEN, data=form, auth=(machine, secret))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic w6k=", "Basic \u00e9", "Bearer x"])
def test_unreadable_credentials_are_refused(requests: Requests, header: str) -> None:
    form = {"grant_type": "client_credentials", "scope": "api"}
    named = {"Authorization": header.encode("latin-1")}
    answer = requests.send("POST", TOKEN, data=form, headers=named)
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "invalid_client")


def test_unknown_application_gets_no_token(lab: Lab, requests: Requests) -> None:
    form = {"grant_type": "client_credentials", "scope": "api"}
    credentials = ("0oa00000000000000000", lab.client_secret.reveal())
    answer = requests.send("POST", TOKEN, data=form, auth=credentials)
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "invalid_client")


def test_browser_application_gets_no_machine_token(requests: Requests, browser: str) -> None:
    form = {"grant_type": "client_credentials", "scope": "api", "client_id": browser}
    answer = requests.send("POST", TOKEN, data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_no_code_is_ever_redeemed(requests: Requests, browser: str) -> None:
    form = {"grant_type": "authorization_code", "client_id": browser, "code": "made-up"}
    answer = requests.send("POST", TOKEN, data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("path", ["/callback", "/okta-auth/", "/okta-auth/iframe-oauth-flow.html"])
def test_sign_in_returns_to_each_registered_address(
    lab: Lab, requests: Requests, browser: str, path: str
) -> None:
    answer = requests.authorize(browser, f"{lab.answers['page.origin']}{path}")
    assert answer.status_code == 302
    address, parameters = sent_along(answer)
    assert address == f"http://localhost:{lab.port}{path}"
    assert parameters["error"] == "login_required"
    assert parameters["state"] == "practice-state"


@pytest.mark.parametrize(
    "address",
    ["{origin}/callback/", "{origin}/CALLBACK", "https://nowhere.example/", "", "{origin}"],
)
def test_unregistered_address_is_shown_a_page(
    lab: Lab, requests: Requests, browser: str, address: str
) -> None:
    answer = requests.authorize(browser, address.format(origin=lab.answers["page.origin"]))
    assert answer.status_code == 400
    assert "redirect_uri" in answer.text
    assert "Location" not in answer.headers


def test_unknown_application_is_shown_a_page(lab: Lab, requests: Requests) -> None:
    answer = requests.authorize("0oa00000000000000000", f"{lab.answers['page.origin']}/callback")
    assert answer.status_code == 400
    assert "client_id" in answer.text


def test_machine_application_signs_nobody_in(lab: Lab, requests: Requests, machine: str) -> None:
    answer = requests.authorize(machine, f"{lab.answers['page.origin']}/callback")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_bad_sign_in_is_sent_back_with_its_error(
    lab: Lab, requests: Requests, browser: str, changed: dict[str, str], error: str
) -> None:
    answer = requests.authorize(browser, f"{lab.answers['page.origin']}/callback", **changed)
    assert sent_along(answer)[1]["error"] == error


def test_state_cannot_add_a_header(lab: Lab, requests: Requests, browser: str) -> None:
    callback = f"{lab.answers['page.origin']}/callback"
    answer = requests.authorize(browser, callback, state="a\r\nSet-Cookie: b=c")
    assert "Set-Cookie" not in answer.headers
    assert sent_along(answer)[1]["state"] == "a\r\nSet-Cookie: b=c"


def test_sign_in_with_a_prompt_shows_a_page(lab: Lab, requests: Requests, browser: str) -> None:
    answer = requests.authorize(browser, f"{lab.answers['page.origin']}/callback", prompt="login")
    assert answer.status_code == 200
    assert "Sign in" in answer.text


def test_sign_out_returns_to_the_registered_address(
    lab: Lab, requests: Requests, browser: str
) -> None:
    answer = requests.sign_out(browser, f"{lab.answers['page.origin']}/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"http://localhost:{lab.port}/"


@pytest.mark.parametrize("address", ["{origin}", "{origin}/callback", "https://nowhere.example/"])
def test_sign_out_elsewhere_is_refused(
    lab: Lab, requests: Requests, browser: str, address: str
) -> None:
    answer = requests.sign_out(browser, address.format(origin=lab.answers["page.origin"]))
    assert answer.status_code == 400
    assert "post_logout_redirect_uri" in answer.text


@pytest.mark.parametrize("url", [TOKEN, SIGN_IN_CALL])
def test_preflight_lets_the_page_in(lab: Lab, requests: Requests, url: str) -> None:
    answer = requests.preflight(url, lab.answers["page.origin"])
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == lab.answers["page.origin"]
    assert "content-type" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["https://nowhere.example", "null", "http://localhost"])
def test_preflight_of_another_origin_is_left_without_leave(requests: Requests, origin: str) -> None:
    answer = requests.preflight(TOKEN, origin)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_page_may_read_the_token_answer(lab: Lab, requests: Requests) -> None:
    origin = lab.answers["page.origin"]
    answer = requests.send("POST", TOKEN, headers={"Origin": origin})
    assert answer.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize(
    "url", [f"{PROVIDER}/oauth2/other/.well-known/openid-configuration", f"{PROVIDER}/nothing"]
)
def test_unknown_server_is_not_found(requests: Requests, url: str) -> None:
    answer = requests.get(url)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "E0000007")


@pytest.mark.parametrize(("method", "url"), [("GET", TOKEN), ("POST", KEYS), ("DELETE", KEYS)])
def test_other_methods_are_refused(requests: Requests, method: str, url: str) -> None:
    answer = requests.send(method, url)
    assert (answer.status_code, answer.json()["errorCode"]) == (405, "E0000022")


def test_head_has_no_body(requests: Requests) -> None:
    answer = requests.send("HEAD", DISCOVERY)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path", ["/", "/callback", "/okta-auth/", "/okta-auth/iframe-oauth-flow.html"]
)
def test_test_page_is_served(lab: Lab, requests: Requests, path: str) -> None:
    answer = requests.get(f"http://localhost:{lab.port}{path}?code=x")
    assert answer.status_code == 200
    assert "oktaDomain" in answer.text


def test_test_page_serves_nothing_else(lab: Lab, requests: Requests) -> None:
    assert requests.get(f"http://localhost:{lab.port}/etc/passwd").status_code == 404
