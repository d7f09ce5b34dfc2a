"""Each step's proof against an identity provider that we did not write, healthy and with faults."""

from __future__ import annotations

import pytest

from agentcore_auth.journey import StepStatus, Walk
from agentcore_auth.profile import Profile
from agentcore_auth.secrets.broker import Broker
from agentcore_auth.session import Network, Session
from agentcore_auth_checks.findings import Status
from agentcore_auth_checks.text import Secret
from servers.nginx_page import StartNginxPage
from servers.okta_server import OktaServer, StartOktaServer

pytestmark = pytest.mark.node

HOST = "acme.okta.com"
ORIGIN = f"https://{HOST}"
SECRET_FIELD = "okta.m2m.client_secret"


async def walk_on(server: OktaServer, *, secret: str | None = None, **answers: str) -> Walk:
    """Returns a walk whose host is answered by the server, all answers given."""
    session = Session(Network(routes={HOST: server.url}))
    profile = Profile(name="acme", journey="okta-agentcore")
    broker = Broker(profile.name, store="session")
    walk = Walk(profile, broker, open_client=session.open_client)
    given = {
        "okta.domain": HOST,
        "okta.user_auth.client_id": server.spa_client_id,
        "okta.m2m.client_id": server.m2m_client_id,
        "page.origin": server.page_origin,
        "okta.jwt.audience": "myagentcoreaud",
        "aws.account_id": "012345678901",
        **answers,
    }
    for field, value in given.items():
        assert walk.answer(field, value) is None
    assert await walk.keep_secret(SECRET_FIELD, Secret(secret or server.m2m_client_secret)) is None
    return walk


PROVEN_HERE = [
    "domain",
    "authorization_server",
    "browser_application",
    "redirect_addresses",
    "sign_out_address",
    "scope",
    "access_policy",
    "trusted_origin",
    "machine_application",
    "machine_credentials",
    "audience",
    "both_ids",
]


async def test_a_healthy_organization_proves_every_step(
    okta_server: StartOktaServer, nginx_page: StartNginxPage
) -> None:
    page = nginx_page()
    walk = await walk_on(okta_server(origin=ORIGIN, page_origin=page.origin))
    steps = [*PROVEN_HERE, "page"]
    report = await walk.prove(steps)
    assert [
        (f.code, f.source, f.actual) for f in report.findings if f.status is not Status.PASS
    ] == []
    assert {name: walk.view(name).status for name in steps} == dict.fromkeys(
        steps, StepStatus.PROVEN
    )
    assert walk.view("assignment").status is StepStatus.UNPROVABLE
    assert walk.view("test_user").status is StepStatus.UNPROVABLE


FAULTS = [
    ("html-login-page", "domain", "disc.not_json"),
    ("organization-missing", "domain", "net.http_status"),
    ("rate-limited", "domain", "idp.rate_limited"),
    ("unavailable", "domain", "net.http_status"),
    ("no-default-server", "authorization_server", "disc.error_document"),
    ("wrong-issuer", "authorization_server", "disc.issuer_url_mismatch"),
    ("discovery-garbage", "authorization_server", "disc.not_json"),
    ("discovery-redirect", "authorization_server", "net.redirect"),
    ("jwks-empty", "authorization_server", "jwks.empty"),
    ("jwks-missing", "authorization_server", "net.http_status"),
    ("spa-unknown", "browser_application", "idp.invalid_client"),
    ("spa-code-not-allowed", "browser_application", "idp.unauthorized_client"),
    ("redirect-missing-callback", "redirect_addresses", "idp.redirect_uri_mismatch"),
    ("redirect-missing-root", "redirect_addresses", "idp.redirect_uri_mismatch"),
    ("redirect-missing-iframe", "redirect_addresses", "idp.redirect_uri_mismatch"),
    ("sign-out-missing", "sign_out_address", "idp.sign_out_uri_mismatch"),
    ("scope-not-advertised", "scope", "idp.scope_not_advertised"),
    ("scope-unknown", "scope", "idp.invalid_scope"),
    ("policy-denied", "access_policy", "idp.policy_denied"),
    ("cors-refused", "trusted_origin", "cors.origin_refused"),
    ("cors-preflight-fails", "trusted_origin", "cors.preflight_failed"),
    ("m2m-unauthorized", "machine_application", "idp.unauthorized_client"),
    ("dpop-required", "machine_application", "idp.dpop_required"),
    ("exchange-not-advertised", "machine_application", "idp.token_exchange_disabled"),
    ("m2m-unknown", "machine_credentials", "idp.invalid_client"),
    ("jwks-rotated", "machine_credentials", "kid.not_found"),
    ("audience-default", "audience", "aud.okta_default"),
]


