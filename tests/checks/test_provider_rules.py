"""What a provider's, a page's and a gateway's answers are called: each code and its near miss."""

from __future__ import annotations

import pytest

from agentcore_auth_checks.engine import judge
from agentcore_auth_checks.facts.answers import (
    AuthorizeAnswer,
    EndpointAnswer,
    OAuthError,
    PageAnswer,
    PreflightAnswer,
    SignOutAnswer,
    TokenAnswer,
)
from agentcore_auth_checks.facts.base import Fact, Facts
from agentcore_auth_checks.facts.documents import DiscoveryDocument
from agentcore_auth_checks.facts.http import HttpAnswer, HttpFailure, NoAnswer
from agentcore_auth_checks.facts.profile import KnownProvider
from agentcore_auth_checks.findings import Status
from agentcore_auth_checks.rules import cors, endpoint, idp, page
from agentcore_auth_checks.text import Secret, Untrusted
from agentcore_auth_templates.packs import provider

OKTA = KnownProvider(source="provider", pack=provider("okta"))
RULES = (*idp.RULES, *cors.RULES, *page.RULES, *endpoint.RULES)
CALLBACK = "http://localhost:8080/callback"
GRANTS = ["authorization_code", "client_credentials", idp.TOKEN_EXCHANGE]


def http(status: int, body: str = "", **headers: str) -> HttpAnswer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpAnswer("https://acme.okta.com/x", "GET", status, named, body.encode(), 0.01, 0.0)


def codes(*facts: Fact) -> list[str]:
    said = judge(Facts((OKTA, *facts)), RULES)
    return [finding.code for finding in said if finding.status is Status.FAIL]


def sign_in(
    *,
    error: str = "",
    description: str = "",
    page_text: str = "",
    status: int = 302,
    machine: bool = False,
) -> AuthorizeAnswer:
    return AuthorizeAnswer(
        source="authorize_machine" if machine else "authorize_callback",
        client_id="0oa2" if machine else "0oa1",
        redirect_uri=CALLBACK,
        exchange=http(status, page_text),
        redirected=not page_text,
        error=OAuthError(error=Untrusted(error), description=Untrusted(description))
        if error
        else None,
        page=Untrusted(page_text),
        expects_refusal=machine,
    )


def token(error: str = "", description: str = "", status: int = 400, scope: str = "api") -> Fact:
    return TokenAnswer(
        source="token",
        endpoint="https://acme.okta.com/oauth2/default/v1/token",
        grant="client_credentials",
        client_id="0oa2",
        scope=scope,
        exchange=http(status if error else 200),
        error=OAuthError(error=Untrusted(error), description=Untrusted(description))
        if error
        else None,
        access_token=None if error else Secret("opaque"),
    )


def discovery(**members: object) -> DiscoveryDocument:
    content = {"scopes_supported": ["openid", "api"], "grant_types_supported": GRANTS, **members}
    return DiscoveryDocument(
        source="discovery", url="https://acme.okta.com/d", exchange=http(200), content=content
    )


REDIRECT_PAGE = (
    "<h1>400</h1>The 'redirect_uri' parameter must be a Login redirect URI in the client app "
    "settings"
)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (sign_in(error="login_required"), []),
        (sign_in(error="consent_required"), []),
        (sign_in(), []),
        (sign_in(page_text=REDIRECT_PAGE, status=400), ["idp.redirect_uri_mismatch"]),
        (
            sign_in(page_text="Error Code: invalid_client", status=400),
            ["idp.invalid_client"],
        ),
        (
            sign_in(error="unauthorized_client", description="The client is not authorized"),
            ["idp.unauthorized_client"],
        ),
        (
            sign_in(error="unsupported_response_type"),
            ["idp.unauthorized_client"],
        ),
        (
            sign_in(
                error="access_denied",
                description="User is not assigned to the client application.",
            ),
            ["idp.not_assigned"],
        ),
        (sign_in(error="access_denied", description="Something else"), ["idp.unknown_error"]),
        (sign_in(page_text="We are down", status=503), []),
    ],
)
def test_a_sign_in_answer_is_called_by_its_cause(fact: Fact, expected: list[str]) -> None:
    assert codes(fact) == expected


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (token(), []),
        (token("invalid_client", "The client secret supplied is invalid", 401), "invalid_client"),
        (token("unauthorized_client", "grant not allowed"), "unauthorized_client"),
        (token("invalid_scope", "not configured"), "invalid_scope"),
        (token("access_denied", "Policy evaluation failed for this request"), "policy_denied"),
        (token("no_matching_policy"), "policy_denied"),
        (token("invalid_dpop_proof", "The DPoP proof JWT header is missing."), "dpop_required"),
        (token("use_dpop_nonce"), "dpop_required"),
        (token("mfa_required"), "mfa_required"),
        (token("consent_required"), "consent_required"),
        (token("access_denied", "User is not assigned to the client application"), "not_assigned"),
        (token("access_denied", "for another reason"), "unknown_error"),
        (token("E0000047", "API call exceeded rate limit", 429), "rate_limited"),
        (token("server_error", "", 500), []),
    ],
)
def test_a_token_refusal_is_called_by_its_cause(fact: Fact, expected: str | list[str]) -> None:
    wanted = [f"idp.{expected}"] if isinstance(expected, str) else expected
    assert codes(fact) == wanted


