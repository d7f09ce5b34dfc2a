"""Answers are judged as they are typed, with the reason and what was probably meant."""

from __future__ import annotations

import pytest

from agentcore_auth_checks.answers import asked_for, cleaned, complete, fields_by_id, judge
from agentcore_auth_templates.packs import journey, provider

JOURNEY = journey("okta-agentcore")
OKTA = provider("okta")
FIELDS = fields_by_id(OKTA, JOURNEY)
SPA, MACHINE = "0oaSpa4567890123456x", "0oaM2m4567890123456x"

REFUSED = [
    ("okta.domain", "https://acme.okta.com", "acme.okta.com"),
    ("okta.domain", "https://acme.okta.com/oauth2/default", "acme.okta.com"),
    ("okta.domain", "acme-admin.okta.com", "acme.okta.com"),
    ("okta.domain", "acme-admin.oktapreview.com", "acme.oktapreview.com"),
    ("okta.domain", "acme-admin.okta-gov.com", "acme.okta-gov.com"),
    ("okta.domain", "https://acme-admin.okta.com/admin/oauth2/as", "acme.okta.com"),
    ("okta.domain", "acme.okta.com/", "acme.okta.com"),
    ("okta.domain", "acme.okta.com:443", "acme.okta.com"),
    ("okta.domain", "ACME.okta.com", ""),
    ("okta.domain", "acme", ""),
    ("okta.domain", "10.0.0.1", ""),
    ("okta.domain", SPA, ""),
    ("okta.domain", "<YOUR_OKTA_DOMAIN>", ""),
    ("okta.authorization_server", "https://acme.okta.com/oauth2/aus1", "aus1"),
    ("okta.authorization_server", SPA, ""),
    ("okta.authorization_server", "Default", ""),
    ("okta.user_auth.client_id", "aus12345678901234567", ""),
    ("okta.user_auth.client_id", "00u12345678901234567", ""),
    ("okta.user_auth.client_id", "x" * 64, ""),
    ("okta.user_auth.client_id", "0oa123", ""),
    ("okta.m2m.client_secret", SPA, ""),
    ("okta.m2m.client_secret", "short", ""),
    ("okta.m2m.client_secret", "with a blank in the middle", ""),
    ("okta.m2m.scope", "openid", ""),
    ("okta.m2m.scope", "api read", ""),
    ("okta.jwt.audience", SPA, ""),
    ("okta.jwt.audience", "two words", ""),
    ("okta.jwt.audience", "o'brien", ""),
    ("okta.jwt.audience", "https://x.gateway.bedrock-agentcore.us-east-1.amazonaws.com/mcp", ""),
    ("aws.account_id", "1234-5678-9012", "123456789012"),
    ("aws.account_id", "12345678901", ""),
    ("aws.account_id", "<YOUR_AWS_ACCOUNT_ID>", ""),
    ("aws.region", "us-east-1a", "us-east-1"),
    ("aws.region", "virginia", ""),
    ("page.origin", "http://localhost:8080/", "http://localhost:8080"),
    ("page.origin", "http://example.com:8080", ""),
    ("okta.domain", "", ""),
]

TAKEN = [
    ("okta.domain", "acme.okta.com"),
    ("okta.domain", "integrator-1234567.okta.com"),
    ("okta.domain", "login.example.com"),
    ("okta.domain", "acme-administration.okta.com"),
    ("okta.authorization_server", "default"),
    ("okta.authorization_server", "aus1a2b3c4d5e6f7g8h9"),
    ("okta.user_auth.client_id", SPA),
    ("okta.jwt.audience", "api://default"),
    ("okta.jwt.audience", "myagentcoreaud"),
    ("okta.m2m.client_secret", "Zk3_" * 16),
    ("aws.account_id", "012345678901"),
    ("aws.region", "us-gov-west-1"),
    ("page.origin", "http://localhost:8080"),
    ("gateway.url", ""),
]


@pytest.mark.parametrize(("field", "value", "instead"), REFUSED)
def test_what_cannot_be_right_is_refused_with_its_reason(
    field: str, value: str, instead: str
) -> None:
    problem = judge(FIELDS[field], value, {})
    assert problem is not None
    assert problem.reason
    assert problem.instead == instead


@pytest.mark.parametrize(("field", "value"), TAKEN)
def test_what_can_be_right_is_taken(field: str, value: str) -> None:
    assert judge(FIELDS[field], value, {}) is None


def test_the_two_applications_ids_must_differ() -> None:
    problem = judge(FIELDS["okta.m2m.client_id"], SPA, {"okta.user_auth.client_id": SPA})
    assert problem is not None
    assert "single-page" in problem.reason
    assert judge(FIELDS["okta.m2m.client_id"], MACHINE, {"okta.user_auth.client_id": SPA}) is None


def test_a_secret_is_never_offered_back() -> None:
    problem = judge(FIELDS["okta.m2m.client_secret"], SPA, {})
    assert problem is not None
    assert SPA not in str(problem)


@pytest.mark.parametrize(
    "pasted",
    ["  acme.okta.com \n", "\ufeffacme.okta.com", '"acme.okta.com"', "\u200bacme.okta.com"],
)
def test_what_copying_leaves_is_cleaned_off(pasted: str) -> None:
    assert cleaned(pasted) == "acme.okta.com"


def test_every_example_and_default_is_taken_by_its_own_field() -> None:
    for field in FIELDS.values():
        if not field.secret:
            assert judge(field, field.example, {}) is None, field.id
        if field.default:
            assert judge(field, field.default, {}) is None, field.id


def test_derived_values_follow_from_the_answers() -> None:
    answers = complete(
        {
            "okta.domain": "acme.okta.com",
            "okta.authorization_server": "default",
            "page.origin": "http://localhost:8080",
        },
        OKTA,
        JOURNEY,
    )
    assert answers["okta.jwt.issuer"] == "https://acme.okta.com/oauth2/default"
    assert answers["okta.admin_host"] == "acme-admin.okta.com"
    assert answers["page.flow"] == "http://localhost:8080/okta-auth/iframe-oauth-flow.html"
    assert "okta.jwt.discovery_url" in answers
    assert "runtime.role_arn" not in answers


def test_a_custom_domain_has_no_admin_host() -> None:
    assert "okta.admin_host" not in complete({"okta.domain": "login.example.com"}, OKTA, JOURNEY)


def test_a_template_says_which_answers_it_waits_for() -> None:
    url = "{okta.jwt.discovery_url}"
    assert asked_for(url, OKTA, JOURNEY, {}) == ("okta.domain", "okta.authorization_server")
    known = {"okta.domain": "acme.okta.com", "okta.authorization_server": "default"}
    assert asked_for(url, OKTA, JOURNEY, known) == ()