@pytest.mark.parametrize(("fault", "step", "code"), FAULTS, ids=[case[0] for case in FAULTS])
async def test_a_fault_turns_its_step_refused_with_its_code(
    okta_server: StartOktaServer, fault: str, step: str, code: str
) -> None:
    walk = await walk_on(okta_server(fault, origin=ORIGIN))
    await walk.prove(PROVEN_HERE)
    view = walk.view(step)
    assert [finding.code for finding in view.findings][:1] == [code]
    assert view.status is StepStatus.REFUSED


async def test_a_wrong_secret_is_refused_and_the_audience_waits(
    okta_server: StartOktaServer,
) -> None:
    walk = await walk_on(okta_server(origin=ORIGIN), secret="x" * 64)
    await walk.prove(PROVEN_HERE)
    assert walk.view("machine_credentials").status is StepStatus.REFUSED
    assert [f.code for f in walk.view("machine_credentials").findings] == ["idp.invalid_client"]
    audience = walk.view("audience")
    assert audience.status is StepStatus.NOT_YET
    assert [finding.code for finding in audience.held_up_by] == ["idp.invalid_client"]


async def test_swapped_ids_are_named(okta_server: StartOktaServer) -> None:
    server = okta_server(origin=ORIGIN)
    walk = await walk_on(server)
    walk.profile.answers["okta.user_auth.client_id"] = server.m2m_client_id
    walk.profile.answers["okta.m2m.client_id"] = server.spa_client_id
    await walk.prove(PROVEN_HERE)
    assert "idp.client_ids_swapped" in [f.code for f in walk.view("both_ids").findings]


async def test_an_audience_that_the_server_does_not_have_is_a_mismatch(
    okta_server: StartOktaServer,
) -> None:
    walk = await walk_on(okta_server(origin=ORIGIN), **{"okta.jwt.audience": "another"})
    await walk.prove(["audience"])
    assert [finding.code for finding in walk.view("audience").findings] == ["aud.mismatch"]


async def test_an_expired_token_refuses_the_credentials_step(
    okta_server: StartOktaServer,
) -> None:
    walk = await walk_on(okta_server(origin=ORIGIN, ttl=-10))
    await walk.prove(["machine_credentials"])
    assert [f.code for f in walk.view("machine_credentials").findings] == ["exp.expired"]


@pytest.mark.parametrize(
    ("serve", "code"),
    [("welcome", "nginx.redirect_uri_not_served"), ("nothing", "nginx.redirect_uri_not_served")],
)
async def test_a_page_that_is_not_there_is_named(
    okta_server: StartOktaServer, nginx_page: StartNginxPage, serve: str, code: str
) -> None:
    page = nginx_page(serve)  # type: ignore[arg-type]
    walk = await walk_on(okta_server(origin=ORIGIN), **{"page.origin": page.origin})
    await walk.prove(["page"])
    assert walk.view("page").status is StepStatus.REFUSED
    assert {finding.code for finding in walk.view("page").findings} == {code}


async def test_a_page_that_nobody_serves_is_refused(
    okta_server: StartOktaServer, nginx_page: StartNginxPage
) -> None:
    page = nginx_page()
    page.stop()
    walk = await walk_on(okta_server(origin=ORIGIN), **{"page.origin": page.origin})
    await walk.prove(["page"])
    assert {finding.code for finding in walk.view("page").findings} == {"net.refused"}


async def test_one_run_asks_each_question_once(okta_server: StartOktaServer) -> None:
    server = okta_server(origin=ORIGIN)
    walk = await walk_on(server)
    await walk.prove(PROVEN_HERE)
    asked = [(request.method, request.path) for request in server.requests()]
    assert asked.count(("GET", "/oauth2/default/.well-known/openid-configuration")) == 1
    assert asked.count(("POST", "/oauth2/default/v1/token")) == 1


async def test_a_changed_answer_takes_back_the_proofs_that_rest_on_it(
    okta_server: StartOktaServer,
) -> None:
    walk = await walk_on(okta_server(origin=ORIGIN))
    await walk.prove(PROVEN_HERE)
    assert walk.answer("okta.jwt.audience", "myagentcoreaud") is None
    assert walk.view("audience").status is StepStatus.PROVEN
    assert walk.answer("okta.m2m.client_id", "0oaanother0000000001") is None
    assert walk.view("machine_credentials").status is StepStatus.NOT_YET
    assert walk.view("both_ids").status is StepStatus.NOT_YET
    assert walk.view("redirect_addresses").status is StepStatus.PROVEN