SIGN_IN_PAGES = [
    (200, '<title>Sign In</title><script>var redirectUri = "/callback"</script>'),
    (302, "https://acme.okta.com/login/login.htm?fromURI=%2Fauthorize%3Fredirect_uri%3Dx"),
]


@pytest.mark.parametrize(("status", "shown"), SIGN_IN_PAGES)
@pytest.mark.parametrize("machine", [False, True])
def test_a_sign_in_page_neither_proves_nor_accuses(status: int, shown: str, machine: bool) -> None:
    facts = Facts((OKTA, sign_in(page_text=shown, status=status, machine=machine)))
    said = judge(facts, RULES)
    assert [each.source for each in said if each.status is Status.SKIP] == [
        "authorize_machine" if machine else "authorize_callback"
    ]
    assert not [each for each in said if each.is_failure]


def test_a_sign_out_that_goes_on_elsewhere_neither_proves_nor_accuses() -> None:
    target = "https://acme.okta.com/login/signout?fromURI=http%3A%2F%2Flocalhost%3A8080%2F"
    said = judge(Facts((OKTA, sign_out(accepted=False, page_text=target, status=302))), RULES)
    assert [each.source for each in said if each.status is Status.SKIP] == ["sign_out"]
    assert not [each for each in said if each.is_failure]


UNANSWERED = HttpFailure(
    "https://acme.okta.com/x", "GET", NoAnswer.TIMEOUT, Untrusted("10 s"), seconds=10.0
)


@pytest.mark.parametrize(
    "fact",
    [
        AuthorizeAnswer(source="a", client_id="0oa1", redirect_uri=CALLBACK, exchange=UNANSWERED),
        SignOutAnswer(source="a", client_id="0oa1", return_to=CALLBACK, exchange=UNANSWERED),
        TokenAnswer(
            source="a",
            endpoint="https://acme.okta.com/token",
            grant="client_credentials",
            client_id="0oa2",
            scope="api",
            exchange=UNANSWERED,
        ),
        PreflightAnswer(
            source="a",
            url="https://acme.okta.com/token",
            origin="http://localhost:8080",
            method="POST",
            asked_headers=(),
            exchange=UNANSWERED,
        ),
        PageAnswer(source="a", url=CALLBACK, contains="", exchange=UNANSWERED),
        EndpointAnswer(source="a", url="https://gw/mcp", challenge=UNANSWERED),
        DiscoveryDocument(source="a", url="https://acme.okta.com/x", exchange=UNANSWERED),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_no_check_passes_without_an_answer(fact: Fact) -> None:
    assert judge(Facts((OKTA, fact)), RULES) == ()


def test_nobody_is_held_back_where_nobody_was_asked() -> None:
    assert not judge(Facts((OKTA,)), RULES)


def test_an_unknown_error_is_shown_as_it_came() -> None:
    said = judge(Facts((OKTA, token("brand_new", "with [/markup]"))), RULES)
    failure = next(finding for finding in said if finding.status is Status.FAIL)
    assert isinstance(failure.actual, Untrusted)
    assert failure.actual.raw == "brand_new: with [/markup]"


def test_swapped_ids_are_seen_when_the_machines_id_signs_people_in() -> None:
    machine = sign_in(error="login_required", machine=True)
    person = sign_in(error="unauthorized_client")
    assert "idp.client_ids_swapped" in codes(person, machine)


def test_a_machines_id_that_is_refused_is_right() -> None:
    machine = sign_in(page_text="Error Code: invalid_client", status=400, machine=True)
    assert codes(sign_in(error="login_required"), machine) == []


def test_an_application_that_may_do_both_is_not_called_swapped() -> None:
    machine = sign_in(error="login_required", machine=True)
    assert codes(sign_in(error="login_required"), machine) == []


def sign_out(accepted: bool, page_text: str = "", status: int = 400) -> Fact:
    return SignOutAnswer(
        source="sign_out",
        client_id="0oa1",
        return_to="http://localhost:8080/",
        exchange=http(302 if accepted else status, page_text),
        accepted=accepted,
        page=Untrusted(page_text),
    )


def test_an_unregistered_sign_out_address_is_named() -> None:
    said = "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI"
    assert codes(sign_out(accepted=False, page_text=said)) == ["idp.sign_out_uri_mismatch"]
    assert codes(sign_out(accepted=True)) == []


def test_scope_and_grants_are_looked_up_in_discovery() -> None:
    assert codes(discovery(), token()) == []
    assert codes(discovery(scopes_supported=["openid"]), token()) == ["idp.scope_not_advertised"]
    assert codes(discovery(grant_types_supported=["client_credentials"])) == [
        "idp.token_exchange_disabled"
    ]
    assert codes(discovery(grant_types_supported=[idp.TOKEN_EXCHANGE])) == [
        "idp.grant_not_advertised"
    ]


def test_a_document_that_lists_nothing_is_no_evidence() -> None:
    silent = discovery(scopes_supported=None, grant_types_supported=None)
    assert codes(silent, token()) == []


def preflight(
    status: int = 204, origin: str | None = "http://localhost:8080", **allowed: str
) -> Fact:
    return PreflightAnswer(
        source="preflight_token",
        url="https://acme.okta.com/token",
        origin="http://localhost:8080",
        method=allowed.pop("method", "POST"),
        asked_headers=("content-type",),
        exchange=http(status),
        allow_origin=origin,
        allow_methods=allowed.get("methods"),
        allow_headers=allowed.get("headers", "Content-Type, Accept"),
    )


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (preflight(), []),
        (preflight(origin="*"), []),
        (preflight(headers="*"), []),
        (preflight(origin=None), ["cors.origin_refused"]),
        (preflight(origin="http://localhost:8081"), ["cors.origin_refused"]),
        (preflight(origin="http://localhost:8080/"), ["cors.origin_refused"]),
        (preflight(status=403), ["cors.preflight_failed"]),
        (preflight(status=403, origin=None), ["cors.preflight_failed"]),
        (preflight(status=302), ["cors.preflight_failed"]),
        (preflight(headers="Accept"), ["cors.preflight_failed"]),
        (preflight(method="PUT", methods="GET, POST"), ["cors.preflight_failed"]),
        (preflight(method="PUT", methods="GET, PUT"), []),
        (preflight(status=503, origin=None), []),
    ],
)
def test_a_preflight_is_judged_as_a_browser_does(fact: Fact, expected: list[str]) -> None:
    assert codes(fact) == expected


def served(status: int, *, holds: bool = True, contains: str = "oktaDomain") -> Fact:
    return PageAnswer(
        source="page_flow",
        url="http://localhost:8080/okta-auth/",
        contains=contains,
        exchange=http(status, "x", Server="nginx"),
        holds_text=holds,
    )


def test_a_page_must_be_answered_with_itself() -> None:
    missing = ["nginx.redirect_uri_not_served"]
    assert codes(served(200)) == []
    assert codes(served(404)) == missing
    assert codes(served(500)) == missing
    assert codes(served(200, holds=False)) == missing


def gateway(status: int, body: str = "", challenge: int = 401, **headers: str) -> Fact:
    return EndpointAnswer(
        source="gateway",
        url="https://gw/mcp",
        challenge=http(challenge),
        initialize=http(status, body, **headers),
    )


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (gateway(200, '{"jsonrpc":"2.0","id":1,"result":{}}'), ""),
        (
            gateway(401, '{"error":{"code":-32001,"message":"Invalid Bearer token"}}'),
            "invalid_token",
        ),
        (gateway(401, '{"error":{"message":"Missing Bearer token"}}'), "missing_token"),
        (
            gateway(403, "", WWW_Authenticate='Bearer error="insufficient_scope"'),
            "insufficient_scope",
        ),
        (gateway(403, ""), "insufficient_scope"),
        (gateway(401, "Claim 'aud' value mismatch with configuration."), "claim_mismatch"),
        (gateway(403, "OAuth authorization failed: Failed to parse token"), "unparseable_token"),
        (
            gateway(403, "Ineffectual token, will expire within the next minute"),
            "ineffectual_token",
        ),
        (gateway(401, "Token has expired"), "token_expired"),
        (gateway(403, "Authorization method mismatch."), "method_mismatch"),
        (gateway(403, "Authorization denied"), "authorization_denied"),
        (gateway(424, ""), "container_error"),
        (gateway(400, "Value at 'runtimeSessionId' failed"), "session_id_short"),
        (gateway(400, "This runtime is not MMDSv2-enabled"), "mmds"),
        (
            gateway(200, '{"error":{"code":-32002,"message":"Tool Execution Denied"}}'),
            "policy_denied",
        ),
        (gateway(404, ""), "path_not_found"),
        (gateway(503, "<h1>down</h1>"), "unexpected"),
        (gateway(200, "{}", challenge=200), "open"),
        (gateway(200, "{}", challenge=403), ""),
    ],
)
def test_an_endpoints_answer_is_called_by_its_cause(fact: Fact, expected: str) -> None:
    assert codes(fact) == ([f"endpoint.{expected}"] if expected else [])
